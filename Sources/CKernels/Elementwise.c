#include "ckernels.h"

#include "Clones.h"

#define UNARY(name, expression)                               \
    CK_CLONES void name(const float *x, float *y, size_t n) { \
        CK_LOOP for (size_t i = 0; i < n; i++) {              \
            const float v = x[i];                             \
            y[i] = (expression);                              \
        }                                                     \
    }

#define UNARY_WITH(name, parameter, expression)                                \
    CK_CLONES void name(const float *x, float parameter, float *y, size_t n) { \
        CK_LOOP for (size_t i = 0; i < n; i++) {                               \
            const float v = x[i];                                              \
            y[i] = (expression);                                               \
        }                                                                      \
    }

#define BINARY(name, expression)                                              \
    CK_CLONES void name(const float *a, const float *b, float *y, size_t n) { \
        CK_LOOP for (size_t i = 0; i < n; i++) {                              \
            const float u = a[i], v = b[i];                                   \
            y[i] = (expression);                                              \
        }                                                                     \
    }

void ck_copy(const float *x, float *y, size_t n) {
    if (x != y && n > 0) memcpy(y, x, n * sizeof(float));
}

CK_CLONES void ck_fill(float value, float *y, size_t n) {
    CK_LOOP for (size_t i = 0; i < n; i++) y[i] = value;
}

UNARY(ck_negate, -v)
UNARY(ck_absolute, __builtin_fabsf(v))
UNARY(ck_square, v *v)
UNARY(ck_square_root, __builtin_elementwise_sqrt(v))
UNARY(ck_reciprocal, 1.0f / v)
UNARY(ck_reciprocal_square_root, 1.0f / __builtin_elementwise_sqrt(v))
UNARY(ck_sign, (v > 0.0f ? 1.0f : 0.0f) - (v < 0.0f ? 1.0f : 0.0f))
UNARY(ck_relu, 0.0f > v ? 0.0f : v)  // in this order a NaN stays
UNARY_WITH(ck_leaky_relu, slope, v > 0.0f ? v : v * slope)
UNARY_WITH(ck_relu_slope, slope, v > 0.0f ? 1.0f : slope)
UNARY_WITH(ck_scale, factor, v *factor)
UNARY_WITH(ck_add_scalar, term, v + term)

BINARY(ck_add, u + v)
BINARY(ck_subtract, u - v)
BINARY(ck_multiply, u *v)
BINARY(ck_divide, u / v)
BINARY(ck_maximum, u != u ? u : (u > v ? u : v))
BINARY(ck_minimum, u != u ? u : (u < v ? u : v))

CK_CLONES void ck_repeat_row(const float *row, float *y, size_t rows, size_t columns) {
    if (columns == 1) {
        ck_fill(row[0], y, rows);
        return;
    }
    // Short rows: the copies double until they are long enough to be copied whole.
    size_t done = rows < 1 ? 0 : 1;
    if (done) memcpy(y, row, columns * sizeof(float));
    while (done < rows && done * columns < 1024) {
        const size_t more = done < rows - done ? done : rows - done;
        memcpy(y + done * columns, y, more * columns * sizeof(float));
        done += more;
    }
    const size_t chunk = done;
    while (done < rows) {
        const size_t more = chunk < rows - done ? chunk : rows - done;
        memcpy(y + done * columns, y, more * columns * sizeof(float));
        done += more;
    }
}

CK_CLONES void ck_repeat_column(const float *column, float *y, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float value = column[r];
        float *to = y + r * columns;
        CK_LOOP for (size_t c = 0; c < columns; c++) to[c] = value;
    }
}
