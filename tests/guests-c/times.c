// File times to the nanosecond, and what stat says of files, links and folders.
//@ grant: scratch
#include "say.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

static void show(const char *path, int flags) {
    struct stat status;
    if (fstatat(AT_FDCWD, path, &status, flags))
        printf("%s: errno %d\n", path, errno);
    else
        printf("%s: type %o links %d size %lld modified %lld.%09ld accessed %lld.%09ld\n", path,
            (unsigned)status.st_mode & S_IFMT, (int)status.st_nlink, S_ISDIR(status.st_mode) ? 0LL : (long long)status.st_size,
            (long long)status.st_mtim.tv_sec, (long)status.st_mtim.tv_nsec, (long long)status.st_atim.tv_sec,
            (long)status.st_atim.tv_nsec);
}

int main(void) {
    SAY(chdir("/scratch"));
    int file = open("file", O_CREAT | O_RDWR, 0644);
    SAY(write(file, "12345", 5));
    struct timespec both[2] = {{1000000000, 123456789}, {1500000000, 987654321}};
    SAY(utimensat(AT_FDCWD, "file", both, 0));
    show("file", 0);
    both[0].tv_nsec = UTIME_OMIT;
    both[1] = (struct timespec){7, 8};
    SAY(futimens(file, both));
    show("file", 0);
    both[1].tv_nsec = UTIME_NOW;
    SAY(futimens(file, both));
    struct stat status;
    SAY(fstat(file, &status));
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    printf("modified now: %d\n", now.tv_sec - status.st_mtim.tv_sec < 5 && now.tv_sec - status.st_mtim.tv_sec >= -1);
    printf("accessed kept: %lld\n", (long long)status.st_atim.tv_sec);
    SAY(symlink("file", "link"));
    both[0] = (struct timespec){11, 0};
    both[1] = (struct timespec){12, 0};
    SAY(utimensat(AT_FDCWD, "link", both, AT_SYMLINK_NOFOLLOW));
    show("link", AT_SYMLINK_NOFOLLOW);
    both[1] = (struct timespec){13, 0};
    SAY(utimensat(AT_FDCWD, "link", both, 0));
    show("link", 0);
    show("file", 0);
    SAY(utimensat(AT_FDCWD, "none", both, 0));
    SAY(mkdir("folder", 0755));
    SAY(utimensat(AT_FDCWD, "folder", both, 0));
    show("folder", 0);
    show("none", 0);
    struct stat through, itself;
    SAY(stat("link", &through));
    SAY(stat("file", &itself));
    printf("same file: %d\n", through.st_ino == itself.st_ino && through.st_dev == itself.st_dev);
    SAY(lstat("link", &itself));
    printf("same file: %d\n", through.st_ino == itself.st_ino);
    return 0;
}
