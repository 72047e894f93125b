// Lists a folder, and opens and renames what the arguments behind it name.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

int main(int count, char **words) {
    DIR *folder = opendir(words[1]);
    if (!folder) return perror("opendir"), 1;
    int names = 0;
    unsigned long bytes = 0;
    errno = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        names++;
        for (char *byte = entry->d_name; *byte; byte++) bytes += (unsigned char)*byte;
    }
    printf("%d names, %lu, %s\n", names, bytes, strerror(errno));
    closedir(folder);
    for (int i = 2; i < count; i++) {
        char other[300];
        snprintf(other, sizeof other, "%s\xff", words[i]);
        printf("%s", words[i]);
        printf(": %s", open(words[i], O_RDONLY) < 0 ? strerror(errno) : "opened");
        printf(", %s", rename(words[i], other) ? strerror(errno) : "renamed");
        printf(", %s\n", rename(other, words[i]) ? strerror(errno) : "renamed");
    }
}
