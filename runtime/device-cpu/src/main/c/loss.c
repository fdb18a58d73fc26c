/*
 * Softmax cross-entropy over rows of logits, whole or in chunks of the vocabulary.
 *
 * logits: view [T, Vc] with a row stride, in act; stats f32 [3, T]: maximum, sum of exponentials, target's logit. The
 * statistics are made in stretches of 1024 logits, so that each is read from memory once: bound by memory in f32.
 */
#include "act.h"

#define STRETCH 1024

EXPORT void FN(cross_entropy_stats)(
        const act *logits, long stride, const int32_t *targets, long start, int merge, float *stats, long rows,
        long width) {
    float *maxima = stats, *sums = stats + rows, *found = stats + 2 * rows;
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW)
    for (long t = 0; t < rows; t++) {
        const act *row = logits + t * stride;
        float top = merge ? maxima[t] : -INFINITY;
        double total = merge ? sums[t] : 0;
        for (long from = 0; from < width; from += STRETCH) {
            long count = width - from < STRETCH ? width - from : STRETCH;
            vf m = splat(-INFINITY);
            FOR_VECTORS(c, count, {
                vf x = ld(row + from + c, n);
                if (n < W)
                    for (long i = n; i < W; i++) x[i] = -INFINITY;
                m = vmax(m, x);
            });
            float next = max_lane(m);
            if (next > top) {
                total = top == -INFINITY ? 0 : total * expf(top - next);
                top = next;
            }
            float shift = top == -INFINITY ? 0 : top;
            vf s = {};
            FOR_VECTORS(c, count, {
                vf e = vexp(ld(row + from + c, n) - shift);
                if (n < W)
                    for (long i = n; i < W; i++) e[i] = 0;
                s += e;
            });
            total += sum(s);
        }
        maxima[t] = top;
        sums[t] = (float)total;
        long target = targets[t] - start;
        if (targets[t] >= 0 && target >= 0 && target < width)
            found[t] = to_f(row[target]);
        else if (!merge)
            found[t] = 0;
    }
}

INLINE void grad_row(
        const act *row, float lse, float weight, long target, void *out, long width, const int bf16) {
    FOR_VECTORS(c, width, {
        vf p = vexp(ld(row + c, n) - lse) * weight;
        if (target >= c && target < c + n) p[target - c] -= weight;
        if (!bf16)
            storen((float *)out + c, p, n);
        else if (n == W)
            store_bf16((uint16_t *)out + c, p);
        else
            store_bf16_part((uint16_t *)out + c, p, n);
    });
}

/* d_logits: view, f32 or bf16 as out_bf16 says; may be logits if of its type. */
EXPORT void FN(cross_entropy_grad)(
        const act *logits, long stride, const float *stats, const int32_t *targets, const float *weights, long start,
        void *d_logits, long d_stride, int out_bf16, long rows, long width) {
    long size = out_bf16 ? 2 : 4;
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW / 4)
    for (long t = 0; t < rows; t++) {
        void *out = (char *)d_logits + t * d_stride * size;
        if (targets[t] < 0) {
            memset(out, 0, width * size);
            continue;
        }
        float lse = stats[t] + logf(stats[rows + t]);
        if (out_bf16)
            grad_row(logits + t * stride, lse, weights[t], targets[t] - start, out, width, 1);
        else
            grad_row(logits + t * stride, lse, weights[t], targets[t] - start, out, width, 0);
    }
}

#if !defined(ACT_BF16)
/* nll [T]; loss [1] += sum of weight * nll, added up in f64 in order. */
EXPORT void hearth_cross_entropy_loss(
        const float *stats, const int32_t *targets, const float *weights, float *nll, float *loss, long rows) {
    double total = 0;
    for (long t = 0; t < rows; t++) {
        nll[t] = targets[t] < 0 ? 0.0f : (float)(log(stats[rows + t]) + ((double)stats[t] - stats[2 * rows + t]));
        if (targets[t] >= 0) total += (double)weights[t] * nll[t];
    }
    *loss += (float)total;
}
#endif
