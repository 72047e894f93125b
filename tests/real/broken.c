#include <stdio.h>

int main(void) {
    int x = "text";
    printf("%d\n", y);
    return x +;
}
