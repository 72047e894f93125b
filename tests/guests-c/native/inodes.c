// The numbers of the files that the arguments name, and how many names the folders among them hold.
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

int main(int count, char **words) {
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
