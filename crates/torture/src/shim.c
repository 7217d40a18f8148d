/* Faults inside one process alone, preloaded before the C library (LD_PRELOAD).
 *
 * The file named by TORTURE_CONTROL is mapped and looked at on each call:
 *   bytes 0-7   nanoseconds by which the clock of the day is off
 *   byte 8      1: fsync and fdatasync fail with EIO
 *   byte 9      1: writes to files fail with ENOSPC
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

struct control {
    volatile int64_t clock_off;
    volatile uint8_t sync_fails;
    volatile uint8_t disk_full;
};

static struct control none;
static struct control *control = &none;

__attribute__((constructor)) static void begin(void) {
    const char *name = getenv("TORTURE_CONTROL");
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *at = mmap(0, 4096, PROT_READ, MAP_SHARED, file, 0);
    if (at != MAP_FAILED) control = at;
    close(file);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*next)(clockid_t, struct timespec *);
    if (!next) next = NEXT(clock_gettime);
    int done = next(clock, now);
    if (done == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        int64_t second = 1000000000;
        int64_t nanos = now->tv_sec * second + now->tv_nsec + control->clock_off;
        now->tv_sec = nanos / second;
        now->tv_nsec = nanos % second;
    }
    return done;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec fine;
    int done = clock_gettime(CLOCK_REALTIME, &fine);
    now->tv_sec = fine.tv_sec;
    now->tv_usec = fine.tv_nsec / 1000;
    return done;
}

time_t time(time_t *at) {
    struct timespec fine;
    clock_gettime(CLOCK_REALTIME, &fine);
    if (at) *at = fine.tv_sec;
    return fine.tv_sec;
}

int fsync(int file) {
    static int (*next)(int);
    if (!next) next = NEXT(fsync);
    if (control->sync_fails) { errno = EIO; return -1; }
    return next(file);
}

int fdatasync(int file) {
    static int (*next)(int);
    if (!next) next = NEXT(fdatasync);
    if (control->sync_fails) { errno = EIO; return -1; }
    return next(file);
}

/* Sockets, pipes and the log go on: the database alone is on the full disk. */
static int is_full(int file) {
    struct stat what;
    return control->disk_full && file > 2 && fstat(file, &what) == 0 && S_ISREG(what.st_mode);
}

ssize_t write(int file, const void *bytes, size_t count) {
    static ssize_t (*next)(int, const void *, size_t);
    if (!next) next = NEXT(write);
    if (is_full(file)) { errno = ENOSPC; return -1; }
    return next(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
    static ssize_t (*next)(int, const void *, size_t, off_t);
    if (!next) next = NEXT(pwrite);
    if (is_full(file)) { errno = ENOSPC; return -1; }
    return next(file, bytes, count, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
    static ssize_t (*next)(int, const void *, size_t, off64_t);
    if (!next) next = NEXT(pwrite64);
    if (is_full(file)) { errno = ENOSPC; return -1; }
    return next(file, bytes, count, at);
}
