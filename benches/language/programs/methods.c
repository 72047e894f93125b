#include <stdio.h>
#include <stdlib.h>
typedef struct { long x, y; } Point;
static Point *new_point(long x, long y) { Point *p = malloc(sizeof *p); p->x = x; p->y = y; return p; }
static long get_x(Point *p) { return p->x; }
static long get_y(Point *p) { return p->y; }
static void move(Point *p, long dx, long dy) { p->x += dx; p->y += dy; }
int main(void) {
  Point *p = new_point(0, 0);
  long sum = 0, made = 0;
  for (long i = 0; i < 10000000; i++) { move(p, 1, 2); sum += get_x(p) - get_y(p); }
  for (long i = 0; i < 1000000; i++) { Point *q = new_point(i, made); made = get_x(q) + 1; free(q); }
  printf("%ld\n", sum + made);
  return 0;
}
