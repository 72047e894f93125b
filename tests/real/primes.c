#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    int limit = argc > 1 ? atoi(argv[1]) : 100;
    char *composite = calloc(limit + 1, 1);
    long sum = 0;
    for (int i = 2; i <= limit; i++) {
        if (composite[i]) continue;
        sum += i;
        for (long j = (long)i * i; j <= limit; j += i) composite[j] = 1;
    }
    printf("the primes up to %d add up to %ld\n", limit, sum);
    free(composite);
    return 3;
}
