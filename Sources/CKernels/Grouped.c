#include "ckernels.h"

#include "Runs.h"
#include "StridedSum.h"

// Grouped convolutions: sixteen results of a pixel share a vector. Of a wide group they are sixteen of its filters,
// and a channel's number goes to all of them; of narrow groups, of 1, 2, 4 or 8 channels and as many filters, they are
// the filters of several groups, and each takes its channels from the same vector of the image.
//
// Sums begin with +0 and take the taps in row-major order, for each its channels, each product fused with the sum; taps
// outside of the image are left out.

#define LANES 16
// Pixels, or products of a filter's gradient, that are computed at once.
#define TILE 8
#define UNROLLED_BY_4 _Pragma("clang loop unroll_count(4)")

// ---- Packing ----

// Pixels `step` floats apart, of which `taken` are taken, into pixels of `inner`; y is written whole.
CK_INLINE void pack_run(const float *x, ptrdiff_t step, float *y, ptrdiff_t yStep, ptrdiff_t count, ptrdiff_t taken,
                        ptrdiff_t inner) {
    for (ptrdiff_t i = 0; i < count; i++, x += step, y += yStep) {
        ck_copy_run(x, y, taken);
        ck_zero_run(y + taken, inner - taken);
    }
}

CK_INLINE void zero_run_of_pixels(float *y, ptrdiff_t yStep, ptrdiff_t count, ptrdiff_t inner) {
    for (ptrdiff_t i = 0; i < count; i++, y += yStep) ck_zero_run(y, inner);
}

// The usual sizes of a pixel made known to the compiler.
CK_INLINE void pack_run_by_size(const float *x, ptrdiff_t step, float *y, ptrdiff_t yStep, ptrdiff_t count,
                                ptrdiff_t taken, ptrdiff_t inner) {
    if (taken == 16 && inner == 16) {
        pack_run(x, step, y, yStep, count, 16, 16);
    } else if (taken == 32 && inner == 32) {
        pack_run(x, step, y, yStep, count, 32, 32);
    } else {
        pack_run(x, step, y, yStep, count, taken, inner);
    }
}

CK_CLONES void ck_pack_pixels(const float *x, float *packed, const ck_packing *p) {
    const ptrdiff_t pixel = (ptrdiff_t)p->images * p->inner, row = p->columns * pixel;
    // Columns [first, last) of the region lie between the image's edges.
    const ptrdiff_t spread = (p->width - 1) * (ptrdiff_t)p->columnStep + 1;
    ptrdiff_t first, last;
    ck_inside(p->firstColumn, p->columns, spread, &first, &last);
    for (ptrdiff_t i = 0; i < p->images; i++) {
        const float *image = x + i * p->height * p->width * p->channels;
        for (ptrdiff_t r = 0; r < p->rows; r++) {
            const ptrdiff_t at = p->firstRow + r, y = at / p->rowStep;
            float *to = packed + r * row + i * p->inner;
            if (at < 0 || at % p->rowStep != 0 || y >= p->height) {
                zero_run_of_pixels(to, pixel, p->columns, p->inner);
                continue;
            }
            const float *from = image + y * p->width * p->channels;
            if (p->columnStep == 1) {
                zero_run_of_pixels(to, pixel, first, p->inner);
                pack_run_by_size(from + (p->firstColumn + first) * p->channels, p->channels, to + first * pixel, pixel,
                                 last - first, p->taken, p->inner);
                zero_run_of_pixels(to + last * pixel, pixel, p->columns - last, p->inner);
                continue;
            }
            zero_run_of_pixels(to, pixel, p->columns, p->inner);
            const ptrdiff_t next = (p->firstColumn + first + p->columnStep - 1) / p->columnStep;
            const ptrdiff_t begin = next * p->columnStep - p->firstColumn;
            if (begin < last) {
                pack_run(from + next * p->channels, p->channels, to + begin * pixel, p->columnStep * pixel,
                         (last - begin + p->columnStep - 1) / p->columnStep, p->taken, p->inner);
            }
        }
    }
}

