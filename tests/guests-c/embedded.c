// Files that are embedded here and granted to the other host: reading does not tell them apart.
//@ embed: scratch
#include "say.h"
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

static void list(const char *path) {
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, by_name);
    SAY(count);
    for (int i = 0; i < count; i++) {
        char full[300];
        struct stat link, followed;
        snprintf(full, sizeof full, "%s/%s", path, entries[i]->d_name);
        int there = lstat(full, &link), leads = stat(full, &followed);
        printf("%s: type %d, mode %o, size %lld, leads %d to %o, same inode %d\n", full, entries[i]->d_type, link.st_mode & S_IFMT,
               S_ISREG(link.st_mode) ? (long long)link.st_size : -1, leads, leads ? 0 : followed.st_mode & S_IFMT,
               there == 0 && link.st_ino == entries[i]->d_ino);
    }
}

int main(void) {
    char text[100] = "";
    struct stat status, other;
    list("/scratch");
    list("/scratch/planted-folder");
    SAY(scandir("/scratch/planted-file", NULL, NULL, NULL));
    SAY(scandir("/scratch/none", NULL, NULL, NULL));

    FILE *file = fopen("/scratch/planted-link", "r");
    SAY(fgets(text, sizeof text, file) != NULL);
    puts(text);
    SAY(feof(file));
    SAY(fseek(file, -4, SEEK_END));
    SAY(ftell(file));
    SAY(fread(text, 1, 10, file));
    SAY(feof(file));
    SAY(fseek(file, 100, SEEK_SET));
    SAY(fgetc(file));
    SAY(fseek(file, -1, SEEK_SET));
    rewind(file);
    SAY(fgetc(file));
    fclose(file);

    int folder = open("/scratch", O_RDONLY | O_DIRECTORY);
    SAY(folder >= 0);
    int fd = openat(folder, "planted-folder/../planted-file", O_RDONLY);
    SAY(fd >= 0);
    SAY(pread(fd, text, 4, 3));
    SAY(pread(fd, text, 4, 100));
    SAY(lseek(fd, 0, SEEK_CUR));
    SAY(lseek(fd, 2, SEEK_END));
    SAY(read(fd, text, 4));
    SAY(lseek(fd, 0, SEEK_SET));
    struct pollfd poll_one = {.fd = fd, .events = POLLIN};
    SAY(poll(&poll_one, 1, 1000));
    SAY(poll_one.revents);
    SAY(write(fd, "x", 1));
    SAY(fcntl(fd, F_GETFL) & O_ACCMODE);
    SAY(fstat(fd, &status));
    SAY(stat("/scratch/planted-link", &other));
    SAY(status.st_ino == other.st_ino && status.st_dev == other.st_dev);
    SAY(lstat("/scratch/planted-link", &other));
    SAY(status.st_ino == other.st_ino);
    SAY(stat("/scratch/planted-folder", &other));
    SAY(status.st_ino == other.st_ino);
    SAY(close(fd));
    SAY(openat(folder, "../outside", O_RDONLY));
    SAY(open("/scratch/planted-file/", O_RDONLY));
    SAY(open("/scratch/planted-file/x", O_RDONLY));
    SAY(open("/scratch/none/x", O_RDONLY));
    SAY(open("/scratch/planted-link", O_RDONLY | O_NOFOLLOW));
    SAY(open("/scratch/planted-file", O_RDONLY | O_DIRECTORY));
    SAY(open("/scratch/planted-file", O_RDWR | O_CREAT | O_EXCL, 0644) < 0);
    SAY(readlink("/scratch/planted-link", text, sizeof text));
    SAY(readlink("/scratch/planted-file", text, sizeof text));
    SAY(access("/scratch/planted-file", R_OK));
    SAY(access("/scratch/none", F_OK));
    DIR *listing = opendir("/scratch");
    readdir(listing);
    long second = telldir(listing);
    struct dirent *entry = readdir(listing);
    char name[256];
    strcpy(name, entry->d_name);
    while (readdir(listing)) {}
    seekdir(listing, second);
    SAY(strcmp(readdir(listing)->d_name, name));
    rewinddir(listing);
    int count = 0;
    while (readdir(listing)) count++;
    SAY(count);
    return 0;
}
