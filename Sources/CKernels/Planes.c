#include "ckernels.h"

#include "Runs.h"
#include "StridedSum.h"

// Convolutions with one channel on one side: of a plane, [height, width, 1], with features, [outHeight, outWidth, f].
//
// Sixteen features share a vector, whose rest is zero; the plane's pixels are taken one by one, and no window is ever
// copied. Sums begin with +0 and take the taps in row-major order, each product fused with the sum.

#define LANES 16
// Elements of the padded plane, of the feature rows under a window, and of the filter, all for one group of features.
#define PLANE_CAPACITY 8192
#define ROWS_CAPACITY 8192
#define TAPS_CAPACITY 64
// Pixels that are computed at once; the rest of a row takes fewer.
#define TILE 8
#define SMALL_TILE 4
#define UNROLLED _Pragma("clang loop unroll(full)")

int ck_plane_fits(const ck_window *w, ptrdiff_t features) {
    const ptrdiff_t kernel = w->kernelWidth, taps = w->kernelHeight * kernel;
    const ptrdiff_t groups = (features + LANES - 1) / LANES;
    const ptrdiff_t paddedWidth = w->outWidth + kernel - 1, paddedFeatures = w->width + kernel - 1;
    const int isKnown = w->channels == 1 && w->strideHeight == 1 && w->strideWidth == 1 &&
                        (kernel == 3 || kernel == 5 || kernel == 7);
    // Each pixel lies under a window and each window over a pixel, but for the padding.
    const int isCovered = w->padTop < w->kernelHeight && w->padLeft < kernel &&
                          w->width + w->padLeft <= paddedWidth && w->outWidth <= w->width + w->padLeft;
    return isKnown && isCovered && w->outWidth >= SMALL_TILE && w->width >= SMALL_TILE &&
           w->height * paddedWidth <= PLANE_CAPACITY && taps * groups <= TAPS_CAPACITY &&
           w->kernelHeight * paddedFeatures * groups * LANES <= ROWS_CAPACITY;
}

// The plane between zeros at its left and right: no window has an edge there.
CK_INLINE ptrdiff_t pad_plane(const float *plane, float *padded, const ck_window *w) {
    const ptrdiff_t width = w->outWidth + w->kernelWidth - 1;
    if (w->padLeft > 0 || w->width < width) memset(padded, 0, (size_t)(w->height * width) * sizeof(float));
    for (ptrdiff_t y = 0; y < w->height; y++) {
        ck_copy_run(plane + y * w->width, padded + y * width + w->padLeft, w->width);
    }
    return width;
}

// Rows of `features` floats, of which a group of at most 16, in vectors of their own; the last row may end the array.
CK_INLINE void spread_lanes(const float *x, ptrdiff_t features, ptrdiff_t group, float *y, ptrdiff_t rows) {
    ck_int16 keep;
    for (int l = 0; l < LANES; l++) keep[l] = l < group ? -1 : 0;
    // Whole vectors from here on might reach past the array.
    ptrdiff_t safe = rows;
    while (safe > 0 && (safe - 1) * features + LANES > rows * features - (features - group)) safe--;
    ptrdiff_t r = 0;
    for (; r < safe; r++, x += features, y += LANES) CK_STORE(ck_int16, y, CK_LOAD(ck_int16, x) & keep);
    for (; r < rows; r++, x += features, y += LANES) {
        CK_STORE(ck_int16, y, (ck_int16){0});
        ck_copy_run(x, y, group);
    }
}

// ---- Plane to features ----

