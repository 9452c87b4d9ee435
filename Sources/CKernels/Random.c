#include "ckernels.h"

#include "Functions.h"

// Blocks computed at a time, each of four words; words of the same place lie side by side.
#define TILE_BLOCKS 64
#define TILE (4 * TILE_BLOCKS)

typedef union {
    uint32_t word[4][TILE_BLOCKS];
    uint64_t pair[4][TILE_BLOCKS / 2];  // on a little-endian machine: blocks 2 i and 2 i + 1
} tile;

// Each 64-bit lane holds a word of two blocks, the second in the upper half: so nothing need widen or narrow.
typedef uint64_t lanes __attribute__((vector_size(64), aligned(8)));
#define LOWER UINT64_C(0x00000000FFFFFFFF)
#define BOTH_HALVES(x) ((uint64_t)(x) << 32 | (x))

// 32 x 32 -> 64 multiplications in both halves: the products' high words and low words.
#define MULTIPLY_HALVES(x, factor, high, low)                                                 \
    const lanes low##Lower = ((x) & LOWER) * (factor), low##Upper = ((x) >> 32) * (factor);   \
    const lanes high = (low##Lower >> 32) | (low##Upper & ~LOWER);                            \
    const lanes low = (low##Lower & LOWER) | (low##Upper << 32)

// Philox4x32-10: ten rounds of two multiplications, the key growing by Weyl constants in between.
CK_INLINE void philox_tile(const ck_philox *stream, uint32_t firstBlock, tile *t) {
    for (uint32_t i = 0; i < TILE_BLOCKS / 2; i += 8) {
        lanes c0;
        for (uint32_t l = 0; l < 8; l++) {
            const uint32_t block = firstBlock + 2 * (i + l);
            c0[l] = (uint64_t)(block + 1) << 32 | block;
        }
        const lanes zero = {0};
        lanes c1 = zero + BOTH_HALVES(stream->counter1), c2 = zero + BOTH_HALVES(stream->counter2);
        lanes c3 = zero + BOTH_HALVES(stream->counter3);
        uint32_t k0 = stream->key0, k1 = stream->key1;
        for (int round = 0; round < 10; round++) {
            MULTIPLY_HALVES(c0, UINT64_C(0xD2511F53), high0, low0);
            MULTIPLY_HALVES(c2, UINT64_C(0xCD9E8D57), high1, low1);
            c0 = high1 ^ c1 ^ BOTH_HALVES(k0);
            c1 = low1;
            c2 = high0 ^ c3 ^ BOTH_HALVES(k1);
            c3 = low0;
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        CK_STORE(lanes, t->pair[0] + i, c0);
        CK_STORE(lanes, t->pair[1] + i, c1);
        CK_STORE(lanes, t->pair[2] + i, c2);
        CK_STORE(lanes, t->pair[3] + i, c3);
    }
}

// Element i is made from word i % 4 of block i / 4, however many elements are asked for.
// A whole tile goes straight to its place, the last part of one through memory on the stack.
#define FOR_TILES(stream, firstBlock, type, y, n, convert)                                   \
    for (size_t done = 0; done < (n); done += TILE) {                                        \
        tile t;                                                                              \
        philox_tile((stream), (firstBlock) + (uint32_t)(done / 4), &t);                      \
        if ((n) - done >= TILE) {                                                            \
            type *to = (y) + done;                                                           \
            convert                                                                          \
        } else {                                                                             \
            type to[TILE];                                                                   \
            convert                                                                          \
            memcpy((y) + done, to, ((n) - done) * sizeof(type));                             \
        }                                                                                    \
    }

#define EACH_WORD(expression)                                             \
    CK_LOOP for (int i = 0; i < TILE_BLOCKS; i++) {                       \
        for (int k = 0; k < 4; k++) {                                     \
            const uint32_t bits = t.word[k][i];                           \
            to[4 * i + k] = (expression);                                 \
        }                                                                 \
    }

CK_CLONES void ck_philox_bits(const ck_philox *stream, uint32_t firstBlock, uint32_t *y, size_t n) {
    FOR_TILES(stream, firstBlock, uint32_t, y, n, EACH_WORD(bits))
}

// [0, 1) in steps of 2^-24
#define UNIT(bits) ((float)(int32_t)((bits) >> 8) * 5.9604644775390625e-8f)

// The greatest float below `high`, so that rounding never reaches it; high > low.
CK_INLINE float just_below(float high) {
    if (high == 0.0f) return -1.17549435e-38f;
    const uint32_t bits = ck_bits_of_float(high);
    return ck_float_of_bits(high > 0.0f ? bits - 1 : bits + 1);
}

CK_CLONES void ck_random_uniform(const ck_philox *stream, float low, float high, float *y, size_t n) {
    const float width = high - low;
    const float limit = low < high ? just_below(high) : low;
#define UNIFORM(value) ((value) < limit ? (value) : limit)
    FOR_TILES(stream, 0, float, y, n, EACH_WORD(UNIFORM(low + UNIT(bits) * width)))
}

CK_CLONES void ck_random_dropout(const ck_philox *stream, float keep, float *y, size_t n) {
    const float kept = 1.0f / keep;
    FOR_TILES(stream, 0, float, y, n, EACH_WORD(UNIT(bits) < keep ? kept : 0.0f))
}

// ---- Box and Muller: two uniform words make two normal numbers ----

// sqrt(-2 log((bits + 1) 2^-32)): at most 6.66
CK_INLINE float radius_of(uint32_t bits) {
    // The two halves are exact, their sum is rounded once: the same on CPUs without a conversion of unsigned words.
    const float wide = (float)(int32_t)(bits >> 16) * 65536.0f + (float)(int32_t)(bits & 0xFFFF);
    const float u = (wide + 1.0f) * 2.3283064365386963e-10f;
    return __builtin_elementwise_sqrt(-2.0f * ck_log(u));
}

// The angle is bits 2^-32 of a turn: the nearest quarter turn, and the rest.
#define QUADRANT(bits) (((bits) + 0x20000000u) >> 30)
CK_INLINE float rest_of(uint32_t bits) {
    return (float)(int32_t)(bits - (QUADRANT(bits) << 30)) * 1.4629180792671596e-9f;  // 2 pi 2^-32
}

// z[k], z[k + 1] from words k, k + 1.
CK_INLINE void normal_pair(const tile *t, int k, float z[4][TILE_BLOCKS]) {
    CK_LONG_LOOP for (int i = 0; i < TILE_BLOCKS; i++) {
        const uint32_t turn = t->word[k + 1][i];
        const float radius = radius_of(t->word[k][i]), rest = rest_of(turn);
        const float sine = ck_sin_reduced(rest), cosine = ck_cos_reduced(rest);
        z[k][i] = radius * ck_in_quadrant(cosine, -sine, QUADRANT(turn));
        z[k + 1][i] = radius * ck_in_quadrant(sine, cosine, QUADRANT(turn));
    }
}

#define NORMAL                                                                            \
    float z[4][TILE_BLOCKS];                                                              \
    normal_pair(&t, 0, z);                                                                \
    normal_pair(&t, 2, z);                                                                \
    CK_LOOP for (int i = 0; i < TILE_BLOCKS; i++) {                                       \
        for (int k = 0; k < 4; k++) to[4 * i + k] = mean + deviation * z[k][i];           \
    }

CK_CLONES void ck_random_normal(const ck_philox *stream, float mean, float deviation, float *y, size_t n) {
    FOR_TILES(stream, 0, float, y, n, NORMAL)
}
