class Point {
  constructor(x, y) { this.x = x; this.y = y; }
  getX() { return this.x; }
  getY() { return this.y; }
  move(dx, dy) { this.x += dx; this.y += dy; return this; }
}
const p = new Point(0, 0);
let sum = 0;
for (let i = 0; i < 10000000; i++) { p.move(1, 2); sum += p.getX() - p.getY(); }
let made = 0;
for (let i = 0; i < 1000000; i++) { const q = new Point(i, made); made = q.getX() + 1; }
console.log(sum + made);
