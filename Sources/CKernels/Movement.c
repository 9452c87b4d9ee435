#include "ckernels.h"

#include "Clones.h"

CK_INLINE void copy_row(const float *x, float *y, size_t n) {
    if (n >= 256) {
        memcpy(y, x, n * sizeof(float));
        return;
    }
    size_t i = 0;
    for (; i + 16 <= n; i += 16) CK_STORE(ck_float16, y + i, CK_LOAD(ck_float16, x + i));
    for (; i + 4 <= n; i += 4) CK_STORE(ck_float4, y + i, CK_LOAD(ck_float4, x + i));
    for (; i < n; i++) y[i] = x[i];
}

CK_CLONES void ck_copy_rows(const float *x, size_t xStride, float *y, size_t yStride, size_t rowLength, size_t rows) {
    if (rowLength == 1) {
        for (size_t r = 0; r < rows; r++) y[r * yStride] = x[r * xStride];
        return;
    }
    for (size_t r = 0; r < rows; r++) copy_row(x + r * xStride, y + r * yStride, rowLength);
}

// ---- Transposition ----

// y[c, r] = x[r, c] for 8 x 8: pairs, then fours, then halves change places.
CK_INLINE void transpose_8x8(const float *x, size_t xStride, float *y, size_t yStride) {
    ck_float8 a[8], b[8];
    for (int r = 0; r < 8; r++) a[r] = CK_LOAD(ck_float8, x + (size_t)r * xStride);
    for (int r = 0; r < 8; r += 2) {
        b[r] = __builtin_shufflevector(a[r], a[r + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        b[r + 1] = __builtin_shufflevector(a[r], a[r + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int r = 0; r < 8; r += 4) {
        for (int k = r; k < r + 2; k++) {
            a[k] = __builtin_shufflevector(b[k], b[k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            a[k + 2] = __builtin_shufflevector(b[k], b[k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    for (int r = 0; r < 4; r++) {
        b[r] = __builtin_shufflevector(a[r], a[r + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        b[r + 4] = __builtin_shufflevector(a[r], a[r + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
    for (int r = 0; r < 8; r++) CK_STORE(ck_float8, y + (size_t)r * yStride, b[r]);
}

// y[c * yStride + r] = x[r * xStride + c], by stripes of 8 columns: eight rows of y grow together.
CK_INLINE void transpose_strided(const float *x, size_t xStride, float *y, size_t yStride, size_t rows,
                                 size_t columns) {
    size_t c = 0;
    for (; c + 8 <= columns; c += 8) {
        size_t r = 0;
        for (; r + 8 <= rows; r += 8) transpose_8x8(x + r * xStride + c, xStride, y + c * yStride + r, yStride);
        for (; r < rows; r++) {
            for (size_t k = c; k < c + 8; k++) y[k * yStride + r] = x[r * xStride + k];
        }
    }
    for (; c < columns; c++) {
        for (size_t r = 0; r < rows; r++) y[c * yStride + r] = x[r * xStride + c];
    }
}

CK_CLONES void ck_transpose(const float *x, float *y, size_t rows, size_t columns) {
    transpose_strided(x, columns, y, rows, rows, columns);
}

// ---- Permutation ----

#define MAXIMUM_RANK 6

// Axes of y in order: how many elements, and how far apart they lie in x.
typedef struct {
    size_t count[MAXIMUM_RANK], stride[MAXIMUM_RANK];
    int rank;
} axes_of_result;

// Axes of one element are left out; axes that stay neighbours become one.
static axes_of_result merged_axes(const int32_t *shape, const int32_t *axes, int32_t rank) {
    size_t strides[MAXIMUM_RANK];
    size_t size = 1;
    for (int i = rank - 1; i >= 0; i--) {
        strides[i] = size;
        size *= (size_t)shape[i];
    }
    axes_of_result result = {.rank = 0};
    for (int i = 0; i < rank; i++) {
        const size_t count = (size_t)shape[axes[i]], stride = strides[axes[i]];
        if (count == 1) continue;
        const int k = result.rank - 1;
        if (k >= 0 && result.stride[k] == count * stride) {
            result.count[k] *= count;
            result.stride[k] = stride;
        } else {
            result.count[result.rank] = count;
            result.stride[result.rank] = stride;
            result.rank++;
        }
    }
    return result;
}

CK_CLONES void ck_permute(const float *x, float *y, const int32_t *shape, const int32_t *axes, int32_t rank) {
    for (int i = 0; i < rank; i++) {
        if (shape[i] == 0) return;
    }
    const axes_of_result a = merged_axes(shape, axes, rank);
    if (a.rank == 0) {
        y[0] = x[0];
        return;
    }
    size_t yStride[MAXIMUM_RANK];
    size_t size = 1;
    for (int i = a.rank - 1; i >= 0; i--) {
        yStride[i] = size;
        size *= a.count[i];
    }
    // x's innermost axis is y's axis `inner`. If it is y's innermost too, rows are copied; else planes transposed.
    const int last = a.rank - 1;
    int inner = last;
    while (a.stride[inner] != 1) inner--;
    size_t index[MAXIMUM_RANK] = {0};
    size_t from = 0, to = 0;
    for (;;) {
        if (inner == last) {
            copy_row(x + from, y + to, a.count[last]);
        } else {
            transpose_strided(x + from, a.stride[last], y + to, yStride[inner], a.count[last], a.count[inner]);
        }
        int i = last - 1;
        for (; i >= 0; i--) {
            if (i == inner) continue;
            from += a.stride[i];
            to += yStride[i];
            if (++index[i] < a.count[i]) break;
            from -= a.stride[i] * a.count[i];
            to -= yStride[i] * a.count[i];
            index[i] = 0;
        }
        if (i < 0) return;
    }
}

// ---- Rows of a table ----

CK_CLONES void ck_gather_rows(const float *table, const float *indices, float *y, size_t rows, size_t columns,
                              size_t tableRows) {
    for (size_t r = 0; r < rows; r++) {
        if (indices[r] >= 0.0f && indices[r] < (float)tableRows) {
            copy_row(table + (size_t)indices[r] * columns, y + r * columns, columns);
        } else {
            memset(y + r * columns, 0, columns * sizeof(float));
        }
    }
}

CK_CLONES void ck_scatter_rows(const float *y, const float *indices, float *table, size_t rows, size_t columns,
                               size_t tableRows) {
    memset(table, 0, tableRows * columns * sizeof(float));
    for (size_t r = 0; r < rows; r++) {
        if (!(indices[r] >= 0.0f && indices[r] < (float)tableRows)) continue;
        const float *from = y + r * columns;
        float *to = table + (size_t)indices[r] * columns;
        CK_LOOP for (size_t c = 0; c < columns; c++) to[c] += from[c];
    }
}

// ---- Images ----

CK_CLONES void ck_shift_images(const float *x, const float *offsets, float *y, size_t batch, size_t height,
                               size_t width, size_t channels) {
    const size_t row = width * channels, image = height * row;
    memset(y, 0, batch * image * sizeof(float));
    for (size_t n = 0; n < batch; n++) {
        const float down = offsets[2 * n], right = offsets[2 * n + 1];
        if (!(down > -(float)height && down < (float)height && right > -(float)width && right < (float)width)) continue;
        const ptrdiff_t i = (ptrdiff_t)down, j = (ptrdiff_t)right;
        const size_t fromRow = i < 0 ? (size_t)-i : 0, toRow = i > 0 ? (size_t)i : 0, rows = height - fromRow - toRow;
        const size_t from = j < 0 ? (size_t)-j : 0, to = j > 0 ? (size_t)j : 0, columns = width - from - to;
        const float *source = x + n * image + fromRow * row + from * channels;
        float *target = y + n * image + toRow * row + to * channels;
        for (size_t r = 0; r < rows; r++) copy_row(source + r * row, target + r * row, columns * channels);
    }
}

void ck_mirror_image(float *x, size_t height, size_t width, size_t channels) {
    for (size_t r = 0; r < height; r++) {
        float *row = x + r * width * channels;
        for (size_t left = 0; left < width / 2; left++) {
            float *a = row + left * channels, *b = row + (width - 1 - left) * channels;
            for (size_t c = 0; c < channels; c++) {
                const float value = a[c];
                a[c] = b[c];
                b[c] = value;
            }
        }
    }
}

CK_CLONES void ck_bytes_to_floats(const uint8_t *x, float factor, float term, float *y, size_t n) {
    CK_LOOP for (size_t i = 0; i < n; i++) y[i] = (float)x[i] * factor + term;
}
