/*
 * A small f32 matrix product for blocks that lie in the cache: C [M, N] (+)= A [M, K] * B [K, N]. N is a multiple of W. A's
 * elements are taken one by one, so it may be transposed by its strides. Every element of C is one chain of
 * multiply-adds over K in order, whatever the sizes: a row's result does not depend on the rows beside it.
 */
#ifndef HEARTH_TILE_H
#define HEARTH_TILE_H

#include "vector.h"

/* Rows of C whose sums stay in registers, two vectors wide: 24 of 32 registers with AVX-512, 12 of 16 otherwise. */
#if W == 16
#define TILE_ROWS 12
#else
#define TILE_ROWS 6
#endif

INLINE void tile(
        const int rows, const int vectors, long k, const float *a, long a_row, long a_col, const float *b, long b_row,
        float *c, long c_row, const int accumulate) {
    vf s[TILE_ROWS][2];
#pragma GCC unroll 12
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (int j = 0; j < vectors; j++) s[i][j] = accumulate ? load(c + i * c_row + j * W) : (vf){};
    for (long p = 0; p < k; p++) {
        vf b0 = load(b + p * b_row);
        vf b1 = vectors > 1 ? load(b + p * b_row + W) : b0;
#pragma GCC unroll 12
        for (int i = 0; i < rows; i++) {
            vf x = splat(a[i * a_row + p * a_col]);
            s[i][0] += x * b0;
            if (vectors > 1) s[i][1] += x * b1;
        }
    }
#pragma GCC unroll 12
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (int j = 0; j < vectors; j++) store(c + i * c_row + j * W, s[i][j]);
}

INLINE void tile_rows(
        const int rows, long n, long k, const float *a, long a_row, long a_col, const float *b, long b_row, float *c,
        long c_row, const int accumulate) {
    long j = 0;
    for (; j + 2 * W <= n; j += 2 * W) tile(rows, 2, k, a, a_row, a_col, b + j, b_row, c + j, c_row, accumulate);
    if (j < n) tile(rows, 1, k, a, a_row, a_col, b + j, b_row, c + j, c_row, accumulate);
}

static __attribute__((noinline)) void block_product(
        long m, long n, long k, const float *a, long a_row, long a_col, const float *b, long b_row, float *c, long c_row,
        int accumulate) {
#define ROWS(count)                                                                                                    \
    if (m - i >= count) {                                                                                              \
        if (accumulate)                                                                                                \
            tile_rows(count, n, k, a + i * a_row, a_row, a_col, b, b_row, c + i * c_row, c_row, 1);                     \
        else                                                                                                           \
            tile_rows(count, n, k, a + i * a_row, a_row, a_col, b, b_row, c + i * c_row, c_row, 0);                     \
        i += count;                                                                                                    \
        continue;                                                                                                      \
    }
    for (long i = 0; i < m;) {
#if TILE_ROWS == 12
        ROWS(12)
#endif
        ROWS(6)
        ROWS(4)
        ROWS(2)
        ROWS(1)
    }
#undef ROWS
}

/* Transposes W rows of W floats by log2(W) perfect shuffles. */
INLINE void transpose(vf r[W]) {
#pragma GCC unroll 4
    for (int stage = 1; stage < W; stage *= 2) {
        vf next[W];
#pragma GCC unroll 8
        for (int i = 0; i < W / 2; i++) {
            next[2 * i] = __builtin_shuffle(r[i], r[i + W / 2], SHUFFLE_LOW);
            next[2 * i + 1] = __builtin_shuffle(r[i], r[i + W / 2], SHUFFLE_HIGH);
        }
#pragma GCC unroll 16
        for (int i = 0; i < W; i++) r[i] = next[i];
    }
}

#endif
