// Preview 1 functions that C libraries rarely reach, called directly.
//@ grant: scratch
//@ stdin: abc
#include "say.h"
#include <fcntl.h>
#include <wasi/api.h>

#define CALL(expression) printf("%s: %d\n", #expression, (int)(expression))

int main(void) {
    __wasi_fd_t file = open("/scratch/file", O_CREAT | O_RDWR, 0644), other = open("/scratch/other", O_CREAT | O_RDWR, 0644);
    __wasi_filesize_t position = 0;
    __wasi_size_t length = 0;
    __wasi_fdstat_t status;
    __wasi_filestat_t about;
    char text[64];

    CALL(__wasi_fd_allocate(file, 0, 1000));
    CALL(__wasi_fd_filestat_get(file, &about));
    printf("size %llu type %d\n", (unsigned long long)about.size, about.filetype);
    CALL(__wasi_fd_advise(file, 0, 100, __WASI_ADVICE_SEQUENTIAL));
    CALL(__wasi_fd_advise(0, 0, 100, __WASI_ADVICE_WILLNEED));
    CALL(__wasi_fd_advise(3, 0, 100, __WASI_ADVICE_WILLNEED));
    CALL(__wasi_fd_datasync(file));
    CALL(__wasi_fd_sync(3));
    CALL(__wasi_fd_sync(99));
    CALL(__wasi_fd_fdstat_get(3, &status));
    printf("preopen: type %d flags %d\n", status.fs_filetype, status.fs_flags);
    CALL(__wasi_fd_fdstat_get(file, &status));
    printf("file: type %d flags %d\n", status.fs_filetype, status.fs_flags);
    CALL(__wasi_fd_fdstat_set_rights(file, __WASI_RIGHTS_FD_READ, 0));
    CALL(__wasi_fd_fdstat_set_flags(file, __WASI_FDFLAGS_APPEND));
    CALL(__wasi_fd_fdstat_get(file, &status));
    printf("file: flags %d\n", status.fs_flags);
    CALL(__wasi_fd_fdstat_set_flags(file, __WASI_FDFLAGS_SYNC));
    CALL(__wasi_fd_fdstat_set_flags(file, 0));

    __wasi_ciovec_t out = {(const uint8_t *)"0123456789", 10};
    CALL(__wasi_fd_write(file, &out, 1, &length));
    CALL(__wasi_fd_write(file, &out, 0, &length));
    CALL(__wasi_fd_pwrite(file, &out, 1, 5, &length));
    CALL(__wasi_fd_pwrite(1, &out, 1, 5, &length));
    CALL(__wasi_fd_tell(file, &position));
    printf("position %llu\n", (unsigned long long)position);
    CALL(__wasi_fd_seek(file, 3, __WASI_WHENCE_SET, &position));
    CALL(__wasi_fd_seek(file, -10, __WASI_WHENCE_CUR, &position));
    CALL(__wasi_fd_seek(3, 0, __WASI_WHENCE_CUR, &position));
    __wasi_iovec_t in = {(uint8_t *)text, 4};
    CALL(__wasi_fd_pread(file, &in, 1, 8, &length));
    printf("%zu: %.4s\n", (size_t)length, text);
    CALL(__wasi_fd_pread(0, &in, 1, 0, &length));
    CALL(__wasi_fd_filestat_set_size(file, 12));
    CALL(__wasi_fd_filestat_set_size(0, 12));
    CALL(__wasi_fd_filestat_set_times(file, 5, 6, __WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_MTIM));
    CALL(__wasi_fd_filestat_set_times(file, 5, 6, __WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_ATIM_NOW));
    CALL(__wasi_fd_filestat_get(file, &about));
    printf("size %llu times %llu %llu\n", (unsigned long long)about.size, (unsigned long long)about.atim, (unsigned long long)about.mtim);

    CALL(__wasi_fd_renumber(file, other));
    CALL(__wasi_fd_filestat_get(other, &about));
    printf("size %llu\n", (unsigned long long)about.size);
    CALL(__wasi_fd_close(file));
    CALL(__wasi_fd_renumber(file, other));
    CALL(__wasi_fd_renumber(other, 99));
    CALL(__wasi_fd_renumber(other, other));
    CALL(__wasi_fd_close(other));

    __wasi_prestat_t before;
    CALL(__wasi_fd_prestat_get(3, &before));
    printf("tag %d length %zu\n", before.tag, (size_t)before.u.dir.pr_name_len);
    CALL(__wasi_fd_prestat_dir_name(3, (uint8_t *)text, 3));
    CALL(__wasi_fd_prestat_dir_name(3, (uint8_t *)text, before.u.dir.pr_name_len));
    printf("%.*s\n", (int)before.u.dir.pr_name_len, text);
    CALL(__wasi_fd_prestat_get(4, &before));
    CALL(__wasi_fd_prestat_get(0, &before));

    CALL(__wasi_path_open(3, 0, "new", __WASI_OFLAGS_CREAT, __WASI_RIGHTS_FD_READ, 0, 0, &file));
    CALL(__wasi_fd_write(file, &out, 1, &length));
    CALL(__wasi_path_open(3, 0, "new", __WASI_OFLAGS_DIRECTORY, __WASI_RIGHTS_FD_READ, 0, 0, &other));
    CALL(__wasi_path_open(3, 0, "new", __WASI_OFLAGS_DIRECTORY | __WASI_OFLAGS_CREAT, __WASI_RIGHTS_FD_READ, 0, 0, &other));
    CALL(__wasi_path_open(3, 0, ".", 0, 0, 0, 0, &other));
    CALL(__wasi_path_open(file, 0, "new", 0, 0, 0, 0, &other));
    CALL(__wasi_path_open(1, 0, "new", 0, 0, 0, 0, &other));
    CALL(__wasi_path_open(99, 0, "new", 0, 0, 0, 0, &other));
    CALL(__wasi_path_open(3, 0, "", 0, 0, 0, 0, &other));
    CALL(__wasi_path_open(3, 0, "/new", 0, 0, 0, 0, &other));
    CALL(__wasi_path_filestat_get(3, 0, "/", &about));
    CALL(__wasi_path_filestat_get(3, 1, "new", &about));
    CALL(__wasi_path_filestat_set_times(3, 1, "new", 1000, 2000, __WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_MTIM));
    CALL(__wasi_path_create_directory(3, "a/b/c"));
    CALL(__wasi_path_link(3, 1, "new", 3, "linked"));
    CALL(__wasi_path_link(3, 0, "new", 3, "linked"));
    CALL(__wasi_fd_readdir(file, (uint8_t *)text, sizeof text, 0, &length));
    CALL(__wasi_fd_readdir(3, (uint8_t *)text, 10, 0, &length));
    printf("%zu of 10 used\n", (size_t)length);
    CALL(__wasi_sched_yield());

    __wasi_timestamp_t time;
    CALL(__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 1, &time));
    __wasi_event_t event;
    CALL(__wasi_poll_oneoff(NULL, &event, 0, &length));
    __wasi_subscription_t waits = {.userdata = 7, .u = {.tag = __WASI_EVENTTYPE_CLOCK}};
    waits.u.u.clock.id = __WASI_CLOCKID_REALTIME;
    waits.u.u.clock.timeout = 1000000;
    CALL(__wasi_poll_oneoff(&waits, &event, 1, &length));
    printf("%zu event, %llu, error %d, type %d\n", (size_t)length, (unsigned long long)event.userdata, event.error, event.type);
    __wasi_subscription_t lost = {.userdata = 8, .u = {.tag = __WASI_EVENTTYPE_FD_READ}};
    lost.u.u.fd_read.file_descriptor = 99;
    CALL(__wasi_poll_oneoff(&lost, &event, 1, &length));

    CALL(__wasi_sock_shutdown(file, __WASI_SDFLAGS_RD));
    CALL(__wasi_sock_shutdown(99, __WASI_SDFLAGS_RD));
    uint16_t flags;
    CALL(__wasi_sock_recv(file, &in, 1, 0, &length, &flags));
    CALL(__wasi_sock_send(file, &out, 1, 0, &length));
    return 0;
}
