#include "cimages.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

struct cim_png {
    png_structp png;
    png_infop info;
    jmp_buf failed;
    const uint8_t *head, *data;
    size_t head_count, data_count;
    int is_truncated;
    char message[CIM_MESSAGE_SIZE];
};

static void error_exit(png_structp png, png_const_charp text) {
    struct cim_png *self = png_get_error_ptr(png);
    snprintf(self->message, sizeof self->message, "%s", text);
    longjmp(self->failed, 1);
}

static void ignore_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static size_t take(const uint8_t **from, size_t *left, uint8_t *to, size_t count) {
    size_t taken = count < *left ? count : *left;
    memcpy(to, *from, taken);
    *from += taken;
    *left -= taken;
    return taken;
}

static void read_bytes(png_structp png, png_bytep to, size_t count) {
    struct cim_png *self = png_get_io_ptr(png);
    size_t taken = take(&self->head, &self->head_count, to, count);
    taken += take(&self->data, &self->data_count, to + taken, count - taken);
    if (taken < count) {
        self->is_truncated = 1;
        png_error(png, "the data end too early");
    }
}

static int failure(const struct cim_png *self, char *message) {
    snprintf(message, CIM_MESSAGE_SIZE, "%s", self->message);
    return self->is_truncated ? CIM_TRUNCATED : CIM_BROKEN;
}

int cim_png_open(
    struct cim_png **result, const uint8_t *head, size_t head_count, const uint8_t *data, size_t data_count,
    char *message) {
    *result = NULL;
    struct cim_png *self = calloc(1, sizeof *self);
    if (!self) {
        snprintf(message, CIM_MESSAGE_SIZE, "out of memory");
        return CIM_MEMORY;
    }
    self->head = head;
    self->head_count = head_count;
    self->data = data;
    self->data_count = data_count;
    if (setjmp(self->failed)) {
        int status = failure(self, message);
        cim_png_close(self);
        return status;
    }
    self->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, self, error_exit, ignore_warning);
    if (self->png) self->info = png_create_info_struct(self->png);
    if (!self->info) {
        snprintf(message, CIM_MESSAGE_SIZE, "%s", self->message[0] ? self->message : "out of memory");
        cim_png_close(self);
        return CIM_MEMORY;
    }
    png_set_read_fn(self->png, self, read_bytes);
    // The caller limits the size, and checks the checksums.
    png_set_user_limits(self->png, 0x7fffffff, 0x7fffffff);
    png_set_crc_action(self->png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
#ifdef PNG_MAXIMUM_INFLATE_WINDOW
    // Some writers declare a smaller window than they use.
    png_set_option(self->png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
#endif
#ifdef PNG_IGNORE_ADLER32
    png_set_option(self->png, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
#endif
    png_read_info(self->png, self->info);
    // Bytes instead of bits; values stay.
    png_set_packing(self->png);
    png_set_interlace_handling(self->png);
    png_read_update_info(self->png, self->info);
    *result = self;
    return CIM_OK;
}

size_t cim_png_row_bytes(const struct cim_png *self) { return png_get_rowbytes(self->png, self->info); }

int cim_png_read_row(struct cim_png *self, uint8_t *row, char *message) {
    if (setjmp(self->failed)) return failure(self, message);
    png_read_row(self->png, row, NULL);
    return CIM_OK;
}

int cim_png_read_all(struct cim_png *self, uint8_t *rows, char *message) {
    if (setjmp(self->failed)) return failure(self, message);
    size_t row_bytes = cim_png_row_bytes(self);
    uint32_t height = png_get_image_height(self->png, self->info);
    int passes = png_get_interlace_type(self->png, self->info) == PNG_INTERLACE_ADAM7 ? 7 : 1;
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < height; y++) png_read_row(self->png, rows + y * row_bytes, NULL);
    }
    return CIM_OK;
}

void cim_png_close(struct cim_png *self) {
    if (!self) return;
    if (self->png) png_destroy_read_struct(&self->png, &self->info, NULL);
    free(self);
}
