// Gradient of causal attention of packed sequences, the pass over keys: dk and dv on tensor cores.
//
// d_out, q, out, dq [T, Nq, D]; k, v, dk, dv [T, Nkv, D], bf16 or f16, D a multiple of 8 up to 128; stats f32 [Nkv, T, G] as
// attention.cu left them; delta f32 [Nkv, T, G]: d_out . out of each row (attention_grad.cu).
// With P the softmax and dS = P * (d_out v^T - delta): dv = P^T d_out, dk = scale dS^T q.
//
// A block makes 64 rows of dk and dv and goes over all rows of the group's queries that see them in steps of
// 32 with two stages. Two warps share 32 keys: one makes the weights and dv, the other the weights' gradients and dk, for
// which it is told the weights through shared memory. So each has one sum of 32 x D, and fragments of q and d_out serve two
// mma each. Scores are made transposed: then weights are operands as they come. Shared memory: (64 + 64 + 2 x (32 + 32)) rows
// of D + 8 elements, 8 KiB of weights and 512 bytes of statistics: 76.5 KiB at D = 128.
//
// Cost: 8 D operations a visible pair of query and key. Shared memory is read with 224 B a mma, at 128 B a cycle, where a mma
// takes two cycles on sm_80 and little more than one on sm_90. q and d_out are loaded once for each 64 keys.
// Grid (tiles of 64 keys of all sequences or more, Nkv, parts), 128 threads.
#include "softmax.h"

namespace {

constexpr int GRAD_THREADS = 128;
constexpr int GRAD_ROWS = 64;
constexpr int GRAD_STEP = 32;
constexpr int PAIR_KEYS = 32;

template <int D>
struct KeyGrad {
    typedef Sums<GRAD_STEP / 8> Step[2];  // 32 keys x 32 rows
    Sums<D / 8> sums[2];

    // keys x rows^T
    template <typename T>
    __device__ __forceinline__ static void score(Step& scores, const T* keys, const T* rows) {
        scores[0].clear();
        scores[1].clear();
#pragma unroll
        for (int c = 0; c < D; c += 16) {
            Fragment a[2];
            loadA<D>(a[0], keys, 0, c);
            loadA<D>(a[1], keys, 16, c);
#pragma unroll
            for (int n = 0; n < GRAD_STEP / 16; n++) {
                Fragment b;
                loadRowsAsB<D>(b, rows, n * 16, c);
                multiply<T>(scores[0], n, a[0], b);
                multiply<T>(scores[1], n, a[1], b);
            }
        }
    }

    // From scores to weights, with log-sum-exps of the 32 rows. visible(key, row) says whether row `row` of the step sees key
    // `key` of the pair, if not all of them do.
    template <typename Visible>
    __device__ __forceinline__ static void weigh(
        Step& scores, const float* lse, float scale, bool masked, Visible visible) {
        const int lane = threadIdx.x % 32;
#pragma unroll
        for (int n = 0; n < GRAD_STEP / 8; n++) {
            const int row = n * 8 + lane % 4 * 2;
            const float2 shift = *reinterpret_cast<const float2*>(lse + row);
#pragma unroll
            for (int m = 0; m < 2; m++) {
#pragma unroll
                for (int i = 0; i < 4; i++) {
                    float& x = scores[m].at[n][i];
                    x = ptx::exp2Fast(fmaf(x, scale, -(i % 2 == 0 ? shift.x : shift.y)));
                    if (masked && !visible(m * 16 + lane / 4 + i / 2 * 8, row + i % 2)) x = 0.0f;
                }
            }
        }
    }

    // Weights to the other warp of the pair, lane to lane.
    __device__ __forceinline__ static void tell(const Step& weights, float4* to) {
#pragma unroll
        for (int m = 0; m < 2; m++) {
#pragma unroll
            for (int n = 0; n < GRAD_STEP / 8; n++) {
                const float(&x)[4] = weights[m].at[n];
                to[(m * (GRAD_STEP / 8) + n) * 32 + threadIdx.x % 32] = make_float4(x[0], x[1], x[2], x[3]);
            }
        }
    }

    // From gradients of weights to gradients of scores, with the deltas of the 32 rows.
    __device__ __forceinline__ static void differentiate(Step& gradients, const float4* weights, const float* deltas) {
        const int lane = threadIdx.x % 32;
#pragma unroll
        for (int n = 0; n < GRAD_STEP / 8; n++) {
            const float2 delta = *reinterpret_cast<const float2*>(deltas + n * 8 + lane % 4 * 2);
#pragma unroll
            for (int m = 0; m < 2; m++) {
                const float4 p = weights[(m * (GRAD_STEP / 8) + n) * 32 + lane];
                float(&x)[4] = gradients[m].at[n];
                x[0] = p.x * (x[0] - delta.x);
                x[1] = p.y * (x[1] - delta.y);
                x[2] = p.z * (x[2] - delta.x);
                x[3] = p.w * (x[3] - delta.y);
            }
        }
    }

