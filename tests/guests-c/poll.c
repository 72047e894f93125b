// poll and select with clocks, files and pipes. Standard input holds a few bytes and then ends.
//@ stdin: abcdef
//@ grant: scratch
#include "say.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/select.h>
#include <time.h>

static long long now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static void poll_one(const char *what, int fd, short events, int timeout) {
    struct pollfd one = {fd, events, 0};
    long long begin = now();
    int result = poll(&one, 1, timeout);
    int failure = errno;
    long long waited = (now() - begin) / 1000000;
    if (result < 0)
        printf("%s: errno %d\n", what, failure);
    else
        printf("%s: %d, events %x, %s\n", what, result, one.revents, waited >= timeout && timeout > 0 ? "waited" : "at once");
}

int main(void) {
    poll_one("nothing, 30 ms", -1, POLLIN, 30);
    poll_one("standard input", 0, POLLIN, 1000);
    poll_one("standard output", 1, POLLOUT, 1000);
    poll_one("closed descriptor", 77, POLLIN, 10);
    int file = open("/scratch/file", O_RDWR | O_CREAT, 0644);
    SAY(write(file, "12345", 5));
    SAY(lseek(file, 2, SEEK_SET));
    poll_one("file, both", file, POLLIN | POLLOUT, 1000);
    SAY(lseek(file, 0, SEEK_END));
    poll_one("file at its end", file, POLLIN, 50);
    int folder = open("/scratch", O_RDONLY | O_DIRECTORY);
    poll_one("directory", folder, POLLIN, 10);

    struct pollfd several[] = {{0, POLLIN, 0}, {file, POLLIN | POLLOUT, 0}, {1, POLLOUT, 0}};
    // Which of several ready ones a host finds in one call is its own affair, as long as it finds some.
    printf("several: %d\n", poll(several, 3, 1000) > 0);

    fd_set reading, writing;
    FD_ZERO(&reading), FD_SET(0, &reading), FD_SET(file, &reading);
    FD_ZERO(&writing), FD_SET(1, &writing);
    struct timeval second = {1, 0};
    printf("select: %d\n", select(file + 1, &reading, &writing, NULL, &second) > 0);
    FD_ZERO(&reading), FD_SET(0, &reading);
    printf("select: %d\n", select(1, &reading, NULL, NULL, &second));
    printf("readable: %d\n", FD_ISSET(0, &reading) != 0);
    long long begin = now();
    struct timeval short_while = {0, 40000};
    printf("select without descriptors: %d, ", select(0, NULL, NULL, NULL, &short_while));
    puts(now() - begin >= 40000000 ? "waited" : "too early");
    SAY(poll(several, 0, 5));

    char text[16] = "";
    SAY(read(0, text, 3));
    poll_one("standard input, half read", 0, POLLIN, 1000);
    SAY(read(0, text + 3, 10));
    puts(text);
    SAY(read(0, text, 10));
    struct pollfd end = {0, POLLIN, 0};
    printf("standard input at its end: %d, %s\n", poll(&end, 1, 1000), end.revents & POLLIN ? "readable" : "not readable");
    return 0;
}
