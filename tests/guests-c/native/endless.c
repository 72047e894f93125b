// Computes until a signal ends it.
#include <stdio.h>

int main(void) {
    puts("ready");
    fflush(stdout);
    for (volatile unsigned long count = 0;; count++) {
    }
}
