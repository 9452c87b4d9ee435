// Short copies, inline: a call to memcpy costs more than most rows of a window are long.
#ifndef CKERNELS_RUNS_H
#define CKERNELS_RUNS_H

#include "Clones.h"

// y <- x; vectors at the end may overlap those before.
CK_INLINE void ck_copy_run(const float *x, float *y, ptrdiff_t length) {
    if (length >= 16) {
        ptrdiff_t i = 0;
        for (; i + 64 <= length; i += 64) memcpy(y + i, x + i, 64 * sizeof(float));
        for (; i + 16 <= length; i += 16) memcpy(y + i, x + i, 16 * sizeof(float));
        if (i < length) memcpy(y + length - 16, x + length - 16, 16 * sizeof(float));
    } else if (length >= 8) {
        memcpy(y, x, 8 * sizeof(float));
        memcpy(y + length - 8, x + length - 8, 8 * sizeof(float));
    } else if (length >= 4) {
        memcpy(y, x, 4 * sizeof(float));
        memcpy(y + length - 4, x + length - 4, 4 * sizeof(float));
    } else if (length >= 2) {
        memcpy(y, x, 2 * sizeof(float));
        memcpy(y + length - 2, x + length - 2, 2 * sizeof(float));
    } else if (length == 1) {
        *y = *x;
    }
}

CK_INLINE void ck_zero_run(float *y, ptrdiff_t length) {
    const ck_float16 zero16 = {0};
    const ck_float4 zero4 = {0};
    ptrdiff_t i = 0;
    for (; i + 16 <= length; i += 16) CK_STORE(ck_float16, y + i, zero16);
    for (; i + 4 <= length; i += 4) CK_STORE(ck_float4, y + i, zero4);
    for (; i < length; i++) y[i] = 0;
}

#endif
