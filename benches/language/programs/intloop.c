#include <stdio.h>
int main(void) {
  long sum = 0;
  for (long i = 0; i < 50000000; i++) sum = (sum + (i ^ (i * 31)) % 65536) % 1000003;
  printf("%ld\n", sum);
  return 0;
}
