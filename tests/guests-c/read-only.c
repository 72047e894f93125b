// A folder granted for reading only.
//@ grant: scratch:ro
#include "say.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

int main(void) {
    char text[32] = "";
    struct stat status;
    int file = open("/scratch/planted-file", O_RDONLY);
    SAY(file < 0 ? -1 : 0);
    SAY(read(file, text, sizeof text));
    puts(text);
    SAY(write(file, "x", 1));
    SAY(ftruncate(file, 0));
    SAY(futimens(file, NULL));
    SAY(stat("/scratch/planted-file", &status));
    SAY(open("/scratch/planted-file", O_RDWR) < 0 ? -1 : 0);
    SAY(open("/scratch/planted-file", O_WRONLY) < 0 ? -1 : 0);
    SAY(open("/scratch/planted-file", O_RDONLY | O_TRUNC) < 0 ? -1 : 0);
    SAY(open("/scratch/new", O_RDWR | O_CREAT, 0644) < 0 ? -1 : 0);
    SAY(open("/scratch/new", O_RDONLY | O_CREAT, 0644) < 0 ? -1 : 0);
    SAY(mkdir("/scratch/new", 0755));
    SAY(unlink("/scratch/planted-file"));
    SAY(rmdir("/scratch/planted-folder"));
    SAY(rename("/scratch/planted-file", "/scratch/new"));
    SAY(link("/scratch/planted-file", "/scratch/new"));
    SAY(symlink("planted-file", "/scratch/new"));
    SAY(utimensat(AT_FDCWD, "/scratch/planted-file", NULL, 0));
    DIR *folder = opendir("/scratch");
    int count = 0;
    while (readdir(folder)) count++;
    SAY(count);
    SAY(readlink("/scratch/planted-link", text, sizeof text));
    return 0;
}
