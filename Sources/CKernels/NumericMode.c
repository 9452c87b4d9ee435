#include "ckernels.h"

#if defined(__x86_64__)
#include <xmmintrin.h>

// MXCSR: all exceptions masked, rounding to nearest, denormal results and operands taken for zero.
void ck_set_numeric_mode(void) { _mm_setcsr(0x1F80 | 0x8000 | 0x0040); }

#elif defined(__aarch64__)

// FPCR: rounding to nearest, denormals flushed (FZ), no traps.
void ck_set_numeric_mode(void) {
    const uint64_t flushToZero = UINT64_C(1) << 24;
    __asm__ volatile("msr fpcr, %0" : : "r"(flushToZero));
}

#else

void ck_set_numeric_mode(void) {}

#endif
