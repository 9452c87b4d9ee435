// The sum of a two-dimensional arrangement of runs: what scattering windows and sum pooling come down to.
#ifndef CKERNELS_STRIDED_SUM_H
#define CKERNELS_STRIDED_SUM_H

#include "Clones.h"

// Runs begin at row * rowStride + column * columnStride, row < rows, column < columns; in floats.
typedef struct {
    ptrdiff_t rows, rowStride, columns, columnStride;
} ck_runs;

#define CK_DEFINE_SUM_RUNS(name, type, width, vectors)                                                       \
    CK_INLINE void name(const float *x, float *y, ptrdiff_t rows, ptrdiff_t rowStride, ptrdiff_t columns,    \
                        ptrdiff_t columnStride) {                                                            \
        type sums[vectors] = {{0}};                                                                          \
        for (ptrdiff_t r = 0; r < rows; r++) {                                                               \
            for (ptrdiff_t c = 0; c < columns; c++) {                                                        \
                const float *run = x + r * rowStride + c * columnStride;                                     \
                for (int k = 0; k < vectors; k++) sums[k] += CK_LOAD(type, run + k * width);                 \
            }                                                                                                \
        }                                                                                                    \
        for (int k = 0; k < vectors; k++) CK_STORE(type, y + k * width, sums[k]);                            \
    }
CK_DEFINE_SUM_RUNS(ck_sum_runs_64, ck_float16, 16, 4)
CK_DEFINE_SUM_RUNS(ck_sum_runs_16, ck_float16, 16, 1)
CK_DEFINE_SUM_RUNS(ck_sum_runs_1, ck_float1, 1, 1)

// `length` between width and 2 width: one vector at the beginning and one at the end. Where they overlap, the same
// values are written twice.
#define CK_DEFINE_SUM_ENDS(name, type, width)                                                                \
    CK_INLINE void name(const float *x, float *y, ptrdiff_t length, ptrdiff_t rows, ptrdiff_t rowStride,     \
                        ptrdiff_t columns, ptrdiff_t columnStride) {                                         \
        type first = {0}, last = {0};                                                                        \
        for (ptrdiff_t r = 0; r < rows; r++) {                                                               \
            for (ptrdiff_t c = 0; c < columns; c++) {                                                        \
                const float *run = x + r * rowStride + c * columnStride;                                     \
                first += CK_LOAD(type, run);                                                                 \
                last += CK_LOAD(type, run + length - width);                                                 \
            }                                                                                                \
        }                                                                                                    \
        CK_STORE(type, y, first);                                                                            \
        CK_STORE(type, y + length - width, last);                                                            \
    }
CK_DEFINE_SUM_ENDS(ck_sum_ends_16, ck_float16, 16)
CK_DEFINE_SUM_ENDS(ck_sum_ends_8, ck_float8, 8)
CK_DEFINE_SUM_ENDS(ck_sum_ends_4, ck_float4, 4)
CK_DEFINE_SUM_ENDS(ck_sum_ends_2, ck_float2, 2)

// y[i] = sum over rows, then columns, of x[row * rowStride + column * columnStride + i], i < length; from +0.
CK_INLINE void ck_sum_runs_of(const float *x, float *y, ptrdiff_t length, ptrdiff_t rows, ptrdiff_t rowStride,
                              ptrdiff_t columns, ptrdiff_t columnStride) {
#define CK_SUM_AT(width, i) ck_sum_runs_##width(x + (i), y + (i), rows, rowStride, columns, columnStride)
#define CK_SUM_ENDS(width, i, n) ck_sum_ends_##width(x + (i), y + (i), n, rows, rowStride, columns, columnStride)
    if (length >= 16) {
        ptrdiff_t i = 0;
        for (; i + 64 <= length; i += 64) CK_SUM_AT(64, i);
        if (length - i > 32) {
            CK_SUM_ENDS(16, i, 32);
            i += 32;
        }
        if (length - i > 16) {
            CK_SUM_ENDS(16, i, length - i);
        } else if (i < length) {
            CK_SUM_AT(16, length - 16);
        }
    } else if (length >= 8) {
        CK_SUM_ENDS(8, 0, length);
    } else if (length >= 4) {
        CK_SUM_ENDS(4, 0, length);
    } else if (length >= 2) {
        CK_SUM_ENDS(2, 0, length);
    } else if (length == 1) {
        CK_SUM_AT(1, 0);
    }
#undef CK_SUM_AT
#undef CK_SUM_ENDS
}

CK_INLINE void ck_sum_runs(const float *x, float *y, ptrdiff_t length, const ck_runs *runs) {
    if (runs->rows == 2 && runs->columns == 2) {  // 4x4 windows at stride 2: unrolled
        ck_sum_runs_of(x, y, length, 2, runs->rowStride, 2, runs->columnStride);
    } else {
        ck_sum_runs_of(x, y, length, runs->rows, runs->rowStride, runs->columns, runs->columnStride);
    }
}

// The range of windows [*first, *last) of `count` that cover a place: i with 0 <= place + pad - i * stride < kernel.
CK_INLINE void ck_covering(ptrdiff_t place, ptrdiff_t pad, ptrdiff_t kernel, ptrdiff_t stride, ptrdiff_t count,
                           ptrdiff_t *first, ptrdiff_t *last) {
    const ptrdiff_t p = place + pad;
    const ptrdiff_t low = p < kernel ? 0 : (p - kernel) / stride + 1;
    const ptrdiff_t high = p / stride + 1;
    *last = high < count ? high : count;
    *first = low < *last ? low : *last;
}

// The range of places [*first, *last) of a window that lie inside [0, size).
CK_INLINE void ck_inside(ptrdiff_t start, ptrdiff_t kernel, ptrdiff_t size, ptrdiff_t *first, ptrdiff_t *last) {
    const ptrdiff_t low = start < 0 ? -start : 0;
    const ptrdiff_t high = start + kernel > size ? size - start : kernel;
    *first = low < kernel ? low : kernel;
    *last = high > *first ? high : *first;
}

#endif
