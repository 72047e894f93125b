// Writes outside of its memory three calls deep.
#include <stdio.h>

__attribute__((noinline)) static void third(int *where) {
    *where = 1;
    puts("not reached");
}

__attribute__((noinline)) static void second(int *where) {
    third(where + 1);
    puts("not reached");
}

__attribute__((noinline)) static void first(int *where) {
    second(where + 1);
    puts("not reached");
}

int main(void) {
    puts("before");
    fflush(stdout);
    first((int *)0xfffffff0u - 100);
    return 0;
}
