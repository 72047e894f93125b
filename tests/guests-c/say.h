// What every guest prints with: one line a step, errors by number so that both hosts must agree on the exact one.
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline void say(const char *what, long long result) {
    if (result == -1)
        printf("%s: errno %d\n", what, errno);
    else
        printf("%s: %lld\n", what, result);
    errno = 0;
}

#define SAY(expression) say(#expression, (errno = 0, (long long)(expression)))

static inline uint64_t fnv(const void *bytes, size_t length, uint64_t hash) {
    const unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++) hash = (hash ^ at[i]) * 0x100000001b3u;
    return hash;
}

#define FNV 0xcbf29ce484222325u
