// Recursion without an end, in two functions whose names must stand in the trap's call stack.
#include <stdio.h>

__attribute__((noinline)) int ping(volatile int *depth);

__attribute__((noinline)) int pong(volatile int *depth) {
    return *depth == 0 ? 0 : ping(depth) + *depth;
}

__attribute__((noinline)) int ping(volatile int *depth) {
    ++*depth;
    return *depth == 0 ? 0 : pong(depth) * 3 + *depth;
}

int main(void) {
    volatile int depth = 0;
    puts("ready");
    fflush(stdout);
    return ping(&depth);
}
