// Clocks go forward and sleeps last as long as asked.
#include "say.h"
#include <sys/time.h>
#include <time.h>

static long long nanoseconds(struct timespec at) {
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static long long read_clock(clockid_t clock) {
    struct timespec at = {0, 0};
    if (clock_gettime(clock, &at)) printf("clock_gettime: errno %d\n", errno);
    return nanoseconds(at);
}

static void slept(const char *what, long long begin, long long wanted) {
    long long took = read_clock(CLOCK_MONOTONIC) - begin;
    printf("%s: %s\n", what, took < wanted ? "too short" : took > wanted + 2000000000 ? "far too long" : "good");
}

int main(void) {
    struct timespec resolution;
    SAY(clock_getres(CLOCK_REALTIME, &resolution));
    printf("realtime resolution %lld\n", nanoseconds(resolution));
    SAY(clock_getres(CLOCK_MONOTONIC, &resolution));
    printf("monotonic resolution %lld\n", nanoseconds(resolution));
    printf("after 2025: %d, before 2100: %d\n", time(NULL) > 1735689600, time(NULL) < 4102444800);
    struct timeval day;
    SAY(gettimeofday(&day, NULL));
    long long difference = read_clock(CLOCK_REALTIME) / 1000000000 - day.tv_sec;
    printf("both wall clocks agree: %d\n", difference == 0 || difference == 1);

    long long last = read_clock(CLOCK_MONOTONIC), steps = 0, backwards = 0;
    for (int i = 0; i < 20000; i++) {
        long long at = read_clock(CLOCK_MONOTONIC);
        backwards += at < last;
        steps += at > last;
        last = at;
    }
    printf("backwards %lld, moving %d\n", backwards, steps > 10);

    long long begin = read_clock(CLOCK_MONOTONIC);
    SAY(nanosleep(&(struct timespec){0, 30000000}, NULL));
    slept("nanosleep", begin, 30000000);
    begin = read_clock(CLOCK_MONOTONIC);
    SAY(usleep(20000));
    slept("usleep", begin, 20000000);
    begin = read_clock(CLOCK_MONOTONIC);
    SAY(sleep(1));
    slept("sleep", begin, 1000000000);
    begin = read_clock(CLOCK_MONOTONIC);
    long long until = begin + 50000000;
    SAY(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &(struct timespec){until / 1000000000, until % 1000000000}, NULL));
    slept("absolute", begin, 50000000);
    SAY(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &(struct timespec){1, 0}, NULL));
    SAY(nanosleep(&(struct timespec){0, -1}, NULL));
    SAY(nanosleep(&(struct timespec){0, 0}, NULL));

    struct tm fields;
    time_t moment = 1000000000;
    gmtime_r(&moment, &fields);
    char text[64];
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %j %a", &fields);
    puts(text);
    printf("%lld\n", (long long)mktime(&fields));
    return 0;
}
