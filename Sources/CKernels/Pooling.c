#include "ckernels.h"

#include "StridedSum.h"

// The part of a window that lies inside the image.
typedef struct {
    ptrdiff_t start;           // its first place, in floats from the image's beginning
    ptrdiff_t rows, columns;   // places down and across; either may be 0
    ptrdiff_t rowStride, columnStride;
} part;

CK_INLINE part part_of_window(const ck_window *w, ptrdiff_t oy, ptrdiff_t ox) {
    const ptrdiff_t top = oy * w->strideHeight - w->padTop, left = ox * w->strideWidth - w->padLeft;
    ptrdiff_t firstRow, lastRow, first, last;
    ck_inside(top, w->kernelHeight, w->height, &firstRow, &lastRow);
    ck_inside(left, w->kernelWidth, w->width, &first, &last);
    const ptrdiff_t channels = w->channels;
    return (part){.start = ((top + firstRow) * w->width + left + first) * channels,
                  .rows = lastRow - firstRow,
                  .columns = last - first,
                  .rowStride = w->width * channels,
                  .columnStride = channels};
}

// ---- The greatest of a window ----
//
// As in PyTorch, a place takes over if it is greater than the best before it or NaN.

#define DEFINE_MAXIMUM(width)                                                                                \
    CK_INLINE void select_##width(const float *x, const float *v, float *y, const part *p) {                 \
        ck_float##width best = CK_LOAD(ck_float##width, x + p->start);                                       \
        ck_int##width value = CK_LOAD(ck_int##width, v + p->start);                                          \
        for (ptrdiff_t r = 0; r < p->rows; r++) {                                                            \
            for (ptrdiff_t c = 0; c < p->columns; c++) {                                                     \
                const ptrdiff_t at = p->start + r * p->rowStride + c * p->columnStride;                      \
                const ck_float##width candidate = CK_LOAD(ck_float##width, x + at);                          \
                const ck_int##width takes = (candidate > best) | (candidate != candidate);                   \
                best = (ck_float##width)((takes & (ck_int##width)candidate) | (~takes & (ck_int##width)best)); \
                value = (takes & CK_LOAD(ck_int##width, v + at)) | (~takes & value);                         \
            }                                                                                                \
        }                                                                                                    \
        CK_STORE(ck_int##width, y, value);                                                                   \
    }                                                                                                        \
    CK_INLINE void scatter_##width(const float *x, const float *dy, float *dx, const part *p, int skip,   \
                                   const int isAlone) {                                                      \
        ck_float##width best = CK_LOAD(ck_float##width, x + p->start);                                       \
        ck_int##width place = {0};                                                                           \
        ck_int##width number = {0};                                                                          \
        for (ptrdiff_t r = 0; r < p->rows; r++) {                                                            \
            for (ptrdiff_t c = 0; c < p->columns; c++) {                                                     \
                const ptrdiff_t at = p->start + r * p->rowStride + c * p->columnStride;                      \
                const ck_float##width candidate = CK_LOAD(ck_float##width, x + at);                          \
                const ck_int##width takes = (candidate > best) | (candidate != candidate);                   \
                best = (ck_float##width)((takes & (ck_int##width)candidate) | (~takes & (ck_int##width)best)); \
                place = (takes & number) | (~takes & place);                                                 \
                number += 1;                                                                                 \
            }                                                                                                \
        }                                                                                                    \
        ck_int##width gradient = CK_LOAD(ck_int##width, dy);                                                 \
        if (!isAlone) {                                                                                      \
            for (int l = 0; l < skip; l++) gradient[l] = 0;                                                  \
        }                                                                                                    \
        number = (ck_int##width){0};                                                                         \
        for (ptrdiff_t r = 0; r < p->rows; r++) {                                                            \
            for (ptrdiff_t c = 0; c < p->columns; c++) {                                                     \
                float *to = dx + p->start + r * p->rowStride + c * p->columnStride;                          \
                const ck_float##width term = (ck_float##width)((place == number) & gradient);                \
                CK_STORE(ck_float##width, to, isAlone ? term : CK_LOAD(ck_float##width, to) + term);         \
                number += 1;                                                                                 \
            }                                                                                                \
        }                                                                                                    \
    }
DEFINE_MAXIMUM(16)
DEFINE_MAXIMUM(8)
DEFINE_MAXIMUM(4)
DEFINE_MAXIMUM(1)

// Channels [c, c + width) for c = 0, width, ...; the last vector may reach back over `skip` channels that are done.
#define OVER_CHANNELS(at, channels)                               \
    do {                                                          \
        if ((channels) >= 16) {                                   \
            OVER_CHANNELS_BY(16, at, channels);                   \
        } else if ((channels) >= 8) {                             \
            OVER_CHANNELS_BY(8, at, channels);                    \
        } else if ((channels) >= 4) {                             \
            OVER_CHANNELS_BY(4, at, channels);                    \
        } else {                                                  \
            OVER_CHANNELS_BY(1, at, channels);                    \
        }                                                         \
    } while (0)
#define OVER_CHANNELS_BY(width, at, channels)                               \
    ptrdiff_t c = 0;                                                        \
    for (; c + width <= (channels); c += width) at(width, c, 0);            \
    if (c < (channels)) at(width, (channels)-width, (int)(c + width - (channels)))

// The usual pooling: windows of 2x2 side by side, all inside the image.
CK_INLINE int is_halving(const ck_window *w) {
    return w->kernelHeight == 2 && w->kernelWidth == 2 && w->strideHeight == 2 && w->strideWidth == 2 &&
           w->padTop == 0 && w->padLeft == 0 && 2 * w->outHeight <= w->height && 2 * w->outWidth <= w->width;
}

// Calls at(width, c, skip) with the part `p` of each window, which is whole; y and channels are named so. What a vector
// has beyond 9 to 15 channels, the next window puts right; so the last of a row may have none.
#define OVER_HALVING_WINDOWS(at, w, y)                                                                       \
    for (ptrdiff_t oy = 0; oy < w->outHeight; oy++) {                                                        \
        part p = {2 * oy * w->width * channels, 2, 2, w->width * channels, channels};                        \
        for (ptrdiff_t ox = 0; ox < w->outWidth; ox++, p.start += 2 * channels, y += channels) {             \
            if (channels > 8 && channels < 16 && ox + 1 < w->outWidth) {                                     \
                at(16, 0, 0);                                                                                \
            } else {                                                                                         \
                OVER_CHANNELS(at, channels);                                                                 \
            }                                                                                                \
        }                                                                                                    \
    }

CK_CLONES void ck_max_pool_select(const float *x, const float *v, float *y, const ck_window *w) {
#define SELECT(width, c, skip) select_##width(x + (c), v + (c), y + (c), &p)
    const ptrdiff_t channels = w->channels;
    if (is_halving(w)) {
        OVER_HALVING_WINDOWS(SELECT, w, y)
        return;
    }
    for (ptrdiff_t oy = 0; oy < w->outHeight; oy++) {
        for (ptrdiff_t ox = 0; ox < w->outWidth; ox++, y += channels) {
            const part p = part_of_window(w, oy, ox);
            if (p.rows == 0 || p.columns == 0) {
                memset(y, 0, (size_t)channels * sizeof(float));
                continue;
            }
            OVER_CHANNELS(SELECT, channels);
        }
    }
}

CK_CLONES void ck_max_pool_scatter(const float *x, const float *dy, float *dx, const ck_window *w) {
#define SCATTER(width, c, skip) scatter_##width(x + (c), dy + (c), dx + (c), &p, skip, 0)
#define SCATTER_ALONE(width, c, skip) scatter_##width(x + (c), dy + (c), dx + (c), &p, skip, 1)
    const ptrdiff_t channels = w->channels;
    if (is_halving(w) && 2 * w->outHeight == w->height && 2 * w->outWidth == w->width) {
        OVER_HALVING_WINDOWS(SCATTER_ALONE, w, dy)
        return;
    }
    memset(dx, 0, (size_t)w->height * (size_t)w->width * (size_t)channels * sizeof(float));
    for (ptrdiff_t oy = 0; oy < w->outHeight; oy++) {
        for (ptrdiff_t ox = 0; ox < w->outWidth; ox++, dy += channels) {
            const part p = part_of_window(w, oy, ox);
            if (p.rows == 0 || p.columns == 0) continue;
            OVER_CHANNELS(SCATTER, channels);
        }
    }
}

// ---- The sum of a window ----

CK_CLONES void ck_sum_pool(const float *x, float *y, const ck_window *w) {
    const ptrdiff_t channels = w->channels;
    for (ptrdiff_t oy = 0; oy < w->outHeight; oy++) {
        for (ptrdiff_t ox = 0; ox < w->outWidth; ox++, y += channels) {
            const part p = part_of_window(w, oy, ox);
            const ck_runs runs = {p.rows, p.rowStride, p.columns, p.columnStride};
            ck_sum_runs(x + p.start, y, channels, &runs);
        }
    }
}

CK_CLONES void ck_sum_pool_transpose(const float *dy, float *dx, const ck_window *w) {
    const ptrdiff_t channels = w->channels;
    for (ptrdiff_t y = 0; y < w->height; y++) {
        ptrdiff_t firstRow, lastRow;
        ck_covering(y, w->padTop, w->kernelHeight, w->strideHeight, w->outHeight, &firstRow, &lastRow);
        for (ptrdiff_t x = 0; x < w->width; x++, dx += channels) {
            ptrdiff_t first, last;
            ck_covering(x, w->padLeft, w->kernelWidth, w->strideWidth, w->outWidth, &first, &last);
            const ck_runs runs = {lastRow - firstRow, w->outWidth * channels, last - first, channels};
            ck_sum_runs(dy + (firstRow * w->outWidth + first) * channels, dx, channels, &runs);
        }
    }
}
