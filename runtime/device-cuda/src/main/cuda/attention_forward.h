// Flash attention over tiles of rows on tensor cores (Dao 2023), for keys that follow one another and for a paged cache.
//
// A block makes 128 rows, its four warps 32 rows each, and goes over the keys that they see in steps of 64. Fragments of keys
// and values serve two mma each, which halves the reads of shared memory: 160 B a mma at D = 128, where 128 B a cycle can be
// read and a mma takes two cycles on sm_80. Steps begin at multiples of 64 and go upwards, and a row is never mixed with
// another, so a row's bits do not depend on where the tile or the chunk of the prompt begins.
//
// While scores are made, values are on their way; while values are summed, the next keys are. Shared memory: (128 + 64 + 64)
// rows of D + 8 elements: 68 KiB at D = 128, two blocks to a multiprocessor of sm_80 and sm_90.
#pragma once

#include "softmax.h"

namespace {

constexpr int FORWARD_THREADS = 128;
constexpr int FORWARD_ROWS = 128;
constexpr int FORWARD_KEYS = 64;
constexpr int FORWARD_WARP_ROWS = 32;

// What a warp keeps of its 32 rows.
template <int D>
struct ForwardRows {
    Sums<D / 8> out[2];
    RunningSoftmax softmax[2];

    __device__ __forceinline__ void clear() {
#pragma unroll
        for (int m = 0; m < 2; m++) {
            out[m].clear();
            softmax[m].clear();
        }
    }

    // Scores of all rows with the keys of a tile.
    template <typename T>
    __device__ __forceinline__ static void score(
        Sums<FORWARD_KEYS / 8> (&scores)[2], const T* queries, const T* keys) {
        scores[0].clear();
        scores[1].clear();
#pragma unroll
        for (int c = 0; c < D; c += 16) {
            Fragment a[2];
            loadA<D>(a[0], queries, 0, c);
            loadA<D>(a[1], queries, 16, c);
#pragma unroll
            for (int n = 0; n < FORWARD_KEYS / 16; n++) {
                Fragment b;
                loadRowsAsB<D>(b, keys, n * 16, c);
                multiply<T>(scores[0], n, a[0], b);
                multiply<T>(scores[1], n, a[1], b);
            }
        }
    }

    // Takes scores out that the rows from `first` on do not see, see maskScores.
    __device__ __forceinline__ static void mask(
        Sums<FORWARD_KEYS / 8> (&scores)[2], const Rows& rows, int first, int key, int window) {
        const int row = first + static_cast<int>(threadIdx.x) % 32 / 4;
#pragma unroll
        for (int m = 0; m < 2; m++) {
            const int positions[2] = {rows.at(row + m * 16), rows.at(row + m * 16 + 8)};
            maskScores(scores[m], positions, key, window);
        }
    }

    // From scores to weights, rounded.
    template <typename T>
    __device__ __forceinline__ void weigh(
        Sums<FORWARD_KEYS / 8> (&scores)[2], float scale, Fragment (&weights)[2][FORWARD_KEYS / 16]) {
        float factor[2][2];
        softmax[0].next(scores[0], scale, factor[0]);
        softmax[1].next(scores[1], scale, factor[1]);
        // The largest score of a row is mostly met early.
        const bool grown = factor[0][0] != 1.0f || factor[0][1] != 1.0f || factor[1][0] != 1.0f || factor[1][1] != 1.0f;
        if (__any_sync(HEARTH_FULL_WARP, grown)) {
            rescale(out[0], factor[0]);
            rescale(out[1], factor[1]);
        }
#pragma unroll
        for (int k = 0; k < FORWARD_KEYS / 16; k++) {
            asA<T>(weights[0][k], scores[0], k);
            asA<T>(weights[1][k], scores[1], k);
        }
    }

    template <typename T>
    __device__ __forceinline__ void addValues(const Fragment (&weights)[2][FORWARD_KEYS / 16], const T* values) {
#pragma unroll
        for (int k = 0; k < FORWARD_KEYS / 16; k++) {
#pragma unroll
            for (int n = 0; n < D / 16; n++) {
                Fragment b;
                loadB<D>(b, values, k * 16, n * 16);
                multiply<T>(out[0], n, weights[0][k], b);
                multiply<T>(out[1], n, weights[1][k], b);
            }
        }
    }

