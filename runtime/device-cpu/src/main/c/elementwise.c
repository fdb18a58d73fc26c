/* Elementwise operations on contiguous tensors of n elements. Bound by memory. */
#include "act.h"

/* Elements that a thread takes at a time. */
#define BLOCK 4096

#define FOR_BLOCKS(count, ...)                                                                                         \
    do {                                                                                                               \
        long blocks = ((count) + BLOCK - 1) / BLOCK;                                                                   \
        _Pragma("omp parallel for schedule(static) if (blocks > SERIAL_BELOW / BLOCK)")                                \
        for (long block = 0; block < blocks; block++) {                                                                \
            long from = block * BLOCK, length = (count)-from < BLOCK ? (count)-from : BLOCK;                           \
            FOR_VECTORS(c, length, {                                                                                   \
                long i = from + c;                                                                                     \
                __VA_ARGS__                                                                                            \
            });                                                                                                        \
        }                                                                                                              \
    } while (0)

EXPORT void FN(add)(const act *a, const act *b, act *out, long count) {
    FOR_BLOCKS(count, { st(out + i, ld(a + i, n) + ld(b + i, n), n); });
}

EXPORT void FN(axpy)(float alpha, const act *x, act *y, long count) {
    FOR_BLOCKS(count, { st(y + i, ld(y + i, n) + ld(x + i, n) * alpha, n); });
}

EXPORT void FN(scale)(act *x, float factor, long count) {
    FOR_BLOCKS(count, { st(x + i, ld(x + i, n) * factor, n); });
}

EXPORT void FN(scale_by)(act *x, const float *factor, long count) {
    float f = *factor;
    FOR_BLOCKS(count, { st(x + i, ld(x + i, n) * f, n); });
}

/* target view = source view in f32, rounded if act is bf16. */
EXPORT void FN(copy_from_f32)(const float *source, long stride, act *target, long target_stride, long rows, long width) {
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW)
    for (long t = 0; t < rows; t++)
        FOR_VECTORS(c, width, { st(target + t * target_stride + c, loadn(source + t * stride + c, n), n); });
}

/* target view in f32 = source view. */
EXPORT void FN(copy_to_f32)(const act *source, long stride, float *target, long target_stride, long rows, long width) {
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW)
    for (long t = 0; t < rows; t++)
        FOR_VECTORS(c, width, { storen(target + t * target_stride + c, ld(source + t * stride + c, n), n); });
}

/* target view += alpha * f32 source view. */
EXPORT void FN(add_from_f32)(
        const float *source, long stride, float alpha, act *target, long target_stride, long rows, long width) {
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW)
    for (long t = 0; t < rows; t++)
        FOR_VECTORS(c, width, {
            act *p = target + t * target_stride + c;
            st(p, ld(p, n) + loadn(source + t * stride + c, n) * alpha, n);
        });
}

/* target view = source view, of the same type. */
EXPORT void FN(copy)(const act *source, long stride, act *target, long target_stride, long rows, long width) {
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW)
    for (long t = 0; t < rows; t++)
        memcpy(target + t * target_stride, source + t * stride, width * sizeof(act));
}
