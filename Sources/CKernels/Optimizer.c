#include "ckernels.h"

#include "Clones.h"

CK_CLONES void ck_adam(const float *p, float *next, float *m, float *v, const float *g, float scale, size_t n,
                       float oneMinusBeta1, float beta2, float oneMinusBeta2, float stepSize, float rootCorrection2,
                       float epsilon) {
    CK_LONG_LOOP for (size_t i = 0; i < n; i++) {
        const float gradient = g[i] * scale;
        const float first = m[i] + (gradient - m[i]) * oneMinusBeta1;
        const float second = beta2 * v[i] + (oneMinusBeta2 * gradient) * gradient;
        const float denominator = __builtin_elementwise_sqrt(second) / rootCorrection2 + epsilon;
        m[i] = first;
        v[i] = second;
        next[i] = p[i] - (stepSize * first) / denominator;
    }
}

CK_CLONES void ck_interpolate(const float *target, float weight, float *y, size_t n) {
    CK_LOOP for (size_t i = 0; i < n; i++) y[i] = y[i] + (target[i] - y[i]) * weight;
}

CK_CLONES size_t ck_first_nonfinite(const float *x, size_t n) {
    const size_t block = 512;
    for (size_t start = 0; start < n; start += block) {
        const size_t end = n - start < block ? n : start + block;
        uint32_t found = 0;
        CK_LOOP for (size_t i = start; i < end; i++) found |= (ck_bits_of_float(x[i]) & 0x7FFFFFFF) > 0x7F7FFFFF;
        if (!found) continue;
        for (size_t i = start; i < end; i++) {
            if ((ck_bits_of_float(x[i]) & 0x7FFFFFFF) > 0x7F7FFFFF) return i;
        }
    }
    return n;
}
