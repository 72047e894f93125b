// Relative paths, getcwd and chdir over two grants, one inside the other by name.
//@ grant: scratch
//@ grant: scratch/inner
#include "say.h"
#include <fcntl.h>
#include <sys/stat.h>

static void where(void) {
    char path[256];
    printf("in %s\n", getcwd(path, sizeof path) ? path : "nowhere");
}

int main(void) {
    struct stat status;
    where();
    SAY(getcwd((char[2]){0}, 1) ? 0 : -1);
    SAY(chdir("/scratch"));
    where();
    SAY(mkdir("a", 0755));
    SAY(mkdir("a/b", 0755));
    SAY(chdir("a/b"));
    where();
    SAY(close(open("file", O_CREAT | O_WRONLY, 0644)));
    SAY(access("file", F_OK));
    SAY(access("file", R_OK | W_OK));
    SAY(access("none", F_OK));
    SAY(stat("../b/file", &status));
    SAY(stat("../../a/b/file", &status));
    SAY(stat("../../../scratch/a/b/file", &status));
    SAY(chdir(".."));
    where();
    SAY(chdir("/scratch/a/b/file"));
    SAY(chdir("/nowhere"));
    SAY(chdir("/"));
    where();
    SAY(stat("scratch", &status));
    SAY(stat("/", &status));
    SAY(stat(".", &status));
    SAY(chdir("/scratch/inner"));
    where();
    SAY(close(open("deep", O_CREAT | O_WRONLY, 0644)));
    SAY(stat("/scratch/inner/deep", &status));
    SAY(rename("/scratch/inner/deep", "/scratch/deep"));
    SAY(stat("/scratch/deep", &status));
    SAY(S_ISREG(status.st_mode));
    SAY(status.st_size);
    return 0;
}
