#include <stdio.h>
int main(void) {
  long sum = 0;
  for (long i = 0; i < 200000000; i++) sum = (sum ^ (i * 31)) + i % 7;
  printf("%ld\n", sum);
  return 0;
}