CK_INLINE void spread_tile(const float *plane, ptrdiff_t width, const float *filter, float *y, ptrdiff_t features,
                           ptrdiff_t group, ptrdiff_t rows, int kernel, int tile) {
    ck_float16 sums[TILE] = {{0}};
    for (ptrdiff_t a = 0; a < rows; a++, plane += width, filter += kernel * LANES) {
        // A pixel serves the sums before it, each with another tap.
        UNROLLED for (int x = 0; x < tile + kernel - 1; x++) {
            const ck_float16 pixel = CK_SPLAT(plane[x]);
            UNROLLED for (int b = 0; b < kernel; b++) {
                const ck_float16 tap = CK_LOAD(ck_float16, filter + b * LANES);
                const int i = x - b;
                if (i >= 0 && i < tile) sums[i] = CK_FUSED(pixel, tap, sums[i]);
            }
        }
    }
    // What a vector has beyond its pixel is overwritten by the next ones, if those are as many.
    const int overlaps = features <= LANES;
    for (int i = 0; i < tile; i++, y += features) {
        if (group == LANES || (overlaps && (tile - i) * features >= LANES)) {
            CK_STORE(ck_float16, y, sums[i]);
        } else {
            float lanes[LANES];
            CK_STORE(ck_float16, lanes, sums[i]);
            ck_copy_run(lanes, y, group);
        }
    }
}

CK_INLINE void spread_row(const float *plane, ptrdiff_t width, const float *filter, float *y, ptrdiff_t count,
                          ptrdiff_t features, ptrdiff_t group, ptrdiff_t rows, int kernel) {
    ptrdiff_t x = 0;
    for (; x + TILE <= count; x += TILE) {
        spread_tile(plane + x, width, filter, y + x * features, features, group, rows, kernel, TILE);
    }
    for (; x < count; x += SMALL_TILE) {
        if (x + SMALL_TILE > count) x = count - SMALL_TILE;
        spread_tile(plane + x, width, filter, y + x * features, features, group, rows, kernel, SMALL_TILE);
    }
}

// The usual kernels' widths made known to the compiler.
#define BY_KERNEL(call, kernel) \
    switch (kernel) {           \
        case 3: call(3); break; \
        case 5: call(5); break; \
        case 7: call(7); break; \
    }

CK_FUSED_CLONES void ck_plane_to_features(const float *plane, const float *filter, float *y, ptrdiff_t features,
                                    const ck_window *w) {
    _Alignas(64) float padded[PLANE_CAPACITY], taps[TAPS_CAPACITY * LANES];
    const ptrdiff_t width = pad_plane(plane, padded, w);
    for (ptrdiff_t f = 0; f < features; f += LANES) {
        const ptrdiff_t group = features - f < LANES ? features - f : LANES;
        spread_lanes(filter + f, features, group, taps, w->kernelHeight * w->kernelWidth);
        for (ptrdiff_t oy = 0; oy < w->outHeight; oy++) {
            const ptrdiff_t top = oy - w->padTop;
            ptrdiff_t first, last;
            ck_inside(top, w->kernelHeight, w->height, &first, &last);
#define SPREAD(kernel)                                                                                       \
    spread_row(padded + (top + first) * width, width, taps + first * w->kernelWidth * LANES,                 \
               y + oy * w->outWidth * features + f, w->outWidth, features, group, last - first, kernel)
            BY_KERNEL(SPREAD, w->kernelWidth)
        }
    }
}

// ---- Features to plane ----

