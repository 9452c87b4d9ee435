// Small loops over contiguous float32 arrays: no logic, no memory of their own.
//
// Every function gives the same bits on every x86-64 with or without AVX2 and AVX-512: the compiler forms no fused
// multiply-add (FP_CONTRACT OFF), sums run in a fixed number of lanes, and nothing is taken from libm. Only the
// convolutions of planes, of interleaved images and of groups fuse products and sums, each of them and everywhere: a
// processor without FMA does it by libm's fmaf, exact and slow. An element's bits depend neither on its place in the array nor on
// the array's length. (Which NaN a NaN is, is left open.)
// Arrays do not overlap unless a comment says that one may be another; then it is the very same array.
// Any n may be 0. Arrays need a float's alignment, no more.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

// Rounding to nearest, denormals flushed to zero: to be called once on each thread that computes.
void ck_set_numeric_mode(void);

// ---- Element-wise, one operand: y[i] = f(x[i]); y may be x. A NaN gives NaN, except where noted ----
void ck_copy(const float *x, float *y, size_t n);
void ck_fill(float value, float *y, size_t n);
void ck_negate(const float *x, float *y, size_t n);
void ck_absolute(const float *x, float *y, size_t n);
void ck_square(const float *x, float *y, size_t n);
void ck_square_root(const float *x, float *y, size_t n);
void ck_reciprocal(const float *x, float *y, size_t n);
void ck_reciprocal_square_root(const float *x, float *y, size_t n);  // 1 / sqrt(x), both correctly rounded
// Transcendental functions: the error bounds hold over all floats whose result is a normal number (tested at every
// exponent). Results below 2^-126 round gradually or flush to zero, as the thread's numeric mode says.
void ck_exponential(const float *x, float *y, size_t n);         // at most 2 ulp; infinite above 88.72, 0 far below
void ck_logarithm(const float *x, float *y, size_t n);           // at most 2 ulp; log(0) = -infinity, log(x < 0) = NaN
void ck_sine(const float *x, float *y, size_t n);                // absolute 1e-7, relative 1e-6; NaN if x is infinite
void ck_cosine(const float *x, float *y, size_t n);              // likewise
void ck_hyperbolic_tangent(const float *x, float *y, size_t n);  // relative 4e-7
void ck_sigmoid(const float *x, float *y, size_t n);             // 1 / (1 + exp(-x)); relative 1e-6
void ck_softplus(const float *x, float *y, size_t n);            // log(1 + exp(x)), no overflow; relative 1e-6
void ck_sign(const float *x, float *y, size_t n);                // -1, 0, 1; of a NaN 0
void ck_relu(const float *x, float *y, size_t n);
void ck_leaky_relu(const float *x, float slope, float *y, size_t n);
void ck_relu_slope(const float *x, float slope, float *y, size_t n);  // x > 0 ? 1 : slope; of a NaN slope
void ck_scale(const float *x, float factor, float *y, size_t n);
void ck_add_scalar(const float *x, float term, float *y, size_t n);

// ---- Element-wise, two operands; y may be a or b. A NaN in either gives NaN ----
void ck_add(const float *a, const float *b, float *y, size_t n);
void ck_subtract(const float *a, const float *b, float *y, size_t n);
void ck_multiply(const float *a, const float *b, float *y, size_t n);
void ck_divide(const float *a, const float *b, float *y, size_t n);
void ck_maximum(const float *a, const float *b, float *y, size_t n);
void ck_minimum(const float *a, const float *b, float *y, size_t n);

// ---- Broadcasts of a small operand into a block [rows, columns] ----
void ck_repeat_row(const float *row, float *y, size_t rows, size_t columns);        // y[r, c] = row[c]
void ck_repeat_column(const float *column, float *y, size_t rows, size_t columns);  // y[r, c] = column[r]

