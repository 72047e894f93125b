// Calls itself as often as the argument says, and comes back.
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) static int down(int left) {
    volatile int here = left;
    return left ? down(left - 1) + here - here + 1 : 0;
}

int main(int count, char **words) {
    printf("%d\n", down(count > 1 ? atoi(words[1]) : 10));
}
