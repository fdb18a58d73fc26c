/*
 * Vectors of W floats, the same source for every instruction set: W is 16 with AVX-512, 8 with AVX2, 4 otherwise (SSE2 or
 * NEON). GCC's vector extensions do the arithmetic; intrinsics appear only where the extensions have no word for it.
 *
 * Rules that keep results the same from run to run and for every number of threads: a sum is made by one thread in an
 * order that follows from the shape alone, or cut into parts that follow from the shape and added up in their order.
 */
#ifndef HEARTH_VECTOR_H
#define HEARTH_VECTOR_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#define W 16
#elif defined(__AVX2__)
#define W 8
#else
#define W 4
#endif

#define EXPORT __attribute__((visibility("default")))
#define INLINE static inline __attribute__((always_inline))

/* Elementwise work below this many elements is not worth waking the other threads: about 10 microseconds of work. */
#define SERIAL_BELOW 32768

typedef float vf __attribute__((vector_size(4 * W)));
typedef int32_t vi __attribute__((vector_size(4 * W)));
typedef uint32_t vu __attribute__((vector_size(4 * W)));
typedef uint16_t vh __attribute__((vector_size(2 * W)));

INLINE vf splat(float x) { return x - (vf){}; }

INLINE vf load(const float *p) {
    vf v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE void store(float *p, vf v) { memcpy(p, &v, sizeof v); }

/* The first n < W floats, zeros behind them. */
INLINE vf load_part(const float *p, long n) {
#if W == 16
    return (vf)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
#else
    vf v = {};
    for (long i = 0; i < n; i++) v[i] = p[i];
    return v;
#endif
}

INLINE void store_part(float *p, vf v, long n) {
#if W == 16
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
#else
    for (long i = 0; i < n; i++) p[i] = v[i];
#endif
}

INLINE vf select_f(vi mask, vf a, vf b) { return (vf)((mask & (vi)a) | (~mask & (vi)b)); }

/* The larger and the smaller; the second if either is a NaN, as the x86 instructions have it. */
INLINE vf vmax(vf a, vf b) {
#if W == 16
    return (vf)_mm512_max_ps((__m512)a, (__m512)b);
#elif W == 8
    return (vf)_mm256_max_ps((__m256)a, (__m256)b);
#elif defined(__x86_64__)
    return (vf)_mm_max_ps((__m128)a, (__m128)b);
#else
    return select_f(a > b, a, b);
#endif
}

INLINE vf vmin(vf a, vf b) {
#if W == 16
    return (vf)_mm512_min_ps((__m512)a, (__m512)b);
#elif W == 8
    return (vf)_mm256_min_ps((__m256)a, (__m256)b);
#elif defined(__x86_64__)
    return (vf)_mm_min_ps((__m128)a, (__m128)b);
#else
    return select_f(a < b, a, b);
#endif
}

INLINE vf vsqrt(vf a) {
#if W == 16
    return (vf)_mm512_sqrt_ps((__m512)a);
#elif W == 8
    return (vf)_mm256_sqrt_ps((__m256)a);
#elif defined(__x86_64__)
    return (vf)_mm_sqrt_ps((__m128)a);
#else
    return (vf)vsqrtq_f32((float32x4_t)a);
#endif
}

/* Masks of the perfect shuffle: lanes of a and b in turn, of their low halves or of their high ones. */
#if W == 16
#define SHUFFLE_LOW ((vi){0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23})
#define SHUFFLE_HIGH ((vi){8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31})
#define STAGES 4
#elif W == 8
#define SHUFFLE_LOW ((vi){0, 8, 1, 9, 2, 10, 3, 11})
#define SHUFFLE_HIGH ((vi){4, 12, 5, 13, 6, 14, 7, 15})
#define STAGES 3
#else
#define SHUFFLE_LOW ((vi){0, 4, 1, 5})
#define SHUFFLE_HIGH ((vi){2, 6, 3, 7})
#define STAGES 2
#endif

/* Adds the halves of a and b, their lanes in turn. */
INLINE vf fold(vf a, vf b) { return __builtin_shuffle(a, b, SHUFFLE_LOW) + __builtin_shuffle(a, b, SHUFFLE_HIGH); }

/* Sum of the lanes as a tree: halves are folded onto each other. */
INLINE float sum(vf v) {
#pragma GCC unroll 4
    for (int stage = 0; stage < STAGES; stage++) v = fold(v, v);
    return v[0];
}

INLINE float max_lane(vf v) {
#pragma GCC unroll 4
    for (int stage = 0; stage < STAGES; stage++)
        v = vmax(__builtin_shuffle(v, v, SHUFFLE_LOW), __builtin_shuffle(v, v, SHUFFLE_HIGH));
    return v[0];
}

/*
 * e^x to about one unit in the last place: x = n ln 2 + r, a polynomial of degree 6 for e^r (Cephes' coefficients), and n
 * put into the exponent. Below -87.3 the result is 0, so that e^-infinity is 0; above 88.3 it stays at 2^127. A NaN stays
 * one, since the bounds come first in max and min.
 */
INLINE vf vexp(vf x) {
    const vf magic = splat(12582912.0f);
    vf bounded = vmin(splat(88.3f), vmax(splat(-87.3f), x));
    vf n = (bounded * 1.44269504088896341f + magic) - magic;
    vf r = bounded - n * 0.693359375f;
    r = r - n * -2.12194440e-4f;
    vf p = splat(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    p = p * (vf)((__builtin_convertvector(n, vi) + 127) << 23);
    return select_f(x < -87.3f, (vf){}, p);
}

INLINE vf from_bf16(vh h) {
#if W == 16
    return (vf)_mm512_slli_epi32(_mm512_cvtepu16_epi32((__m256i)h), 16);
#elif W == 8
    return (vf)_mm256_slli_epi32(_mm256_cvtepu16_epi32((__m128i)h), 16);
#else
    return (vf)(__builtin_convertvector(h, vu) << 16);
#endif
}

/* bf16 numbers in the upper halves: to the nearest, ties to even; a NaN stays one. */
INLINE vu round_bits(vf v) {
    vu bits = (vu)v;
    vu rounded = bits + 0x7fff + ((bits >> 16) & 1);
    return (vu)select_f(v == v, (vf)rounded, (vf)(bits | 0x400000));
}

INLINE vh to_bf16(vf v) {
    vu bits = round_bits(v) >> 16;
#if W == 16
    return (vh)_mm512_cvtepi32_epi16((__m512i)bits);
#elif W == 8
    __m256i packed = _mm256_packus_epi32((__m256i)bits, (__m256i)bits);
    return (vh)_mm256_castsi256_si128(_mm256_permute4x64_epi64(packed, 8));
#else
    return __builtin_convertvector(bits, vh);
#endif
}

INLINE vf load_bf16(const uint16_t *p) {
    vh h;
    memcpy(&h, p, sizeof h);
    return from_bf16(h);
}

INLINE vf load_bf16_part(const uint16_t *p, long n) {
#if W == 16
    return from_bf16((vh)_mm256_maskz_loadu_epi16((__mmask16)((1u << n) - 1), p));
#else
    vh h = {};
    for (long i = 0; i < n; i++) h[i] = p[i];
    return from_bf16(h);
#endif
}

INLINE void store_bf16(uint16_t *p, vf v) {
    vh h = to_bf16(v);
    memcpy(p, &h, sizeof h);
}

INLINE void store_bf16_part(uint16_t *p, vf v, long n) {
    vh h = to_bf16(v);
#if W == 16
    _mm256_mask_storeu_epi16(p, (__mmask16)((1u << n) - 1), (__m256i)h);
#else
    for (long i = 0; i < n; i++) p[i] = h[i];
#endif
}

INLINE float bf16_to_float(uint16_t h) {
    uint32_t bits = (uint32_t)h << 16;
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

INLINE uint16_t float_to_bf16(float f) {
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    if (f != f) return (uint16_t)((bits >> 16) | 0x40);
    return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

/* Runs the statement with constant n = W for whole vectors, then once with the rest. */
#define FOR_VECTORS(i, count, ...)                                                                                     \
    do {                                                                                                               \
        long i = 0;                                                                                                    \
        for (; i + W <= (count); i += W) {                                                                             \
            const long n = W;                                                                                          \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
        if (i < (count)) {                                                                                             \
            const long n = (count) - i;                                                                                \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    } while (0)

INLINE vf loadn(const float *p, long n) { return n == W ? load(p) : load_part(p, n); }
INLINE void storen(float *p, vf v, long n) {
    if (n == W)
        store(p, v);
    else
        store_part(p, v, n);
}

#endif
