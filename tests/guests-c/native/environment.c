// The whole environment, in order.
#include <stdio.h>

extern char **environ;

int main(void) {
    for (char **pair = environ; *pair; pair++) puts(*pair);
    return 0;
}