CK_CLONES void ck_reverse_group_taps(const float *filter, float *reversed, ptrdiff_t taps, ptrdiff_t channels,
                                     ptrdiff_t filters, ptrdiff_t groups) {
    for (ptrdiff_t tap = 0; tap < taps; tap++) {
        float *to = reversed + (taps - 1 - tap) * filters * groups * channels;
        for (ptrdiff_t g = 0; g < groups; g++) {
            for (ptrdiff_t f = 0; f < filters; f++) {
                const float *from = filter + g * filters + f;
                float *row = to + (f * groups + g) * channels;
                for (ptrdiff_t c = 0; c < channels; c++) row[c] = from[c * groups * filters];
            }
        }
        filter += channels * groups * filters;
    }
}

// ---- Products ----

// Lane l of a vector takes channel c of its own group.
#define PLACE(SIZE, c, l) ((l) / (SIZE) * (SIZE) + (c))
#define CHANNEL(SIZE, c, x)                                                                                    \
    __builtin_shufflevector(x, x, PLACE(SIZE, c, 0), PLACE(SIZE, c, 1), PLACE(SIZE, c, 2), PLACE(SIZE, c, 3), \
                            PLACE(SIZE, c, 4), PLACE(SIZE, c, 5), PLACE(SIZE, c, 6), PLACE(SIZE, c, 7),      \
                            PLACE(SIZE, c, 8), PLACE(SIZE, c, 9), PLACE(SIZE, c, 10), PLACE(SIZE, c, 11),    \
                            PLACE(SIZE, c, 12), PLACE(SIZE, c, 13), PLACE(SIZE, c, 14), PLACE(SIZE, c, 15))
#define EACH_1(call) call(1, 0)
#define EACH_2(call) call(2, 0) call(2, 1)
#define EACH_4(call) call(4, 0) call(4, 1) call(4, 2) call(4, 3)
#define EACH_8(call) call(8, 0) call(8, 1) call(8, 2) call(8, 3) call(8, 4) call(8, 5) call(8, 6) call(8, 7)

// sums[i] += sum over channels of x[i * step + c] taps[c]
CK_INLINE void add_tap_0(const float *x, ptrdiff_t step, ptrdiff_t inner, const float *taps, ck_float16 *sums,
                         int tile) {
    UNROLLED_BY_4 for (ptrdiff_t c = 0; c < inner; c++, taps += LANES) {
        const ck_float16 tap = CK_LOAD(ck_float16, taps);
        for (int i = 0; i < tile; i++) sums[i] = CK_FUSED(CK_SPLAT(x[i * step + c]), tap, sums[i]);
    }
}

#define ADD_CHANNEL(SIZE, c)                                                               \
    {                                                                                       \
        const ck_float16 tap = CK_LOAD(ck_float16, taps + (c) * LANES);                     \
        for (int i = 0; i < tile; i++) {                                                    \
            ck_float16 pixel = CK_LOAD(ck_float16, x + i * step);                     \
            sums[i] = CK_FUSED(CHANNEL(SIZE, c, pixel), tap, sums[i]);                     \
        }                                                                                   \
    }
#define DEFINE_ADD_TAP(SIZE)                                                                                     \
    CK_INLINE void add_tap_##SIZE(const float *x, ptrdiff_t step, ptrdiff_t inner, const float *taps,             \
                                   ck_float16 *sums, int tile) {                                                  \
        (void)inner;                                                                                              \
        EACH_##SIZE(ADD_CHANNEL)                                                                                 \
    }
DEFINE_ADD_TAP(1)
DEFINE_ADD_TAP(2)
DEFINE_ADD_TAP(4)
DEFINE_ADD_TAP(8)

// The taps of a window that are inside, and how to walk over them.
typedef struct {
    ptrdiff_t rows, columns;
    ptrdiff_t row, pixel, inner;       // of the image, from one to the next
    ptrdiff_t tapRow, tap;             // of the filter
} part;

