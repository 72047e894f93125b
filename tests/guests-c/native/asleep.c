// Sleeps as long as the argument says, in milliseconds, and tells what became of it.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
    long milliseconds = atol(argv[1]);
    puts("ready");
    fflush(stdout);
    struct timespec wanted = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    errno = 0;
    int result = nanosleep(&wanted, NULL);
    printf("%d %d\n", result, errno == EINTR);
    return 0;
}
