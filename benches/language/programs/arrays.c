#include <stdio.h>
#include <stdlib.h>
int main(void) {
  long n = 0, room = 4, *a = malloc(room * sizeof *a), sum = 0;
  for (long i = 0; i < 2000000; i++) {
    if (n == room) a = realloc(a, (room *= 2) * sizeof *a);
    a[n++] = i * 7919 % 1000003;
  }
  for (int round = 0; round < 5; round++)
    for (long i = 1; i < 2000000; i++) {
      if (a[i] < a[i - 1]) sum += a[i];
      a[i - 1] = a[i - 1] + 1;
    }
  printf("%ld\n", sum);
  return 0;
}