#define DEFINE_CONVOLVE(SIZE)                                                                                    \
    CK_INLINE void convolve_tile_##SIZE(const float *x, ptrdiff_t step, const float *taps, const part *p, float *y, \
                                         ptrdiff_t yStep, ptrdiff_t lanes, int tile) {                             \
        ck_float16 sums[TILE] = {{0}};                                                                            \
        /* Places far apart: else each store would wait for the memory (a third of the time). */                  \
        for (int i = 0; i < tile; i++) __builtin_prefetch(y + i * yStep, 1);                                      \
        for (ptrdiff_t a = 0; a < p->rows; a++) {                                                                 \
            for (ptrdiff_t b = 0; b < p->columns; b++) {                                                          \
                add_tap_##SIZE(x + a * p->row + b * p->pixel, step, p->inner, taps + a * p->tapRow + b * p->tap, \
                                sums, tile);                                                                      \
            }                                                                                                     \
        }                                                                                                         \
        for (int i = 0; i < tile; i++, y += yStep) {                                                              \
            if (lanes == LANES) {                                                                                 \
                CK_STORE(ck_float16, y, sums[i]);                                                                 \
            } else {                                                                                              \
                float values[LANES];                                                                              \
                CK_STORE(ck_float16, values, sums[i]);                                                            \
                ck_copy_run(values, y, lanes);                                                                    \
            }                                                                                                     \
        }                                                                                                         \
    }                                                                                                             \
    /* `count` pixels, `step` apart, whose windows are cut alike. */                                              \
    CK_INLINE void convolve_run_##SIZE(const float *x, ptrdiff_t step, const float *taps, const part *p, float *y, \
                                        ptrdiff_t yStep, ptrdiff_t lanes, ptrdiff_t count) {                      \
        ptrdiff_t i = 0;                                                                                          \
        for (; i + TILE <= count; i += TILE) {                                                                    \
            convolve_tile_##SIZE(x + i * step, step, taps, p, y + i * yStep, yStep, lanes, TILE);                \
        }                                                                                                         \
        for (; i + 4 <= count; i += 4) {                                                                          \
            convolve_tile_##SIZE(x + i * step, step, taps, p, y + i * yStep, yStep, lanes, 4);                   \
        }                                                                                                         \
        for (; i < count; i++) {                                                                                  \
            convolve_tile_##SIZE(x + i * step, step, taps, p, y + i * yStep, yStep, lanes, 1);                   \
        }                                                                                                         \
    }                                                                                                             \
    CK_INLINE void convolve_##SIZE(const float *x, const float *taps, float *y, const ck_groups *g) {            \
        const ck_window *w = &g->window;                                                                          \
        const ptrdiff_t inner = w->channels, pixel = g->images * inner, row = w->width * pixel;                   \
        part p = {.row = row, .pixel = pixel, .inner = inner};                                                    \
        p.tap = (SIZE > 0 ? SIZE : inner) * LANES;                                                              \
        p.tapRow = w->kernelWidth * p.tap;                                                                        \
        const ptrdiff_t step = g->isAlongRows ? w->strideWidth * pixel : inner;                                   \
        const ptrdiff_t yStep = g->isAlongRows ? g->filters : g->imageStride;                                     \
        const ptrdiff_t count = g->isAlongRows ? w->outWidth : g->images;                                         \
        for (ptrdiff_t oy = 0; oy < w->outHeight; oy++) {                                                         \
            const ptrdiff_t top = oy * w->strideHeight - w->padTop;                                               \
            ptrdiff_t firstRow, lastRow, first, last;                                                             \
            ck_inside(top, w->kernelHeight, w->height, &firstRow, &lastRow);                                      \
            p.rows = lastRow - firstRow;                                                                          \
            for (ptrdiff_t ox = 0; ox < (g->isAlongRows ? 1 : w->outWidth); ox++) {                               \
                const ptrdiff_t left = ox * w->strideWidth - w->padLeft;                                          \
                ck_inside(left, w->kernelWidth, w->width, &first, &last);                                         \
                p.columns = last - first;                                                                         \
                convolve_run_##SIZE(x + (top + firstRow) * row + (left + first) * pixel, step,                    \
                                    taps + firstRow * p.tapRow + first * p.tap, &p,                               \
                                    y + (oy * w->outWidth + ox) * g->filters, yStep, g->lanes, count);            \
            }                                                                                                     \
        }                                                                                                         \
    }
DEFINE_CONVOLVE(0)
DEFINE_CONVOLVE(1)
DEFINE_CONVOLVE(2)
DEFINE_CONVOLVE(4)
DEFINE_CONVOLVE(8)

