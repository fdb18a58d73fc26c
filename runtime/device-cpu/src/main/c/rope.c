/*
 * The fused projection's way to attention: split into q, k and v, norm per head where the model has it, rotation by
 * halves; and back. One pass over the rows: bound by memory.
 *
 * qkv [T, (Nq + 2 Nkv) D], cos and sin [T, D], q [T, Nq, D], k and v [T, Nkv, D], all act; rstd f32 [T, heads].
 * A head is worked on in f32 in a buffer of MAX_HEAD floats.
 */
#include "act.h"

#define MAX_HEAD 512
/* Gradients of the head norms are added up in parts of the rows, at most this many, then part by part. */
#define MAX_PARTS 64

/* table f32 [positions, D]: cosines of D/2 frequencies, then their sines; cos and sin hold them twice. */
EXPORT void FN(rope_table)(const int32_t *positions, const float *table, act *cosine, act *sine, long rows, long d) {
    long half = d / 2;
#pragma omp parallel for schedule(static) if (rows * d > SERIAL_BELOW)
    for (long t = 0; t < rows; t++) {
        const float *row = table + positions[t] * d;
        for (int copy = 0; copy < 2; copy++) {
            FOR_VECTORS(c, half, {
                st(cosine + t * d + copy * half + c, loadn(row + c, n), n);
                st(sine + t * d + copy * half + c, loadn(row + half + c, n), n);
            });
        }
    }
}

static float head_rstd(const act *x, float eps, long d) {
    vf s = {};
    FOR_VECTORS(c, d, {
        vf a = ld(x + c, n);
        s += a * a;
    });
    return 1.0f / sqrtf(sum(s) / (float)d + eps);
}

/* One head: optional norm, then x * cos + concat(-x2, x1) * sin. */
static void rope_head(
        const act *x, const act *cosine, const act *sine, const act *gamma, float eps, act *out, float *rstd, long d) {
    long half = d / 2;
    float r = 1.0f;
    if (gamma) {
        r = head_rstd(x, eps, d);
        *rstd = r;
    }
    FOR_VECTORS(c, half, {
        vf x1 = ld(x + c, n);
        vf x2 = ld(x + half + c, n);
        if (gamma) {
            x1 = rounded(rounded(x1 * r) * ld(gamma + c, n));
            x2 = rounded(rounded(x2 * r) * ld(gamma + half + c, n));
        }
        st(out + c, x1 * ld(cosine + c, n) - x2 * ld(sine + c, n), n);
        st(out + half + c, x2 * ld(cosine + half + c, n) + x1 * ld(sine + half + c, n), n);
    });
}

EXPORT void FN(qkv_rope)(
        const act *qkv, const act *cosine, const act *sine, const act *q_gamma, const act *k_gamma, float eps, act *q,
        act *k, act *v, float *q_rstd, float *k_rstd, long rows, long nq, long nkv, long d) {
    long width = (nq + 2 * nkv) * d;
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW)
    for (long t = 0; t < rows; t++) {
        const act *x = qkv + t * width, *c = cosine + t * d, *s = sine + t * d;
        for (long h = 0; h < nq; h++)
            rope_head(x + h * d, c, s, q_gamma, eps, q + (t * nq + h) * d, q_rstd + t * nq + h, d);
        for (long h = 0; h < nkv; h++)
            rope_head(x + (nq + h) * d, c, s, k_gamma, eps, k + (t * nkv + h) * d, k_rstd + t * nkv + h, d);
        memcpy(v + t * nkv * d, x + (nq + nkv) * d, nkv * d * sizeof(act));
    }
}

/* One head back: inverse rotation, then the norm's gradient; dx may be x. */
static void rope_head_grad(
        const act *dy, const act *x, const act *cosine, const act *sine, const act *gamma, float rstd, act *dx,
        float *d_gamma, long d) {
    long half = d / 2;
    float g[MAX_HEAD];
    FOR_VECTORS(c, half, {
        vf d1 = ld(dy + c, n);
        vf d2 = ld(dy + half + c, n);
        storen(g + c, d1 * ld(cosine + c, n) + d2 * ld(sine + half + c, n), n);
        storen(g + half + c, d2 * ld(cosine + half + c, n) - d1 * ld(sine + c, n), n);
    });
    if (!gamma) {
        FOR_VECTORS(c, d, { st(dx + c, loadn(g + c, n), n); });
        return;
    }
    vf s = {};
    FOR_VECTORS(c, d, {
        vf grad = loadn(g + c, n);
        vf a = ld(x + c, n);
        if (d_gamma) storen(d_gamma + c, loadn(d_gamma + c, n) + grad * (a * rstd), n);
        grad *= ld(gamma + c, n);
        s += grad * a;
        storen(g + c, grad, n);
    });
    float k = rstd * rstd * (sum(s) / (float)d);
    FOR_VECTORS(c, d, { st(dx + c, (loadn(g + c, n) - ld(x + c, n) * k) * rstd, n); });
}

/* qkv may be null without norms, d_gammas may be null; scratch f32 [2 * MAX_PARTS * d] if either is not. */
EXPORT void FN(qkv_rope_grad)(
        const act *dq, const act *dk, const act *dv, const act *qkv, const act *cosine, const act *sine,
        const act *q_gamma, const act *k_gamma, const float *q_rstd, const float *k_rstd, act *dqkv, float *dq_gamma,
        float *dk_gamma, float *scratch, long rows, long nq, long nkv, long d) {
    long width = (nq + 2 * nkv) * d;
    long per_part = (rows + MAX_PARTS - 1) / MAX_PARTS;
    if (per_part < 8) per_part = 8;
    long parts = (rows + per_part - 1) / per_part;
    int sums = dq_gamma || dk_gamma;
    if (sums) memset(scratch, 0, 2 * parts * d * sizeof(float));
#pragma omp parallel for schedule(static) if (rows * width > SERIAL_BELOW)
    for (long part = 0; part < parts; part++) {
        float *q_sum = dq_gamma ? scratch + 2 * part * d : NULL;
        float *k_sum = dk_gamma ? scratch + (2 * part + 1) * d : NULL;
        long end = (part + 1) * per_part < rows ? (part + 1) * per_part : rows;
        for (long t = part * per_part; t < end; t++) {
            const act *x = qkv ? qkv + t * width : NULL, *c = cosine + t * d, *s = sine + t * d;
            act *out = dqkv + t * width;
            for (long h = 0; h < nq; h++)
                rope_head_grad(
                        dq + (t * nq + h) * d, x + h * d, c, s, q_gamma, q_gamma ? q_rstd[t * nq + h] : 1.0f,
                        out + h * d, q_sum, d);
            for (long h = 0; h < nkv; h++)
                rope_head_grad(
                        dk + (t * nkv + h) * d, x + (nq + h) * d, c, s, k_gamma, k_gamma ? k_rstd[t * nkv + h] : 1.0f,
                        out + (nq + h) * d, k_sum, d);
            memcpy(out + (nq + nkv) * d, dv + t * nkv * d, nkv * d * sizeof(act));
        }
    }
    for (long part = 0; sums && part < parts; part++) {
        for (long c = 0; c < d; c++) {
            if (dq_gamma) dq_gamma[c] += scratch[2 * part * d + c];
            if (dk_gamma) dk_gamma[c] += scratch[(2 * part + 1) * d + c];
        }
    }
}
