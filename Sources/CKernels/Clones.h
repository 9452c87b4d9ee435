// Dispatch by CPU, and the promise that it changes no bit.
//
// CK_CLONES compiles a function once for AVX-512, once for AVX2 and once for plain x86-64; the loader picks one
// (an ifunc, hence glibc only). Elsewhere there is one version, for whatever the compiler is told to target.
// No operation here may be fused, reassociated or taken from libm: each clone then rounds in the same places.
#ifndef CKERNELS_CLONES_H
#define CKERNELS_CLONES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the kernels, like the files and messages of the project, are for little-endian machines"
#endif

// The loader picks before ThreadSanitizer has begun, whose calls in the picking function would crash: no clones under it.
#if __has_feature(thread_sanitizer)
#define CK_CLONES
#define CK_FUSED_CLONES
#endif

#ifndef CK_CLONES
#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__)
#define CK_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CK_CLONES
#endif
#endif

// For kernels whose products and sums are fused in every clone, by CK_FUSED, and so round alike everywhere. Where the
// processor cannot, the C library's fmaf does it: exact by its definition, and slow.
#ifndef CK_FUSED_CLONES
#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__)
#define CK_FUSED_CLONES __attribute__((target_clones("avx512f", "fma", "default")))
#else
#define CK_FUSED_CLONES
#endif
#endif
// a * b + c of vectors, rounded once.
#define CK_FUSED(a, b, c) __builtin_elementwise_fma(a, b, c)

// Vectors are never passed by value: the calling convention for them depends on the clone.
#define CK_INLINE static inline __attribute__((always_inline))

// Iterations are independent: the only aliasing allowed is of the same index (y may be x), so no check is needed.
#define CK_LOOP _Pragma("clang loop vectorize(assume_safety)")
// For loops with long bodies: one vector at a time, so that few elements are left over for the scalar rest.
#define CK_LONG_LOOP _Pragma("clang loop vectorize(assume_safety) interleave_count(1)")

// Lanes at any float's address. Operations on them are element-wise IEEE operations on every target.
typedef float ck_float16 __attribute__((vector_size(64), aligned(4)));
typedef float ck_float8 __attribute__((vector_size(32), aligned(4)));
typedef float ck_float4 __attribute__((vector_size(16), aligned(4)));
typedef float ck_float2 __attribute__((vector_size(8), aligned(4)));
typedef float ck_float1 __attribute__((vector_size(4), aligned(4)));
typedef int32_t ck_int16 __attribute__((vector_size(64), aligned(4)));
typedef int32_t ck_int8 __attribute__((vector_size(32), aligned(4)));
typedef int32_t ck_int4 __attribute__((vector_size(16), aligned(4)));
typedef int32_t ck_int1 __attribute__((vector_size(4), aligned(4)));

#define CK_LOAD(type, p) (*(const type *)(p))
#define CK_STORE(type, p, value) (*(type *)(p) = (value))
// One number in all lanes; it need not be finite.
#define CK_SPLAT(value) ((value) - (ck_float16){0})

CK_INLINE uint32_t ck_bits_of_float(float x) { return __builtin_bit_cast(uint32_t, x); }
CK_INLINE float ck_float_of_bits(uint32_t x) { return __builtin_bit_cast(float, x); }

#endif
