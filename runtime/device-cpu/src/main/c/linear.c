/*
 * y = x * weight^T + bias for few rows of x, on the plain row-major weight: no packed copy is needed.
 *
 * x view [M, K], weight [N, K], both act and both contiguous along K; y view [M, N], act or f32. Each element of y is one
 * chain of multiply-adds of W lanes along K, then a tree over the lanes, whatever M is: a row's result does not depend on
 * the others. With M = 1 the weights are streamed once: bound by memory. Four rows of weights and up to four of x share
 * their loads; the sums of 16 products are transposed and added together.
 *
 * In bf16 with AVX512_BF16 a step multiplies 32 pairs (vdpbf16ps), elsewhere numbers are widened as they are loaded.
 */
#include "act.h"

#if W == 16
#define X_ROWS 4
#elif W == 8
#define X_ROWS 2
#else
#define X_ROWS 2
#endif
#define W_ROWS 4
/* Rows of weights that a thread takes at a time. */
#define N_BLOCK 16

/* Lane sums of `count` vectors, a power of two up to W, each by the same tree as sum(). */
INLINE void sums_of(const int count, const vf *v, float *out) {
    vf t[W];
#pragma GCC unroll 16
    for (int i = 0; i < count; i++) t[i] = v[i];
    int left = count;
#pragma GCC unroll 4
    for (int stage = 1; stage < W; stage *= 2) {
        if (left > 1) {
            left /= 2;
#pragma GCC unroll 8
            for (int i = 0; i < left; i++) t[i] = fold(t[i], t[i + left]);
        } else
            t[0] = fold(t[0], t[0]);
    }
    float lanes[W];
    store(lanes, t[0]);
#pragma GCC unroll 16
    for (int i = 0; i < count; i++) out[i] = lanes[i * (W / count)];
}

/*
 * Up to X_ROWS rows of x take the weight's rows one after the other, since only one straight run through memory is read at
 * full bandwidth. More rows take four at a time, which saves loads; meanwhile the next block of weights is asked for, in one
 * straight run too: two cache lines a step, so that it is there when eight rows of x are done with the present one.
 */
#define AHEAD()                                                                                                        \
    if (ahead < ahead_end) {                                                                                           \
        __builtin_prefetch(ahead, 0, 2);                                                                               \
        __builtin_prefetch(ahead + 64, 0, 2);                                                                          \
        ahead += 128;                                                                                                  \
    }

/* s[i * nr + j] = lanes of x row i times weight row j. The step is a macro, since its instruction set differs. */
#define LANES_WIDEN(mr, nr, x, x_stride, w, k, s)                                                                      \
    do {                                                                                                               \
        long p = 0;                                                                                                    \
        for (; p + W <= k; p += W) {                                                                                   \
            vf b[nr];                                                                                                  \
            AHEAD()                                                                                                \
            _Pragma("GCC unroll 4") for (int j = 0; j < nr; j++) b[j] = ld(w + j * k + p, W);                          \
            _Pragma("GCC unroll 4") for (int i = 0; i < mr; i++) {                                                     \
                vf v = ld(x + i * x_stride + p, W);                                                                    \
                _Pragma("GCC unroll 4") for (int j = 0; j < nr; j++) s[i * nr + j] += v * b[j];                        \
            }                                                                                                          \
        }                                                                                                              \
        if (p < k)                                                                                                     \
            for (int i = 0; i < mr; i++)                                                                               \
                for (int j = 0; j < nr; j++)                                                                           \
                    s[i * nr + j] += ld(x + i * x_stride + p, k - p) * ld(w + j * k + p, k - p);                       \
    } while (0)

/* The same with one row of weights after the other. */
#define RUN_WIDEN(mr, nr, x, x_stride, w, k, s)                                                                        \
    for (int j = 0; j < nr; j++) {                                                                                     \
        vf t[mr] = {};                                                                                                 \
        long p = 0;                                                                                                    \
        for (; p + W <= k; p += W) {                                                                                   \
            vf b = ld(w + j * k + p, W);                                                                               \
            _Pragma("GCC unroll 4") for (int i = 0; i < mr; i++) t[i] += ld(x + i * x_stride + p, W) * b;              \
        }                                                                                                              \
        _Pragma("GCC unroll 4") for (int i = 0; i < mr; i++) {                                                         \
            if (p < k) t[i] += ld(x + i * x_stride + p, k - p) * ld(w + j * k + p, k - p);                             \
            s[i * nr + j] = t[i];                                                                                      \
        }                                                                                                              \
    }

