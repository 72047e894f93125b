// None of the standard streams is a terminal here; each has its own kind of file.
//@ stdin: x
//@ grant: scratch
#include "say.h"
#include <fcntl.h>
#include <sys/stat.h>

int main(void) {
    for (int fd = 0; fd < 6; fd++) {
        struct stat status;
        printf("descriptor %d\n", fd);
        SAY(isatty(fd) ? 1 : -1);
        if (fstat(fd, &status))
            printf("fstat: errno %d\n", errno);
        else
            printf("type %o size %s\n", (unsigned)status.st_mode & S_IFMT, status.st_size > 1 ? "more" : "little");
        SAY(lseek(fd, 0, SEEK_CUR));
        SAY(fcntl(fd, F_GETFL) < 0 ? -1 : fcntl(fd, F_GETFL) & (O_APPEND | O_NONBLOCK));
    }
    int file = open("/scratch/file", O_CREAT | O_RDWR, 0644);
    SAY(isatty(file) ? 1 : -1);
    return 0;
}
