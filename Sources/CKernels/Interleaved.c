#include "ckernels.h"

#include "Clones.h"

// Convolutions of sixteen images at once, element i of all of them in vector i: every product has sixteen lanes to
// fill, however few the channels and filters are. Sums begin with +0 and take the taps in a fixed order.

#define LANES 16
// Sums of one pixel that are kept in registers, and pixels.
#define CHUNK 5
#define PIXELS 2

// sums[p][k] += sum over r < count of x[p * pixelStride + r] w[r * step + k * stride]
CK_INLINE void add_run(const float *x, ptrdiff_t pixelStride, const float *w, ptrdiff_t step, ptrdiff_t stride,
                       ptrdiff_t count, ck_float16 sums[PIXELS][CHUNK], int pixels, int chunk) {
    for (ptrdiff_t r = 0; r < count; r++, x += LANES, w += step) {
        for (int k = 0; k < chunk; k++) {
            const ck_float16 tap = CK_SPLAT(w[k * stride]);
            for (int p = 0; p < pixels; p++) {
                sums[p][k] = CK_FUSED(CK_LOAD(ck_float16, x + p * pixelStride * LANES), tap, sums[p][k]);
            }
        }
    }
}

CK_INLINE void store_sums(const ck_float16 sums[PIXELS][CHUNK], float *y, ptrdiff_t pixelStride, int pixels,
                          int chunk) {
    for (int p = 0; p < pixels; p++) {
        for (int k = 0; k < chunk; k++) CK_STORE(ck_float16, y + (p * pixelStride + k) * LANES, sums[p][k]);
    }
}

// Chunks of a row of results, their sizes made known to the compiler.
#define BY_CHUNK(call, count)                      \
    for (ptrdiff_t c = 0; c < count; c += CHUNK) { \
        switch (count - c) {                       \
            case 1: call(c, 1); break;             \
            case 2: call(c, 2); break;             \
            case 3: call(c, 3); break;             \
            case 4: call(c, 4); break;             \
            default: call(c, CHUNK);               \
        }                                          \
    }

CK_INLINE void convolve_pixels(const float *x, const float *filter, float *y, ptrdiff_t filters, const ck_window *w,
                               int pixels, int chunk) {
    const ptrdiff_t channels = w->channels, run = w->kernelWidth * channels;
    ck_float16 sums[PIXELS][CHUNK] = {{{0}}};
    for (ptrdiff_t a = 0; a < w->kernelHeight; a++) {
        add_run(x + a * w->width * channels * LANES, channels, filter + a * run * filters, filters, 1, run, sums,
                pixels, chunk);
    }
    store_sums(sums, y, filters, pixels, chunk);
}

CK_FUSED_CLONES void ck_convolve_interleaved(const float *x, const float *filter, float *y, ptrdiff_t filters,
                                             const ck_window *w) {
#define CONVOLVE(c, chunk)                                                                                        \
    for (ptrdiff_t oy = 0; oy < w->outHeight; oy++) {                                                             \
        const float *from = x + oy * w->width * w->channels * LANES;                                              \
        float *to = y + (oy * w->outWidth * filters + c) * LANES;                                                 \
        ptrdiff_t ox = 0;                                                                                         \
        for (; ox + PIXELS <= w->outWidth; ox += PIXELS) {                                                        \
            convolve_pixels(from + ox * w->channels * LANES, filter + c, to + ox * filters * LANES, filters, w,   \
                            PIXELS, chunk);                                                                       \
        }                                                                                                         \
        for (; ox < w->outWidth; ox++) {                                                                          \
            convolve_pixels(from + ox * w->channels * LANES, filter + c, to + ox * filters * LANES, filters, w, 1, \
                            chunk);                                                                               \
        }                                                                                                         \
    }
    BY_CHUNK(CONVOLVE, filters)
}

CK_INLINE void image_gradient_pixel(const float *y, const float *filter, float *x, ptrdiff_t filters,
                                    const ck_window *w, ptrdiff_t py, ptrdiff_t px, int chunk) {
    ck_float16 sums[PIXELS][CHUNK] = {{{0}}};
    for (ptrdiff_t a = 0; a < w->kernelHeight; a++) {
        const ptrdiff_t oy = py - a;
        if (oy < 0 || oy >= w->outHeight) continue;
        for (ptrdiff_t b = 0; b < w->kernelWidth; b++) {
            const ptrdiff_t ox = px - b;
            if (ox < 0 || ox >= w->outWidth) continue;
            add_run(y + (oy * w->outWidth + ox) * filters * LANES, 0,
                    filter + (a * w->kernelWidth + b) * w->channels * filters, 1, filters, filters, sums, 1, chunk);
        }
    }
    store_sums(sums, x, 0, 1, chunk);
}

CK_FUSED_CLONES void ck_image_gradient_interleaved(const float *y, const float *filter, float *x, ptrdiff_t filters,
                                                   const ck_window *w) {
#define GRADIENT(c, chunk)                                                                                      \
    for (ptrdiff_t py = 0; py < w->height; py++) {                                                              \
        for (ptrdiff_t px = 0; px < w->width; px++) {                                                           \
            image_gradient_pixel(y, filter + c * filters, x + ((py * w->width + px) * w->channels + c) * LANES, \
                                 filters, w, py, px, chunk);                                                    \
        }                                                                                                       \
    }
    BY_CHUNK(GRADIENT, w->channels)
}
