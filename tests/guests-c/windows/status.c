// Ends with the status its argument says.
#include <stdlib.h>

int main(int argc, char **argv) {
    exit(atoi(argv[1]));
}
