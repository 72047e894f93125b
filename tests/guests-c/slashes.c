// Names that end in a slash.
//@ grant: scratch
#include "say.h"
#include <fcntl.h>
#include <sys/stat.h>

static void touch(const char *path) {
    SAY(close(open(path, O_CREAT | O_WRONLY, 0644)));
}

int main(void) {
    struct stat status;
    SAY(chdir("/scratch"));
    touch("file");
    SAY(mkdir("folder", 0755));
    SAY(symlink("file", "to-file"));
    SAY(symlink("folder", "to-folder"));
    SAY(symlink("none", "to-none"));

    const char *names[] = {"file/", "folder/", "to-file/", "to-folder/", "to-none/", "none/", "folder//", "folder/./", "file/.", "file/.."};
    for (int i = 0; i < 10; i++) {
        printf("%s\n", names[i]);
        SAY(open(names[i], O_RDONLY) < 0 ? -1 : 0);
        SAY(open(names[i], O_RDONLY | O_DIRECTORY) < 0 ? -1 : 0);
        SAY(open(names[i], O_WRONLY) < 0 ? -1 : 0);
        SAY(stat(names[i], &status));
        SAY(lstat(names[i], &status));
        SAY(access(names[i], F_OK));
    }
    SAY(mkdir("made/", 0755));
    SAY(rmdir("made/"));
    SAY(rmdir("to-folder/"));
    SAY(rename("folder/", "moved/"));
    SAY(rename("moved", "folder"));
    return 0;
}