// ---- Sums, in a fixed order ----
// Blocks of 1,024 in float, in lanes: element i of a block adds to lane i % 64, a rest of vectors to lane i % 16, lanes
// are folded pairwise, the last i < 16 added one by one. The blocks' sums are added in double.
double ck_sum(const float *x, size_t n);
double ck_sum_of_squares(const float *x, float factor, size_t n);  // of x factor, rounded; squares and sum in double
// accumulator[c] += sum over rows of x[r, c]: float inside the block, double from block to block.
void ck_accumulate_rows(const float *x, double *accumulator, size_t rows, size_t columns);
// accumulator[r] += sum over columns of x[r, c].
void ck_accumulate_columns(const float *x, double *accumulator, size_t rows, size_t columns);
void ck_doubles_to_floats(const double *x, float *y, size_t n);

// ---- Windows of an image [height, width, channels]: convolution and pooling ----
typedef struct {
    int32_t height, width, channels;
    int32_t kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft;
    int32_t outHeight, outWidth;  // windows may reach past the bottom and the right: zeros there
} ck_window;

// windows [outHeight * outWidth, kernelHeight * kernelWidth * channels] <- image (im2col, zeros outside)
void ck_gather_windows(const float *image, float *windows, const ck_window *w);
// image <- sum of the windows that cover each pixel (col2im); image is overwritten. Order of the sum is fixed.
void ck_scatter_windows(const float *windows, float *image, const ck_window *w);
// y[o, c] = v at the place where x is greatest in the window; v may be x. Of equals the first in row-major order, of
// NaNs, which are greater than all, the last (as in PyTorch). Places outside do not count; 0 if there is no other.
void ck_max_pool_select(const float *x, const float *v, float *y, const ck_window *w);
// dx <- 0, then dx[place of the greatest x] += dy[o, c]
void ck_max_pool_scatter(const float *x, const float *dy, float *dx, const ck_window *w);
void ck_sum_pool(const float *x, float *y, const ck_window *w);
void ck_sum_pool_transpose(const float *dy, float *dx, const ck_window *w);  // adjoint of ck_sum_pool; dx overwritten

// y [scale height, scale width, channels] <- x [height, width, channels], bilinearly, corners not aligned (PyTorch's
// align_corners=False): output o lies at (o + 1/2) / scale - 1/2, and beyond the outer inputs takes those. scale <= 16.
void ck_upsample_bilinear(const float *x, float *y, ptrdiff_t height, ptrdiff_t width, ptrdiff_t channels,
                          ptrdiff_t scale);
// Its adjoint; height and width are dx's, which is overwritten.
void ck_upsample_bilinear_transpose(const float *dy, float *dx, ptrdiff_t height, ptrdiff_t width, ptrdiff_t channels,
                                    ptrdiff_t scale);

// ---- Minimal filtering (Winograd): 4x4 convolutions with stride 2 ----
//
// Every second row and column of the padded image is a phase; a convolution 4x4 with stride 2 is the sum of four 2x2
// ones with stride 1, one on each phase. Outputs are computed in tiles of r x c, r and c each 2 or 3, from (r + 1)(c + 1)
// points, each of which is a product of matrices: [tiles, 4 channels] x [4 channels, filters]. Channels and filters are
// multiples of 16. All of an image's tiles are done at once; `points` holds [(r + 1)(c + 1), pointStride], of which the
// tiles' rows are written. What of a tile lies beyond the outputs counts as zero.
typedef struct {
    ck_window window;                  // kernel 4x4, stride 2x2
    int32_t filters;
    int32_t tileHeight, tileWidth;     // r and c
    int32_t firstRow, firstColumn;     // of the outputs
    int32_t tileRows, tileColumns;     // how many tiles
} ck_winograd;
// points [tiles, 4, channels] <- image, and the transposed map, which adds to the image
void ck_winograd_image_to_points(const float *image, float *points, ptrdiff_t pointStride, const ck_winograd *w);
void ck_winograd_add_points_to_image(const float *points, ptrdiff_t pointStride, float *image, const ck_winograd *w);
// points [tiles, filters] <- outputs [outHeight, outWidth, filters], and the transposed map
void ck_winograd_outputs_to_points(const float *outputs, float *points, ptrdiff_t pointStride, const ck_winograd *w);
void ck_winograd_points_to_outputs(const float *points, ptrdiff_t pointStride, float *outputs, const ck_winograd *w);
// points [(r + 1)(c + 1), 4, channels, filters] <- filter [4, 4, channels, filters], and the transposed map, which adds
// to the filter if `adds`
void ck_winograd_filter_to_points(const float *filter, float *points, const ck_winograd *w);
void ck_winograd_points_to_filter(const float *points, float *filter, int adds, const ck_winograd *w);

