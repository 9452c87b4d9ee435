#include "ckernels.h"

#include "Functions.h"

#define UNARY(name, function)                                               \
    CK_CLONES void name(const float *x, float *y, size_t n) {               \
        CK_LONG_LOOP for (size_t i = 0; i < n; i++) y[i] = function(x[i]);  \
    }

UNARY(ck_exponential, ck_exp)
UNARY(ck_logarithm, ck_log)
UNARY(ck_hyperbolic_tangent, ck_tanh)
UNARY(ck_sigmoid, ck_sigmoid_of)
UNARY(ck_softplus, ck_softplus_of)

// ---- Sine and cosine ----

// Up to here x - n pi/2 is taken in double with pi/2 in two parts; n then has at most 20 bits.
#define DIRECT_REDUCTION_LIMIT 1.0e6f

CK_INLINE float sine_shifted(float x, uint32_t shift) {
    const double rounder = 6755399441055744.0;  // 1.5 * 2^52
    const double wide = x;
    const double shifted = wide * 0.63661977236758134308 + rounder;
    const double n = shifted - rounder;
    const double r = (wide - n * 1.5707963267341256) - n * 6.0771005065061922e-11;
    return ck_sin_in_quadrant((float)r, (uint32_t)__builtin_bit_cast(uint64_t, shifted) + shift);
}

// The bits of 2/pi, 32 at a time; the first word is zero so that small shifts need no case of their own.
static const uint32_t twoOverPi[] = {0x00000000, 0xA2F9836E, 0x4E441529, 0xFC2757D1,
                                     0xF534DDC0, 0xDB629599, 0x3C439041, 0xFE5163AB};

// Payne and Hanek's reduction: of x * 2/pi, only the 96 bits that matter modulo 4 are multiplied out.
static float sine_of_large(float x, uint32_t shift) {
    const uint32_t bits = ck_bits_of_float(x);
    const int32_t exponent = (int32_t)((bits >> 23) & 255) - 150;  // |x| = mantissa * 2^exponent
    if (exponent == 105) return x - x;                            // infinite or NaN
    const uint64_t mantissa = (bits & 0x7FFFFF) | 0x800000;
    // In quarter turns, the k-th bit of 2/pi (k = 1, 2, ...) counts mantissa * 2^(exponent - k): a whole number of
    // turns as long as exponent - k >= 2. So start at k = exponent - 1, which is bit exponent + 30 of the table.
    const int32_t word = (exponent + 30) >> 5, offset = (exponent + 30) & 31;
    uint32_t window[3];
    for (int i = 0; i < 3; i++) {
        const uint64_t pair = (uint64_t)twoOverPi[word + i] << 32 | twoOverPi[word + i + 1];
        window[i] = (uint32_t)(pair >> (32 - offset));
    }
    // The top 64 of the product's 96 bits, two of them before the point; what overflows is whole turns.
    uint64_t turns = (mantissa * window[0] << 32) + mantissa * window[1] + (mantissa * window[2] >> 32);
    const uint64_t quadrant = (turns + (UINT64_C(1) << 61)) >> 62;
    turns -= quadrant << 62;
    const float r = (float)((double)(int64_t)turns * 3.4061215800865545e-19);  // pi/2 * 2^-62
    const float y = ck_sin_in_quadrant(r, (uint32_t)quadrant + shift);
    const int isOdd = shift == 0;
    return isOdd && (bits >> 31) ? -y : y;
}

// In tiles: the rare large arguments are done again, one by one, from a copy (y may be x).
#define TILE 64
CK_INLINE void sine_of_tile(const float *x, float *y, size_t n, uint32_t shift) {
    float kept[TILE];
    memcpy(kept, x, n * sizeof(float));
    uint32_t isLarge = 0;
    CK_LONG_LOOP for (size_t i = 0; i < n; i++) {
        isLarge |= !(__builtin_fabsf(kept[i]) <= DIRECT_REDUCTION_LIMIT);
        y[i] = sine_shifted(kept[i], shift);
    }
    if (!isLarge) return;
    for (size_t i = 0; i < n; i++) {
        if (!(__builtin_fabsf(kept[i]) <= DIRECT_REDUCTION_LIMIT)) y[i] = sine_of_large(kept[i], shift);
    }
}

CK_CLONES void ck_sine(const float *x, float *y, size_t n) {
    for (size_t i = 0; i < n; i += TILE) sine_of_tile(x + i, y + i, n - i < TILE ? n - i : TILE, 0);
}

CK_CLONES void ck_cosine(const float *x, float *y, size_t n) {
    for (size_t i = 0; i < n; i += TILE) sine_of_tile(x + i, y + i, n - i < TILE ? n - i : TILE, 1);
}
