#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) {
  size_t n = 0, room = 64;
  char *s = malloc(room), part[32];
  for (long i = 0; i < 1000000; i++) {
    size_t add = (size_t)snprintf(part, sizeof part, "item%ld,", i);
    while (n + add > room) s = realloc(s, room *= 2);
    memcpy(s + n, part, add);
    n += add;
  }
  long commas = 0;
  for (size_t i = 0; i < n; i++) commas += s[i] == ',';
  printf("%ld\n", commas + (long)n);
  return 0;
}
