#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define ROOM 131072
static struct { char *key; long value; } table[ROOM];
static long *find(const char *key) {
  unsigned long h = 1469598103934665603ul;
  for (const char *c = key; *c; c++) h = (h ^ (unsigned char)*c) * 1099511628211ul;
  for (h %= ROOM; table[h].key; h = (h + 1) % ROOM)
    if (!strcmp(table[h].key, key)) return &table[h].value;
  table[h].key = strdup(key);
  return &table[h].value;
}
int main(void) {
  char key[32];
  long sum = 0;
  for (long i = 0; i < 2000000; i++) {
    snprintf(key, sizeof key, "key%ld", i % 50000);
    ++*find(key);
  }
  for (long i = 0; i < ROOM; i++)
    if (table[i].key) sum += table[i].value * (long)strlen(table[i].key);
  printf("%ld\n", sum);
  return 0;
}
