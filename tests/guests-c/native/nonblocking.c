// Says whether standard input is nonblocking, reads until there is nothing yet, says so, waits for more, and goes on to the end.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    char text[64];
    printf("%s\n", fcntl(0, F_GETFL) & O_NONBLOCK ? "nonblocking" : "blocking");
    fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
    printf("%s\n", fcntl(0, F_GETFL) & O_NONBLOCK ? "nonblocking" : "blocking");
    fflush(stdout);
    for (;;) {
        ssize_t n = read(0, text, sizeof text);
        if (n > 0) {
            printf("read %.*s\n", (int)n, text);
        } else if (n == 0) {
            return 0;
        } else if (errno == EAGAIN) {
            printf("nothing yet\n");
            fflush(stdout);
            struct pollfd input = {0, POLLIN, 0};
            if (poll(&input, 1, -1) != 1) return 1;
        } else {
            return 2;
        }
    }
}
