// Says so and waits for input.
#include <stdio.h>

int main(void) {
    puts("waiting");
    fflush(stdout);
    getchar();
    return 0;
}