CK_FUSED_CLONES void ck_convolve_groups(const float *packed, const float *taps, float *y, const ck_groups *g) {
    switch (g->narrow) {
        case 1: convolve_1(packed, taps, y, g); break;
        case 2: convolve_2(packed, taps, y, g); break;
        case 4: convolve_4(packed, taps, y, g); break;
        case 8: convolve_8(packed, taps, y, g); break;
        default: convolve_0(packed, taps, y, g);
    }
}

// ---- The filter's gradient ----

// Pixels that a tap sees: rows of runs of pixels, `count` in a run.
typedef struct {
    ptrdiff_t rows, columns, count;
    ptrdiff_t xRow, xColumn, xStep, yRow, yColumn, yStep;
} overlap;

// totals[k] += sum over pixels of x[k] y, for `chunk` channels of a wide group
CK_INLINE void correlate_wide(const float *x, const float *y, float *totals, const overlap *o, int chunk) {
    ck_float16 sums[TILE] = {{0}};
    for (ptrdiff_t r = 0; r < o->rows; r++) {
        for (ptrdiff_t c = 0; c < o->columns; c++) {
            const float *xs = x + r * o->xRow + c * o->xColumn, *ys = y + r * o->yRow + c * o->yColumn;
            for (ptrdiff_t i = 0; i < o->count; i++, xs += o->xStep, ys += o->yStep) {
                const ck_float16 slope = CK_LOAD(ck_float16, ys);
                for (int k = 0; k < chunk; k++) sums[k] = CK_FUSED(CK_SPLAT(xs[k]), slope, sums[k]);
            }
        }
    }
    for (int k = 0; k < chunk; k++, totals += LANES) {
        CK_STORE(ck_float16, totals, CK_LOAD(ck_float16, totals) + sums[k]);
    }
}

CK_INLINE void correlate_0(const float *x, const float *y, float *totals, const overlap *o, ptrdiff_t inner) {
    ptrdiff_t c = 0;
    for (; c + TILE <= inner; c += TILE) correlate_wide(x + c, y, totals + c * LANES, o, TILE);
    for (; c + 4 <= inner; c += 4) correlate_wide(x + c, y, totals + c * LANES, o, 4);
    for (; c < inner; c++) correlate_wide(x + c, y, totals + c * LANES, o, 1);
}

// Of narrow groups: pixels take turns among as many sets of sums as keep the processor busy; a run's rest adds to the
// first set.
#define CORRELATE_CHANNEL(SIZE, c) \
    sums[u * (SIZE) + (c)] = CK_FUSED(CHANNEL(SIZE, c, pixel), slope, sums[u * (SIZE) + (c)]);
#define DEFINE_CORRELATE(SIZE)                                                                                   \
    CK_INLINE void correlate_##SIZE(const float *x, const float *y, float *totals, const overlap *o,             \
                                     ptrdiff_t inner) {                                                           \
        (void)inner;                                                                                              \
        enum { SETS = TILE / (SIZE) };                                                                           \
        ck_float16 sums[TILE] = {{0}};                                                                            \
        for (ptrdiff_t r = 0; r < o->rows; r++) {                                                                 \
            for (ptrdiff_t c = 0; c < o->columns; c++) {                                                          \
                const float *xs = x + r * o->xRow + c * o->xColumn, *ys = y + r * o->yRow + c * o->yColumn;       \
                ptrdiff_t i = 0;                                                                                  \
                for (; i + SETS <= o->count; i += SETS) {                                                         \
                    for (int u = 0; u < SETS; u++, xs += o->xStep, ys += o->yStep) {                              \
                        ck_float16 pixel = CK_LOAD(ck_float16, xs), slope = CK_LOAD(ck_float16, ys);        \
                        EACH_##SIZE(CORRELATE_CHANNEL)                                                           \
                    }                                                                                             \
                }                                                                                                 \
                for (const int u = 0; i < o->count; i++, xs += o->xStep, ys += o->yStep) {                        \
                    ck_float16 pixel = CK_LOAD(ck_float16, xs), slope = CK_LOAD(ck_float16, ys);            \
                    EACH_##SIZE(CORRELATE_CHANNEL)                                                               \
                }                                                                                                 \
            }                                                                                                     \
        }                                                                                                         \
        for (int c = 0; c < (SIZE); c++, totals += LANES) {                                                      \
            for (int u = 1; u < SETS; u++) sums[c] += sums[u * (SIZE) + c];                                      \
            CK_STORE(ck_float16, totals, CK_LOAD(ck_float16, totals) + sums[c]);                                  \
        }                                                                                                         \
    }
