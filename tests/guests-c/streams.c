// stdio in all its modes: 64-bit seeks, ungetc, append, exclusive creation, large files.
//@ grant: scratch
#include "say.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <wchar.h>

static void modes(void) {
    FILE *file;
    SAY((file = fopen("/scratch/none", "r")) ? 0 : -1);
    SAY((file = fopen("/scratch/text", "wx")) ? 0 : -1);
    fprintf(file, "line %d\nline %s\n%a %.17g %e\n", 1, "two", 0.1, 0.1, 12345.678);
    SAY(fclose(file));
    SAY(fopen("/scratch/text", "wx") ? 0 : -1);
    SAY((file = fopen("/scratch/text", "r+")) ? 0 : -1);
    char line[64];
    printf("%s", fgets(line, sizeof line, file));
    SAY(ungetc('L', file));
    SAY(ungetc('!', file));
    SAY(ftello(file));
    printf("%s", fgets(line, sizeof line, file));
    SAY(fseeko(file, -3, SEEK_END));
    SAY(fread(line, 1, sizeof line, file));
    SAY(feof(file) != 0);
    SAY(fseeko(file, 0, SEEK_CUR));
    SAY(fputs("added\n", file));
    rewind(file);
    SAY(fwrite("LINE", 1, 4, file));
    SAY(fclose(file));
    SAY((file = fopen("/scratch/text", "a+")) ? 0 : -1);
    SAY(fseeko(file, 0, SEEK_SET));
    SAY(fgetc(file));
    SAY(fputs("appended\n", file));
    SAY(ftello(file));
    SAY(fclose(file));
    SAY((file = fopen("/scratch/text", "r")) ? 0 : -1);
    SAY(fputs("no", file) < 0 || fflush(file) ? -1 : 0);
    clearerr(file);
    rewind(file);
    for (int byte; (byte = fgetc(file)) != EOF;) putchar(byte);
    SAY((file = freopen("/scratch/text", "r", file)) ? 0 : -1);
    SAY(setvbuf(file, NULL, _IONBF, 0));
    int number = 0;
    SAY(fscanf(file, "LINE %d", &number));
    SAY(number);
    SAY(fclose(file));
}

static void far(void) {
    FILE *file = fopen("/scratch/sparse", "w+");
    SAY(fseeko(file, 5LL << 30, SEEK_SET));
    SAY(fputs("beyond four gigabytes", file));
    SAY(ftello(file));
    SAY(fseeko(file, -10, SEEK_CUR));
    char text[32] = "";
    SAY(fread(text, 1, 9, file));
    puts(text);
    SAY(fseeko(file, -1, SEEK_SET));
    SAY(fseeko(file, -(6LL << 30), SEEK_END));
    SAY(fseeko(file, INT64_MAX, SEEK_SET));
    SAY(fflush(file));
    SAY(ftruncate(fileno(file), (5LL << 30) + 6));
    struct stat status;
    SAY(fstat(fileno(file), &status));
    SAY(status.st_size);
    SAY(ftruncate(fileno(file), -1));
    SAY(ftruncate(fileno(file), 100));
    SAY(posix_fallocate(fileno(file), 0, 5000));
    SAY(fstat(fileno(file), &status));
    SAY(status.st_size);
    SAY(fclose(file));
    SAY(unlink("/scratch/sparse"));
}

static void big(void) {
    FILE *file = fopen("/scratch/big", "w+b");
    uint32_t dice = 1;
    static uint32_t block[4096];
    uint64_t written = FNV, found = FNV;
    for (int i = 0; i < 1500; i++) {
        for (int j = 0; j < 4096; j++) block[j] = dice = dice * 1664525 + 1013904223;
        written = fnv(block, sizeof block, written);
        if (fwrite(block, 1, sizeof block, file) != sizeof block) printf("fwrite: errno %d\n", errno);
    }
    rewind(file);
    size_t length, total = 0;
    static char odd[10007];
    while ((length = fread(odd, 1, sizeof odd, file)) > 0) found = fnv(odd, length, found), total += length;
    printf("%zu bytes, %s\n", total, written == found ? "the same" : "different");
    SAY(fclose(file));
}

// A host may take or give less than was asked for in one call; how much is its own affair.
static void write_all(int file, const struct iovec *parts, int count) {
    for (int i = 0; i < count; i++)
        for (size_t done = 0; done < parts[i].iov_len;) {
            struct iovec rest[] = {{(char *)parts[i].iov_base + done, parts[i].iov_len - done}, {NULL, 0}};
            ssize_t length = writev(file, rest, 2);
            if (length < 0) return say("writev", length);
            done += length;
        }
}

static void read_all(int file, const struct iovec *parts, int count) {
    for (int i = 0; i < count; i++)
        for (size_t done = 0; done < parts[i].iov_len;) {
            struct iovec rest[] = {{(char *)parts[i].iov_base + done, parts[i].iov_len - done}, {NULL, 0}};
            ssize_t length = readv(file, rest, 2);
            if (length < 0) return say("readv", length);
            if (length == 0) return say("end after", done);
            done += length;
        }
}

static void descriptors(void) {
    int file = open("/scratch/raw", O_RDWR | O_CREAT | O_TRUNC, 0644);
    struct iovec parts[] = {{"ab", 2}, {"", 0}, {"cdef", 4}, {NULL, 0}, {"g", 1}};
    write_all(file, parts, 5);
    SAY(pwrite(file, "XY", 2, 3));
    SAY(pwrite(file, "far", 3, 20));
    SAY(pwrite(file, "", 0, 100));
    SAY(lseek(file, 0, SEEK_CUR));
    char one[4] = "", two[64] = "";
    struct iovec into[] = {{one, 3}, {two, 60}};
    SAY(lseek(file, 0, SEEK_SET));
    read_all(file, into, 2);
    printf("%s|%s\n", one, two);
    SAY(pread(file, two, 10, 1000));
    SAY(pread(file, two, 3, 20));
    printf("%.3s\n", two);
    SAY(fsync(file));
    SAY(fdatasync(file));
    SAY(close(file));
    SAY(close(file));
    file = open("/scratch/raw", O_WRONLY | O_APPEND);
    SAY(write(file, "tail", 4));
    SAY(lseek(file, 0, SEEK_CUR));
    SAY(lseek(file, 0, SEEK_SET));
    SAY(write(file, "tail", 4));
    SAY(read(file, two, 1));
    SAY(fcntl(file, F_GETFL) & (O_APPEND | O_NONBLOCK));
    SAY(fcntl(file, F_SETFL, 0));
    SAY(lseek(file, 0, SEEK_SET));
    SAY(write(file, "HEAD", 4));
    struct stat status;
    SAY(fstat(file, &status));
    SAY(status.st_size);
    SAY(close(file));
    file = open("/scratch/raw", O_RDONLY);
    SAY(write(file, "x", 1));
    SAY(ftruncate(file, 1));
    SAY(close(file));
    int folder = open("/scratch", O_RDONLY | O_DIRECTORY);
    SAY(read(folder, two, 1));
    SAY(lseek(folder, 0, SEEK_CUR));
    SAY(ftruncate(folder, 0));
    SAY(openat(folder, "raw", O_RDONLY) < 0 ? -1 : 0);
    SAY(unlinkat(folder, "raw", AT_REMOVEDIR));
    SAY(unlinkat(folder, "raw", 0));
}

int main(void) {
    modes();
    far();
    big();
    descriptors();
    return 0;
}
