// A digest of all arguments but the name.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    uint64_t hash = 0xcbf29ce484222325u, bytes = 0;
    for (int i = 1; i < argc; i++)
        for (size_t j = 0; j <= strlen(argv[i]); j++, bytes++) hash = (hash ^ (unsigned char)argv[i][j]) * 0x100000001b3u;
    printf("%d %llu %016llx\n", argc, (unsigned long long)bytes, (unsigned long long)hash);
    return 0;
}
