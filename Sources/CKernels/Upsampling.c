#include "ckernels.h"

#include "StridedSum.h"

// Bilinear upsampling, corners not aligned: output o of an axis lies at (o + 1/2) / scale - 1/2, between two inputs;
// before the first input and behind the last it takes that one.

#define LARGEST_SCALE 16

// Of output scale * i + r: it lies between the inputs i + before and i + before + 1, and takes `weight` of the latter.
typedef struct {
    ptrdiff_t before;
    float weight;
} phase;

CK_INLINE phase phase_of(ptrdiff_t r, ptrdiff_t scale) {
    const ptrdiff_t place = 2 * r + 1 - scale;
    const ptrdiff_t before = place < 0 ? -1 : 0;
    return (phase){before, (float)(place - 2 * scale * before) / (float)(2 * scale)};
}

CK_INLINE ptrdiff_t clamped(ptrdiff_t i, ptrdiff_t count) { return i < 0 ? 0 : (i < count ? i : count - 1); }

// y = (1 - v) ((1 - u) a + u b) + v ((1 - u) c + u d)
typedef struct {
    const float *a, *b, *c, *d;
    float u, v;
} corners;

#define DEFINE_BLEND(lanes)                                                                                     \
    CK_INLINE void blend_##lanes(const corners *k, float *y, ptrdiff_t i) {                                     \
        const ck_float##lanes upper = CK_LOAD(ck_float##lanes, k->a + i) * (1 - k->u) +                         \
                                      CK_LOAD(ck_float##lanes, k->b + i) * k->u;                                \
        const ck_float##lanes lower = CK_LOAD(ck_float##lanes, k->c + i) * (1 - k->u) +                         \
                                      CK_LOAD(ck_float##lanes, k->d + i) * k->u;                                \
        CK_STORE(ck_float##lanes, y + i, upper * (1 - k->v) + lower * k->v);                                    \
    }
DEFINE_BLEND(16)
DEFINE_BLEND(4)
DEFINE_BLEND(1)

CK_CLONES void ck_upsample_bilinear(const float *x, float *y, ptrdiff_t height, ptrdiff_t width, ptrdiff_t channels,
                                    ptrdiff_t scale) {
    phase phases[LARGEST_SCALE];
    for (ptrdiff_t r = 0; r < scale; r++) phases[r] = phase_of(r, scale);
    for (ptrdiff_t i = 0; i < height; i++) {
        for (ptrdiff_t r = 0; r < scale; r++) {
            const float *upper = x + clamped(i + phases[r].before, height) * width * channels;
            const float *lower = x + clamped(i + phases[r].before + 1, height) * width * channels;
            for (ptrdiff_t j = 0; j < width; j++) {
                for (ptrdiff_t s = 0; s < scale; s++, y += channels) {
                    const ptrdiff_t left = clamped(j + phases[s].before, width) * channels;
                    const ptrdiff_t right = clamped(j + phases[s].before + 1, width) * channels;
                    const corners k = {upper + left,  upper + right,     lower + left,
                                       lower + right, phases[s].weight, phases[r].weight};
                    ptrdiff_t c = 0;
                    for (; c + 16 <= channels; c += 16) blend_16(&k, y, c);
                    for (; c + 4 <= channels; c += 4) blend_4(&k, y, c);
                    for (; c < channels; c++) blend_1(&k, y, c);
                }
            }
        }
    }
}

// The outputs that take a part of an input: from `first` on, each by its weight.
typedef struct {
    ptrdiff_t first, count;
    float weights[2 * LARGEST_SCALE + 1];
} takers;

CK_INLINE void takers_of(ptrdiff_t i, ptrdiff_t count, ptrdiff_t scale, takers *t) {
    t->first = i == 0 ? 0 : scale * i - scale / 2;
    ptrdiff_t end = i + 1 == count ? scale * count : scale * (i + 1) + (scale + 1) / 2;
    if (end > scale * count) end = scale * count;
    t->count = end - t->first;
    for (ptrdiff_t o = t->first; o < end; o++) {
        const phase p = phase_of(o % scale, scale);
        const ptrdiff_t before = o / scale + p.before;
        t->weights[o - t->first] = (clamped(before, count) == i ? 1 - p.weight : 0) +
                                   (clamped(before + 1, count) == i ? p.weight : 0);
    }
}

// y[i] = sum over rows and columns of their weights and dy: each row's sum first, left to right.
#define DEFINE_COLLECT(lanes)                                                                                   \
    CK_INLINE void collect_##lanes(const float *dy, ptrdiff_t rowStride, ptrdiff_t channels, const takers *rows, \
                                   const takers *columns, float *y, ptrdiff_t rowCount, ptrdiff_t columnCount) { \
        ck_float##lanes sum = {0};                                                                              \
        for (ptrdiff_t r = 0; r < rowCount; r++) {                                                              \
            ck_float##lanes row = {0};                                                                          \
            for (ptrdiff_t c = 0; c < columnCount; c++) {                                                       \
                row += CK_LOAD(ck_float##lanes, dy + r * rowStride + c * channels) * columns->weights[c];       \
            }                                                                                                   \
            sum += row * rows->weights[r];                                                                      \
        }                                                                                                       \
        CK_STORE(ck_float##lanes, y, sum);                                                                      \
    }
DEFINE_COLLECT(16)
DEFINE_COLLECT(4)
DEFINE_COLLECT(1)

CK_INLINE void collect(const float *dy, ptrdiff_t rowStride, ptrdiff_t channels, const takers *rows,
                       const takers *columns, float *y, ptrdiff_t rowCount, ptrdiff_t columnCount) {
    ptrdiff_t c = 0;
    for (; c + 16 <= channels; c += 16) {
        collect_16(dy + c, rowStride, channels, rows, columns, y + c, rowCount, columnCount);
    }
    for (; c + 4 <= channels; c += 4) {
        collect_4(dy + c, rowStride, channels, rows, columns, y + c, rowCount, columnCount);
    }
    for (; c < channels; c++) {
        collect_1(dy + c, rowStride, channels, rows, columns, y + c, rowCount, columnCount);
    }
}

CK_CLONES void ck_upsample_bilinear_transpose(const float *dy, float *dx, ptrdiff_t height, ptrdiff_t width,
                                              ptrdiff_t channels, ptrdiff_t scale) {
    const ptrdiff_t rowStride = scale * width * channels;
    takers rows, first, inner, last;
    takers_of(0, width, scale, &first);
    takers_of(width > 2 ? 1 : 0, width, scale, &inner);
    takers_of(width - 1, width, scale, &last);
    for (ptrdiff_t i = 0; i < height; i++) {
        takers_of(i, height, scale, &rows);
        const float *from = dy + rows.first * rowStride;
        for (ptrdiff_t j = 0; j < width; j++, dx += channels) {
            const takers *columns = j == 0 ? &first : (j + 1 == width ? &last : &inner);
            const ptrdiff_t left = j > 0 && j + 1 < width ? inner.first + (j - 1) * scale : columns->first;
            if (rows.count == 4 && columns->count == 4) {  // scale 2, inside: unrolled
                collect(from + left * channels, rowStride, channels, &rows, columns, dx, 4, 4);
            } else {
                collect(from + left * channels, rowStride, channels, &rows, columns, dx, rows.count, columns->count);
            }
        }
    }
}
