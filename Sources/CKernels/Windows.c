#include "ckernels.h"

#include "Runs.h"
#include "StridedSum.h"

// ---- Gathering (im2col) ----

// Windows that cross the image's left or right edge, or lie beyond it.
CK_INLINE void gather_at_edge(const float *image, float *to, const ck_window *w, ptrdiff_t top, ptrdiff_t left) {
    const ptrdiff_t channels = w->channels, run = w->kernelWidth * channels;
    ptrdiff_t firstRow, lastRow, first, last;
    ck_inside(top, w->kernelHeight, w->height, &firstRow, &lastRow);
    ck_inside(left, w->kernelWidth, w->width, &first, &last);
    for (ptrdiff_t ky = 0; ky < w->kernelHeight; ky++, to += run) {
        if (ky < firstRow || ky >= lastRow || first == last) {
            ck_zero_run(to, run);
            continue;
        }
        const float *from = image + ((top + ky) * w->width + left) * channels;
        ck_zero_run(to, first * channels);
        ck_copy_run(from + first * channels, to + first * channels, (last - first) * channels);
        ck_zero_run(to + last * channels, run - last * channels);
    }
}

// `count` windows side by side, `rows` of a window's rows: each row of a window is one run of the source.
CK_INLINE void gather_runs(const float *from, ptrdiff_t rowStride, ptrdiff_t windowStride, float *to,
                           ptrdiff_t windowSize, ptrdiff_t count, ptrdiff_t rows, ptrdiff_t run) {
    for (ptrdiff_t i = 0; i < count; i++, from += windowStride, to += windowSize) {
        for (ptrdiff_t ky = 0; ky < rows; ky++) ck_copy_run(from + ky * rowStride, to + ky * run, run);
    }
}

// The same, short runs' lengths made known to the compiler.
CK_INLINE void gather_runs_by_length(const float *from, ptrdiff_t rowStride, ptrdiff_t windowStride, float *to,
                                     ptrdiff_t windowSize, ptrdiff_t count, ptrdiff_t rows, ptrdiff_t run) {
#define OF_LENGTH(length) gather_runs(from, rowStride, windowStride, to, windowSize, count, rows, length)
    switch (run) {
        case 3: OF_LENGTH(3); break;
        case 4: OF_LENGTH(4); break;
        case 5: OF_LENGTH(5); break;
        case 7: OF_LENGTH(7); break;
        case 9: OF_LENGTH(9); break;
        case 12: OF_LENGTH(12); break;
        default: OF_LENGTH(run);
    }
#undef OF_LENGTH
}

// For short runs, the rows of the image that a row of windows sees are first laid between zeros on the stack: then no
// window has an edge.
#define PADDED_ROWS_CAPACITY 4096

CK_INLINE void gather_from_padded_rows(const float *image, float *windows, const ck_window *w, ptrdiff_t paddedWidth) {
    const ptrdiff_t channels = w->channels, run = w->kernelWidth * channels, size = w->kernelHeight * run;
    const ptrdiff_t rowStride = paddedWidth * channels;
    const ptrdiff_t room = paddedWidth - w->padLeft;
    const ptrdiff_t copied = room < 0 ? 0 : (room < w->width ? room : w->width) * channels;
    float rows[PADDED_ROWS_CAPACITY];
    memset(rows, 0, (size_t)(w->kernelHeight * rowStride) * sizeof(float));
    for (ptrdiff_t oy = 0; oy < w->outHeight; oy++) {
        for (ptrdiff_t ky = 0; ky < w->kernelHeight; ky++) {
            const ptrdiff_t y = oy * w->strideHeight - w->padTop + ky;
            float *to = rows + ky * rowStride + w->padLeft * channels;
            if (y >= 0 && y < w->height) {
                ck_copy_run(image + y * w->width * channels, to, copied);
            } else {
                ck_zero_run(to, copied);
            }
        }
        gather_runs_by_length(rows, rowStride, w->strideWidth * channels, windows + oy * w->outWidth * size, size,
                              w->outWidth, w->kernelHeight, run);
    }
}

