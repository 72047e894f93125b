// Something to stop in: three functions, of which the innermost traps or takes its time when asked to.
#include <stdio.h>
#include <string.h>

__attribute__((noinline)) int innermost(int value, const char *mode) {
    if (mode && strcmp(mode, "trap") == 0)
        __builtin_trap();
    unsigned sum = value;
    if (mode && strcmp(mode, "long") == 0)
        for (unsigned turn = 0; turn < 1000000000u; turn++)
            sum = sum * 1664525u + turn;
    return sum == 1 ? 0 : value * 3;
}

__attribute__((noinline)) int middle(int value, const char *mode) { return innermost(value + 2, mode); }

int main(int argc, char **argv) {
    printf("%d\n", middle(5, argc > 1 ? argv[1] : NULL));
    return 0;
}
