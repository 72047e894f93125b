// Starts a program under one condition that a shell cannot make.
//   launch mdwe PROGRAM ARGS...       no memory may become executable (PR_SET_MDWE)
//   launch seccomp PROGRAM ARGS...    mmap, mprotect and pkey_mprotect with PROT_EXEC kill the process
//   launch empty PROGRAM              an argument list without even a name
//   launch close DIGITS PROGRAM ARGS  those of the descriptors 0, 1, 2 are closed
//   launch deleted PROGRAM ARGS...    the file is removed before it is executed through its descriptor
//   launch many COUNT PROGRAM         COUNT arguments: 0, 1, 2, ...
#define _GNU_SOURCE
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <fcntl.h>
#include <unistd.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

extern char **environ;

static void fail(const char *what) {
    perror(what);
    exit(121);
}

static void forbid_executable_memory(void) {
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
    struct sock_filter program[] = {
        LOAD(nr),
        IF(SYS_mmap, 2, 0),
        IF(SYS_mprotect, 1, 0),
        IF(SYS_pkey_mprotect, 0, 3),
        LOAD(args[2]),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof *program, program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) fail("PR_SET_NO_NEW_PRIVS");
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) fail("PR_SET_SECCOMP");
}

int main(int argc, char **argv) {
    if (argc < 3) return 120;
    const char *mode = argv[1];
    char **rest = argv + 2;
    if (!strcmp(mode, "mdwe")) {
        if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0)) fail("PR_SET_MDWE");
    } else if (!strcmp(mode, "seccomp")) {
        forbid_executable_memory();
    } else if (!strcmp(mode, "empty")) {
        char *none[] = {NULL};
        execve(rest[0], none, environ);
        fail(rest[0]);
    } else if (!strcmp(mode, "close")) {
        for (const char *digit = rest[0]; *digit; digit++) close(*digit - '0');
        rest++;
    } else if (!strcmp(mode, "deleted")) {
        int file = open(rest[0], O_PATH | O_CLOEXEC);
        if (file < 0 || unlink(rest[0])) fail(rest[0]);
        execveat(file, "", rest, environ, AT_EMPTY_PATH);
        fail(rest[0]);
    } else if (!strcmp(mode, "many")) {
        long count = atol(rest[0]);
        char **list = calloc(count + 2, sizeof *list);
        list[0] = rest[1];
        for (long i = 0; i < count; i++) asprintf(&list[i + 1], "%ld", i);
        execve(rest[1], list, environ);
        fail(rest[1]);
    } else {
        return 120;
    }
    execve(rest[0], rest, environ);
    fail(rest[0]);
}
