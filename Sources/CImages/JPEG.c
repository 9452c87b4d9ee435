#include "cimages.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

// More scans than this are taken for an attack: each goes over all coefficients, and an empty one takes a few bytes.
#define MOST_SCANS 500

struct cim_jpeg {
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf failed;
    int status;
    uint8_t *row;
    char message[JMSG_LENGTH_MAX];
};

static void fail(struct cim_jpeg *jpeg, int status, const char *message) {
    jpeg->status = status;
    snprintf(jpeg->message, sizeof jpeg->message, "%s", message);
    longjmp(jpeg->failed, 1);
}

static void error_exit(j_common_ptr info) {
    struct cim_jpeg *jpeg = info->client_data;
    switch (info->err->msg_code) {
    case JERR_SOF_UNSUPPORTED:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_ARITH_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_BAD_PRECISION:
    case JERR_COMPONENT_COUNT:
    case JERR_CCIR601_NOTIMPL:
        jpeg->status = CIM_UNSUPPORTED;
        break;
    case JERR_UNKNOWN_MARKER:
        // JPEG-LS begins its frame by a marker that is not JPEG's.
        jpeg->status = info->err->msg_parm.i[0] == 0xf7 ? CIM_UNSUPPORTED : CIM_BROKEN;
        break;
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
        jpeg->status = CIM_MEMORY;
        break;
    default:
        jpeg->status = CIM_BROKEN;
    }
    info->err->format_message(info, jpeg->message);
    longjmp(jpeg->failed, 1);
}

// Warnings are lived with, as every viewer does.
static void ignore_message(j_common_ptr info, int level) {
    (void)level;
    (void)info;
}

static void print_nothing(j_common_ptr info) { (void)info; }

static void begin_source(j_decompress_ptr info) { (void)info; }

// At the end of the bytes, decoding is suspended: that tells a truncated image from one that only lacks its EOI marker.
static boolean no_more_input(j_decompress_ptr info) {
    (void)info;
    return FALSE;
}

static void skip_input(j_decompress_ptr info, long count) {
    if (count <= 0) return;
    size_t skipped = (size_t)count < info->src->bytes_in_buffer ? (size_t)count : info->src->bytes_in_buffer;
    info->src->next_input_byte += skipped;
    info->src->bytes_in_buffer -= skipped;
}

static void count_scans(j_common_ptr info) {
    if (((j_decompress_ptr)info)->input_scan_number > MOST_SCANS) {
        fail(info->client_data, CIM_BROKEN, "it has more than 500 scans");
    }
}

static void copy_message(const struct cim_jpeg *jpeg, char *message) {
    snprintf(message, CIM_MESSAGE_SIZE, "%s", jpeg->message);
}

