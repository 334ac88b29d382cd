/* Stands between a program and its clock (LD_PRELOAD): adds to the time of day as many seconds as the file named by
   TEST_CLOCK says, or stops it at the second behind an `@`. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
    long failed = syscall(SYS_clock_gettime, clock, now);
    const char *path = getenv("TEST_CLOCK");
    if (failed || clock != CLOCK_REALTIME || !path) return (int)failed;
    char text[32] = {0};
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    if (read(file, text, sizeof text - 1) > 0) {
        if (text[0] == '@') {
            now->tv_sec = atoll(text + 1);
            now->tv_nsec = 0;
        } else {
            now->tv_sec += atoll(text);
        }
    }
    close(file);
    return 0;
}
