/*
 * Rows of a table by index, their gradient, and the paged cache's row copies. Bound by memory.
 *
 * table [V, H] act, ids [T] i32, out [T, H] act. The gradient goes over the distinct ids, each with its positions in
 * ascending order, so that no two threads add to one row.
 */
#include "act.h"

EXPORT void FN(gather_rows)(const act *source, const int32_t *index, act *target, long rows, long width) {
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW)
    for (long t = 0; t < rows; t++) memcpy(target + t * width, source + index[t] * width, width * sizeof(act));
}

EXPORT void FN(scatter_rows)(const act *source, const int32_t *index, act *target, long rows, long width) {
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW)
    for (long t = 0; t < rows; t++) memcpy(target + index[t] * width, source + t * width, width * sizeof(act));
}

/* order [T]: positions sorted by id; starts [distinct + 1]; ids [distinct]; d_table f32 [V, H]. */
EXPORT void FN(embedding_grad)(
        const act *dx, const int32_t *order, const int32_t *starts, const int32_t *ids, float *d_table, long distinct,
        long rows, long width) {
#pragma omp parallel for schedule(dynamic, 8) if (rows * width > SERIAL_BELOW)
    for (long u = 0; u < distinct; u++) {
        float *target = d_table + ids[u] * width;
        for (long i = starts[u]; i < starts[u + 1]; i++) {
            const act *row = dx + order[i] * width;
            FOR_VECTORS(c, width, { storen(target + c, loadn(target + c, n) + ld(row + c, n), n); });
        }
    }
}

/* d_bias[c] += sum over rows; dy is a view. */
EXPORT void FN(bias_grad)(const act *dy, long stride, float *d_bias, long rows, long width) {
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW)
    for (long block = 0; block < width; block += 4 * W) {
        vf s[4] = {};
        for (long t = 0; t < rows; t++)
            for (int j = 0; j < 4; j++) {
                long c = block + j * W;
                if (c >= width) break;
                s[j] += ld(dy + t * stride + c, width - c < W ? width - c : W);
            }
        for (int j = 0; j < 4; j++) {
            long c = block + j * W;
            if (c >= width) break;
            long n = width - c < W ? width - c : W;
            storen(d_bias + c, loadn(d_bias + c, n) + s[j], n);
        }
    }
}