/* Stores the sums of mr rows of x and nr of the weight. */
INLINE void finish(
        const int mr, const int nr, const vf *s, const act *bias, void *y, long y_stride, int y_f32, int accumulate) {
    float out[X_ROWS * W_ROWS];
    if (nr == W_ROWS) {
        const int chunk = mr * nr < W ? mr * nr : W;
#pragma GCC unroll 4
        for (int c = 0; c < mr * nr; c += chunk) sums_of(chunk, s + c, out + c);
    } else
        for (int c = 0; c < mr * nr; c++) out[c] = sum(s[c]);
    float add[W_ROWS];
    for (int j = 0; j < nr; j++) add[j] = bias ? to_f(bias[j]) : 0;
#pragma GCC unroll 4
    for (int i = 0; i < mr; i++) {
        float *row = out + i * nr;
        if (bias)
            for (int j = 0; j < nr; j++) row[j] += add[j];
        if (y_f32) {
            float *p = (float *)y + i * y_stride;
            for (int j = 0; j < nr; j++) p[j] = accumulate ? p[j] + row[j] : row[j];
        } else {
            act *p = (act *)y + i * y_stride;
            for (int j = 0; j < nr; j++) p[j] = to_act(accumulate ? to_f(p[j]) + row[j] : row[j]);
        }
    }
}

typedef struct {
    const act *x, *w, *bias;
    void *y;
    long x_stride, y_stride, m, n, k;
    int y_f32, accumulate;
} Linear;

/* Rows from..to of the weight against all rows of x. */
#define BLOCK_BODY(LANES, RUN)                                                                                         \
    const long size = a->y_f32 ? 4 : (long)sizeof(act);                                                                \
    const char *ahead = (const char *)(a->w + to * a->k);                                                              \
    const char *ahead_end = (const char *)(a->w + (to + N_BLOCK < a->n ? to + N_BLOCK : a->n) * a->k);                 \
    for (long j = from; j < to;) {                                                                                     \
        const act *w = a->w + j * a->k, *bias = a->bias ? a->bias + j : NULL;                                          \
        char *y = (char *)a->y + j * size;                                                                             \
        int nr = to - j >= W_ROWS ? W_ROWS : 1;                                                                        \
        for (long i = 0; i < a->m;) {                                                                                  \
            const act *x = a->x + i * a->x_stride;                                                                     \
            char *out = y + i * a->y_stride * size;                                                                    \
            if (nr == W_ROWS && a->m - i >= X_ROWS)                                                                    \
                STEP(LANES, RUN, X_ROWS, W_ROWS)                                                                       \
            else if (nr == W_ROWS && a->m - i >= 2)                                                                    \
                STEP(LANES, RUN, 2, W_ROWS)                                                                            \
            else if (nr == W_ROWS)                                                                                     \
                STEP(LANES, RUN, 1, W_ROWS)                                                                            \
            else                                                                                                       \
                STEP(LANES, RUN, 1, 1)                                                                                 \
        }                                                                                                              \
        j += nr;                                                                                                       \
    }
#define STEP(LANES, RUN, mr, nr)                                                                                       \
    {                                                                                                                  \
        vf s[mr * nr] = {};                                                                                            \
        if (a->m <= X_ROWS) {                                                                                          \
            RUN(mr, nr, x, a->x_stride, w, a->k, s)                                                                    \
        } else                                                                                                         \
            LANES(mr, nr, x, a->x_stride, w, a->k, s);                                                                 \
        finish(mr, nr, s, bias, out, a->y_stride, a->y_f32, a->accumulate);                                            \
        i += mr;                                                                                                       \
    }

static __attribute__((noinline)) void block_widen(const Linear *a, long from, long to) { BLOCK_BODY(LANES_WIDEN, RUN_WIDEN) }