int cim_jpeg_open(
    struct cim_jpeg **result, const uint8_t *bytes, size_t count, struct cim_jpeg_header *header, char *message) {
    *result = NULL;
    memset(header, 0, sizeof *header);
    struct cim_jpeg *jpeg = calloc(1, sizeof *jpeg);
    if (!jpeg) {
        snprintf(message, CIM_MESSAGE_SIZE, "out of memory");
        return CIM_MEMORY;
    }
    jpeg->info.err = jpeg_std_error(&jpeg->errors);
    jpeg->info.client_data = jpeg;
    jpeg->errors.error_exit = error_exit;
    jpeg->errors.emit_message = ignore_message;
    jpeg->errors.output_message = print_nothing;
    jpeg->source.next_input_byte = bytes;
    jpeg->source.bytes_in_buffer = count;
    jpeg->source.init_source = begin_source;
    jpeg->source.fill_input_buffer = no_more_input;
    jpeg->source.skip_input_data = skip_input;
    jpeg->source.resync_to_restart = jpeg_resync_to_restart;
    jpeg->source.term_source = begin_source;
    jpeg->progress.progress_monitor = count_scans;

    if (setjmp(jpeg->failed)) {
        if (jpeg->errors.msg_code == JERR_SOF_UNSUPPORTED) {
            header->unsupported_frame = jpeg->errors.msg_parm.i[0] & 15;
        } else if (jpeg->errors.msg_code == JERR_UNKNOWN_MARKER && jpeg->status == CIM_UNSUPPORTED) {
            header->unsupported_frame = 55;
        } else if (jpeg->errors.msg_code == JERR_BAD_PRECISION) {
            header->precision = jpeg->errors.msg_parm.i[0];
        }
        copy_message(jpeg, message);
        int status = jpeg->status;
        cim_jpeg_close(jpeg);
        return status;
    }
    jpeg_create_decompress(&jpeg->info);
    jpeg->info.src = &jpeg->source;
    jpeg->info.progress = &jpeg->progress;

    // Tables may come in a datastream of their own before the image's.
    int read;
    do {
        read = jpeg_read_header(&jpeg->info, FALSE);
    } while (read == JPEG_HEADER_TABLES_ONLY);
    if (read != JPEG_HEADER_OK) fail(jpeg, CIM_TRUNCATED, "the file ends in the header");

    header->width = jpeg->info.image_width;
    header->height = jpeg->info.image_height;
    header->components = jpeg->info.num_components;
    header->precision = jpeg->info.data_precision;
    header->is_arithmetic = jpeg->info.arith_code;
    header->keeps_coefficients = jpeg_has_multiple_scans(&jpeg->info);
    for (int i = 0; i < jpeg->info.num_components; i++) {
        header->blocks +=
            (uint64_t)jpeg->info.comp_info[i].width_in_blocks * (uint64_t)jpeg->info.comp_info[i].height_in_blocks;
    }
    *result = jpeg;
    return CIM_OK;
}

// Inverted CMYK to RGB: white is 255 in all four. As Pillow computes it: K − round((255 − C) · K / 255).
static void convert_cmyk(const uint8_t *row, size_t width, uint8_t *output) {
    for (size_t x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) output[3 * x + c] = row[4 * x + 3] - cim_blend(255 - row[4 * x + c], 0, row[4 * x + 3]);
    }
}

int cim_jpeg_decode(
    struct cim_jpeg *jpeg, int denominator, int channels, size_t memory_limit, uint8_t *pixels, char *message) {
    if (setjmp(jpeg->failed)) {
        copy_message(jpeg, message);
        return jpeg->status;
    }
    jpeg->info.mem->max_memory_to_use = (long)memory_limit;
    jpeg->info.scale_num = 1;
    jpeg->info.scale_denom = (unsigned)denominator;
    // The accurate integer transform, whose bits do not depend on the processor, and smooth upsampling.
    jpeg->info.dct_method = JDCT_ISLOW;
    jpeg->info.do_fancy_upsampling = TRUE;
    jpeg->info.out_color_space =
        jpeg->info.num_components == 1 ? JCS_GRAYSCALE : jpeg->info.num_components == 4 ? JCS_CMYK : JCS_RGB;
    if (!jpeg_start_decompress(&jpeg->info)) fail(jpeg, CIM_TRUNCATED, "premature end of the data");
    int is_cmyk = jpeg->info.out_color_space == JCS_CMYK;
    if (jpeg->info.output_components != (is_cmyk ? 4 : channels)) fail(jpeg, CIM_BROKEN, "its components changed");
    size_t width = jpeg->info.output_width;
    if (is_cmyk) {
        jpeg->row = malloc(width * 4);
        if (!jpeg->row) fail(jpeg, CIM_MEMORY, "out of memory");
    }
    while (jpeg->info.output_scanline < jpeg->info.output_height) {
        uint8_t *output = pixels + (size_t)jpeg->info.output_scanline * width * (size_t)channels;
        JSAMPROW row = is_cmyk ? jpeg->row : output;
        if (jpeg_read_scanlines(&jpeg->info, &row, 1) != 1) fail(jpeg, CIM_TRUNCATED, "premature end of the data");
        if (is_cmyk) convert_cmyk(jpeg->row, width, output);
    }
    return CIM_OK;
}

void cim_jpeg_close(struct cim_jpeg *jpeg) {
    if (!jpeg) return;
    jpeg_destroy_decompress(&jpeg->info);
    free(jpeg->row);
    free(jpeg);
}
