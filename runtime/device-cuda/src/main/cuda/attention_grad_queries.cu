// Gradient of causal attention of packed sequences, the pass over queries: dq on tensor cores.
//
// d_out, q, out, dq [T, Nq, D]; k, v, dk, dv [T, Nkv, D], bf16 or f16, D a multiple of 8 up to 128; stats f32 [Nkv, T, G] as
// attention.cu left them; delta f32 [Nkv, T, G]: d_out . out of each row (attention_grad.cu).
// With P the softmax and dS = P * (d_out v^T - delta): dq = scale dS k.
//
// A block makes 64 rows of dq (128 at D = 64), a warp 16 (32), with q and d_out in registers, and goes over the keys that they
// see in steps of 32 with two stages. Shared memory: 2 x (32 + 32) rows of D + 8 elements (4 x 64 at D = 64): 34 KiB at D = 128.
//
// Cost: 6 D operations a visible pair of query and key. Shared memory is read with 256 B a mma (128 at D = 64), at 128 B a
// cycle, where a mma takes two cycles on sm_80 and little more than one on sm_90. Keys are loaded once for each 64 rows.
// Grid (tiles of 64 or 128 rows of all sequences or more, Nkv), 128 threads.
#include "softmax.h"

namespace {

constexpr int GRAD_THREADS = 128;
constexpr int GRAD_STEP = 32;

// Of a warp: 16 rows, or 32 where registers suffice, so that fragments of keys and values serve two mma.
template <int D>
constexpr int PIECES = D <= 64 ? 2 : 1;

template <int D, typename T>
struct QueryGrad {
    static constexpr int M = PIECES<D>;

    Fragment q[M][D / 16], dOut[M][D / 16];
    Sums<D / 8> dq[M];
    float lse[M][2], delta[M][2];

    // Rows of the warp are those of the tiles from `row` on, row `first` of the sequence.
    __device__ __forceinline__ QueryGrad(
        const T* qTile, const T* dOutTile, int row, const Rows& rows, int first, const float* stats, const float* deltas,
        i64 tokens) {
#pragma unroll
        for (int m = 0; m < M; m++) {
#pragma unroll
            for (int c = 0; c < D / 16; c++) {
                loadA<D>(q[m][c], qTile, row + m * 16, c * 16);
                loadA<D>(dOut[m][c], dOutTile, row + m * 16, c * 16);
            }
            dq[m].clear();
#pragma unroll
            for (int half = 0; half < 2; half++) {
                const int r = first + m * 16 + half * 8 + static_cast<int>(threadIdx.x) % 32 / 4;
                const i64 at = rows.statistic(r, tokens);
                // A row that is not there has no weights.
                lse[m][half] = r < rows.count ? stats[at] : HEARTH_INFINITY;
                delta[m][half] = r < rows.count ? deltas[at] : 0.0f;
            }
        }
    }

    // Scores and gradients of weights with the keys and values of a step.
    __device__ __forceinline__ void score(
        Sums<GRAD_STEP / 8> (&p)[M], Sums<GRAD_STEP / 8> (&dp)[M], const T* keys, const T* values) const {
#pragma unroll
        for (int m = 0; m < M; m++) {
            p[m].clear();
            dp[m].clear();
        }
#pragma unroll
        for (int c = 0; c < D / 16; c++) {
#pragma unroll
            for (int n = 0; n < GRAD_STEP / 16; n++) {
                Fragment b;
                loadRowsAsB<D>(b, keys, n * 16, c * 16);
#pragma unroll
                for (int m = 0; m < M; m++) multiply<T>(p[m], n, q[m][c], b);
                loadRowsAsB<D>(b, values, n * 16, c * 16);
#pragma unroll
                for (int m = 0; m < M; m++) multiply<T>(dp[m], n, dOut[m][c], b);
            }
        }
    }

    // dp becomes the gradient of the scores.
    __device__ __forceinline__ void differentiate(
        const Sums<GRAD_STEP / 8> (&p)[M], Sums<GRAD_STEP / 8> (&dp)[M], float scale) const {
#pragma unroll
        for (int m = 0; m < M; m++) {
#pragma unroll
            for (int n = 0; n < GRAD_STEP / 8; n++) {
#pragma unroll
                for (int i = 0; i < 4; i++) {
                    const float weight = ptx::exp2Fast(fmaf(p[m].at[n][i], scale, -lse[m][i / 2]));
                    dp[m].at[n][i] = weight * (dp[m].at[n][i] - delta[m][i / 2]);
                }
            }
        }
    }

