#include <stdio.h>
#include <stdlib.h>
static double **matrix(long n, long seed) {
  double **rows = malloc(n * sizeof *rows);
  for (long i = 0; i < n; i++) {
    rows[i] = malloc(n * sizeof **rows);
    for (long j = 0; j < n; j++) rows[i][j] = (i * seed + j) % 17 * 0.5;
  }
  return rows;
}
int main(void) {
  long n = 300;
  double **a = matrix(n, 3), **b = matrix(n, 7), **c = matrix(n, 0), trace = 0;
  for (long i = 0; i < n; i++)
    for (long j = 0; j < n; j++) {
      double sum = 0;
      for (long k = 0; k < n; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  for (long i = 0; i < n; i++) trace += c[i][i];
  printf("%.15g\n", trace);
  return 0;
}
