#include <stdio.h>
int main(void) {
  long size = 600, inside = 0;
  for (long y = 0; y < size; y++)
    for (long x = 0; x < size; x++) {
      double cr = 3.0 * x / size - 2.0, ci = 2.0 * y / size - 1.0, zr = 0, zi = 0;
      long n = 0;
      while (n < 200 && zr * zr + zi * zi < 4.0) {
        double t = zr * zr - zi * zi + cr;
        zi = 2.0 * zr * zi + ci;
        zr = t;
        n++;
      }
      if (n == 200) inside++;
    }
  printf("%ld\n", inside);
  return 0;
}
