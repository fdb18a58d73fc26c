/*
 * Causal attention in blocks with a running softmax (Dao et al. 2022), over rows that follow one another or over a paged
 * cache; f32 throughout, whatever act is.
 *
 * q, out [T, Nq, D]; k, v [T, Nkv, D] or [blocks, block size, Nkv, D], act. Work is cut by sequence, key-value head, block
 * of queries and part of PART keys. A row's result is that of its parts, each from its own maximum, merged in order: it
 * does not depend on the other rows, on where the queries are cut, or on whether parts were made side by side.
 * Cost 4 D operations a pair of query and key; unpacking keys adds about 5 % with 96 rows in a group, as much again as
 * the products in a decode step of one row a head.
 */
#include "attention.h"

#define PART 512
/* Floats a thread works in: two results, queries, scores, and keys twice and values. */
#define SCRATCH(dp) (MAX_ROWS * (3 * (dp) + KEYS) + 3 * KEYS * (dp))

typedef struct {
    const act *q;
    const int32_t *cu_q, *kv_len, *table;
    long table_width, nq, d, dp, group, block, window;
    float scale;
    Keys keys;
} Attention;

typedef struct {
    long sequence, head, first, n;
} Item;

/* m [rows], l [rows], o [rows, dp] of the queries against keys from..to. */
static void attend(const Attention *a, const Item *it, long from, long to, float *m, float *l, float *o) {
    long n = it->n, rows = a->group * n, dp = a->dp;
    long q_len = a->cu_q[it->sequence + 1] - a->cu_q[it->sequence];
    long position = a->kv_len[it->sequence] - q_len + it->first;
    Keys keys = a->keys;
    keys.head = it->head;
    keys.table = a->table ? a->table + it->sequence * a->table_width : NULL;
    keys.first = a->cu_q[it->sequence];
    float *q = thread_scratch(SCRATCH(dp)) + 2 * MAX_ROWS * dp;
    float *s = q + MAX_ROWS * dp, *k = s + MAX_ROWS * KEYS, *kt = k + KEYS * dp, *v = kt + KEYS * dp;
    /* The tail of a padded row stays zero. */
    if (dp != a->d) memset(q, 0, MAX_ROWS * dp * sizeof(float));
    for (long r = 0; r < rows; r++) {
        long token = a->cu_q[it->sequence] + it->first + r % n;
        const act *row = a->q + (token * a->nq + it->head * a->group + r / n) * a->d;
        FOR_VECTORS(c, a->d, { store(q + r * dp + c, ld(row + c, n) * a->scale); });
        m[r] = -INFINITY;
        l[r] = 0;
    }
    memset(o, 0, rows * dp * sizeof(float));
    long seen = first_key(position, a->window);
    for (long j = from; j < to; j += KEYS) {
        long end = j + KEYS < to ? j + KEYS : to;
        if (end <= seen) continue;
        unpack(&keys, keys.k, j, end, to, dp, k);
        transpose_block(k, dp, kt);
        int finite = unpack(&keys, keys.v, j, end, to, dp, v);
        long valid = end - j, wide = round_up(valid, W);
        block_product(rows, wide, dp, q, dp, 1, kt, KEYS, s, KEYS, 0);
        for (long r = 0; r < rows; r++) {
            float *x = s + r * KEYS;
            long p = position + r % n;
            long low = first_key(p, a->window) - j, high = p + 1 < end ? p + 1 - j : valid;
            for (long c = 0; c < low && c < wide; c++) x[c] = -INFINITY;
            for (long c = high < 0 ? 0 : high; c < wide; c++) x[c] = -INFINITY;
            vf top = load(x);
            for (int c = W; c < wide; c += W) top = vmax(top, load(x + c));
            float old = m[r], next = max_lane(top);
            if (next < old) next = old;
            float shift = next == -INFINITY ? 0 : next;
            vf total = {};
            for (int c = 0; c < wide; c += W) {
                vf e = vexp(load(x + c) - shift);
                store(x + c, e);
                total += e;
            }
            if (old != next) {
                float factor = old == -INFINITY ? 0 : expf(old - shift);
                l[r] *= factor;
                for (long c = 0; c < dp; c += W) store(o + r * dp + c, load(o + r * dp + c) * factor);
                m[r] = next;
            }
            l[r] += sum(total);
        }
        if (finite) {
            block_product(rows, dp, valid, s, KEYS, 1, v, dp, o, dp, 1);
            continue;
        }
        /* Zero times a NaN is a NaN: only what a row sees may touch it. */
        for (long r = 0; r < rows; r++) {
            long low = first_key(position + r % n, a->window) - j, high = position + r % n + 1 - j;
            low = low < 0 ? 0 : low;
            high = high < valid ? high : valid;
            if (low < high)
                block_product(1, dp, high - low, s + r * KEYS + low, KEYS, 1, v + low * dp, dp, o + r * dp, dp, 1);
        }
    }
}

/* Merges the next part into m, l, o. */
static void merge(long rows, long dp, float *m, float *l, float *o, const float *pm, const float *pl, const float *po) {
    for (long r = 0; r < rows; r++) {
        float top = m[r] > pm[r] ? m[r] : pm[r];
        if (top == -INFINITY) continue;
        float old = m[r] == -INFINITY ? 0 : expf(m[r] - top), part = pm[r] == -INFINITY ? 0 : expf(pm[r] - top);
        m[r] = top;
        l[r] = l[r] * old + pl[r] * part;
        for (long c = 0; c < dp; c += W)
            store(o + r * dp + c, load(o + r * dp + c) * old + load(po + r * dp + c) * part);
    }
}