    __device__ __forceinline__ void add(const Sums<GRAD_STEP / 8> (&ds)[M], const T* keys) {
#pragma unroll
        for (int k = 0; k < GRAD_STEP / 16; k++) {
            Fragment a[M];
#pragma unroll
            for (int m = 0; m < M; m++) asA<T>(a[m], ds[m], k);
#pragma unroll
            for (int n = 0; n < D / 16; n++) {
                Fragment b;
                loadB<D>(b, keys, k * 16, n * 16);
#pragma unroll
                for (int m = 0; m < M; m++) multiply<T>(dq[m], n, a[m], b);
            }
        }
    }
};

template <int D, typename T>
__device__ __forceinline__ void queryPass(
    const T* dOut, const T* q, const T* k, const T* v, const float* stats, const float* delta, const int* cuQ,
    int sequences, i64 tokens, int heads, int keyHeads, int size, float scale, int window, T* dq) {
    constexpr int WARP_ROWS = 16 * PIECES<D>, GRAD_ROWS = 4 * WARP_ROWS;
    const Heads all(heads, keyHeads, size);
    const Place place =
        locate(blockIdx.x, sequences, [&](int b) { return divideUp(rowsOf(cuQ, b, all.group.by), GRAD_ROWS); });
    if (place.sequence == sequences) return;
    const Rows rows(all, cuQ, nullptr, place.sequence, blockIdx.y);
    const PackedKeys<T> keys(k, v, all, rows.token, rows.keyHead);
    const int thread = threadIdx.x;
    // Late rows see the most keys, so they come first.
    const int first = (place.count - 1 - place.index) * GRAD_ROWS, last = min(first + GRAD_ROWS, rows.count) - 1;
    const int low = firstKey(rows.at(first), window), end = rows.at(last) + 1;
    const int start = low / GRAD_STEP * GRAD_STEP;

    // Before shared memory holds keys, it holds the rows of q and d_out.
    HEARTH_DYNAMIC_SHARED(T, shared);
    loadRows<D, GRAD_ROWS, GRAD_THREADS>(shared, thread, q, rows, first, last + 1);
    loadRows<D, GRAD_ROWS, GRAD_THREADS>(shared + TILE<D, GRAD_ROWS>, thread, dOut, rows, first, last + 1);
    ptx::copyAsyncCommit();
    ptx::copyAsyncWait<0>();
    __syncthreads();
    const int warpRow = thread / 32 * WARP_ROWS, warpFirst = first + warpRow;
    QueryGrad<D, T> mine(shared, shared + TILE<D, GRAD_ROWS>, warpRow, rows, warpFirst, stats, delta, tokens);
    __syncthreads();

    const int firstPosition = rows.at(warpFirst);
    const int lastPosition = warpFirst > last ? -1 : rows.at(min(warpFirst + WARP_ROWS - 1, last));
    const auto load = [&](int key, T* stage) {
        loadKeys<D, GRAD_STEP, GRAD_THREADS>(stage, thread, keys.k, keys, size, key, low, end);
        loadKeys<D, GRAD_STEP, GRAD_THREADS>(
            stage + TILE<D, GRAD_STEP>, thread, keys.v, keys, size, key, low, end);
        ptx::copyAsyncCommit();
    };
    T *stage = shared, *other = shared + 2 * TILE<D, GRAD_STEP>;
    load(start, stage);
    for (int key = start; key < end; key += GRAD_STEP) {
        // This step's keys are here, and nobody needs those of the step before any more.
        ptx::copyAsyncWait<0>();
        __syncthreads();
        if (key + GRAD_STEP < end) load(key + GRAD_STEP, other);
        if (key <= lastPosition && key + GRAD_STEP > firstKey(firstPosition, window)) {
            Sums<GRAD_STEP / 8> p[PIECES<D>], dp[PIECES<D>];
            mine.score(p, dp, stage, stage + TILE<D, GRAD_STEP>);
            if (key + GRAD_STEP - 1 > firstPosition || key < firstKey(lastPosition, window)) {
                const int row = warpFirst + thread % 32 / 4;
#pragma unroll
                for (int m = 0; m < PIECES<D>; m++) {
                    const int positions[2] = {rows.at(row + m * 16), rows.at(row + m * 16 + 8)};
                    maskScores(p[m], positions, key, window);
                }
            }
            mine.differentiate(p, dp, scale * LOG2_E);
            mine.add(dp, stage);
        }
        T* const next = other;
        other = stage;
        stage = next;
    }
    __syncthreads();
#pragma unroll
    for (int m = 0; m < PIECES<D>; m++) storeSums<D>(shared, warpRow + m * 16, mine.dq[m], scale, scale);
    __syncwarp();
    storeTile<D, WARP_ROWS>(shared, warpRow, size, [&](int r) {
        return warpFirst + r <= last ? dq + rows.element(warpFirst + r) : static_cast<T*>(nullptr);
    });
}

}  // namespace

#define DEFINE(D, T, S)                                                                                                 \
    extern "C" __global__ void __launch_bounds__(128, 2) attention_grad_queries_##D##_##S(                              \
        const T* dOut, const T* q, const T* k, const T* v, const float* stats, const float* delta, const int* cuQ,      \
        int sequences, i64 tokens, int heads, int keyHeads, int size, float scale, int window, T* dq) {                 \
        queryPass<D>(                                                                                                   \
            dOut, q, k, v, stats, delta, cuQ, sequences, tokens, heads, keyHeads, size, scale, window, dq);             \
    }                                                                                                                   \
    HEARTH_EXPORT(attention_grad_queries_##D##_##S)
DEFINE(64, bf16, bf16)
DEFINE(80, bf16, bf16)
DEFINE(96, bf16, bf16)
DEFINE(128, bf16, bf16)
DEFINE(64, f16, f16)
DEFINE(80, f16, f16)
DEFINE(96, f16, f16)
DEFINE(128, f16, f16)
#undef DEFINE
