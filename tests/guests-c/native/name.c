// The name it was started with.
#include <stdio.h>

int main(int argc, char **argv) {
    printf("%d \"%s\"\n", argc, argc ? argv[0] : "");
    return 0;
}
