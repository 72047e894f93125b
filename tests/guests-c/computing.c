// No system at all: sorting, hashing, text and floating point, whose last bit both hosts must agree on.
//@ link: -lm
#include "say.h"
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <regex.h>
#include <wchar.h>

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void) {
    static double values[50000];
    uint64_t dice = 88172645463325252u, hash = FNV;
    for (int i = 0; i < 50000; i++) {
        dice ^= dice << 13, dice ^= dice >> 7, dice ^= dice << 17;
        double x = (double)(int64_t)dice / 1e15;
        values[i] = sin(x) * exp(-fabs(x) / 1e4) + pow(fabs(x), 0.3) + atan2(x, i + 1) + fmod(x, 7) + cbrt(x) + nearbyint(x);
    }
    qsort(values, 50000, sizeof *values, by_value);
    hash = fnv(values, sizeof values, hash);
    printf("%016" PRIx64 "\n", hash);
    for (int i = 0; i < 50000; i += 4999) printf("%.17g %a %g %.3f\n", values[i], values[i], values[i], values[i]);
    printf("%g %g %g\n", strtod("1e-320", NULL), strtod("0x1.8p3", NULL), 1.0 / 0.0);
    printf("%" PRId64 " %" PRIu64 " %x %o\n", INT64_MIN, UINT64_MAX, 0xdeadbeef, 0755);
    char sorted[] = "the quick brown fox";
    for (char *at = sorted; *at; at++) *at = (char)toupper(*at);
    puts(sorted);
    regex_t expression;
    regmatch_t match[3];
    SAY(regcomp(&expression, "([a-z]+)-([0-9]+)", REG_EXTENDED));
    SAY(regexec(&expression, "  abc-123 ", 3, match, 0));
    SAY(match[2].rm_so);
    wchar_t wide[8];
    SAY(mbstowcs(wide, "abc", 8));
    return 0;
}
