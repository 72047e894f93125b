// The numbers of the files that the arguments name, and how many names the folders among them hold.
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

// Without words, those of the working directory. The linker puts its name into that of the other literals.
static const char *volatile literals[] = {"/.", "%s/..", "."};

int main(int count, char **words) {
    char *usual[] = {words[0], (char *)literals[2], 0};
    if (count == 1) words = usual, count = 2;
    for (int i = 1; i < count; i++) {
        struct stat status;
        int names = 0;
        if (stat(words[i], &status)) return perror(words[i]), 1;
        DIR *folder = opendir(words[i]);
        while (folder && readdir(folder)) names++;
        if (folder) closedir(folder);
        printf("%s %llu %d\n", words[i], (unsigned long long)status.st_ino, names);
    }
}