CK_CLONES void ck_gather_windows(const float *image, float *windows, const ck_window *w) {
    const ptrdiff_t channels = w->channels, run = w->kernelWidth * channels, size = w->kernelHeight * run;
    const ptrdiff_t paddedWidth = (w->outWidth - 1) * w->strideWidth + w->kernelWidth;
    // Windows [first, last) of each row do not cross the left or right edge.
    const ptrdiff_t room = w->width + w->padLeft - w->kernelWidth;
    ptrdiff_t first = (w->padLeft + w->strideWidth - 1) / w->strideWidth;
    ptrdiff_t last = room < 0 ? 0 : room / w->strideWidth + 1;
    if (last > w->outWidth) last = w->outWidth;
    if (first > last) first = last;
    const int hasEdge = first > 0 || last < w->outWidth;
    if (hasEdge && run < 64 && w->kernelHeight * paddedWidth * channels <= PADDED_ROWS_CAPACITY) {
        gather_from_padded_rows(image, windows, w, paddedWidth);
        return;
    }
    for (ptrdiff_t oy = 0; oy < w->outHeight; oy++) {
        const ptrdiff_t top = oy * w->strideHeight - w->padTop;
        float *to = windows + oy * w->outWidth * size;
        for (ptrdiff_t ox = 0; ox < first; ox++) {
            gather_at_edge(image, to + ox * size, w, top, ox * w->strideWidth - w->padLeft);
        }
        ptrdiff_t firstRow, lastRow;
        ck_inside(top, w->kernelHeight, w->height, &firstRow, &lastRow);
        float *inside = to + first * size;
        if (lastRow - firstRow < w->kernelHeight) ck_zero_run(inside, (last - first) * size);
        gather_runs_by_length(
            image + ((top + firstRow) * w->width + first * w->strideWidth - w->padLeft) * channels,
            w->width * channels, w->strideWidth * channels, inside + firstRow * run, size, last - first,
            lastRow - firstRow, run);
        for (ptrdiff_t ox = last; ox < w->outWidth; ox++) {
            gather_at_edge(image, to + ox * size, w, top, ox * w->strideWidth - w->padLeft);
        }
    }
}

// ---- Scattering (col2im) ----
//
// Written as a gather: each pixel adds the windows that cover it, upper before lower, left before right, in registers.

// Where a window's row is at most one vector long, the windows above each other are added first, and the sums then
// travel along the row of pixels: from one column of windows to the next, each lane moves down by one stride, and the
// lanes that leave are done. (A step may store a few lanes more; the next overwrites them.)
// Elements of a padded row, which begins at the image's column -padLeft; with room for the last vector.
#define TRAVELLING_CAPACITY 1024

#define DEFINE_TRAVELLING(name, vector, words, lanes, leaving, ...)                                                    \
    CK_INLINE void name##_rows(const float *from, float *padded, ptrdiff_t rows, ptrdiff_t rowStride, ptrdiff_t count, \
                               ptrdiff_t size, ptrdiff_t run, ptrdiff_t shift, ptrdiff_t length,                       \
                               ptrdiff_t available) {                                                                  \
        words keep;                                                                                                    \
        for (int l = 0; l < lanes; l++) keep[l] = l < run ? -1 : 0;                                                    \
        vector travelling = {0};                                                                                       \
        const vector zero = {0};                                                                                       \
        /* Whole vectors from here on might reach past the array. */                                                   \
        ptrdiff_t safe = count;                                                                                        \
        while (safe > 0 && (safe - 1) * size + (rows - 1) * rowStride + lanes > available) safe--;                     \
        ptrdiff_t ox = 0, p = 0;                                                                                       \
        for (; ox < safe && p < length; ox++, p += shift, from += size) {                                              \
            vector sum = CK_LOAD(vector, from);                                                                        \
            for (ptrdiff_t r = 1; r < rows; r++) sum += CK_LOAD(vector, from + r * rowStride);                         \
            travelling = __builtin_shufflevector(travelling, zero, __VA_ARGS__);                                       \
            travelling += (vector)((words)sum & keep);                                                                 \
            CK_STORE(leaving, padded + p, *(const leaving *)&travelling);                                              \
        }                                                                                                              \
        for (; p < length; ox++, p += shift, from += size) {                                                           \
            travelling = __builtin_shufflevector(travelling, zero, __VA_ARGS__);                                       \
            if (ox < count) {                                                                                          \
                float sum[lanes];                                                                                      \
                CK_STORE(vector, sum, zero);                                                                           \
                for (ptrdiff_t l = 0; l < run; l++) {                                                                  \
                    sum[l] = from[l];                                                                                  \
                    for (ptrdiff_t r = 1; r < rows; r++) sum[l] += from[r * rowStride + l];                            \
                }                                                                                                      \
                travelling += CK_LOAD(vector, sum);                                                                    \
            }                                                                                                          \
            CK_STORE(leaving, padded + p, *(const leaving *)&travelling);                                              \
        }                                                                                                              \
    }                                                                                                                  \
    CK_INLINE void name(const float *windows, float *image, const ck_window *w, ptrdiff_t y) {                         \
        const ptrdiff_t channels = w->channels, run = w->kernelWidth * channels;                                       \
        const ptrdiff_t size = w->kernelHeight * run, shift = w->strideWidth * channels;                               \
        ptrdiff_t first, last;                                                                                         \
        ck_covering(y, w->padTop, w->kernelHeight, w->strideHeight, w->outHeight, &first, &last);                      \
        const ptrdiff_t rows = last - first, rowStride = w->outWidth * size - w->strideHeight * run;                   \
        const float *from = windows + first * w->outWidth * size + (y + w->padTop - first * w->strideHeight) * run;    \
        const ptrdiff_t available = w->outHeight * w->outWidth * size - (from - windows);                              \
        const ptrdiff_t length = (w->padLeft + w->width) * channels, count = rows > 0 ? w->outWidth : 0;               \
        float padded[TRAVELLING_CAPACITY];                                                                             \
        if (rows == 2) {                                                                                               \
            name##_rows(from, padded, 2, rowStride, count, size, run, shift, length, available);                       \
        } else {                                                                                                       \
            name##_rows(from, padded, rows, rowStride, count, size, run, shift, length, available);                    \
        }                                                                                                              \
        ck_copy_run(padded + w->padLeft * channels, image + y * w->width * channels, w->width * channels);             \
    }
