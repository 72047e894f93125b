// Asks for memory until there is no more, and goes on working with what it has.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    long megabytes = 0;
    // The pieces are a chain, so that the compiler cannot leave them out.
    for (void **piece, **last = NULL; megabytes < 8192 && (piece = malloc(1 << 20)); megabytes++, last = piece) {
        memset(piece, 1, 1 << 20);
        *piece = last;
        __asm__ volatile("" : : "r"(piece) : "memory");
    }
    printf("%s\n", megabytes > 4 && megabytes < 8192 ? "some, then no more" : "all or nothing");
    fprintf(stderr, "%ld MB\n", megabytes);
    return 0;
}
