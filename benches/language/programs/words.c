#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static const char *words[] = {"the", "quick", "brown", "fox", "jumps", "over", "lazy", "dog", "and", "runs", "away", "from", "it"};
static struct { char key[16]; long value; } table[64];
static int used;
static long *find(const char *key, size_t n) {
  for (int i = 0; i < used; i++)
    if (strlen(table[i].key) == n && !memcmp(table[i].key, key, n)) return &table[i].value;
  memcpy(table[used].key, key, n);
  return &table[used++].value;
}
static int order(const void *a, const void *b) { return strcmp(a, b); }
int main(void) {
  size_t n = 0, room = 64, start = 0;
  char *text = malloc(room);
  long seed = 1, total = 0;
  for (long i = 0; i < 1000000; i++) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    const char *word = words[seed / 65536 % 13];
    size_t add = strlen(word);
    while (n + add + 1 > room) text = realloc(text, room *= 2);
    memcpy(text + n, word, add);
    text[n + add] = ' ';
    n += add + 1;
  }
  for (size_t i = 0; i < n; i++)
    if (text[i] == ' ') { ++*find(text + start, i - start); total += (long)(i - start); start = i + 1; }
  qsort(table, used, sizeof table[0], order);
  for (int i = 0; i < used; i++) { printf("%s %ld\n", table[i].key, table[i].value); total += table[i].value; }
  printf("%ld\n", total);
  return 0;
}
