// Measures programs from spawn to exit, interleaved: one run of each a round, the order turned by one each round.
//   spawn times ROUNDS 'PROGRAM ARG ...' ...   a line each: minimum, 10th percentile, median, 90th, in nanoseconds
//   spawn cpuid                                what one CPUID costs, in nanoseconds
//   spawn peak PROGRAM ARG ...                 peak resident memory at exit, in bytes: of the whole, of it anonymous
// Everything runs on one processor, with standard output thrown away. posix_spawn shares memory with the parent until
// exec, so that the parent's size costs nothing.
#define _GNU_SOURCE
#ifdef __x86_64__
#include <cpuid.h>
#endif
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static uint64_t now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static int by_value(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static char **words(char *line) {
    char **list = calloc(strlen(line) / 2 + 2, sizeof *list);
    int count = 0;
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) list[count++] = word;
    return list;
}

static int times(int rounds, int count, char **lines) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    char ***commands = calloc(count, sizeof *commands);
    uint64_t **spent = calloc(count, sizeof *spent);
    for (int i = 0; i < count; i++) {
        commands[i] = words(strdup(lines[i]));
        spent[i] = calloc(rounds, sizeof **spent);
    }
    for (int round = -3; round < rounds; round++) {
        for (int turn = 0; turn < count; turn++) {
            int i = (turn + round + 3) % count, status;
            pid_t child;
            uint64_t begin = now();
            if (posix_spawn(&child, commands[i][0], &actions, NULL, commands[i], environ)) {
                perror(commands[i][0]);
                return 1;
            }
            waitpid(child, &status, 0);
            if (round >= 0) spent[i][round] = now() - begin;
            if (!WIFEXITED(status) || WEXITSTATUS(status)) {
                fprintf(stderr, "%s ended with %x\n", lines[i], status);
                return 1;
            }
        }
    }
    for (int i = 0; i < count; i++) {
        qsort(spent[i], rounds, sizeof **spent, by_value);
        printf("%llu %llu %llu %llu\n", (unsigned long long)spent[i][0], (unsigned long long)spent[i][rounds / 10],
            (unsigned long long)spent[i][rounds / 2], (unsigned long long)spent[i][rounds * 9 / 10]);
    }
    return 0;
}

static long sum(pid_t child, const char *field) {
    char path[64], line[256];
    long total = -1, value;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", child);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, field, strlen(field)) && sscanf(line + strlen(field), " %ld", &value) == 1) total = value * 1024;
    if (file) fclose(file);
    return total;
}

// getrusage would count the parent's pages that the child held before exec; so the mapping is read while the child
// stands still at its exit.
static int peak(char **command) {
    pid_t child = fork();
    if (child == 0) {
        dup2(open("/dev/null", O_WRONLY), 1);
        if (ptrace(PTRACE_TRACEME, 0, 0, 0)) _exit(121);
        raise(SIGSTOP);
        execv(command[0], command);
        _exit(122);
    }
    int status;
    waitpid(child, &status, 0);
    if (!WIFSTOPPED(status)) return 1;
    ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
    for (;;) {
        int signal = status >> 16 || WSTOPSIG(status) == SIGSTOP ? 0 : WSTOPSIG(status);
        ptrace(PTRACE_CONT, child, 0, signal);
        waitpid(child, &status, 0);
        if (!WIFSTOPPED(status)) return 1;
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) break;
    }
    printf("%ld %ld\n", sum(child, "Rss:"), sum(child, "Anonymous:"));
    ptrace(PTRACE_DETACH, child, 0, 0);
    waitpid(child, &status, 0);
    return 0;
}

static int cpuid(void) {
#ifdef __x86_64__
    enum { TIMES = 1000 };
    unsigned a, b, c, d;
    uint64_t begin = now();
    for (int i = 0; i < TIMES; i++) __cpuid_count(7, 0, a, b, c, d);
    printf("%llu\n", (unsigned long long)(now() - begin) / TIMES);
    return 0;
#else
    return 1;
#endif
}

int main(int argc, char **argv) {
    if (argc > 1 && !strcmp(argv[1], "cpuid")) return cpuid();
    if (argc > 3 && !strcmp(argv[1], "times")) return times(atoi(argv[2]), argc - 3, argv + 3);
    if (argc > 2 && !strcmp(argv[1], "peak")) return peak(argv + 2);
    return 120;
}