// Convolutions of a plane, an image of one channel, with features [outHeight, outWidth, f]; filter
// [kernelHeight, kernelWidth, f]. They take the windows for which ck_plane_fits tells so, and any number of features.
int ck_plane_fits(const ck_window *w, ptrdiff_t features);
// y[o] = sum over taps of plane[o - pad + tap] filter[tap]
void ck_plane_to_features(const float *plane, const float *filter, float *y, ptrdiff_t features, const ck_window *w);
// Its adjoint: plane[q] = sum over taps and features of y[q + pad - tap] filter[tap]; plane is overwritten.
void ck_features_to_plane(const float *y, const float *filter, float *plane, ptrdiff_t features, const ck_window *w);
// filter[tap] += sum over o of plane[o - pad + tap] y[o]
void ck_plane_filter_gradient(const float *plane, const float *y, float *filter, ptrdiff_t features,
                              const ck_window *w);

// Convolutions of sixteen images in one, x [height, width, channels, 16] and y [outHeight, outWidth, filters, 16]; filter
// [kernelHeight, kernelWidth, channels, filters]; stride 1, no padding.
void ck_convolve_interleaved(const float *x, const float *filter, float *y, ptrdiff_t filters, const ck_window *w);
// Its adjoint; x is overwritten.
void ck_image_gradient_interleaved(const float *y, const float *filter, float *x, ptrdiff_t filters,
                                   const ck_window *w);

// ---- Grouped convolutions ----
//
// A block of images is packed first: the pixels of one slice, sixteen filters and the channels that they read, lie close
// together. Then each slice is computed by itself.

// A region of images [images, height, width, channels], which may reach beyond them: zeros there.
typedef struct {
    int32_t images, height, width, channels;
    int32_t taken, inner;                          // channels of a pixel that are taken, and floats of a packed pixel
    int32_t firstRow, firstColumn, rows, columns;  // of the images whose pixels lie rowStep and columnStep apart
    int32_t rowStep, columnStep;                   // with zeros between
} ck_packing;
// packed [rows, columns, images, inner] <- the first `taken` channels of x; what else a packed pixel has is zero
void ck_pack_pixels(const float *x, float *packed, const ck_packing *p);
// reversed [taps, filters, groups, channels] <- filter [taps, channels, groups, filters], the taps in reversed order
void ck_reverse_group_taps(const float *filter, float *reversed, ptrdiff_t taps, ptrdiff_t channels, ptrdiff_t filters,
                           ptrdiff_t groups);

// A slice of a packed block. A wide one has filters of one group, each of which reads all of a pixel's channels; a narrow
// one has groups of `narrow` channels and as many filters side by side, 16 of each.
typedef struct {
    ck_window window;         // over the block, with its height and width; channels: floats of a packed pixel
    int32_t images;
    int32_t isAlongRows;      // neighbours in a row are computed together, not images; then ck_convolve_groups takes
                              // no window that crosses the block's left or right edge
    int32_t narrow;           // 1, 2, 4 or 8; else 0
    int32_t lanes;            // filters of the slice, at most 16
    ptrdiff_t filters;        // of y: from one pixel to the next
    ptrdiff_t imageStride;    // of y: from one image to the next
} ck_groups;
// y's `lanes` filters <- packed, taps [kernelHeight, kernelWidth, channels or narrow, 16]
void ck_convolve_groups(const float *packed, const float *taps, float *y, const ck_groups *g);
// taps += sum over the block of packed and y, packed too: [outHeight, outWidth, images, 16]
void ck_groups_filter_gradient(const float *packed, const float *y, float *taps, const ck_groups *g);

