#include "ckernels.h"

#include "Clones.h"

// The transformations of minimal filtering (Winograd, Arithmetic Complexity of Computations, 1980; Lavin and Gray, 2016),
// for two taps per axis: m outputs of a filter (w0, w1) from n = m + 1 inputs by n multiplications instead of 2m,
//
//     y = Aᵀ ((G w) ⊙ (Bᵀ x)),
//
// derived after Toom and Cook by evaluating the polynomials at n points: 0, 1, ∞ for m = 2, and 0, 1, -1, ∞ for m = 3.
// In two dimensions each matrix is applied along the columns and then along the rows. The gradients are the transposed
// maps: x <- B (..), w <- Gᵀ (..), and y goes through A.

typedef ck_float16 lanes;

#define UNROLL _Pragma("clang loop unroll(full)")

// ---- m = 2: points 0, 1, ∞ ----

// Bᵀ: x[3] -> v[3]
CK_INLINE void image_to_points_2(const lanes *x, int s, lanes *v, int t) {
    v[0] = x[0] - x[s];
    v[t] = x[s];
    v[2 * t] = x[2 * s] - x[s];
}

// B: v[3] -> x[3]
CK_INLINE void points_to_image_2(const lanes *v, int s, lanes *x, int t) {
    x[0] = v[0];
    x[t] = v[s] - v[0] - v[2 * s];
    x[2 * t] = v[2 * s];
}

// A: y[2] -> z[3]
CK_INLINE void outputs_to_points_2(const lanes *y, int s, lanes *z, int t) {
    z[0] = y[0];
    z[t] = y[0] + y[s];
    z[2 * t] = y[s];
}

// Aᵀ: z[3] -> y[2]
CK_INLINE void points_to_outputs_2(const lanes *z, int s, lanes *y, int t) {
    y[0] = z[0] + z[s];
    y[t] = z[s] + z[2 * s];
}

// G: w[2] -> u[3]
CK_INLINE void filter_to_points_2(const lanes *w, int s, lanes *u, int t) {
    u[0] = w[0];
    u[t] = w[0] + w[s];
    u[2 * t] = w[s];
}

// Gᵀ: u[3] -> w[2]
CK_INLINE void points_to_filter_2(const lanes *u, int s, lanes *w, int t) {
    w[0] = u[0] + u[s];
    w[t] = u[s] + u[2 * s];
}

// ---- m = 3: points 0, 1, -1, ∞ ----
//
// M(x) = x (x - 1) (x + 1) = x³ - x. Row i of Bᵀ holds the coefficients of M(x) / (x - pᵢ), the last one those of M(x); row
// i of G is (1, pᵢ) / ∏ⱼ (pᵢ - pⱼ); A has the powers of pᵢ. One sign is moved from G to B.

CK_INLINE void image_to_points_3(const lanes *x, int s, lanes *v, int t) {
    v[0] = x[0] - x[2 * s];
    v[t] = x[s] + x[2 * s];
    v[2 * t] = x[2 * s] - x[s];
    v[3 * t] = x[3 * s] - x[s];
}

CK_INLINE void points_to_image_3(const lanes *v, int s, lanes *x, int t) {
    x[0] = v[0];
    x[t] = v[s] - v[2 * s] - v[3 * s];
    x[2 * t] = v[s] + v[2 * s] - v[0];
    x[3 * t] = v[3 * s];
}

CK_INLINE void outputs_to_points_3(const lanes *y, int s, lanes *z, int t) {
    const lanes even = y[0] + y[2 * s];
    z[0] = y[0];
    z[t] = even + y[s];
    z[2 * t] = even - y[s];
    z[3 * t] = y[2 * s];
}

CK_INLINE void points_to_outputs_3(const lanes *z, int s, lanes *y, int t) {
    const lanes sum = z[s] + z[2 * s];
    y[0] = z[0] + sum;
    y[t] = z[s] - z[2 * s];
    y[2 * t] = sum + z[3 * s];
}

