/*
 * Gradient of causal attention over rows that follow one another, from the log-sum-exp that the forward pass kept.
 *
 * Two passes, each of which owns what it writes, so that nothing is added by two threads: dq over blocks of queries, dk
 * and dv over blocks of keys. Both recompute the scores: 14 D operations a pair of query and key where 10 would do with a
 * shared sum. With P the softmax and o the output, dS = P * (dO v^T - dO . o), dq = scale dS k, dk = scale dS^T q,
 * dv = P^T dO.
 */
#include "attention.h"

typedef struct {
    const act *d_out, *q, *out;
    const float *lse;
    const int32_t *cu_q;
    long nq, d, dp, group, block, window;
    float scale;
    Keys keys;
} AttentionGrad;

/* Queries of a group in f32, scaled, their output gradients, log-sum-exps and dO . o. */
typedef struct {
    float *q, *d_out;
    float lse[MAX_ROWS], delta[MAX_ROWS];
} Queries;

/* Floats a thread works in: queries and gradients, scores twice, keys and values both ways, two results. */
#define SCRATCH(dp) (MAX_ROWS * (3 * (dp) + 2 * KEYS) + 6 * KEYS * (dp))

static void load_queries(const AttentionGrad *a, long sequence, long head, long first, long count, Queries *to) {
    long rows = a->group * count;
    if (a->dp != a->d) {
        memset(to->q, 0, rows * a->dp * sizeof(float));
        memset(to->d_out, 0, rows * a->dp * sizeof(float));
    }
    for (long r = 0; r < rows; r++) {
        long at = (a->cu_q[sequence] + first + r % count) * a->nq + head * a->group + r / count;
        vf dot = {};
        FOR_VECTORS(c, a->d, {
            vf g = ld(a->d_out + at * a->d + c, n);
            dot += g * ld(a->out + at * a->d + c, n);
            store(to->d_out + r * a->dp + c, g);
            store(to->q + r * a->dp + c, ld(a->q + at * a->d + c, n) * a->scale);
        });
        to->delta[r] = sum(dot);
        to->lse[r] = a->lse[at];
    }
}

/* From scores to probabilities, and from dO v^T to dS, for keys j.. of which `valid` are there. */
static void score_grad(
        const AttentionGrad *a, const Queries *queries, long first, long count, long j, long valid, float *p,
        float *ds) {
    for (long r = 0; r < a->group * count; r++) {
        long position = first + r % count;
        long low = first_key(position, a->window) - j, high = position + 1 - j < valid ? position + 1 - j : valid;
        long wide = round_up(valid, W);
        float *x = p + r * KEYS, *y = ds + r * KEYS;
        for (long c = 0; c < low && c < wide; c++) x[c] = -INFINITY;
        for (long c = high < 0 ? 0 : high; c < wide; c++) x[c] = -INFINITY;
        for (int c = 0; c < wide; c += W) {
            vf e = vexp(load(x + c) - queries->lse[r]);
            store(x + c, e);
            store(y + c, e * (load(y + c) - queries->delta[r]));
        }
    }
}

static void query_pass(const AttentionGrad *a, long sequence, long head, long first, long count, act *dq) {
    long dp = a->dp, rows = a->group * count;
    Queries queries;
    queries.q = thread_scratch(SCRATCH(dp));
    queries.d_out = queries.q + MAX_ROWS * dp;
    float *result = queries.d_out + MAX_ROWS * dp, *p = result + MAX_ROWS * dp, *ds = p + MAX_ROWS * KEYS;
    float *k = ds + MAX_ROWS * KEYS, *kt = k + KEYS * dp, *v = kt + KEYS * dp, *vt = v + KEYS * dp;
    Keys keys = a->keys;
    keys.head = head;
    keys.first = a->cu_q[sequence];
    load_queries(a, sequence, head, first, count, &queries);
    memset(result, 0, rows * dp * sizeof(float));
    long to = first + count;
    for (long j = first_key(first, a->window) / KEYS * KEYS; j < to; j += KEYS) {
        long end = j + KEYS < to ? j + KEYS : to, wide = round_up(end - j, W);
        unpack(&keys, keys.k, j, end, to, dp, k);
        transpose_block(k, dp, kt);
        unpack(&keys, keys.v, j, end, to, dp, v);
        transpose_block(v, dp, vt);
        block_product(rows, wide, dp, queries.q, dp, 1, kt, KEYS, p, KEYS, 0);
        block_product(rows, wide, dp, queries.d_out, dp, 1, vt, KEYS, ds, KEYS, 0);
        score_grad(a, &queries, first, count, j, end - j, p, ds);
        block_product(rows, dp, end - j, ds, KEYS, 1, k, dp, result, dp, 1);
    }
    for (long r = 0; r < rows; r++) {
        long at = (a->cu_q[sequence] + first + r % count) * a->nq + head * a->group + r / count;
        FOR_VECTORS(c, a->d, { st(dq + at * a->d + c, load(result + r * dp + c) * a->scale, n); });
    }
}

