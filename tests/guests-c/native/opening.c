// How long it takes to open, read and close a file: PATH BYTES ROUNDS. Prints nanoseconds, of the best of some repetitions.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static char buffer[1 << 20];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

int main(int argc, char **argv) {
    if (argc != 4) return 1;
    long size = atol(argv[2]);
    int rounds = atoi(argv[3]);
    double best = 1e18;
    for (int repeat = 0; repeat < 9; repeat++) {
        double start = now();
        for (int round = 0; round < rounds; round++) {
            int file = open(argv[1], O_RDONLY);
            if (file < 0 || read(file, buffer, sizeof buffer) != size) return 2;
            close(file);
        }
        double taken = (now() - start) / rounds;
        if (taken < best) best = taken;
    }
    printf("%.0f\n", best);
    return 0;
}
