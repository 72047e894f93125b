// Ways out of a granted folder; every one is refused, with the same error. The check plants `outside` beside the folder
// and a link to it inside.
//@ grant: scratch
#include "say.h"
#include <fcntl.h>
#include <sys/stat.h>

static void attempt(const char *path) {
    struct stat status;
    printf("%s\n", path);
    SAY(open(path, O_RDONLY) < 0 ? -1 : 0);
    SAY(open(path, O_RDWR | O_CREAT, 0644) < 0 ? -1 : 0);
    SAY(stat(path, &status));
    SAY(lstat(path, &status));
    SAY(mkdir(path, 0755));
    SAY(rename("/scratch/mine", path));
    SAY(rename(path, "/scratch/theirs"));
    SAY(link("/scratch/mine", path));
    SAY(link(path, "/scratch/theirs"));
    SAY(unlink(path));
    SAY(rmdir(path));
    SAY(readlink(path, (char[64]){0}, 64));
    SAY(utimensat(AT_FDCWD, path, NULL, 0));
    SAY(close(open("/scratch/mine", O_CREAT | O_WRONLY, 0644)));
}

int main(void) {
    SAY(close(open("/scratch/mine", O_CREAT | O_WRONLY, 0644)));
    SAY(mkdir("/scratch/sub", 0755));
    SAY(symlink("..", "/scratch/sub/up"));
    SAY(symlink("../..", "/scratch/sub/up-up"));
    SAY(symlink("sub/up-up/outside/secret", "/scratch/chain"));
    SAY(symlink("/etc/passwd", "/scratch/absolute"));
    attempt("/scratch/../outside/secret");
    attempt("/scratch/sub/../../outside/secret");
    attempt("/scratch/sub/up-up/outside/secret");
    attempt("/scratch/chain");
    attempt("/scratch/absolute");
    attempt("/scratch/planted/secret");
    attempt("/scratch/./..");
    attempt("/etc/passwd");
    attempt("/scratch/sub/up/mine");
    attempt("/scratch/sub/up/sub/up/../mine");
    return 0;
}