static void key_pass(const AttentionGrad *a, long sequence, long head, long j, long valid, act *dk, act *dv) {
    long dp = a->dp, wide = round_up(valid, W), length = a->cu_q[sequence + 1] - a->cu_q[sequence];
    Queries queries;
    queries.q = thread_scratch(SCRATCH(dp));
    queries.d_out = queries.q + MAX_ROWS * dp;
    float *p = queries.d_out + MAX_ROWS * dp, *ds = p + MAX_ROWS * KEYS;
    float *k = ds + MAX_ROWS * KEYS, *kt = k + KEYS * dp, *v = kt + KEYS * dp, *vt = v + KEYS * dp;
    float *k_sum = vt + KEYS * dp, *v_sum = k_sum + KEYS * dp;
    Keys keys = a->keys;
    keys.head = head;
    keys.first = a->cu_q[sequence];
    unpack(&keys, keys.k, j, j + valid, j + valid, dp, k);
    transpose_block(k, dp, kt);
    unpack(&keys, keys.v, j, j + valid, j + valid, dp, v);
    transpose_block(v, dp, vt);
    memset(k_sum, 0, 2 * KEYS * dp * sizeof(float));
    long to = a->window > 0 && j + valid - 1 + a->window < length ? j + valid - 1 + a->window : length;
    for (long first = j / a->block * a->block; first < to; first += a->block) {
        long count = first + a->block < length ? a->block : length - first, rows = a->group * count;
        load_queries(a, sequence, head, first, count, &queries);
        block_product(rows, wide, dp, queries.q, dp, 1, kt, KEYS, p, KEYS, 0);
        block_product(rows, wide, dp, queries.d_out, dp, 1, vt, KEYS, ds, KEYS, 0);
        score_grad(a, &queries, first, count, j, valid, p, ds);
        block_product(valid, dp, rows, p, 1, KEYS, queries.d_out, dp, v_sum, dp, 1);
        block_product(valid, dp, rows, ds, 1, KEYS, queries.q, dp, k_sum, dp, 1);
    }
    for (long t = 0; t < valid; t++) {
        long at = ((keys.first + j + t) * keys.kv_heads + head) * a->d;
        FOR_VECTORS(c, a->d, {
            st(dk + at + c, load(k_sum + t * dp + c), n);
            st(dv + at + c, load(v_sum + t * dp + c), n);
        });
    }
}

/* d_out, q, out, dq [T, Nq, D]; k, v, dk, dv [T, Nkv, D]; lse f32 [T, Nq]; cu_q i32 [sequences + 1]. */
EXPORT void FN(attention_grad)(
        const act *d_out, const act *q, const act *k, const act *v, const act *out, const float *lse,
        const int32_t *cu_q, long sequences, float scale, long window, act *dq, act *dk, act *dv, long nq, long nkv,
        long d) {
    long group = nq / nkv;
    AttentionGrad a = {d_out, q, out, lse, cu_q, nq, d, round_up(d, W), group, query_block(group), window, scale,
                       {k, v, NULL, 0, 1, nkv, 0, d}};
    long tasks = 0, work = 0;
    for (long b = 0; b < sequences; b++) {
        long n = cu_q[b + 1] - cu_q[b];
        tasks += (n + a.block - 1) / a.block + (n + KEYS - 1) / KEYS;
        work += n * n;
    }
    if (tasks == 0) return;
    typedef struct {
        long sequence, first, count;
    } Task;
    Task *list = malloc(tasks * sizeof(Task));
    if (!list) abort();
    long at = 0;
    /* A count below zero marks a block of keys. */
    for (long b = 0; b < sequences; b++) {
        long n = cu_q[b + 1] - cu_q[b];
        for (long j = 0; j < n; j += KEYS) list[at++] = (Task){b, j, -(n - j < KEYS ? n - j : KEYS)};
        for (long i = (n - 1) / a.block * a.block; n > 0 && i >= 0; i -= a.block)
            list[at++] = (Task){b, i, n - i < a.block ? n - i : a.block};
    }
#pragma omp parallel for schedule(dynamic, 1) if (work * nq * d > SERIAL_BELOW)
    for (long i = 0; i < tasks * nkv; i++) {
        const Task *t = list + i / nkv;
        if (t->count < 0)
            key_pass(&a, t->sequence, i % nkv, t->first, -t->count, dk, dv);
        else
            query_pass(&a, t->sequence, i % nkv, t->first, t->count, dq);
    }
    free(list);
}