    // sums += step x rows
    template <typename T>
    __device__ __forceinline__ void add(const Step& step, const T* rows) {
#pragma unroll
        for (int k = 0; k < GRAD_STEP / 16; k++) {
            Fragment a[2];
            asA<T>(a[0], step[0], k);
            asA<T>(a[1], step[1], k);
#pragma unroll
            for (int n = 0; n < D / 16; n++) {
                Fragment b;
                loadB<D>(b, rows, k * 16, n * 16);
                multiply<T>(sums[0], n, a[0], b);
                multiply<T>(sums[1], n, a[1], b);
            }
        }
    }

    // Rows of the pair to T through shared memory, or as they are; `to(r)` is the place of row r, or null.
    template <typename T, typename To>
    __device__ __forceinline__ void store(T* own, int size, float factor, To to) const {
        __syncwarp();
        storeSums<D>(own, 0, sums[0], factor, factor);
        storeSums<D>(own, 16, sums[1], factor, factor);
        __syncwarp();
        storeTile<D, PAIR_KEYS>(own, 0, size, to);
    }

    template <typename To>
    __device__ __forceinline__ void storePartial(int size, float factor, To to) const {
        const int lane = threadIdx.x % 32;
#pragma unroll
        for (int r = 0; r < 4; r++) {
            float* const row = to(r * 8 + lane / 4);
            if (row == nullptr) continue;
#pragma unroll
            for (int n = 0; n < D / 8; n++) {
                if (n * 8 >= size) break;
                const float(&x)[4] = sums[r / 2].at[n];
                *reinterpret_cast<float2*>(row + n * 8 + lane % 4 * 2) =
                    make_float2(x[r % 2 * 2] * factor, x[r % 2 * 2 + 1] * factor);
            }
        }
    }
};

// With gridDim.z parts, each part of the rows leaves its dk and dv in partial [parts, 2, T, Nkv, D].
template <int D, typename T>
__device__ __forceinline__ void keyPass(
    const T* dOut, const T* q, const T* k, const T* v, const float* stats, const float* delta, const int* cuQ,
    int sequences, i64 tokens, int heads, int keyHeads, int size, float scale, int window, T* dk, T* dv, float* partial) {
    const Heads all(heads, keyHeads, size);
    const Place place = locate(blockIdx.x, sequences, [&](int b) { return divideUp(rowsOf(cuQ, b, 1), GRAD_ROWS); });
    if (place.sequence == sequences) return;
    const Rows rows(all, cuQ, nullptr, place.sequence, blockIdx.y);
    const PackedKeys<T> keys(k, v, all, rows.token, rows.keyHead);
    const int thread = threadIdx.x, group = all.group.by, queries = rowsOf(cuQ, place.sequence, 1);
    // Early keys are seen by the most rows, so they come first.
    const int first = place.index * GRAD_ROWS, end = min(first + GRAD_ROWS, queries);
    const int lastRow = (window > 0 ? min(queries, end - 1 + window) : queries) * group;
    const int steps = divideUp(lastRow - first * group, GRAD_STEP), perPart = divideUp(steps, gridDim.z);
    const int from = first * group + static_cast<int>(blockIdx.z) * perPart * GRAD_STEP;
    const int to = min(lastRow, from + perPart * GRAD_STEP);

    HEARTH_DYNAMIC_SHARED(T, shared);
    T* const keyTile = shared;
    T* const valueTile = shared + TILE<D, GRAD_ROWS>;
    T* const stages = valueTile + TILE<D, GRAD_ROWS>;
    float4* const weights = reinterpret_cast<float4*>(stages + 4 * TILE<D, GRAD_STEP>) + thread / 64 * 256;
    float* const statistics = reinterpret_cast<float*>(stages + 4 * TILE<D, GRAD_STEP>) + 2048;
    const auto load = [&](int row, int stage) {
        T* const tile = stages + stage * 2 * TILE<D, GRAD_STEP>;
        loadRows<D, GRAD_STEP, GRAD_THREADS>(tile, thread, q, rows, row, to);
        loadRows<D, GRAD_STEP, GRAD_THREADS>(tile + TILE<D, GRAD_STEP>, thread, dOut, rows, row, to);
        ptx::copyAsyncCommit();
    };
    // Threads 0 to 31: log-sum-exp of a row; a row that is not there has no weights. 32 to 63: its delta.
    const auto statistic = [&](int row) {
        const int r = row + thread % GRAD_STEP;
        if (r >= to) return thread < GRAD_STEP ? HEARTH_INFINITY : 0.0f;
        return (thread < GRAD_STEP ? stats : delta)[rows.statistic(r, tokens)];
    };
    const bool weighs = thread / 32 % 2 == 0;
    const int pairRow = thread / 64 * PAIR_KEYS, firstKey = first + pairRow;
    T* const own = (weighs ? keyTile : valueTile) + pairRow * TILE_STRIDE<D>;
    KeyGrad<D> mine;
    mine.sums[0].clear();
    mine.sums[1].clear();
    if (from < to) {
        loadKeys<D, GRAD_ROWS, GRAD_THREADS>(keyTile, thread, keys.k, keys, size, first, first, end);
        loadKeys<D, GRAD_ROWS, GRAD_THREADS>(valueTile, thread, keys.v, keys, size, first, first, end);
        load(from, 0);
        if (thread < 2 * GRAD_STEP) statistics[thread] = statistic(from);
    }
    for (int row = from, stage = 0; row < to; row += GRAD_STEP, stage ^= 1) {
        // This step's rows are here, and nobody needs those of the step before any more.
        ptx::copyAsyncWait<0>();
        __syncthreads();
        const bool more = row + GRAD_STEP < to;
        float next = 0.0f;
        if (more) {
            load(row + GRAD_STEP, stage ^ 1);
            if (thread < 2 * GRAD_STEP) next = statistic(row + GRAD_STEP);
        }
        const T* const qTile = stages + stage * 2 * TILE<D, GRAD_STEP>;
        const T* const dOutTile = qTile + TILE<D, GRAD_STEP>;
        const float* const lse = statistics + stage * 2 * GRAD_STEP;
        const int firstPosition = rows.at(row), lastPosition = rows.at(min(row + GRAD_STEP, to) - 1);
        const int lastKey = firstKey + PAIR_KEYS - 1;
        const bool active = firstKey < end && lastPosition >= firstKey && (window == 0 || firstPosition - lastKey < window);
        typename KeyGrad<D>::Step step;
        if (active) {
            KeyGrad<D>::score(step, own, weighs ? qTile : dOutTile);
            if (weighs) {
                const bool masked = firstPosition < lastKey || (window > 0 && lastPosition - firstKey >= window);
                KeyGrad<D>::weigh(step, lse, scale * LOG2_E, masked, [&](int key, int r) {
                    return isVisible(firstKey + key, rows.at(row + r), window);
                });
                KeyGrad<D>::tell(step, weights);
            }
        }
        __syncthreads();
        if (active) {
            if (!weighs) KeyGrad<D>::differentiate(step, weights, lse + GRAD_STEP);
            mine.add(step, weighs ? dOutTile : qTile);
        }
        if (more && thread < 2 * GRAD_STEP) statistics[(stage ^ 1) * 2 * GRAD_STEP + thread] = next;
    }

    const float factor = weighs ? 1.0f : scale;
    if (gridDim.z > 1) {
        float* const sums = partial + (2 * blockIdx.z + (weighs ? 1 : 0)) * tokens * keyHeads * size + keys.first;
        mine.storePartial(size, factor, [&](int r) {
            return firstKey + r < end ? sums + keys.place(firstKey + r) : static_cast<float*>(nullptr);
        });
    } else {
        T* const gradients = (weighs ? dv : dk) + keys.first;
        mine.store(own, size, factor, [&](int r) {
            return firstKey + r < end ? gradients + keys.place(firstKey + r) : static_cast<T*>(nullptr);
        });
    }
}

}  // namespace

#define DEFINE(D, T, S)                                                                                                 \
    extern "C" __global__ void __launch_bounds__(128, 2) attention_grad_keys_##D##_##S(                                 \
        const T* dOut, const T* q, const T* k, const T* v, const float* stats, const float* delta, const int* cuQ,      \
        int sequences, i64 tokens, int heads, int keyHeads, int size, float scale, int window, T* dk, T* dv,            \
        float* partial) {                                                                                               \
        keyPass<D>(                                                                                                     \
            dOut, q, k, v, stats, delta, cuQ, sequences, tokens, heads, keyHeads, size, scale, window, dk, dv,          \
            partial);                                                                                                   \
    }                                                                                                                   \
    HEARTH_EXPORT(attention_grad_keys_##D##_##S)
DEFINE(64, bf16, bf16)
DEFINE(80, bf16, bf16)
DEFINE(96, bf16, bf16)
DEFINE(128, bf16, bf16)
DEFINE(64, f16, f16)
DEFINE(80, f16, f16)
DEFINE(96, f16, f16)
DEFINE(128, f16, f16)
#undef DEFINE
