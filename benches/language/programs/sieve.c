#include <stdio.h>
#include <stdlib.h>
int main(void) {
  long n = 5000000, count = 0;
  char *composite = calloc(n + 1, 1);
  for (long i = 2; i <= n; i++)
    if (!composite[i]) {
      count++;
      for (long j = i * i; j <= n; j += i) composite[j] = 1;
    }
  printf("%ld\n", count);
  return 0;
}
