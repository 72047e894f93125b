#include <math.h>
#include <stdio.h>
typedef struct { double x, y, z, vx, vy, vz, mass; } Body;
static Body bodies[] = {
  {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.5}, {4.8, -1.2, -0.1, 0.6, 2.8, -0.02, 0.037}, {8.3, 4.1, -0.4, -1.0, 1.8, 0.008, 0.011},
  {12.9, -15.1, -0.2, 1.1, 0.9, -0.01, 0.0017}, {15.4, -25.9, 0.2, 0.98, 0.6, -0.03, 0.002}};
enum { N = 5 };
static double energy(void) {
  double e = 0;
  for (int i = 0; i < N; i++) {
    Body *b = &bodies[i];
    e += 0.5 * b->mass * (b->vx * b->vx + b->vy * b->vy + b->vz * b->vz);
    for (int j = i + 1; j < N; j++) {
      Body *c = &bodies[j];
      double dx = b->x - c->x, dy = b->y - c->y, dz = b->z - c->z;
      e -= b->mass * c->mass / sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return e;
}
static void advance(double dt) {
  for (int i = 0; i < N; i++) {
    Body *b = &bodies[i];
    for (int j = i + 1; j < N; j++) {
      Body *c = &bodies[j];
      double dx = b->x - c->x, dy = b->y - c->y, dz = b->z - c->z, d = dx * dx + dy * dy + dz * dz, mag = dt / (d * sqrt(d));
      b->vx -= dx * c->mass * mag; b->vy -= dy * c->mass * mag; b->vz -= dz * c->mass * mag;
      c->vx += dx * b->mass * mag; c->vy += dy * b->mass * mag; c->vz += dz * b->mass * mag;
    }
  }
  for (int i = 0; i < N; i++) {
    Body *b = &bodies[i];
    b->x += dt * b->vx; b->y += dt * b->vy; b->z += dt * b->vz;
  }
}
int main(void) {
  for (int i = 0; i < 300000; i++) advance(0.01);
  printf("%.0f\n", energy() * 1e9);
  return 0;
}
