#include <stdio.h>
#include <stdlib.h>
typedef struct Node { struct Node *left, *right; } Node;
static Node *build(int depth) {
  Node *n = malloc(sizeof *n);
  n->left = depth ? build(depth - 1) : NULL;
  n->right = depth ? build(depth - 1) : NULL;
  return n;
}
static long count(Node *n) { return n->left ? 1 + count(n->left) + count(n->right) : 1; }
static void drop(Node *n) { if (n) { drop(n->left); drop(n->right); free(n); } }
int main(void) {
  long total = 0;
  for (int i = 0; i < 20; i++) { Node *n = build(16); total += count(n); drop(n); }
  printf("%ld\n", total);
  return 0;
}
