/*
 * Formulas on single elements, in float and in double. s0, s1 are scalars of the call; x, y, z its operands.
 */
#ifndef HEARTH_STANDIN_NN_KERNELS_H
#define HEARTH_STANDIN_NN_KERNELS_H

#include "loop.h"

#include <tgmath.h>

#define NN_FORMULA(number, suffix, name, ...)                                                                  \
    static void name##_##suffix(const double *s, number *const *in, number *out, int64_t n) {                  \
        const number s0 = (number) s[0], s1 = (number) s[1];                                                   \
        const number *restrict a = in[0], *restrict b = in[1], *restrict c = in[2];                            \
        (void) s0, (void) s1, (void) a, (void) b, (void) c;                                                    \
        for (int64_t i = 0; i < n; i++) {                                                                      \
            __VA_ARGS__                                                                                        \
        }                                                                                                      \
    }

/* static const NnKernel name, from a formula of x, or of x and y, or of x, y and z. */
#define NN_UNARY(name, result)                                                               \
    NN_FORMULA(float, f, name, { const float x = a[i]; out[i] = (float) (result); })         \
    NN_FORMULA(double, d, name, { const double x = a[i]; out[i] = (double) (result); })      \
    static const NnKernel name = {name##_f, name##_d};

#define NN_BINARY(name, result)                                                                              \
    NN_FORMULA(float, f, name, { const float x = a[i], y = b[i]; out[i] = (float) (result); })               \
    NN_FORMULA(double, d, name, { const double x = a[i], y = b[i]; out[i] = (double) (result); })            \
    static const NnKernel name = {name##_f, name##_d};

#define NN_TERNARY(name, result)                                                                             \
    NN_FORMULA(float, f, name, { const float x = a[i], y = b[i], z = c[i]; out[i] = (float) (result); })     \
    NN_FORMULA(double, d, name, { const double x = a[i], y = b[i], z = c[i]; out[i] = (double) (result); })  \
    static const NnKernel name = {name##_f, name##_d};

#endif
