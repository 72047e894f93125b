// Writes until nobody reads any more.
#include <errno.h>
#include <stdio.h>

int main(void) {
    while (puts("a line of text that is written again and again") >= 0) {
    }
    fprintf(stderr, "%s\n", errno == EPIPE ? "broken pipe" : "another error");
    return 7;
}
