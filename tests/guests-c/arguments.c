// Arguments, environment and exit status.
//@ args: one "two words" "" --dir=/ -- -x é€ "tab	and 'quotes'"
//@ env: NAME=value
//@ env: EMPTY=
//@ env: EQUALS=a=b=c
#include "say.h"

extern char **environ;

int main(int argc, char **argv) {
    printf("%d arguments\n", argc);
    for (int i = 1; i < argc; i++) printf("%d: \"%s\"\n", i, argv[i]);
    printf("end: %s\n", argv[argc] ? "not null" : "null");
    for (char **pair = environ; *pair; pair++) puts(*pair);
    printf("%s %s\n", getenv("NAME"), getenv("HOME") ? "leaked" : "not granted");
    SAY(setenv("NAME", "other", 1));
    puts(getenv("NAME"));
    return 42;
}
