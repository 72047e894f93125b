class Body {
  constructor(x, y, z, vx, vy, vz, mass) { this.x = x; this.y = y; this.z = z; this.vx = vx; this.vy = vy; this.vz = vz; this.mass = mass; }
}
function energy(bodies) {
  let e = 0;
  for (let i = 0; i < bodies.length; i++) {
    const b = bodies[i];
    e += 0.5 * b.mass * (b.vx * b.vx + b.vy * b.vy + b.vz * b.vz);
    for (let j = i + 1; j < bodies.length; j++) {
      const c = bodies[j], dx = b.x - c.x, dy = b.y - c.y, dz = b.z - c.z;
      e -= b.mass * c.mass / Math.sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return e;
}
function advance(bodies, dt) {
  const n = bodies.length;
  for (let i = 0; i < n; i++) {
    const b = bodies[i];
    for (let j = i + 1; j < n; j++) {
      const c = bodies[j], dx = b.x - c.x, dy = b.y - c.y, dz = b.z - c.z, d = dx * dx + dy * dy + dz * dz;
      const mag = dt / (d * Math.sqrt(d));
      b.vx -= dx * c.mass * mag; b.vy -= dy * c.mass * mag; b.vz -= dz * c.mass * mag;
      c.vx += dx * b.mass * mag; c.vy += dy * b.mass * mag; c.vz += dz * b.mass * mag;
    }
  }
  for (const b of bodies) { b.x += dt * b.vx; b.y += dt * b.vy; b.z += dt * b.vz; }
}
const bodies = [
  new Body(0, 0, 0, 0, 0, 0, 39.5), new Body(4.8, -1.2, -0.1, 0.6, 2.8, -0.02, 0.037), new Body(8.3, 4.1, -0.4, -1.0, 1.8, 0.008, 0.011),
  new Body(12.9, -15.1, -0.2, 1.1, 0.9, -0.01, 0.0017), new Body(15.4, -25.9, 0.2, 0.98, 0.6, -0.03, 0.002)];
for (let i = 0; i < 300000; i++) advance(bodies, 0.01);
console.log(Math.round(energy(bodies) * 1e9));
