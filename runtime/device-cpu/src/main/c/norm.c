/*
 * Root mean square norm and its gradient.
 *
 * x, y [T, H] act, gamma [H] act, rstd [T] f32. One pass over a row that stays in the first-level cache: bound by memory.
 * The gradient of gamma is a second pass over blocks of columns, so that each sum over rows is made in one order.
 */
#include "act.h"

static void norm_row(const act *x, const act *gamma, long width, float eps, act *y, float *rstd) {
    vf s0 = {}, s1 = {};
    long i = 0;
    for (; i + 2 * W <= width; i += 2 * W) {
        vf a = ld(x + i, W), b = ld(x + i + W, W);
        s0 += a * a;
        s1 += b * b;
    }
    for (; i < width; i += W) {
        vf a = ld(x + i, width - i < W ? width - i : W);
        s0 += a * a;
    }
    float r = 1.0f / sqrtf(sum(s0 + s1) / (float)width + eps);
    *rstd = r;
    FOR_VECTORS(c, width, { st(y + c, rounded(ld(x + c, n) * r) * ld(gamma + c, n), n); });
}

EXPORT void FN(rms_norm)(const act *x, const act *gamma, float eps, act *y, float *rstd, long rows, long width) {
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW)
    for (long t = 0; t < rows; t++) norm_row(x + t * width, gamma, width, eps, y + t * width, rstd + t);
}

EXPORT void FN(add_rms_norm)(
        const act *residual, const act *x, const act *gamma, float eps, act *total, act *y, float *rstd, long rows,
        long width) {
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW)
    for (long t = 0; t < rows; t++) {
        long o = t * width;
        FOR_VECTORS(c, width, { st(total + o + c, ld(residual + o + c, n) + ld(x + o + c, n), n); });
        norm_row(total + o, gamma, width, eps, y + o, rstd + t);
    }
}

/* d_gamma[c] += sum over t of dy * x * rstd, for W columns at a time. */
static void gamma_grad(const act *dy, const act *x, const float *rstd, float *d_gamma, long rows, long width) {
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW)
    for (long block = 0; block < width; block += 4 * W) {
        vf s[4] = {};
        for (long t = 0; t < rows; t++) {
            const act *a = dy + t * width, *b = x + t * width;
            for (int j = 0; j < 4; j++) {
                long c = block + j * W;
                if (c >= width) break;
                long n = width - c < W ? width - c : W;
                s[j] += ld(a + c, n) * (ld(b + c, n) * rstd[t]);
            }
        }
        for (int j = 0; j < 4; j++) {
            long c = block + j * W;
            if (c >= width) break;
            long n = width - c < W ? width - c : W;
            storen(d_gamma + c, loadn(d_gamma + c, n) + s[j], n);
        }
    }
}

/* d_residual and d_gamma may be null; d_residual may be dx, and so may dy or x. */
EXPORT void FN(rms_norm_grad)(
        const act *dy, const act *x, const float *rstd, const act *gamma, const act *d_residual, act *dx,
        float *d_gamma, long rows, long width) {
    if (d_gamma) gamma_grad(dy, x, rstd, d_gamma, rows, width);
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW)
    for (long t = 0; t < rows; t++) {
        long o = t * width;
        vf s = {};
        FOR_VECTORS(c, width, { s += ld(dy + o + c, n) * ld(gamma + c, n) * ld(x + o + c, n); });
        float r = rstd[t];
        float k = r * r * (sum(s) / (float)width);
        FOR_VECTORS(c, width, {
            vf g = ld(dy + o + c, n) * ld(gamma + c, n);
            vf d = (g - ld(x + o + c, n) * k) * r;
            if (d_residual) d += ld(d_residual + o + c, n);
            st(dx + o + c, d, n);
        });
    }
}
