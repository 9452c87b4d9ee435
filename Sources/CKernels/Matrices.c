#include "ckernels.h"

#include "Clones.h"

// Two vectors at a time hide the latency of an addition; the lanes are folded pairwise, the last elements added one by one.
CK_INLINE float dot(const float *a, const float *b, size_t n) {
    ck_float16 even = {0}, odd = {0};
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        even += CK_LOAD(ck_float16, a + i) * CK_LOAD(ck_float16, b + i);
        odd += CK_LOAD(ck_float16, a + i + 16) * CK_LOAD(ck_float16, b + i + 16);
    }
    const ck_float16 s = even + odd;
    float sum = (((s[0] + s[8]) + (s[4] + s[12])) + ((s[2] + s[10]) + (s[6] + s[14]))) +
                (((s[1] + s[9]) + (s[5] + s[13])) + ((s[3] + s[11]) + (s[7] + s[15])));
    for (; i < n; i++) sum += a[i] * b[i];
    return sum;
}

CK_CLONES void ck_add_matrix_vector(const float *w, const float *x, float *y, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) y[r] += dot(w + r * columns, x, columns);
}

// Rows are added in four interleaved sums.
CK_CLONES void ck_add_vector_matrix(const float *x, const float *w, float *y, size_t rows, size_t columns) {
    size_t c = 0;
    for (; c + 16 <= columns; c += 16) {
        ck_float16 sums[4] = {{0}, {0}, {0}, {0}};
        size_t r = 0;
        for (; r + 4 <= rows; r += 4)
            for (size_t k = 0; k < 4; k++) sums[k] += CK_LOAD(ck_float16, w + (r + k) * columns + c) * x[r + k];
        for (; r < rows; r++) sums[0] += CK_LOAD(ck_float16, w + r * columns + c) * x[r];
        CK_STORE(ck_float16, y + c, CK_LOAD(ck_float16, y + c) + ((sums[0] + sums[1]) + (sums[2] + sums[3])));
    }
    for (; c < columns; c++) {
        float sums[4] = {0};
        size_t r = 0;
        for (; r + 4 <= rows; r += 4)
            for (size_t k = 0; k < 4; k++) sums[k] += w[(r + k) * columns + c] * x[r + k];
        for (; r < rows; r++) sums[0] += w[r * columns + c] * x[r];
        y[c] += (sums[0] + sums[1]) + (sums[2] + sums[3]);
    }
}