CK_INLINE void filter_to_points_3(const lanes *w, int s, lanes *u, int t) {
    u[0] = w[0];
    u[t] = 0.5f * (w[0] + w[s]);
    u[2 * t] = 0.5f * (w[0] - w[s]);
    u[3 * t] = w[s];
}

CK_INLINE void points_to_filter_3(const lanes *u, int s, lanes *w, int t) {
    w[0] = u[0] + 0.5f * (u[s] + u[2 * s]);
    w[t] = 0.5f * (u[s] - u[2 * s]) + u[3 * s];
}

// ---- Tiles in two dimensions ----

// Where a tile lies in memory: the strides of its rows and columns, the vector at each place, and the places
// [firstRow, lastRow) x [firstColumn, lastColumn) that exist; the others count as zero and are not written.
typedef struct {
    ptrdiff_t rowStride, columnStride, length;
    ptrdiff_t firstRow, lastRow, firstColumn, lastColumn;
} tile_place;

#define EXISTS(i, j)                                                                                                   \
    (whole || (i >= at->firstRow && i < at->lastRow && j >= at->firstColumn && j < at->lastColumn))

// points [points, pointStride] <- tile [rows, columns, length]: `alongColumns` makes n rows of them, `alongRows` then m
// columns.
#define DEFINE_TO_POINTS(name, alongColumns, rows, n, alongRows, columns, m)                                           \
    CK_INLINE void name##_in(const float *tile, float *points, ptrdiff_t pointStride, const tile_place *at,            \
                             int whole) {                                                                              \
        for (ptrdiff_t c = 0; c < at->length; c += 16) {                                                               \
            lanes x[rows * columns], half[n * columns], point[n * m];                                                  \
            UNROLL for (int i = 0; i < rows; i++) {                                                                    \
                UNROLL for (int j = 0; j < columns; j++) {                                                             \
                    x[i * columns + j] = EXISTS(i, j)                                                                  \
                        ? CK_LOAD(lanes, tile + i * at->rowStride + j * at->columnStride + c) : (lanes){0};            \
                }                                                                                                      \
            }                                                                                                          \
            UNROLL for (int j = 0; j < columns; j++) alongColumns(x + j, columns, half + j, columns);                  \
            UNROLL for (int i = 0; i < n; i++) alongRows(half + i * columns, 1, point + i * m, 1);                     \
            UNROLL for (int p = 0; p < n * m; p++) CK_STORE(lanes, points + p * pointStride + c, point[p]);            \
        }                                                                                                              \
    }                                                                                                                  \
    CK_INLINE void name(const float *tile, float *points, ptrdiff_t pointStride, const tile_place *at) {               \
        if (at->firstRow <= 0 && at->lastRow >= rows && at->firstColumn <= 0 && at->lastColumn >= columns) {           \
            name##_in(tile, points, pointStride, at, 1);                                                               \
        } else {                                                                                                       \
            name##_in(tile, points, pointStride, at, 0);                                                               \
        }                                                                                                              \
    }