    // Writes the rows to out through the warp's own rows of shared memory, and their log-sum-exp in base 2.
    template <typename T>
    __device__ __forceinline__ void store(
        T* own, const Rows& rows, int first, float scale, T* out, float* stats, i64 tokens) {
        __syncwarp();
#pragma unroll
        for (int m = 0; m < 2; m++) {
            softmax[m].finish();
            storeSums<D>(own, m * 16, this->out[m], 1.0f / softmax[m].sum[0], 1.0f / softmax[m].sum[1]);
#pragma unroll
            for (int half = 0; half < 2; half++) {
                const int lane = threadIdx.x % 32, row = first + m * 16 + half * 8 + lane / 4;
                if (stats != nullptr && lane % 4 == 0 && row < rows.count) {
                    stats[rows.statistic(row, tokens)] =
                        softmax[m].top[half] * scale + LOG2_E * logf(softmax[m].sum[half]);
                }
            }
        }
        __syncwarp();
        storeTile<D, FORWARD_WARP_ROWS>(own, 0, rows.heads.size, [&](int r) {
            return first + r < rows.count ? out + rows.element(first + r) : static_cast<T*>(nullptr);
        });
    }
};

// Rows first to first + 127. `scale` is that of the scores times log2(e).
template <int D, typename T, typename Keys>
__device__ __forceinline__ void attendTile(
    const T* q, const Keys& keys, const Rows& rows, int first, float scale, int window, T* out, float* stats, i64 tokens) {
    HEARTH_DYNAMIC_SHARED(T, shared);
    T* const queryTile = shared;
    T* const keyTile = shared + TILE<D, FORWARD_ROWS>;
    T* const valueTile = keyTile + TILE<D, FORWARD_KEYS>;
    const int thread = threadIdx.x, size = rows.heads.size;
    const int last = min(first + FORWARD_ROWS, rows.count) - 1;
    const int low = firstKey(rows.at(first), window), end = rows.at(last) + 1;
    const int start = low / FORWARD_KEYS * FORWARD_KEYS;

    const int warpFirst = first + thread / 32 * FORWARD_WARP_ROWS;
    const int firstPosition = rows.at(warpFirst);
    const int lastPosition = warpFirst > last ? -1 : rows.at(min(warpFirst + FORWARD_WARP_ROWS - 1, last));
    T* const own = queryTile + thread / 32 * TILE<D, FORWARD_WARP_ROWS>;
    ForwardRows<D> mine;
    mine.clear();

    loadRows<D, FORWARD_ROWS, FORWARD_THREADS>(queryTile, thread, q, rows, first, last + 1);
    loadKeys<D, FORWARD_KEYS, FORWARD_THREADS>(keyTile, thread, keys.k, keys, size, start, low, end);
    ptx::copyAsyncCommit();
    for (int key = start; key < end; key += FORWARD_KEYS) {
        // The keys are here, and nobody needs the values before them any more.
        ptx::copyAsyncWait<0>();
        __syncthreads();
        loadKeys<D, FORWARD_KEYS, FORWARD_THREADS>(valueTile, thread, keys.v, keys, size, key, low, end);
        ptx::copyAsyncCommit();
        Fragment weights[2][FORWARD_KEYS / 16];
        const bool active = key <= lastPosition && key + FORWARD_KEYS > firstKey(firstPosition, window);
        if (active) {
            Sums<FORWARD_KEYS / 8> scores[2];
            ForwardRows<D>::score(scores, own, keyTile);
            // All rows see all keys of the step, unless it reaches beyond the first one's position or the last one's window.
            if (key + FORWARD_KEYS - 1 > firstPosition || key < firstKey(lastPosition, window)) {
                ForwardRows<D>::mask(scores, rows, warpFirst, key, window);
            }
            mine.template weigh<T>(scores, scale, weights);
        }
        ptx::copyAsyncWait<0>();
        __syncthreads();
        if (key + FORWARD_KEYS < end) {
            loadKeys<D, FORWARD_KEYS, FORWARD_THREADS>(
                keyTile, thread, keys.k, keys, size, key + FORWARD_KEYS, low, end);
            ptx::copyAsyncCommit();
        }
        if (active) mine.addValues(weights, valueTile);
    }
    if (warpFirst <= last) mine.store(own, rows, warpFirst, scale, out, stats, tokens);
}

}  // namespace