DEFINE_CORRELATE(1)
DEFINE_CORRELATE(2)
DEFINE_CORRELATE(4)
DEFINE_CORRELATE(8)

// The windows [*first, *last) of `count` whose tap lies inside [0, size).
CK_INLINE void windows_of_tap(ptrdiff_t tap, ptrdiff_t pad, ptrdiff_t stride, ptrdiff_t size, ptrdiff_t count,
                              ptrdiff_t *first, ptrdiff_t *last) {
    const ptrdiff_t before = pad - tap, end = size + pad - tap;
    const ptrdiff_t low = before > 0 ? (before + stride - 1) / stride : 0;
    const ptrdiff_t high = end > 0 ? (end + stride - 1) / stride : 0;
    *last = high < count ? high : count;
    *first = low < *last ? low : *last;
}

#define DEFINE_FILTER_GRADIENT(SIZE)                                                                             \
    CK_INLINE void filter_gradient_##SIZE(const float *x, const float *y, float *totals, const ck_groups *g) {   \
        const ck_window *w = &g->window;                                                                          \
        const ptrdiff_t inner = w->channels, pixel = g->images * inner, row = w->width * pixel;                   \
        const ptrdiff_t yPixel = g->images * LANES;                                                               \
        for (ptrdiff_t a = 0; a < w->kernelHeight; a++) {                                                         \
            ptrdiff_t firstRow, lastRow, first, last;                                                             \
            windows_of_tap(a, w->padTop, w->strideHeight, w->height, w->outHeight, &firstRow, &lastRow);          \
            for (ptrdiff_t b = 0; b < w->kernelWidth; b++, totals += (SIZE > 0 ? SIZE : inner) * LANES) {       \
                windows_of_tap(b, w->padLeft, w->strideWidth, w->width, w->outWidth, &first, &last);              \
                overlap o = {.rows = lastRow - firstRow,                                                          \
                             .columns = last - first,                                                             \
                             .count = g->images,                                                                  \
                             .xRow = w->strideHeight * row,                                                       \
                             .xColumn = w->strideWidth * pixel,                                                   \
                             .xStep = inner,                                                                      \
                             .yRow = w->outWidth * yPixel,                                                        \
                             .yColumn = yPixel,                                                                   \
                             .yStep = LANES};                                                                     \
                if (o.rows == 0 || o.columns == 0) continue;                                                      \
                if (g->isAlongRows) {                                                                             \
                    o.count = o.columns, o.columns = 1;                                                           \
                    o.xStep = o.xColumn, o.yStep = o.yColumn;                                                     \
                }                                                                                                 \
                const float *xs = x + (firstRow * w->strideHeight - w->padTop + a) * row +                        \
                                  (first * w->strideWidth - w->padLeft + b) * pixel;                              \
                correlate_##SIZE(xs, y + (firstRow * w->outWidth + first) * yPixel, totals, &o, inner);          \
            }                                                                                                     \
        }                                                                                                         \
    }
DEFINE_FILTER_GRADIENT(0)
DEFINE_FILTER_GRADIENT(1)
DEFINE_FILTER_GRADIENT(2)
DEFINE_FILTER_GRADIENT(4)
DEFINE_FILTER_GRADIENT(8)

CK_FUSED_CLONES void ck_groups_filter_gradient(const float *packed, const float *y, float *totals,
                                               const ck_groups *g) {
    switch (g->narrow) {
        case 1: filter_gradient_1(packed, y, totals, g); break;
        case 2: filter_gradient_2(packed, y, totals, g); break;
        case 4: filter_gradient_4(packed, y, totals, g); break;
        case 8: filter_gradient_8(packed, y, totals, g); break;
        default: filter_gradient_0(packed, y, totals, g);
    }
}
