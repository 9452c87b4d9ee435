#include "cimages.h"

#include <string.h>

uint8_t cim_blend(uint8_t x, uint8_t ground, uint8_t alpha) {
    // round(v / 255) = (u + (u >> 8)) >> 8 with u = v + 128, for every v up to 255².
    uint32_t u = (uint32_t)x * alpha + (uint32_t)ground * (255u - alpha) + 128;
    return (uint8_t)((u + (u >> 8)) >> 8);
}

void cim_convert_samples(const struct cim_samples *samples, const uint8_t *row, size_t width, uint8_t *output) {
    int channels = samples->channels, bytes = samples->bytes, outputs = samples->output_channels;
    int colours = channels >= 3 ? 3 : 1;
    int has_alpha = channels == 2 || channels == 4;
    if (bytes == 1 && channels == outputs && !samples->has_key) {
        memcpy(output, row, width * (size_t)channels);
        return;
    }
    for (size_t x = 0; x < width; x++, row += channels * bytes, output += outputs) {
        uint8_t alpha = has_alpha ? row[(channels - 1) * bytes] : 255;
        if (samples->has_key) {
            int equal = 1;
            for (int c = 0; c < colours; c++) equal &= row[c * bytes] == samples->key[c];
            if (bytes == 2 && channels == 1) equal &= row[1] == samples->key_low;
            if (equal) alpha = 0;
        }
        for (int c = 0; c < outputs; c++) {
            output[c] = cim_blend(row[(colours == 3 ? c : 0) * bytes], samples->ground[c], alpha);
        }
    }
}

void cim_look_up(const uint8_t *row, size_t width, const uint8_t *table, int channels, uint8_t *output) {
    if (channels == 1) {
        for (size_t x = 0; x < width; x++) output[x] = table[row[x]];
        return;
    }
    for (size_t x = 0; x < width; x++) {
        const uint8_t *entry = table + 3 * (size_t)row[x];
        output[3 * x] = entry[0];
        output[3 * x + 1] = entry[1];
        output[3 * x + 2] = entry[2];
    }
}

void cim_add_to_boxes(uint32_t *sums, const uint8_t *row, size_t width, int channels, size_t factor) {
    for (size_t x = 0; x < width; sums += channels) {
        size_t end = width - x < factor ? width : x + factor;
        for (; x < end; x++, row += channels) {
            for (int c = 0; c < channels; c++) sums[c] += row[c];
        }
    }
}

void cim_average_boxes(uint32_t *sums, uint8_t *output, size_t width, int channels, size_t factor, size_t rows) {
    for (size_t x = 0; x < width; x += factor, sums += channels, output += channels) {
        uint32_t area = (uint32_t)((width - x < factor ? width - x : factor) * rows);
        for (int c = 0; c < channels; c++) {
            output[c] = (uint8_t)((sums[c] + area / 2) / area);
            sums[c] = 0;
        }
    }
}

void cim_orient(
    const uint8_t *pixels, size_t width, size_t height, int channels, int orientation, uint8_t *output) {
    int exchanges = orientation >= 5;
    // Which end of the stored image the shown one begins at.
    int from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    int from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    size_t rows = exchanges ? width : height, columns = exchanges ? height : width;
    for (size_t row = 0; row < rows; row++) {
        for (size_t column = 0; column < columns; column++, output += channels) {
            size_t x = exchanges ? row : column, y = exchanges ? column : row;
            if (from_right) x = width - 1 - x;
            if (from_bottom) y = height - 1 - y;
            const uint8_t *pixel = pixels + (y * width + x) * (size_t)channels;
            for (int c = 0; c < channels; c++) output[c] = pixel[c];
        }
    }
}
