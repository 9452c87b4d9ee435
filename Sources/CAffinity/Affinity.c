#if defined(__linux__)
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <sys/prctl.h>

#include "caffinity.h"

int caf_allowed_processors(int *processors, int capacity) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
    int count = 0;
    for (int processor = 0; processor < CPU_SETSIZE; ++processor) {
        if (!CPU_ISSET(processor, &set)) continue;
        if (count < capacity) processors[count] = processor;
        ++count;
    }
    return count;
}

int caf_bind_thread(const int *processors, int count) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int index = 0; index < count; ++index) {
        if (processors[index] < 0 || processors[index] >= CPU_SETSIZE) return EINVAL;
        CPU_SET(processors[index], &set);
    }
    return sched_setaffinity(0, sizeof set, &set) == 0 ? 0 : errno;
}

void caf_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

#else
#include <errno.h>

#include "caffinity.h"

int caf_allowed_processors(int *processors, int capacity) {
    (void)processors, (void)capacity;
    return 0;
}

int caf_bind_thread(const int *processors, int count) {
    (void)processors, (void)count;
    return ENOTSUP;
}

void caf_name_thread(const char *name) { (void)name; }

#endif
