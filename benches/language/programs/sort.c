#include <stdio.h>
#include <stdlib.h>
static void quicksort(long *a, long low, long high) {
  if (low >= high) return;
  long pivot = a[(low + high) / 2], i = low, j = high;
  while (i <= j) {
    while (a[i] < pivot) i++;
    while (a[j] > pivot) j--;
    if (i <= j) { long t = a[i]; a[i] = a[j]; a[j] = t; i++; j--; }
  }
  quicksort(a, low, j);
  quicksort(a, i, high);
}
int main(void) {
  long n = 1000000, *a = malloc(n * sizeof *a), seed = 42;
  for (long i = 0; i < n; i++) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    a[i] = seed % 1000000;
  }
  quicksort(a, 0, n - 1);
  printf("%ld\n", a[0] + a[n / 2] + a[n - 1]);
  return 0;
}
