// As deep as recursion goes without a trap: the stack of compiled code, and the stack in linear memory.
//@ link: -Wl,-z,stack-size=4194304
#include "say.h"

static uint64_t ackermann(uint64_t m, uint64_t n) {
    return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

__attribute__((noinline)) static uint64_t deep(int depth, uint64_t sum) {
    volatile char local[64];
    local[depth % 64] = (char)depth;
    return depth == 0 ? sum : deep(depth - 1, sum * 31 + depth) + (uint64_t)local[depth % 64];
}

static long moves;

static void hanoi(int discs, int from, int to, int by) {
    if (discs == 0) return;
    hanoi(discs - 1, from, by, to);
    moves++;
    hanoi(discs - 1, by, to, from);
}

int main(void) {
    printf("%llu\n", (unsigned long long)ackermann(2, 500));
    printf("%llu\n", (unsigned long long)ackermann(3, 6));
    printf("%llu\n", (unsigned long long)deep(4000, 1));
    hanoi(18, 1, 3, 2);
    SAY(moves);
    return 0;
}
