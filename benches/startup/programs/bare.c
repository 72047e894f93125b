// No libc: what the kernel alone costs.
static long call(long number, long a, long b, long c) {
    __asm__ volatile("syscall" : "+a"(number) : "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return number;
}

void _start(void) {
    call(1, 1, (long)"hello\n", 6);
    call(231, 0, 0, 0);
}
