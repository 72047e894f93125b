// The heap grows to 300 MB, shrinks in use, and asking for more than 4 GiB fails in the normal way.
#include "say.h"

int main(void) {
    enum { PIECES = 300, PIECE = 1 << 20 };
    static unsigned char *piece[PIECES];
    for (int i = 0; i < PIECES; i++) {
        piece[i] = malloc(PIECE);
        if (!piece[i]) return printf("malloc %d: errno %d\n", i, errno), 1;
        memset(piece[i], i, PIECE);
    }
    uint64_t sum = 0;
    for (int i = 0; i < PIECES; i++) sum += piece[i][PIECE - 1] + piece[i][i];
    SAY(sum);
    for (int i = 0; i < PIECES; i += 2) free(piece[i]);
    char *grown = malloc(1);
    for (size_t size = 1; size < 64 << 20; size = size * 2 + 1) {
        grown = realloc(grown, size);
        grown[size - 1] = 1;
    }
    unsigned char *clean = calloc(50 << 20, 1);
    uint64_t dirty = 0;
    for (size_t i = 0; i < 50 << 20; i += 4096) dirty += clean[i];
    SAY(dirty);
    SAY(malloc(3900u << 20) ? 0 : -1);
    SAY(__builtin_wasm_memory_grow(0, 65536));
    return 0;
}
