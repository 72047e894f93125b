// Renames, links, symbolic links and removals: every odd pairing, then a storm of them.
//@ grant: scratch
#include "say.h"
#include <fcntl.h>
#include <sys/stat.h>

static void put(const char *path, const char *text) {
    int file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0644);
    if (file < 0 || write(file, text, strlen(text)) < 0) printf("put %s: errno %d\n", path, errno);
    close(file);
}

static void show(const char *path) {
    char text[64] = "";
    struct stat status;
    int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &status)) {
        printf("show %s: errno %d\n", path, errno);
    } else {
        ssize_t length = read(file, text, sizeof text - 1);
        printf("show %s: \"%s\" length %zd links %d\n", path, text, length, (int)status.st_nlink);
    }
    if (file >= 0) close(file);
}

static void show_link(const char *path) {
    char text[300];
    ssize_t length = readlink(path, text, sizeof text);
    if (length < 0)
        printf("readlink %s: errno %d\n", path, errno);
    else
        printf("readlink %s: \"%.*s\"\n", path, (int)length, text);
    length = readlink(path, text, 3);
    printf("readlink in 3 bytes: %zd\n", length);
}

int main(void) {
    SAY(chdir("/scratch"));
    put("a", "one");
    put("b", "two");
    SAY(mkdir("empty", 0755));
    SAY(mkdir("full", 0755));
    put("full/x", "x");

    SAY(rename("a", "b"));
    show("b");
    show("a");
    SAY(rename("missing", "b"));
    SAY(rename("b", "empty"));
    SAY(rename("empty", "b"));
    SAY(rename("full", "empty"));
    SAY(rename("empty", "full/inside"));
    SAY(rename("full", "full/inside"));
    SAY(mkdir("full", 0755));
    put("full/y", "y");
    SAY(mkdir("other", 0755));
    SAY(rename("other", "full"));
    SAY(rename("full", "full/under"));
    SAY(rename("b", "b"));
    SAY(rename("b", "c/"));
    SAY(rename("b/", "c"));
    SAY(rename("full/", "moved/"));
    SAY(rename("b", "moved/y/z"));
    SAY(rename("", "z"));
    SAY(rename("b", ""));
    SAY(rename("b", "../outside"));
    SAY(rename(".", "dot"));

    SAY(link("b", "hard"));
    show("b");
    SAY(link("b", "hard"));
    SAY(link("moved", "hard-folder"));
    SAY(link("missing", "hard2"));
    SAY(link("b", "hard3/"));
    SAY(unlink("b"));
    show("hard");

    SAY(symlink("hard", "soft"));
    SAY(symlink("hard", "soft"));
    SAY(symlink("", "soft-empty"));
    SAY(symlink("/hard", "soft-absolute"));
    SAY(symlink("../hard", "soft-parent"));
    SAY(symlink("moved/../hard", "soft-up-inside"));
    SAY(symlink("loop2", "loop1"));
    SAY(symlink("loop1", "loop2"));
    SAY(symlink("moved", "soft-folder"));
    SAY(symlink("hard", "soft-slash/"));
    show("soft");
    show("soft-absolute");
    show("soft-parent");
    show("soft-up-inside");
    show("loop1");
    show("soft-folder/y");
    show("soft/");
    show("hard/");
    show("moved/../hard");
    show("./././hard");
    show("moved//y");
    show_link("soft");
    show_link("soft-absolute");
    show_link("hard");
    show_link("soft-folder/");
    SAY(link("soft", "hard-to-soft"));
    show_link("hard-to-soft");
    SAY(rename("soft", "soft2"));
    show_link("soft2");
    SAY(unlink("soft-folder"));
    SAY(unlink("soft-folder/"));
    SAY(unlink("moved"));
    SAY(unlink("moved/"));
    SAY(unlink("hard/"));
    SAY(unlink("missing"));
    SAY(rmdir("hard"));
    SAY(rmdir("moved"));
    SAY(rmdir("empty/"));
    SAY(rmdir("."));
    SAY(rmdir(".."));
    SAY(rmdir(""));
    SAY(mkdir("made/", 0755));
    SAY(mkdir("hard", 0755));
    SAY(mkdir("loop1", 0755));
    SAY(mkdir("hard/x", 0755));
    SAY(mkdir("", 0755));
    SAY(open("hard", O_CREAT | O_EXCL | O_RDWR, 0644) < 0 ? -1 : 0);
    SAY(open("loop1", O_CREAT | O_EXCL | O_RDWR, 0644) < 0 ? -1 : 0);
    SAY(open("soft2", O_RDONLY | O_NOFOLLOW) < 0 ? -1 : 0);
    SAY(open("hard", O_RDONLY | O_DIRECTORY) < 0 ? -1 : 0);
    SAY(open("moved", O_WRONLY) < 0 ? -1 : 0);
    SAY(open("moved", O_RDWR | O_CREAT, 0644) < 0 ? -1 : 0);
    SAY(open("new/", O_RDWR | O_CREAT, 0644) < 0 ? -1 : 0);

    char name[300];
    memset(name, 'n', sizeof name);
    name[255] = 0;
    put(name, "255");
    SAY(unlink(name));
    name[255] = 'n', name[256] = 0;
    put(name, "256");

    // The storm: a small machine of names, the same on every host.
    uint32_t dice = 12345;
    uint64_t hash = FNV;
    for (int i = 0; i < 4000; i++) {
        char from[32], to[32];
        dice = dice * 1664525 + 1013904223;
        snprintf(from, sizeof from, "s%u", dice >> 28);
        snprintf(to, sizeof to, "s%u", dice >> 24 & 15);
        int result = -2;
        errno = 0;
        switch (dice >> 20 & 7) {
        case 0: result = rename(from, to); break;
        case 1: result = link(from, to); break;
        case 2: result = symlink(from, to); break;
        case 3: result = unlink(from); break;
        case 4: result = mkdir(from, 0755); break;
        case 5: result = rmdir(from); break;
        default: {
            int file = open(from, O_CREAT | O_WRONLY | O_APPEND, 0644);
            result = file < 0 ? -1 : (int)write(file, to, strlen(to));
            if (file >= 0) close(file);
        }
        }
        int outcome[] = {i, result, result == -1 ? errno : 0};
        hash = fnv(outcome, sizeof outcome, hash);
        if (i % 500 == 499) printf("storm %d: %016llx\n", i + 1, (unsigned long long)hash);
    }
    return 0;
}
