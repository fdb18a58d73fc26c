/*
 * The type of activations and weights. Files that include this are compiled once with ACT_F32 and once with ACT_BF16, and
 * FN(name) is hearth_name_f32 or hearth_name_bf16. Arithmetic is always in f32.
 */
#ifndef HEARTH_ACT_H
#define HEARTH_ACT_H

#include "vector.h"

#if defined(ACT_BF16)
typedef uint16_t act;
#define FN(name) hearth_##name##_bf16
INLINE vf ld(const act *p, long n) { return n == W ? load_bf16(p) : load_bf16_part(p, n); }
INLINE void st(act *p, vf v, long n) {
    if (n == W)
        store_bf16(p, v);
    else
        store_bf16_part(p, v, n);
}
INLINE float to_f(act a) { return bf16_to_float(a); }
INLINE act to_act(float f) { return float_to_bf16(f); }
/* The value after a round trip through memory. */
INLINE vf rounded(vf v) { return (vf)(round_bits(v) & 0xffff0000u); }
#else
typedef float act;
#define FN(name) hearth_##name##_f32
INLINE vf ld(const act *p, long n) { return loadn(p, n); }
INLINE void st(act *p, vf v, long n) { storen(p, v, n); }
INLINE float to_f(act a) { return a; }
INLINE act to_act(float f) { return f; }
INLINE vf rounded(vf v) { return v; }
#endif

#endif