// y[i] = sum of the lanes of sums[i]: halves, then neighbours, pairs and fours, for eight of them.
CK_INLINE void sums_of_lanes(const ck_float16 *sums, ck_float8 *y) {
    ck_float8 h[8];
    for (int i = 0; i < 8; i++) {
        h[i] = __builtin_shufflevector(sums[i], sums[i], 0, 1, 2, 3, 4, 5, 6, 7) +
               __builtin_shufflevector(sums[i], sums[i], 8, 9, 10, 11, 12, 13, 14, 15);
    }
    ck_float8 p[4];
    for (int i = 0; i < 4; i++) {
        p[i] = __builtin_shufflevector(h[2 * i], h[2 * i + 1], 0, 8, 2, 10, 4, 12, 6, 14) +
               __builtin_shufflevector(h[2 * i], h[2 * i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    ck_float8 q[2];
    for (int i = 0; i < 2; i++) {
        q[i] = __builtin_shufflevector(p[2 * i], p[2 * i + 1], 0, 1, 8, 9, 4, 5, 12, 13) +
               __builtin_shufflevector(p[2 * i], p[2 * i + 1], 2, 3, 10, 11, 6, 7, 14, 15);
    }
    *y = __builtin_shufflevector(q[0], q[1], 0, 1, 2, 3, 8, 9, 10, 11) +
         __builtin_shufflevector(q[0], q[1], 4, 5, 6, 7, 12, 13, 14, 15);
}

// Features lie in a ring of rows, each [groups, kernel - 1 + width, 16]: row a of the window is `a` rows before `slot`,
// and pixel i meets tap b at place i - b.
typedef struct {
    float *rows;
    ptrdiff_t slots, rowFloats, groupFloats;
} feature_ring;

CK_INLINE void collapse_tile(const feature_ring *ring, ptrdiff_t slot, ptrdiff_t place, const float *filter,
                             ptrdiff_t groupTaps, ptrdiff_t groups, float *y, ptrdiff_t rows, int kernel,
                             int tile) {
    ck_float16 sums[TILE] = {{0}};
    for (ptrdiff_t g = 0; g < groups; g++) {
        const float *taps = filter + g * groupTaps * LANES;
        ptrdiff_t at = slot;
        for (ptrdiff_t a = 0; a < rows; a++) {
            const float *row = ring->rows + at * ring->rowFloats + g * ring->groupFloats + place * LANES;
            UNROLLED for (int x = tile - 1; x > -kernel; x--) {
                const ck_float16 pixel = CK_LOAD(ck_float16, row + x * LANES);
                UNROLLED for (int b = 0; b < kernel; b++) {
                    const ck_float16 tap = CK_LOAD(ck_float16, taps + b * LANES);
                    const int i = x + b;
                    if (i >= 0 && i < tile) sums[i] = CK_FUSED(pixel, tap, sums[i]);
                }
            }
            taps += kernel * LANES;
            at = at == 0 ? ring->slots - 1 : at - 1;
        }
    }
    ck_float8 total;
    sums_of_lanes(sums, &total);
    if (tile == TILE) {
        CK_STORE(ck_float8, y, total);
    } else {
        CK_STORE(ck_float4, y, __builtin_shufflevector(total, total, 0, 1, 2, 3));
    }
}

CK_INLINE void collapse_row(const feature_ring *ring, ptrdiff_t slot, const float *filter, ptrdiff_t groupTaps,
                            ptrdiff_t groups, float *y, ptrdiff_t count, ptrdiff_t rows, int kernel) {
    ptrdiff_t x = 0;
    for (; x + TILE <= count; x += TILE) {
        collapse_tile(ring, slot, x + kernel - 1, filter, groupTaps, groups, y + x, rows, kernel, TILE);
    }
    for (; x < count; x += SMALL_TILE) {
        if (x + SMALL_TILE > count) x = count - SMALL_TILE;
        collapse_tile(ring, slot, x + kernel - 1, filter, groupTaps, groups, y + x, rows, kernel, SMALL_TILE);
    }
}

CK_FUSED_CLONES void ck_features_to_plane(const float *y, const float *filter, float *plane, ptrdiff_t features,
                                    const ck_window *w) {
    _Alignas(64) float rows[ROWS_CAPACITY], taps[TAPS_CAPACITY * LANES];
    const ptrdiff_t kernel = w->kernelWidth, count = w->kernelHeight * kernel;
    const ptrdiff_t groups = (features + LANES - 1) / LANES;
    const ptrdiff_t groupFloats = (w->width + kernel - 1) * LANES, left = (kernel - 1 - w->padLeft) * LANES;
    const feature_ring ring = {rows, w->kernelHeight, groups * groupFloats, groupFloats};
    memset(rows, 0, (size_t)(ring.slots * ring.rowFloats) * sizeof(float));
    for (ptrdiff_t g = 0; g < groups; g++) {
        const ptrdiff_t group = features - g * LANES < LANES ? features - g * LANES : LANES;
        spread_lanes(filter + g * LANES, features, group, taps + g * count * LANES, count);
    }
    ptrdiff_t loaded = 0;
    for (ptrdiff_t py = 0; py < w->height; py++, plane += w->width) {
        const ptrdiff_t newest = py + w->padTop;
        for (; loaded <= newest && loaded < w->outHeight; loaded++) {
            float *row = rows + loaded % ring.slots * ring.rowFloats + left;
            for (ptrdiff_t g = 0; g < groups; g++, row += groupFloats) {
                const ptrdiff_t group = features - g * LANES < LANES ? features - g * LANES : LANES;
                spread_lanes(y + loaded * w->outWidth * features + g * LANES, features, group, row, w->outWidth);
            }
        }
        const ptrdiff_t first = newest < w->outHeight ? 0 : newest - w->outHeight + 1;
        const ptrdiff_t last = newest + 1 < w->kernelHeight ? newest + 1 : w->kernelHeight;
        const ptrdiff_t slot = first < last ? (newest - first) % ring.slots : 0;
#define COLLAPSE(kernel)                                                                                         \
    collapse_row(&ring, slot, taps + first * w->kernelWidth * LANES, count, groups, plane, w->width, last - first, \
                 kernel)
        BY_KERNEL(COLLAPSE, kernel)
    }
}

// ---- Plane and features to filter ----

// sums[b] += sum over a row of plane[x + b] features[x]
CK_INLINE void correlate_row(const float *plane, const float *y, float *totals, ptrdiff_t count, int kernel) {
    ck_float16 sums[7] = {{0}};
    for (ptrdiff_t x = 0; x < count; x++, y += LANES) {
        const ck_float16 v = CK_LOAD(ck_float16, y);
        UNROLLED for (int b = 0; b < kernel; b++) sums[b] = CK_FUSED(CK_SPLAT(plane[x + b]), v, sums[b]);
    }
    for (int b = 0; b < kernel; b++, totals += LANES) {
        CK_STORE(ck_float16, totals, CK_LOAD(ck_float16, totals) + sums[b]);
    }
}

CK_FUSED_CLONES void ck_plane_filter_gradient(const float *plane, const float *y, float *filter, ptrdiff_t features,
                                        const ck_window *w) {
    _Alignas(64) float padded[PLANE_CAPACITY], row[ROWS_CAPACITY], totals[TAPS_CAPACITY * LANES];
    const ptrdiff_t width = pad_plane(plane, padded, w), taps = w->kernelHeight * w->kernelWidth;
    for (ptrdiff_t f = 0; f < features; f += LANES) {
        const ptrdiff_t group = features - f < LANES ? features - f : LANES;
        memset(totals, 0, (size_t)(taps * LANES) * sizeof(float));
        for (ptrdiff_t oy = 0; oy < w->outHeight; oy++) {
            const ptrdiff_t top = oy - w->padTop;
            ptrdiff_t first, last;
            ck_inside(top, w->kernelHeight, w->height, &first, &last);
            spread_lanes(y + oy * w->outWidth * features + f, features, group, row, w->outWidth);
            for (ptrdiff_t a = first; a < last; a++) {
#define CORRELATE(kernel) \
    correlate_row(padded + (top + a) * width, row, totals + a * w->kernelWidth * LANES, w->outWidth, kernel)
                BY_KERNEL(CORRELATE, w->kernelWidth)
            }
        }
        for (ptrdiff_t t = 0; t < taps; t++) {
            for (ptrdiff_t l = 0; l < group; l++) filter[t * features + f + l] += totals[t * LANES + l];
        }
    }
}
