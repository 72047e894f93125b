// Opens a file and prints to both standard streams: where those are closed, nothing may land in the file.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    int file = open("/scratch/victim", O_CREAT | O_WRONLY | O_TRUNC, 0644);
    if (write(file, "mine\n", 5) != 5) return 1;
    puts("standard output");
    fflush(stdout);
    fputs("standard error\n", stderr);
    close(file);
    return 0;
}
