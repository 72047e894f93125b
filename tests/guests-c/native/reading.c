// Waits for standard input while it holds a megabyte of initial memory, then checks that memory.
#include <stdio.h>

static unsigned char image[1 << 20] = {[0 ... (1 << 20) - 1] = 7};

int main(void) {
    puts("ready");
    fflush(stdout);
    int byte = getchar();
    unsigned long sum = 0;
    for (int i = 0; i < 1 << 20; i++) sum += image[i];
    printf("%d %lu\n", byte, sum);
    return 0;
}