// ---- Products of a matrix [rows, columns] and a vector, in a fixed order ----
void ck_add_matrix_vector(const float *w, const float *x, float *y, size_t rows, size_t columns);  // y += w x
void ck_add_vector_matrix(const float *x, const float *w, float *y, size_t rows, size_t columns);  // y += x^T w

// ---- Moving data ----
void ck_copy_rows(const float *x, size_t xStride, float *y, size_t yStride, size_t rowLength, size_t rows);
void ck_transpose(const float *x, float *y, size_t rows, size_t columns);           // y[c, r] = x[r, c]
// Permutation of up to 6 axes: y has shape [shape[axes[0]], ...] and y[i...] = x[...].
void ck_permute(const float *x, float *y, const int32_t *shape, const int32_t *axes, int32_t rank);
// y[r] = table[indices[r]], zeros for an index beyond the table [tableRows, columns].
void ck_gather_rows(const float *table, const float *indices, float *y, size_t rows, size_t columns, size_t tableRows);
// table [tableRows, columns] <- 0, then table[indices[r]] += y[r], r ascending; indices beyond the table are left out.
void ck_scatter_rows(const float *y, const float *indices, float *table, size_t rows, size_t columns, size_t tableRows);
// y[n, i, j] = x[n, i - offsets[n, 0], j - offsets[n, 1]], zeros for what lies outside; images [batch, height, width,
// channels], offsets [batch, 2] whole numbers.
void ck_shift_images(const float *x, const float *offsets, float *y, size_t batch, size_t height, size_t width,
                     size_t channels);
void ck_mirror_image(float *x, size_t height, size_t width, size_t channels);  // left and right change places
void ck_bytes_to_floats(const uint8_t *x, float factor, float term, float *y, size_t n);  // x * factor + term

// ---- Random numbers: Philox4x32-10 (Salmon et al., 2011). Block i has counter (i, counter1, counter2, counter3) ----
//
// Element i is made from word i % 4 of block i / 4 (normal numbers: from the pair of words that it lies in), so n
// elements are the first n of any more. At most 2^34 elements before the counter comes round.
typedef struct { uint32_t key0, key1, counter1, counter2, counter3; } ck_philox;
void ck_philox_bits(const ck_philox *stream, uint32_t firstBlock, uint32_t *y, size_t n);
// low + (high - low) u, u = (bits >> 8) * 2^-24; in [low, high) also after rounding.
void ck_random_uniform(const ck_philox *stream, float low, float high, float *y, size_t n);
// Box and Muller: mean + deviation r cos(a), then r sin(a); r = sqrt(-2 log((bits0 + 1) 2^-32)), a = 2 pi bits1 2^-32.
void ck_random_normal(const ck_philox *stream, float mean, float deviation, float *y, size_t n);
// 1 / keep with probability keep, else 0: (bits >> 8) * 2^-24 < keep
void ck_random_dropout(const ck_philox *stream, float keep, float *y, size_t n);

// ---- Optimizer and state ----
// Adam with bias correction, as torch.optim.Adam computes it (Kingma and Ba, 2015):
//   g <- scale g;  m <- m + (g - m)(1 - beta1);  v <- beta2 v + ((1 - beta2) g) g
//   p' <- p - (stepSize m) / (sqrt(v) / rootCorrection2 + epsilon)
// with stepSize = learningRate / (1 - beta1^t), rootCorrection2 = sqrt(1 - beta2^t). p' (next) may be p.
void ck_adam(const float *p, float *next, float *m, float *v, const float *g, float scale, size_t n,
             float oneMinusBeta1, float beta2, float oneMinusBeta2, float stepSize, float rootCorrection2,
             float epsilon);
void ck_interpolate(const float *target, float weight, float *y, size_t n);  // y <- y + (target - y) weight
// Index of the first element that is NaN or infinite, or n.
size_t ck_first_nonfinite(const float *x, size_t n);

#endif