#if defined(ACT_BF16) && W == 16
#define LANES_DOT(mr, nr, x, x_stride, w, k, s)                                                                        \
    do {                                                                                                               \
        long p = 0;                                                                                                    \
        for (; p + 32 <= k; p += 32) {                                                                                 \
            __m512bh b[nr];                                                                                            \
            AHEAD()                                                                                                \
            _Pragma("GCC unroll 4") for (int j = 0; j < nr; j++) b[j] = (__m512bh)_mm512_loadu_si512(w + j * k + p);   \
            _Pragma("GCC unroll 4") for (int i = 0; i < mr; i++) {                                                     \
                __m512bh v = (__m512bh)_mm512_loadu_si512(x + i * x_stride + p);                                       \
                _Pragma("GCC unroll 4") for (int j = 0; j < nr; j++) s[i * nr + j] =                                   \
                        (vf)_mm512_dpbf16_ps((__m512)s[i * nr + j], v, b[j]);                                          \
            }                                                                                                          \
        }                                                                                                              \
        if (p < k) {                                                                                                   \
            __mmask32 rest = (1u << (k - p)) - 1;                                                                      \
            for (int i = 0; i < mr; i++)                                                                               \
                for (int j = 0; j < nr; j++)                                                                           \
                    s[i * nr + j] = (vf)_mm512_dpbf16_ps(                                                              \
                            (__m512)s[i * nr + j],                                                                     \
                            (__m512bh)_mm512_maskz_loadu_epi16(rest, x + i * x_stride + p),                            \
                            (__m512bh)_mm512_maskz_loadu_epi16(rest, w + j * k + p));                                  \
        }                                                                                                              \
    } while (0)

#define RUN_DOT(mr, nr, x, x_stride, w, k, s)                                                                          \
    for (int j = 0; j < nr; j++) {                                                                                     \
        vf t[mr] = {};                                                                                                 \
        long p = 0;                                                                                                    \
        for (; p + 32 <= k; p += 32) {                                                                                 \
            __m512bh b = (__m512bh)_mm512_loadu_si512(w + j * k + p);                                                  \
            _Pragma("GCC unroll 4") for (int i = 0; i < mr; i++) t[i] = (vf)_mm512_dpbf16_ps(                          \
                    (__m512)t[i], (__m512bh)_mm512_loadu_si512(x + i * x_stride + p), b);                              \
        }                                                                                                              \
        __mmask32 rest = (1u << (k - p)) - 1;                                                                          \
        _Pragma("GCC unroll 4") for (int i = 0; i < mr; i++) {                                                         \
            if (p < k)                                                                                                 \
                t[i] = (vf)_mm512_dpbf16_ps(                                                                           \
                        (__m512)t[i],                                                                                  \
                        (__m512bh)_mm512_maskz_loadu_epi16(rest, x + i * x_stride + p),                                \
                        (__m512bh)_mm512_maskz_loadu_epi16(rest, w + j * k + p));                                      \
            s[i * nr + j] = t[i];                                                                                      \
        }                                                                                                              \
    }

static __attribute__((noinline, target("avx512bf16"))) void block_dot(const Linear *a, long from, long to) {
    BLOCK_BODY(LANES_DOT, RUN_DOT)
}
#endif

EXPORT void FN(linear)(
        const act *x, long x_stride, const act *w, const act *bias, void *y, long y_stride, int y_f32, int accumulate,
        long m, long n, long k) {
    Linear a = {x, w, bias, y, x_stride, y_stride, m, n, k, y_f32, accumulate};
    void (*block)(const Linear *, long, long) = block_widen;
#if defined(ACT_BF16) && W == 16
    if (__builtin_cpu_supports("avx512bf16")) block = block_dot;
#endif
    long blocks = (n + N_BLOCK - 1) / N_BLOCK;
#pragma omp parallel for schedule(static) if (m * n * k > 8 * SERIAL_BELOW)
    for (long b = 0; b < blocks; b++) block(&a, b * N_BLOCK, (b + 1) * N_BLOCK < n ? (b + 1) * N_BLOCK : n);
}
