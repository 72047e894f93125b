// Reads what its arguments name, or a file of the directory /d, and tries to reach what is not below that.
#include <stdio.h>

static void show(const char *path) {
    FILE *file = fopen(path, "r");
    char line[100] = "refused\n";
    if (file) fgets(line, sizeof line, file);
    printf("%s: %s", path, line);
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) show(argv[i]);
    if (argc > 1) return 0;
    show("/d/sub/f.txt");
    show("/d/../outside");
    show("/d/sub/../../outside");
    show("/d/..\\outside");
    show("/d/sub\\f.txt");
    show("/d/sub/f.txt:stream");
    show("/d/sub/f.txt::$DATA");
    show("/d/C:");
    show("/d/Z:/etc/hostname");
    show("/d/nul");
    show("/d/con.txt");
    show("/d/COM1");
    show("/d/sub/f.txt.");
    show("/d/sub/f.txt ");
    return 0;
}
