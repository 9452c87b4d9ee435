#include "ckernels.h"

#include "Clones.h"

// The fixed tree that adds 16 lanes: halves onto halves.
#define ADD_LANES(lanes)                                                                         \
    (((((lanes)[0] + (lanes)[8]) + ((lanes)[4] + (lanes)[12])) +                                 \
      (((lanes)[2] + (lanes)[10]) + ((lanes)[6] + (lanes)[14]))) +                               \
     ((((lanes)[1] + (lanes)[9]) + ((lanes)[5] + (lanes)[13])) +                                 \
      (((lanes)[3] + (lanes)[11]) + ((lanes)[7] + (lanes)[15]))))

// At most this many floats are added in float arithmetic; sums of such blocks in double.
#define BLOCK 1024

// Four vectors at a time hide the latency of an addition: lane l of vector k adds elements 64 i + 16 k + l.
CK_INLINE float sum_of_block(const float *x, size_t n) {
    ck_float16 a = {0}, b = {0}, c = {0}, d = {0};
    size_t i = 0;
    for (; i + 64 <= n; i += 64) {
        a += CK_LOAD(ck_float16, x + i);
        b += CK_LOAD(ck_float16, x + i + 16);
        c += CK_LOAD(ck_float16, x + i + 32);
        d += CK_LOAD(ck_float16, x + i + 48);
    }
    for (; i + 16 <= n; i += 16) a += CK_LOAD(ck_float16, x + i);
    const ck_float16 lanes = (a + b) + (c + d);
    float sum = ADD_LANES(lanes);
    for (; i < n; i++) sum += x[i];
    return sum;
}

CK_CLONES double ck_sum(const float *x, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i += BLOCK) sum += (double)sum_of_block(x + i, n - i < BLOCK ? n - i : BLOCK);
    return sum;
}

typedef double double8 __attribute__((vector_size(64), aligned(4)));

CK_CLONES double ck_sum_of_squares(const float *x, float factor, size_t n) {
    double8 a = {0}, b = {0};
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        const double8 u = __builtin_convertvector(CK_LOAD(ck_float8, x + i) * factor, double8);
        const double8 v = __builtin_convertvector(CK_LOAD(ck_float8, x + i + 8) * factor, double8);
        a += u * u;
        b += v * v;
    }
    const double8 s = a + b;
    double sum = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
    for (; i < n; i++) {
        const float last = x[i] * factor;
        sum += (double)last * (double)last;
    }
    return sum;
}

// ---- Sums over rows ----

// Columns are added down at most this many rows in float.
#define BLOCK_ROWS 64

#define DEFINE_ADD_COLUMNS(name, type, width, vectors)                                                       \
    CK_INLINE void name(const float *x, double *accumulator, size_t rows, size_t columns) {                  \
        type sums[vectors];                                                                                  \
        for (int k = 0; k < vectors; k++) sums[k] = CK_LOAD(type, x + k * width);                            \
        for (size_t r = 1; r < rows; r++) {                                                                  \
            for (int k = 0; k < vectors; k++) sums[k] += CK_LOAD(type, x + r * columns + k * width);         \
        }                                                                                                    \
        for (int k = 0; k < vectors; k++) {                                                                  \
            for (int l = 0; l < width; l++) accumulator[k * width + l] += (double)sums[k][l];                \
        }                                                                                                    \
    }
DEFINE_ADD_COLUMNS(add_64_columns, ck_float16, 16, 4)
DEFINE_ADD_COLUMNS(add_16_columns, ck_float16, 16, 1)
DEFINE_ADD_COLUMNS(add_4_columns, ck_float4, 4, 1)
DEFINE_ADD_COLUMNS(add_1_column, ck_float1, 1, 1)

CK_INLINE void accumulate_many_columns(const float *x, double *accumulator, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r += BLOCK_ROWS) {
        const size_t height = rows - r < BLOCK_ROWS ? rows - r : BLOCK_ROWS;
        const float *block = x + r * columns;
        size_t c = 0;
        for (; c + 64 <= columns; c += 64) add_64_columns(block + c, accumulator + c, height, columns);
        for (; c + 16 <= columns; c += 16) add_16_columns(block + c, accumulator + c, height, columns);
        for (; c + 4 <= columns; c += 4) add_4_columns(block + c, accumulator + c, height, columns);
        for (; c < columns; c++) add_1_column(block + c, accumulator + c, height, columns);
    }
}

// Fewer than 16 columns: 16 rows or a multiple are read as one long row of at most 256 floats; such rows are added up
// as they are, and folded at the end of each block.
CK_INLINE void accumulate_few_columns(const float *x, double *accumulator, size_t rows, size_t columns) {
    float longRow[256];
    const size_t rowsInOne = 16 * (16 / columns), width = rowsInOne * columns;
    for (size_t r = 0; r < rows; r += BLOCK_ROWS * rowsInOne) {
        const size_t height = rows - r < BLOCK_ROWS * rowsInOne ? rows - r : BLOCK_ROWS * rowsInOne;
        const float *block = x + r * columns;
        const size_t n = height * columns;
        const size_t head = n < width ? n : width;
        memcpy(longRow, block, head * sizeof(float));
        memset(longRow + head, 0, (width - head) * sizeof(float));
        size_t i = width;
        for (; i + width <= n; i += width) {
            for (size_t k = 0; k < width; k += 16) {
                CK_STORE(ck_float16, longRow + k,
                         CK_LOAD(ck_float16, longRow + k) + CK_LOAD(ck_float16, block + i + k));
            }
        }
        for (size_t k = 0; i < n; i++, k++) longRow[k] += block[i];
        for (size_t c = 0; c < columns; c++) {
            float sum = 0;
            for (size_t k = c; k < width; k += columns) sum += longRow[k];
            accumulator[c] += (double)sum;
        }
    }
}

CK_CLONES void ck_accumulate_rows(const float *x, double *accumulator, size_t rows, size_t columns) {
    if (columns == 1) {
        for (size_t i = 0; i < rows; i += BLOCK) {
            accumulator[0] += (double)sum_of_block(x + i, rows - i < BLOCK ? rows - i : BLOCK);
        }
    } else if (columns < 16) {
        accumulate_few_columns(x, accumulator, rows, columns);
    } else {
        accumulate_many_columns(x, accumulator, rows, columns);
    }
}

CK_CLONES void ck_accumulate_columns(const float *x, double *accumulator, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * columns;
        for (size_t i = 0; i < columns; i += BLOCK) {
            accumulator[r] += (double)sum_of_block(row + i, columns - i < BLOCK ? columns - i : BLOCK);
        }
    }
}

CK_CLONES void ck_doubles_to_floats(const double *x, float *y, size_t n) {
    CK_LOOP for (size_t i = 0; i < n; i++) y[i] = (float)x[i];
}
