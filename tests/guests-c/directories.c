// Makes a tree, walks it, and reads a large directory in several passes with cookies.
//@ grant: scratch
#include "say.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int depth_first(const char *path, int depth) {
    DIR *folder = opendir(path);
    if (!folder) return printf("%s: errno %d\n", path, errno), 0;
    char *names[64];
    int count = 0, total = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        char *copy = malloc(strlen(entry->d_name) + 2);
        copy[0] = entry->d_type == DT_DIR ? 'd' : entry->d_type == DT_LNK ? 'l' : entry->d_type == DT_REG ? 'f' : '?';
        strcpy(copy + 1, entry->d_name);
        names[count++] = copy;
    }
    closedir(folder);
    qsort(names, count, sizeof *names, by_name);
    for (int i = 0; i < count; i++) {
        char child[512];
        snprintf(child, sizeof child, "%s/%s", path, names[i] + 1);
        printf("%*s%s\n", depth * 2, "", names[i]);
        total++;
        if (names[i][0] == 'd') total += depth_first(child, depth + 1);
        free(names[i]);
    }
    return total;
}

static void touch(const char *path) {
    int file = open(path, O_CREAT | O_WRONLY | O_EXCL, 0644);
    if (file < 0) printf("%s: errno %d\n", path, errno);
    close(file);
}

static void name_of(char path[256], int i) {
    char letters[201];
    for (int j = 0; j < 200; j++) letters[j] = (char)('a' + j % 26);
    snprintf(path, 256, "/scratch/many/%05d-%.*s", i, i % 200, letters);
}

int main(void) {
    char path[256];
    SAY(mkdir("/scratch/tree", 0755));
    SAY(mkdir("/scratch/tree", 0755));
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "/scratch/tree/branch %d", i);
        SAY(mkdir(path, 0755));
        for (int j = 0; j < 3; j++) {
            snprintf(path, sizeof path, "/scratch/tree/branch %d/leaf-%d-\xc3\xa9\xe2\x82\xac", i, j);
            touch(path);
        }
    }
    SAY(symlink("branch 1", "/scratch/tree/link"));
    SAY(symlink("nowhere", "/scratch/tree/dangling"));
    SAY(depth_first("/scratch/tree", 0));

    SAY(mkdir("/scratch/many", 0755));
    enum { MANY = 500 };
    static char seen[MANY];
    for (int i = 0; i < MANY; i++) {
        name_of(path, i);
        touch(path);
    }
    DIR *folder = opendir("/scratch/many");
    int count = 0, twice = 0, dots = 0;
    long middle = 0;
    char after_middle[256] = "";
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.') {
            dots++;
            continue;
        }
        if (count == MANY / 2 + 1) strcpy(after_middle, entry->d_name);
        int number = atoi(entry->d_name);
        twice += seen[number]++;
        if (count++ == MANY / 2) middle = telldir(folder);
    }
    printf("%d entries, %d seen twice, %d dots\n", count, twice, dots);
    seekdir(folder, middle);
    struct dirent *again = readdir(folder);
    printf("after seekdir: %s\n", again && strcmp(again->d_name, after_middle) == 0 ? "the same entry" : "another entry");
    rewinddir(folder);
    int second = 0;
    while (readdir(folder)) second++;
    printf("after rewinddir: %d more entries than before\n", second - count - dots);
    closedir(folder);

    // Entries removed while the directory is read: none may come twice. (Cookies of wasmtime's host are indices, so that
    // it misses some; that is not asked for here.)
    memset(seen, 0, sizeof seen);
    folder = opendir("/scratch/many");
    twice = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.') continue;
        twice += seen[atoi(entry->d_name)]++;
        snprintf(path, sizeof path, "/scratch/many/%s", entry->d_name);
        if (atoi(entry->d_name) % 2 && unlink(path)) printf("%s: errno %d\n", path, errno);
    }
    closedir(folder);
    printf("while removing: %d seen twice\n", twice);
    for (int i = 1; i < MANY; i += 2) {
        name_of(path, i);
        unlink(path);
    }
    SAY(rmdir("/scratch/many"));
    SAY(rmdir("/scratch/tree/link"));
    SAY(rmdir("/scratch/none"));
    SAY(opendir("/scratch/none") ? 0 : -1);
    SAY(opendir("/scratch/tree/dangling") ? 0 : -1);
    SAY(scandir("/scratch/tree/branch 1", &(struct dirent **){0}, NULL, alphasort));
    return 0;
}