static void finish(
        const Attention *a, const Item *it, const float *m, const float *l, const float *o, act *out, float *lse) {
    long count = it->n;
    for (long r = 0; r < a->group * count; r++) {
        long token = a->cu_q[it->sequence] + it->first + r % count;
        long at = token * a->nq + it->head * a->group + r / count;
        float factor = 1.0f / l[r];
        FOR_VECTORS(c, a->d, { st(out + at * a->d + c, load(o + r * a->dp + c) * factor, n); });
        if (lse) lse[at] = m[r] + logf(l[r]);
    }
}

/* The parts of PART keys that the item's queries see. */
static void key_range(const Attention *a, const Item *it, long *from, long *to) {
    long q_len = a->cu_q[it->sequence + 1] - a->cu_q[it->sequence];
    long position = a->kv_len[it->sequence] - q_len + it->first;
    *from = first_key(position, a->window) / PART * PART;
    *to = position + it->n;
}

/* All parts of one item, one after the other. */
static void attend_item(const Attention *a, const Item *it, act *out, float *lse) {
    float m[MAX_ROWS], l[MAX_ROWS], pm[MAX_ROWS], pl[MAX_ROWS];
    long rows = a->group * it->n, from, to;
    float *o = thread_scratch(SCRATCH(a->dp)), *po = o + MAX_ROWS * a->dp;
    key_range(a, it, &from, &to);
    attend(a, it, from, from + PART < to ? from + PART : to, m, l, o);
    for (long j = from + PART; j < to; j += PART) {
        attend(a, it, j, j + PART < to ? j + PART : to, pm, pl, po);
        merge(rows, a->dp, m, l, o, pm, pl, po);
    }
    finish(a, it, m, l, o, out, lse);
}

/* Parts of all items side by side, then merged: for a few sequences with long contexts. */
static void attend_split(
        const Attention *a, const Item *items, long count, long parts, float *results, act *out, float *lse) {
    long rows = a->group * a->block, size = rows * (a->dp + 2);
#pragma omp parallel for schedule(dynamic, 1)
    for (long task = 0; task < count * parts; task++) {
        const Item *it = items + task / parts;
        long from, to;
        key_range(a, it, &from, &to);
        from += task % parts * PART;
        float *m = results + task * size;
        if (from < to) attend(a, it, from, from + PART < to ? from + PART : to, m, m + rows, m + 2 * rows);
    }
#pragma omp parallel for schedule(static)
    for (long i = 0; i < count; i++) {
        long from, to;
        key_range(a, items + i, &from, &to);
        float *m = results + i * parts * size;
        for (long part = 1; from + part * PART < to; part++) {
            float *p = m + part * size;
            merge(a->group * items[i].n, a->dp, m, m + rows, m + 2 * rows, p, p + rows, p + 2 * rows);
        }
        finish(a, items + i, m, m + rows, m + 2 * rows, out, lse);
    }
}

/*
 * With a table, k and v are caches [blocks, block size, Nkv, D] and row b of the table [B, table_width] holds the blocks of
 * sequence b; without one they are [T, Nkv, D]. lse f32 [T, Nq] may be null. results: room for partial results, of which
 * results_size floats are used at most; with less, parts are made one after the other.
 */
EXPORT void FN(attention)(
        const act *q, const act *k, const act *v, const int32_t *table, long table_width, long block_size,
        const int32_t *cu_q, const int32_t *kv_len, long sequences, float scale, long window, act *out, float *lse,
        long nq, long nkv, long d, float *results, long results_size) {
    long group = nq / nkv;
    Attention a = {q,  cu_q, kv_len, table, table_width, nq, d, round_up(d, W), group, query_block(group), window, scale,
                   {k, v, table, 0, block_size, nkv, 0, d}};
    long count = 0, longest = 0, longest_q = 0;
    for (long b = 0; b < sequences; b++) {
        long n = cu_q[b + 1] - cu_q[b];
        count += (n + a.block - 1) / a.block;
        if (n > 0 && kv_len[b] > longest) longest = kv_len[b];
        if (n > longest_q) longest_q = n;
    }
    count *= nkv;
    if (count == 0) return;
    Item *items = malloc(count * sizeof(Item));
    if (!items) abort();
    /* Late queries see the most keys, so they come first and no thread is left alone with them at the end. */
    long at = count;
    for (long b = 0; b < sequences; b++) {
        long q_len = cu_q[b + 1] - cu_q[b];
        for (long first = 0; first < q_len; first += a.block)
            for (long h = 0; h < nkv; h++)
                items[--at] = (Item){b, h, first, first + a.block < q_len ? a.block : q_len - first};
    }
    if (longest_q < a.block) a.block = longest_q;
    long seen = window > 0 && window + longest_q < longest ? window + longest_q : longest;
    long parts = (seen + PART - 1) / PART + 1;
    if (longest > PART && count * parts * group * a.block * (a.dp + 2) <= results_size)
        attend_split(&a, items, count, parts, results, out, lse);
    else {
        long work = 0;
        for (long b = 0; b < sequences; b++) work += (long)(cu_q[b + 1] - cu_q[b]) * kv_len[b];
#pragma omp parallel for schedule(dynamic, 1) if (work * nq * d > 4 * SERIAL_BELOW)
        for (long i = 0; i < count; i++) attend_item(&a, items + i, out, lse);
    }
    free(items);
}
