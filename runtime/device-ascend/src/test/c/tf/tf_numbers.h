/* Functions of single numbers that a compiler can vectorise in loops. */
#ifndef HEARTH_STANDIN_TF_NUMBERS_H
#define HEARTH_STANDIN_TF_NUMBERS_H

#include <stdint.h>
#include <string.h>

static inline uint32_t tf_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline float tf_float(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/*
 * e^x for x <= 0, to about one unit in the last place: 2^n times the series of e^r with |r| <= ln 2 / 2. Below -87 it is 0.
 * Adding 1.5 * 2^23 rounds to a whole number and leaves it in the last bits.
 */
static inline float tf_exp(float x) {
    const float kept = x < -87.0f ? -87.0f : x;
    const float moved = kept * 1.44269504f + 12582912.0f;
    const float n = moved - 12582912.0f;
    const float r = (kept - n * 0.693145752f) - n * 1.42860677e-6f;
    float series = 1.0f / 5040;
    series = series * r + 1.0f / 720;
    series = series * r + 1.0f / 120;
    series = series * r + 1.0f / 24;
    series = series * r + 1.0f / 6;
    series = series * r + 0.5f;
    series = series * r + 1.0f;
    series = series * r + 1.0f;
    const float power = tf_float((tf_bits(moved) + 127u) << 23);
    return x < -87.0f ? 0.0f : series * power;
}

/* The nearest bf16 and f16, ties to even, as a float. */
static inline float tf_to_bf16(float x) {
    const uint32_t bits = tf_bits(x);
    return tf_float((bits + 0x7fffu + (bits >> 16 & 1u)) & 0xffff0000u);
}

static inline float tf_to_f16(float x) {
    const uint32_t bits = tf_bits(x), magnitude = bits & 0x7fffffffu, sign = bits & 0x80000000u;
    const uint32_t normal = (magnitude + 0xfffu + (magnitude >> 13 & 1u)) & ~0x1fffu;
    const uint32_t small = tf_bits((tf_float(magnitude) + 0.5f) - 0.5f);
    uint32_t rounded = magnitude < 0x38800000u ? small : normal;
    rounded = magnitude >= 0x477ff000u ? 0x7f800000u : rounded;
    rounded = magnitude > 0x7f800000u ? 0x7fc00000u : rounded;
    return tf_float(sign | rounded);
}

#endif
