#include "ckernels.h"

#include "StridedSum.h"

// ---- Gathering (im2col) ----

CK_INLINE void copy_run(const float *x, float *y, ptrdiff_t length) {
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

CK_INLINE void zero_run(float *y, ptrdiff_t length) {
    for (ptrdiff_t i = 0; i < length; i++) y[i] = 0;
}

// Windows that cross the image's left or right edge, or lie beyond it.
CK_INLINE void gather_at_edge(const float *image, float *to, const ck_window *w, ptrdiff_t top, ptrdiff_t left) {
    const ptrdiff_t channels = w->channels, run = w->kernelWidth * channels;
    ptrdiff_t firstRow, lastRow, first, last;
    ck_inside(top, w->kernelHeight, w->height, &firstRow, &lastRow);
    ck_inside(left, w->kernelWidth, w->width, &first, &last);
    for (ptrdiff_t ky = 0; ky < w->kernelHeight; ky++, to += run) {
        if (ky < firstRow || ky >= lastRow || first == last) {
            zero_run(to, run);
            continue;
        }
        const float *from = image + ((top + ky) * w->width + left) * channels;
        zero_run(to, first * channels);
        copy_run(from + first * channels, to + first * channels, (last - first) * channels);
        zero_run(to + last * channels, run - last * channels);
    }
}

// Windows [first, last) of one row of windows, all inside the image's width: each row of a window is one run.
CK_INLINE void gather_inside(const float *image, float *to, const ck_window *w, ptrdiff_t top, ptrdiff_t first,
                             ptrdiff_t last, ptrdiff_t run) {
    const ptrdiff_t channels = w->channels, rowStride = w->width * channels;
    ptrdiff_t firstRow, lastRow;
    ck_inside(top, w->kernelHeight, w->height, &firstRow, &lastRow);
    for (ptrdiff_t ox = first; ox < last; ox++) {
        const float *from = image + (top + firstRow) * rowStride + (ox * w->strideWidth - w->padLeft) * channels;
        zero_run(to, firstRow * run);
        to += firstRow * run;
        for (ptrdiff_t ky = firstRow; ky < lastRow; ky++, from += rowStride, to += run) copy_run(from, to, run);
        zero_run(to, (w->kernelHeight - lastRow) * run);
        to += (w->kernelHeight - lastRow) * run;
    }
}

CK_CLONES void ck_gather_windows(const float *image, float *windows, const ck_window *w) {
    const ptrdiff_t run = (ptrdiff_t)w->kernelWidth * w->channels, size = w->kernelHeight * run;
    // Windows [first, last) of each row do not cross the left or right edge.
    const ptrdiff_t room = w->width + w->padLeft - w->kernelWidth;
    ptrdiff_t first = (w->padLeft + w->strideWidth - 1) / w->strideWidth;
    ptrdiff_t last = room < 0 ? 0 : room / w->strideWidth + 1;
    if (last > w->outWidth) last = w->outWidth;
    if (first > last) first = last;
    for (ptrdiff_t oy = 0; oy < w->outHeight; oy++) {
        const ptrdiff_t top = oy * w->strideHeight - w->padTop;
        float *to = windows + oy * w->outWidth * size;
        for (ptrdiff_t ox = 0; ox < first; ox++) {
            gather_at_edge(image, to + ox * size, w, top, ox * w->strideWidth - w->padLeft);
        }
        float *inside = to + first * size;
        switch (run) {  // short runs, their length known to the compiler
            case 3: gather_inside(image, inside, w, top, first, last, 3); break;
            case 4: gather_inside(image, inside, w, top, first, last, 4); break;
            case 5: gather_inside(image, inside, w, top, first, last, 5); break;
            case 7: gather_inside(image, inside, w, top, first, last, 7); break;
            case 9: gather_inside(image, inside, w, top, first, last, 9); break;
            case 12: gather_inside(image, inside, w, top, first, last, 12); break;
            default: gather_inside(image, inside, w, top, first, last, run);
        }
        for (ptrdiff_t ox = last; ox < w->outWidth; ox++) {
            gather_at_edge(image, to + ox * size, w, top, ox * w->strideWidth - w->padLeft);
        }
    }
}

// ---- Scattering (col2im) ----
//
// Written as a gather: each pixel adds the windows that cover it, upper before lower, left before right, in registers.

// One channel, stride 1, at most 8 columns of weights: the windows of a column of windows are added row by row, then
// the sums travel along the row of pixels, one lane for each place of the kernel.
CK_INLINE void scatter_one_channel_row(const float *windows, float *image, const ck_window *w, ptrdiff_t y) {
    const ptrdiff_t kernel = w->kernelWidth, size = w->kernelHeight * kernel;
    const ptrdiff_t total = (ptrdiff_t)w->outHeight * w->outWidth * size;
    ptrdiff_t first, last;
    ck_covering(y, w->padTop, w->kernelHeight, 1, w->outHeight, &first, &last);
    ck_int8 keep;
    for (int l = 0; l < 8; l++) keep[l] = l < kernel ? -1 : 0;
    ck_float8 travelling = {0};
    const ck_float8 zero = {0};
    for (ptrdiff_t p = 0; p < w->width + w->padLeft; p++) {
        // Lane l of `travelling` is on its way to pixel p + l - padLeft.
        travelling = __builtin_shufflevector(travelling, zero, 1, 2, 3, 4, 5, 6, 7, 8);
        if (p < w->outWidth) {
            ck_float8 sum = {0};
            for (ptrdiff_t oy = first; oy < last; oy++) {
                const ptrdiff_t at = (oy * w->outWidth + p) * size + (y + w->padTop - oy) * kernel;
                if (at + 8 <= total) {
                    sum += CK_LOAD(ck_float8, windows + at);
                } else {
                    float end[8] = {0};
                    memcpy(end, windows + at, (size_t)(total - at) * sizeof(float));
                    sum += CK_LOAD(ck_float8, end);
                }
            }
            travelling += (ck_float8)((ck_int8)sum & keep);
        }
        if (p >= w->padLeft) image[y * w->width + p - w->padLeft] = travelling[0];
    }
}

// Pixels that the same windows cover lie side by side in the image and in each window: a segment is summed at once.
CK_INLINE void scatter_row(const float *windows, float *image, const ck_window *w, ptrdiff_t y) {
    const ptrdiff_t channels = w->channels, run = w->kernelWidth * channels, size = w->kernelHeight * run;
    const ptrdiff_t stride = w->strideWidth;
    ptrdiff_t firstRow, lastRow;
    ck_covering(y, w->padTop, w->kernelHeight, w->strideHeight, w->outHeight, &firstRow, &lastRow);
    ck_runs runs = {.rows = lastRow - firstRow,
                    .rowStride = w->outWidth * size - w->strideHeight * run,
                    .columnStride = size - stride * channels};
    const float *row = windows + firstRow * w->outWidth * size + (y + w->padTop - firstRow * w->strideHeight) * run;
    float *to = image + y * w->width * channels;
    for (ptrdiff_t x = 0; x < w->width;) {
        ptrdiff_t first, last;
        ck_covering(x, w->padLeft, w->kernelWidth, stride, w->outWidth, &first, &last);
        // The segment ends where a window begins or ends.
        const ptrdiff_t p = x + w->padLeft;
        ptrdiff_t length = stride - p % stride;
        const ptrdiff_t toEnd = p < w->kernelWidth ? w->kernelWidth - p : stride - (p - w->kernelWidth) % stride;
        if (toEnd < length) length = toEnd;
        if (length > w->width - x) length = w->width - x;
        runs.columns = last - first;
        ck_sum_runs(row + first * size + (p - first * stride) * channels, to + x * channels, length * channels, &runs);
        x += length;
    }
}

CK_CLONES void ck_scatter_windows(const float *windows, float *image, const ck_window *w) {
    const int oneChannel = w->channels == 1 && w->strideWidth == 1 && w->strideHeight == 1 && w->kernelWidth <= 8;
    for (ptrdiff_t y = 0; y < w->height; y++) {
        if (oneChannel) {
            scatter_one_channel_row(windows, image, w, y);
        } else {
            scatter_row(windows, image, w, y);
        }
    }
}