// tile [rows, columns, length] <- points [points, pointStride], added to what is there if `adds`
#define DEFINE_FROM_POINTS(name, alongColumns, n, rows, alongRows, m, columns)                                         \
    CK_INLINE void name##_in(const float *points, ptrdiff_t pointStride, float *tile, const tile_place *at, int adds,  \
                             int whole) {                                                                              \
        for (ptrdiff_t c = 0; c < at->length; c += 16) {                                                               \
            lanes point[n * m], half[rows * m], x[rows * columns];                                                     \
            UNROLL for (int p = 0; p < n * m; p++) point[p] = CK_LOAD(lanes, points + p * pointStride + c);            \
            UNROLL for (int j = 0; j < m; j++) alongColumns(point + j, m, half + j, m);                                \
            UNROLL for (int i = 0; i < rows; i++) alongRows(half + i * m, 1, x + i * columns, 1);                      \
            UNROLL for (int i = 0; i < rows; i++) {                                                                    \
                UNROLL for (int j = 0; j < columns; j++) {                                                             \
                    if (!EXISTS(i, j)) continue;                                                                       \
                    float *to = tile + i * at->rowStride + j * at->columnStride + c;                                   \
                    CK_STORE(lanes, to, adds ? CK_LOAD(lanes, to) + x[i * columns + j] : x[i * columns + j]);          \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    CK_INLINE void name(const float *points, ptrdiff_t pointStride, float *tile, const tile_place *at, int adds) {     \
        if (at->firstRow <= 0 && at->lastRow >= rows && at->firstColumn <= 0 && at->lastColumn >= columns) {           \
            name##_in(points, pointStride, tile, at, adds, 1);                                                         \
        } else {                                                                                                       \
            name##_in(points, pointStride, tile, at, adds, 0);                                                         \
        }                                                                                                              \
    }

// For tiles of r x c outputs.
#define DEFINE_TILES(r, c)                                                                                             \
    DEFINE_TO_POINTS(image_tile_to_points_##r##c, image_to_points_##r, (r + 1), (r + 1), image_to_points_##c,          \
                     (c + 1), (c + 1))                                                                                 \
    DEFINE_TO_POINTS(outputs_tile_to_points_##r##c, outputs_to_points_##r, r, (r + 1), outputs_to_points_##c, c,       \
                     (c + 1))                                                                                          \
    DEFINE_TO_POINTS(filter_tile_to_points_##r##c, filter_to_points_##r, 2, (r + 1), filter_to_points_##c, 2, (c + 1)) \
    DEFINE_FROM_POINTS(points_to_image_tile_##r##c, points_to_image_##r, (r + 1), (r + 1), points_to_image_##c,        \
                       (c + 1), (c + 1))                                                                               \
    DEFINE_FROM_POINTS(points_to_outputs_tile_##r##c, points_to_outputs_##r, (r + 1), r, points_to_outputs_##c,        \
                       (c + 1), c)                                                                                     \
    DEFINE_FROM_POINTS(points_to_filter_tile_##r##c, points_to_filter_##r, (r + 1), 2, points_to_filter_##c, (c + 1),  \
                       2)
DEFINE_TILES(2, 2)
DEFINE_TILES(2, 3)
DEFINE_TILES(3, 2)
DEFINE_TILES(3, 3)

// Calls the function for the tiles of `w`.
#define BY_TILE(w, function, ...)                                                                                      \
    switch ((w)->tileHeight * 10 + (w)->tileWidth) {                                                                   \
        case 22: function##_22(__VA_ARGS__); break;                                                                    \
        case 23: function##_23(__VA_ARGS__); break;                                                                    \
        case 32: function##_32(__VA_ARGS__); break;                                                                    \
        case 33: function##_33(__VA_ARGS__); break;                                                                    \
    }

// ---- Images, outputs, filters ----

// The places of a tile of the image: every second row and column of it, from `top` and `left` on.
CK_INLINE tile_place place_in_image(const ck_winograd *w, ptrdiff_t top, ptrdiff_t left) {
    const ptrdiff_t channels = w->window.channels, width = w->window.width;
    return (tile_place){
        .rowStride = 2 * width * channels, .columnStride = 2 * channels, .length = channels,
        .firstRow = top < 0 ? (1 - top) / 2 : 0, .lastRow = (w->window.height - top + 1) / 2,
        .firstColumn = left < 0 ? (1 - left) / 2 : 0, .lastColumn = (width - left + 1) / 2};
}

CK_INLINE tile_place place_in_outputs(const ck_winograd *w, ptrdiff_t top, ptrdiff_t left) {
    return (tile_place){
        .rowStride = (ptrdiff_t)w->window.outWidth * w->filters, .columnStride = w->filters, .length = w->filters,
        .lastRow = w->window.outHeight - top, .lastColumn = w->window.outWidth - left};
}

// A phase of the filter: its taps (2k + a, 2l + b).
CK_INLINE tile_place place_in_filter(const ck_winograd *w) {
    const ptrdiff_t tap = (ptrdiff_t)w->window.channels * w->filters;
    return (tile_place){.rowStride = 8 * tap, .columnStride = 2 * tap, .length = tap, .lastRow = 2, .lastColumn = 2};
}

// Gives the number of each tile and its first row and column among the outputs.
#define FOR_EACH_TILE(w)                                                                                               \
    for (ptrdiff_t tile = 0, row = 0; row < (w)->tileRows; row++)                                                      \
        for (ptrdiff_t column = 0, top = (w)->firstRow + row * (w)->tileHeight, left = (w)->firstColumn;               \
             column < (w)->tileColumns; column++, tile++, left += (w)->tileWidth)

CK_CLONES void ck_winograd_image_to_points(const float *image, float *points, ptrdiff_t pointStride,
                                           const ck_winograd *w) {
    const ptrdiff_t channels = w->window.channels;
    FOR_EACH_TILE(w) {
        for (int phase = 0; phase < 4; phase++) {
            const ptrdiff_t y = 2 * top - w->window.padTop + phase / 2, x = 2 * left - w->window.padLeft + phase % 2;
            const tile_place at = place_in_image(w, y, x);
            BY_TILE(w, image_tile_to_points, image + (y * w->window.width + x) * channels,
                    points + (tile * 4 + phase) * channels, pointStride, &at)
        }
    }
}

CK_CLONES void ck_winograd_add_points_to_image(const float *points, ptrdiff_t pointStride, float *image,
                                               const ck_winograd *w) {
    const ptrdiff_t channels = w->window.channels;
    FOR_EACH_TILE(w) {
        for (int phase = 0; phase < 4; phase++) {
            const ptrdiff_t y = 2 * top - w->window.padTop + phase / 2, x = 2 * left - w->window.padLeft + phase % 2;
            const tile_place at = place_in_image(w, y, x);
            BY_TILE(w, points_to_image_tile, points + (tile * 4 + phase) * channels, pointStride,
                    image + (y * w->window.width + x) * channels, &at, 1)
        }
    }
}

CK_CLONES void ck_winograd_outputs_to_points(const float *outputs, float *points, ptrdiff_t pointStride,
                                             const ck_winograd *w) {
    FOR_EACH_TILE(w) {
        const tile_place at = place_in_outputs(w, top, left);
        BY_TILE(w, outputs_tile_to_points, outputs + (top * w->window.outWidth + left) * w->filters,
                points + tile * w->filters, pointStride, &at)
    }
}

CK_CLONES void ck_winograd_points_to_outputs(const float *points, ptrdiff_t pointStride, float *outputs,
                                             const ck_winograd *w) {
    FOR_EACH_TILE(w) {
        const tile_place at = place_in_outputs(w, top, left);
        BY_TILE(w, points_to_outputs_tile, points + tile * w->filters, pointStride,
                outputs + (top * w->window.outWidth + left) * w->filters, &at, 0)
    }
}

CK_CLONES void ck_winograd_filter_to_points(const float *filter, float *points, const ck_winograd *w) {
    const tile_place at = place_in_filter(w);
    for (int phase = 0; phase < 4; phase++) {
        BY_TILE(w, filter_tile_to_points, filter + (phase / 2 * 4 + phase % 2) * at.length, points + phase * at.length,
                4 * at.length, &at)
    }
}

CK_CLONES void ck_winograd_points_to_filter(const float *points, float *filter, int adds, const ck_winograd *w) {
    const tile_place at = place_in_filter(w);
    for (int phase = 0; phase < 4; phase++) {
        BY_TILE(w, points_to_filter_tile, points + phase * at.length, 4 * at.length,
                filter + (phase / 2 * 4 + phase % 2) * at.length, &at, adds)
    }
}
