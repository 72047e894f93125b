// Copies standard input to standard output, byte for byte.
//@ stdin-size: 5000011
#include <unistd.h>

int main(void) {
    static char block[65536];
    ssize_t length;
    while ((length = read(0, block, sizeof block)) > 0)
        for (ssize_t done = 0, step; done < length; done += step)
            if ((step = write(1, block + done, length - done)) < 0) return 1;
    return length < 0;
}
