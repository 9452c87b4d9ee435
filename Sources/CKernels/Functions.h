// exp, log, tanh and their kin for one float, free of branches so that loops over them become vectors.
//
// Polynomials on a reduced argument after the Cephes library (S. L. Moshier), whose coefficients minimise the greatest
// relative error; the reduction never converts a float that might be NaN or huge to an integer (undefined in C).
#ifndef CKERNELS_FUNCTIONS_H
#define CKERNELS_FUNCTIONS_H

#include "Clones.h"

#define CK_INFINITY __builtin_inff()

// The nearest integer (ties to even) of |x| < 2^22, and the same as an integer.
#define CK_ROUNDER 12582912.0f  // 1.5 * 2^23
#define CK_ROUNDER_BITS 0x4B400000u

// exp(x) = 2^n exp(r), |r| <= log(2) / 2. Results below 2^-126 round gradually or flush, as the thread's mode says.
CK_INLINE float ck_exp(float x) {
    x = x > 89.0f ? 89.0f : x;      // already infinite
    x = x < -104.0f ? -104.0f : x;  // already less than half the least denormal
    const float shifted = x * 1.44269504088896341f + CK_ROUNDER;
    const float n = shifted - CK_ROUNDER;
    const int32_t exponent = (int32_t)(ck_bits_of_float(shifted) - CK_ROUNDER_BITS);
    const float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    const float e = 1.0f + (p * (r * r) + r);
    // In two factors: 2^n alone may be out of range where the product is not.
    const int32_t half = exponent >> 1;
    const float first = ck_float_of_bits((uint32_t)(half + 127) << 23);
    const float second = ck_float_of_bits((uint32_t)(exponent - half + 127) << 23);
    return (e * first) * second;
}

// log(1 + r) - r for r in [sqrt(1/2) - 1, sqrt(2) - 1].
CK_INLINE float ck_log1p_tail(float r) {
    const float z = r * r;
    float p = 7.0376836292e-2f;
    p = p * r + -1.1514610310e-1f;
    p = p * r + 1.1676998740e-1f;
    p = p * r + -1.2420140846e-1f;
    p = p * r + 1.4249322787e-1f;
    p = p * r + -1.6668057665e-1f;
    p = p * r + 2.0000714765e-1f;
    p = p * r + -2.4999993993e-1f;
    p = p * r + 3.3333331174e-1f;
    return (r * z) * p - 0.5f * z;
}

// log(x) = e log(2) + log(m), sqrt(1/2) <= m < sqrt(2).
CK_INLINE float ck_log(float x) {
    const int isSmall = x < 1.17549435e-38f;
    const float scaled = isSmall ? x * 16777216.0f : x;
    const uint32_t bits = ck_bits_of_float(scaled);
    const int32_t exponent = (int32_t)(bits - 0x3F3504F3u) >> 23;
    const float m = ck_float_of_bits(bits - ((uint32_t)exponent << 23));
    const float e = (float)exponent - (isSmall ? 24.0f : 0.0f);
    const float r = m - 1.0f;
    float y = (ck_log1p_tail(r) + e * -2.12194440e-4f) + r;
    y = y + e * 0.693359375f;
    y = x == CK_INFINITY ? x : y;
    y = x == 0.0f ? -CK_INFINITY : y;
    y = x < 0.0f ? __builtin_nanf("") : y;
    return x != x ? x : y;
}

// log(1 + u) for u in [0, 1], to full relative precision near 0.
CK_INLINE float ck_log1p_unit(float u) {
    const int isLow = u <= 0.41421356f;
    const float r = isLow ? u : (u - 1.0f) * 0.5f;
    const float y = r + ck_log1p_tail(r);
    return isLow ? y : y + 0.693147180559945309f;
}

CK_INLINE float ck_tanh(float x) {
    const float a = __builtin_fabsf(x);
    const float z = x * x;
    float p = -5.70498872745e-3f;
    p = p * z + 2.06390887954e-2f;
    p = p * z + -5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z + -3.33332819422e-1f;
    const float low = (p * z) * x + x;
    const float high = 1.0f - 2.0f / (ck_exp(a + a) + 1.0f);
    const float y = a < 0.625f ? low : high;
    return ck_float_of_bits(ck_bits_of_float(y) | (ck_bits_of_float(x) & 0x80000000u));
}

CK_INLINE float ck_sigmoid_of(float x) { return 1.0f / (1.0f + ck_exp(-x)); }

CK_INLINE float ck_softplus_of(float x) {
    return (x > 0.0f ? x : 0.0f) + ck_log1p_unit(ck_exp(-__builtin_fabsf(x)));
}

// sin and cos on [-pi/4, pi/4].
CK_INLINE float ck_sin_reduced(float r) {
    const float z = r * r;
    float p = -1.9515295891e-4f;
    p = p * z + 8.3321608736e-3f;
    p = p * z + -1.6666654611e-1f;
    return (p * z) * r + r;
}

CK_INLINE float ck_cos_reduced(float r) {
    const float z = r * r;
    float p = 2.443315711809948e-5f;
    p = p * z + -1.388731625493765e-3f;
    p = p * z + 4.166664568298827e-2f;
    return ((p * z) * z - 0.5f * z) + 1.0f;
}

// f(r + quadrant pi/2) of f = sin or cos, from f(r) and f(r + pi/2).
CK_INLINE float ck_in_quadrant(float here, float next, uint32_t quadrant) {
    const float y = (quadrant & 1) ? next : here;
    return ck_float_of_bits(ck_bits_of_float(y) ^ ((quadrant & 2) << 30));
}

// sin(r + quadrant pi/2); cos is the sine of the next quadrant.
CK_INLINE float ck_sin_in_quadrant(float r, uint32_t quadrant) {
    return ck_in_quadrant(ck_sin_reduced(r), ck_cos_reduced(r), quadrant);
}

#endif