DEFINE_TRAVELLING(travel_by_1, ck_float8, ck_int8, 8, ck_float1, 1, 2, 3, 4, 5, 6, 7, 8)
DEFINE_TRAVELLING(travel_by_2, ck_float8, ck_int8, 8, ck_float2, 2, 3, 4, 5, 6, 7, 8, 9)
DEFINE_TRAVELLING(travel_by_3, ck_float16, ck_int16, 16, ck_float4,
                  3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
DEFINE_TRAVELLING(travel_by_6, ck_float16, ck_int16, 16, ck_float8,
                  6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21)

// Pixels that the same windows cover lie side by side in the image and in each window: a segment is summed at once.
CK_INLINE void scatter_row(const float *windows, float *image, const ck_window *w, ptrdiff_t y) {
    const ptrdiff_t channels = w->channels, run = w->kernelWidth * channels, size = w->kernelHeight * run;
    const ptrdiff_t kernel = w->kernelWidth, stride = w->strideWidth, count = w->outWidth;
    ptrdiff_t firstRow, lastRow;
    ck_covering(y, w->padTop, w->kernelHeight, w->strideHeight, w->outHeight, &firstRow, &lastRow);
    ck_runs runs = {.rows = lastRow - firstRow,
                    .rowStride = count * size - w->strideHeight * run,
                    .columnStride = size - stride * channels};
    const float *row = windows + firstRow * count * size + (y + w->padTop - firstRow * w->strideHeight) * run;
    float *to = image + (y * w->width - w->padLeft) * channels;
    const ptrdiff_t end = w->width + w->padLeft;
    ptrdiff_t first, last;
    ck_covering(0, w->padLeft, kernel, stride, count, &first, &last);
    ptrdiff_t p = w->padLeft;
    while (p < end) {
        // Windows [first, last) cover place p; the segment ends where the first of them ends or another begins.
        ptrdiff_t next = end;
        if (last < count && last * stride < next) next = last * stride;
        if (first < last && first * stride + kernel < next) next = first * stride + kernel;
        runs.columns = last - first;
        ck_sum_runs(row + first * size + (p - first * stride) * channels, to + p * channels, (next - p) * channels,
                    &runs);
        p = next;
        if (last < count && last * stride <= p) last++;
        if (first < last && first * stride + kernel <= p) first++;
    }
}

CK_CLONES void ck_scatter_windows(const float *windows, float *image, const ck_window *w) {
    const ptrdiff_t channels = w->channels, run = w->kernelWidth * channels, shift = w->strideWidth * channels;
    const int fits = (w->padLeft + w->width) * channels + 16 <= TRAVELLING_CAPACITY;
    for (ptrdiff_t y = 0; y < w->height; y++) {
        if (fits && shift == 1 && run <= 8) {
            travel_by_1(windows, image, w, y);
        } else if (fits && shift == 2 && run <= 8) {
            travel_by_2(windows, image, w, y);
        } else if (fits && shift == 3 && run <= 16) {
            travel_by_3(windows, image, w, y);
        } else if (fits && shift == 6 && run <= 16) {
            travel_by_6(windows, image, w, y);
        } else {
            scatter_row(windows, image, w, y);
        }
    }
}
