// Ends with 0 only if memory can be made executable: shows that the two guards of launch.c are armed.
#include <sys/mman.h>

int main(void) {
    void *page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED || mprotect(page, 4096, PROT_READ | PROT_EXEC) ? 1 : 0;
}
