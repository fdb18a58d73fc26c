/*
 * What forward and gradient of attention share: where keys and values lie, how blocks of them are laid out for
 * block_product, and how queries are grouped.
 *
 * The G query heads that share a key-value head are worked on together, G * BQ rows in all, so that a block of keys is
 * unpacked once for all of them. Row r of a group is head r / n of the group, query r % n of the block.
 */
#ifndef HEARTH_ATTENTION_H
#define HEARTH_ATTENTION_H

#include "act.h"
#include "tile.h"

/* Keys in a block. */
#define KEYS 64
/* Most rows of queries in a group. */
#define MAX_ROWS 128

typedef struct {
    const act *k, *v;
    const int32_t *table; /* blocks of the sequence, or null if its rows follow one another */
    long first;           /* first row of the sequence without a table */
    long block_size, kv_heads, head, d;
} Keys;

INLINE long key_row(const Keys *s, long token) {
    return s->table ? s->table[token / s->block_size] * s->block_size + token % s->block_size : s->first + token;
}

INLINE long round_up(long n, long unit) { return (n + unit - 1) / unit * unit; }

/* Queries of a block for groups of this many heads: follows from the shape alone. */
INLINE long query_block(long group) {
    long n = 96 / group;
    return n < 1 ? 1 : n > 64 ? 64 : n;
}

/*
 * Keys from..to as [KEYS, dp] in f32, zeros behind d; rows behind `to` are zeros. Answers whether all numbers are finite.
 *
 * Rows lie apart by all key-value heads, which the processor does not foresee; so each row asks for the one that stands in
 * its place in the next block of keys, if that is before `last`.
 */
static int unpack(const Keys *s, const act *base, long from, long to, long last, long dp, float *out) {
    const long stride = s->kv_heads * s->d, start = s->head * s->d;
    const act *next = from + KEYS < last ? base + key_row(s, from + KEYS) * stride + start : NULL;
    vf zero = {};
    for (long t = 0; t < to - from;) {
        /* A row's place costs a division, so it is worked out once for each stretch of rows that follow one another. */
        const act *row = base + key_row(s, from + t) * stride + start;
        long run = to - from - t;
        if (s->table && s->block_size - (from + t) % s->block_size < run)
            run = s->block_size - (from + t) % s->block_size;
        for (long i = 0; i < run; i++, t++, row += stride) {
            if (next) {
                for (long c = 0; c < s->d; c += 64 / (long)sizeof(act)) __builtin_prefetch(next + t * stride + c, 0, 2);
            }
            FOR_VECTORS(c, s->d, {
                vf x = ld(row + c, n);
                zero += x * 0.0f;
                store(out + t * dp + c, x);
            });
        }
    }
    memset(out + (to - from) * dp, 0, (KEYS - (to - from)) * dp * sizeof(float));
    return sum(zero) == 0;
}

/* [KEYS, dp] to [dp, KEYS]. */
static void transpose_block(const float *in, long dp, float *out) {
    for (long t = 0; t < KEYS; t += W)
        for (long c = 0; c < dp; c += W) {
            vf r[W];
#pragma GCC unroll 16
            for (int i = 0; i < W; i++) r[i] = load(in + (t + i) * dp + c);
            transpose(r);
#pragma GCC unroll 16
            for (int i = 0; i < W; i++) store(out + (c + i) * KEYS + t, r[i]);
        }
}

/* Scratch of one thread; grows to the largest head size that was met and stays. */
static inline float *thread_scratch(size_t floats) {
    static _Thread_local float *scratch;
    static _Thread_local size_t size;
    if (floats > size) {
        free(scratch);
        scratch = aligned_alloc(64, round_up(floats * sizeof(float), 64));
        if (!scratch) abort();
        size = floats;
    }
    return scratch;
}

/* Keys that query at position p sees start here. */
INLINE long first_key(long position, long window) {
    return window > 0 && position + 1 > window ? position + 1 - window : 0;
}

#endif
