// Four variables.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    const char *names[] = {"GIVEN", "SET", "HIDDEN", "SPELLED"};
    for (int i = 0; i < 4; i++) {
        const char *value = getenv(names[i]);
        if (value)
            printf("%s=%s\n", names[i], value);
        else
            printf("%s: none\n", names[i]);
    }
    return 0;
}
