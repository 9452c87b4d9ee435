// Counts the allocations of one thread, and those that dnnl_sgemm makes apart.
//
// The functions of the C library and dnnl_sgemm are defined anew in the test's executable and pass everything on, so the
// count is exact for whatever the process calls. With glibc only, and not under a sanitizer, which defines them itself.
#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stddef.h>

typedef struct {
    // By anything but dnnl_sgemm.
    size_t own;
    // Inside dnnl_sgemm.
    size_t sgemm;
    // How often dnnl_sgemm was called.
    size_t products;
} allocation_counts;

// Whether this system lets allocations be counted.
int allocation_counting_works(void);
// Counts the calling thread's allocations from now on, from 0.
void allocation_counting_start(void);
// What was counted since the start.
allocation_counts allocation_counting_stop(void);

#endif
