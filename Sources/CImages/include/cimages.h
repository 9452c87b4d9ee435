// Image decoders: libjpeg and libpng report errors by longjmp, which Swift code must not be jumped over, so they are driven
// from C. Besides, loops over pixels. Nothing here decides which image is read or how large it may be; the callers in
// FileFormats do.
#ifndef CIMAGES_H
#define CIMAGES_H

#include <stddef.h>
#include <stdint.h>

// Room for a library's error message, with its zero.
#define CIM_MESSAGE_SIZE 200

enum cim_status {
    CIM_OK = 0,
    // The library found an error in the data.
    CIM_BROKEN = 1,
    // The data end too early.
    CIM_TRUNCATED = 2,
    // Valid, but of a kind that the library does not decode.
    CIM_UNSUPPORTED = 3,
    // More memory would be needed than is allowed or there is.
    CIM_MEMORY = 4,
};

// ---- JPEG

struct cim_jpeg;

enum cim_jpeg_colour { CIM_GRAY = 1, CIM_RGB = 3, CIM_CMYK = 4 };

struct cim_jpeg_header {
    uint32_t width, height;
    int components;
    // Bits a sample. Set too when a failure is due to them.
    int precision;
    // n when the frame's process, SOFn, is not supported, 55 for JPEG-LS; else 0. Set on failure too.
    int unsupported_frame;
    int is_arithmetic;
    // Whether all coefficients are kept in memory: progressive, or several scans.
    int keeps_coefficients;
    // Blocks of 8 × 8 coefficients in all components.
    uint64_t blocks;
};

// Reads up to the first scan. `bytes` stay in use until the close. On failure, `*jpeg` is null and `message` filled.
int cim_jpeg_open(
    struct cim_jpeg **jpeg, const uint8_t *bytes, size_t count, struct cim_jpeg_header *header, char *message);

// Decodes to gray or RGB rows, reduced by `denominator` (1, 2, 4 or 8): ⌈width / denominator⌉ · ⌈height / denominator⌉
// pixels of `channels` bytes. Four components are taken for inverted CMYK, as Adobe writes it.
int cim_jpeg_decode(
    struct cim_jpeg *jpeg, int denominator, int channels, size_t memory_limit, uint8_t *pixels, char *message);

void cim_jpeg_close(struct cim_jpeg *jpeg);

// ---- PNG

struct cim_png;

// Reads up to the first IDAT chunk of the two parts one after the other; both stay in use until the close.
int cim_png_open(
    struct cim_png **png, const uint8_t *head, size_t head_count, const uint8_t *data, size_t data_count,
    char *message);

// The bytes of a row of samples: one byte for depths up to 8, not scaled, two (the first is the high one) for 16.
size_t cim_png_row_bytes(const struct cim_png *png);

// The next row of an image that is not interlaced.
int cim_png_read_row(struct cim_png *png, uint8_t *row, char *message);

// All rows of any image.
int cim_png_read_all(struct cim_png *png, uint8_t *rows, char *message);

void cim_png_close(struct cim_png *png);

// ---- WebP

struct cim_webp;

struct cim_webp_header {
    uint32_t width, height;
    int has_alpha;
    int is_animated;
    // The first frame's place.
    uint32_t x, y, frame_width, frame_height;
};

int cim_webp_open(
    struct cim_webp **webp, const uint8_t *bytes, size_t count, struct cim_webp_header *header);

// Decodes the first frame to RGB or RGBA (`channels`), scaled to width × height, into rows that are `stride` bytes apart.
int cim_webp_decode(
    struct cim_webp *webp, uint32_t width, uint32_t height, int channels, uint8_t *pixels, size_t stride);

// The content of the first chunk of this type ("EXIF", "XMP "); null when there is none. Valid until the close.
const uint8_t *cim_webp_chunk(struct cim_webp *webp, const char *type, size_t *count);

void cim_webp_close(struct cim_webp *webp);

// ---- Pixels

// How a row of PNG samples becomes 8-bit gray or RGB over a ground colour.
struct cim_samples {
    // Samples a pixel: 1 gray or index, 2 gray and alpha, 3 RGB, 4 RGB and alpha.
    int channels;
    // Bytes a sample: 1, or 2 of which the first is taken.
    int bytes;
    // A colour that is transparent; bytes[1] of a gray key is compared too when `bytes` is 2 and `channels` 1.
    int has_key;
    uint8_t key[3], key_low;
    uint8_t ground[3];
    // 1 or 3.
    int output_channels;
};

// x over g with alpha a: round((x · a + g · (255 − a)) / 255).
uint8_t cim_blend(uint8_t x, uint8_t ground, uint8_t alpha);

void cim_convert_samples(const struct cim_samples *samples, const uint8_t *row, size_t width, uint8_t *output);

// output[i] = table[row[i]], `channels` bytes each.
void cim_look_up(const uint8_t *row, size_t width, const uint8_t *table, int channels, uint8_t *output);

// Adds a row to the sums of boxes that are `factor` wide.
void cim_add_to_boxes(uint32_t *sums, const uint8_t *row, size_t width, int channels, size_t factor);

// The rounded means of boxes of `rows` rows; the last box of a row may be narrower. The sums become 0.
void cim_average_boxes(uint32_t *sums, uint8_t *output, size_t width, int channels, size_t factor, size_t rows);

// Turns an image as the Exif orientation (2 to 8) says it is to be shown. From 5 on, width and height change places.
void cim_orient(
    const uint8_t *pixels, size_t width, size_t height, int channels, int orientation, uint8_t *output);

#endif
