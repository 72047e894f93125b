// Asks for memory until there is no more, and goes on working with what it has.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    long megabytes = 0;
    for (char *piece; megabytes < 8192 && (piece = malloc(1 << 20)); megabytes++) memset(piece, 1, 1 << 20);
    printf("%s\n", megabytes > 4 && megabytes < 8192 ? "some, then no more" : "all or nothing");
    fprintf(stderr, "%ld MB\n", megabytes);
    return 0;
}
