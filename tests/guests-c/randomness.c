// Random bytes are there, differ, and fill a large buffer to its last byte.
#include "say.h"

int main(void) {
    unsigned char a[64] = {0}, b[64] = {0};
    SAY(getentropy(a, sizeof a));
    SAY(getentropy(b, sizeof b));
    SAY(getentropy(b, 257));
    printf("differ: %d\n", memcmp(a, b, sizeof a) != 0);
    enum { SIZE = 1 << 20 };
    unsigned char *large = calloc(SIZE, 1);
    for (size_t at = 0; at < SIZE; at += 256)
        if (getentropy(large + at, 256)) printf("errno %d\n", errno);
    int histogram[256] = {0}, odd = 0;
    for (size_t i = 0; i < SIZE; i++) histogram[large[i]]++;
    for (int i = 0; i < 256; i++) odd += histogram[i] < 3400 || histogram[i] > 4800;
    printf("values far from their share: %d\n", odd);
    return 0;
}
