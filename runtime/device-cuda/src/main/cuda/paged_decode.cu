// Causal attention over the paged cache for sequences of at most FEW_ROWS rows: decoding, and short chunks of prompts.
//
// q, out [T, Nq, D]; caches [blocks, block size, Nkv, D], bf16 or f16, D a multiple of 8 up to 128; table i32[B, table width];
// cuQ i32[B + 1], kvLen i32[B]. Longer sequences are left alone, see paged_prefill.cu.
//
// A context is split into stretches of 256 keys, at multiples of 256. A unit of work is a stretch, a key-value head and 16
// rows, which are all query heads of the group and mostly more: so tensor cores bring what ordinary arithmetic could not, and
// keys are loaded once for the group. Blocks take units one after the other, found from the device's lengths, so that the
// host's bounds cost nothing. Where a sequence has several stretches, each leaves its sums and a second kernel adds them up in
// order: the bits depend on the sequence alone, not on its neighbours, nor on how many blocks there are.
//
// Cost: keys and values once, 4 Nkv D bytes a key; partial results are 4 G D bytes for 256 keys, 3 % of that with G = 4 at
// D = 128. Bound by memory: of each warp's two stages of 16 keys and values, one is under way while the other is worked on:
// 96 KiB under way on a multiprocessor of sm_90, five times what it takes to hide the memory's latency.
// Grid: any, such as three blocks a multiprocessor; 128 threads. Shared memory: 16 rows of q and 4 x 2 x (16 + 16) of keys and
// values, D + 8 elements each, and 512 bytes: 72.75 KiB at D = 128.
#include "softmax.h"

namespace {

constexpr int DECODE_THREADS = 128;
constexpr int WARPS = DECODE_THREADS / 32;
constexpr int DECODE_ROWS = 16;
constexpr int WARP_KEYS = 16;
constexpr int STRETCH = 256;
constexpr int STAGES = 2;

// How the work of a sequence divides.
struct Division {
    int rows;            // 0 if the sequence does not decode
    int firstStretch;    // the first one that a row sees
    int stretches;

    __device__ __forceinline__ Division(const int* cuQ, const int* kvLen, int b, int group, int window) {
        const int queries = __ldg(cuQ + b + 1) - __ldg(cuQ + b), keys = __ldg(kvLen + b);
        rows = queries * group <= FEW_ROWS ? queries * group : 0;
        firstStretch = firstKey(keys - queries, window) / STRETCH;
        stretches = divideUp(keys, STRETCH) - firstStretch;
    }

    __device__ __forceinline__ int units() const { return divideUp(rows, DECODE_ROWS) * stretches; }
};

// Partial results of units: f32 [units, 16, D], then [units, 16, 2]: largest score in base 2 and sum of weights of each row.
struct Partials {
    float* sums;
    float2* weights;

    __device__ __forceinline__ Partials(float* area, i64 units, int size)
        : sums(area), weights(reinterpret_cast<float2*>(area + units * DECODE_ROWS * size)) {}
};

// What a warp sums up over its keys.
template <int D>
struct DecodeRows {
    Fragment q[D / 16];
    Sums<D / 8> out;
    RunningSoftmax softmax;

    template <typename T>
    __device__ __forceinline__ explicit DecodeRows(const T* queries) {
#pragma unroll
        for (int c = 0; c < D / 16; c++) loadA<D>(q[c], queries, 0, c * 16);
        out.clear();
        softmax.clear();
    }

    // 16 keys and values.
    template <typename T>
    __device__ __forceinline__ void add(
        const T* keys, const T* values, const Rows& rows, int firstRow, int key, int window, float scale) {
        Sums<WARP_KEYS / 8> scores;
        scores.clear();
#pragma unroll
        for (int c = 0; c < D / 16; c++) {
            Fragment b;
            loadRowsAsB<D>(b, keys, 0, c * 16);
            multiply<T>(scores, 0, q[c], b);
        }
        const int row = firstRow + static_cast<int>(threadIdx.x) % 32 / 4;
        const int positions[2] = {rows.at(row), rows.at(row + 8)};
        maskScores(scores, positions, key, window);
        float factor[2];
        softmax.next(scores, scale, factor);
        if (__any_sync(HEARTH_FULL_WARP, factor[0] != 1.0f || factor[1] != 1.0f)) rescale(out, factor);
        Fragment a;
        asA<T>(a, scores, 0);
#pragma unroll
        for (int n = 0; n < D / 16; n++) {
            Fragment b;
            loadB<D>(b, values, 0, n * 16);
            multiply<T>(out, n, a, b);
        }
    }

    // To shared memory: sums [16, D + 8], largest scores in base 2 and sums of weights [16].
    __device__ __forceinline__ void leave(float* sums, float2* weights, float scale) {
        const int lane = threadIdx.x % 32;
        softmax.finish();
#pragma unroll
        for (int half = 0; half < 2; half++) {
            const int row = lane / 4 + half * 8;
            if (lane % 4 == 0) weights[row] = make_float2(softmax.top[half] * scale, softmax.sum[half]);
#pragma unroll
            for (int n = 0; n < D / 8; n++) {
                *reinterpret_cast<float2*>(sums + row * TILE_STRIDE<D> + n * 8 + lane % 4 * 2) =
                    make_float2(out.at[n][2 * half], out.at[n][2 * half + 1]);
            }
        }
    }
};

// What sums relative to `top` weigh among those relative to `best`.
__device__ __forceinline__ float share(float top, float best) {
    return top == -HEARTH_INFINITY ? 0.0f : ptx::exp2Fast(top - best);
}

// Adds up what the warps have left, in order, and writes it to out, or to the partial results if those are given.
template <int D, typename T>
__device__ __forceinline__ void finishUnit(
    const float* sums, const float2* weights, const Rows& rows, int firstRow, T* out, float* partialSums,
    float2* partialWeights) {
    constexpr int PIECES = D / 8;
    for (int piece = threadIdx.x; piece < DECODE_ROWS * PIECES; piece += DECODE_THREADS) {
        const int row = piece / PIECES, column = piece % PIECES * 8;
        if (firstRow + row >= rows.count || column >= rows.heads.size) continue;
        float best = -HEARTH_INFINITY, total = 0.0f;
#pragma unroll
        for (int w = 0; w < WARPS; w++) best = fmaxf(best, weights[w * DECODE_ROWS + row].x);
        float x[8] = {};
#pragma unroll
        for (int w = 0; w < WARPS; w++) {
            const float2 weight = weights[w * DECODE_ROWS + row];
            const float factor = share(weight.x, best);
            total = fmaf(weight.y, factor, total);
            const float* from = sums + w * STAGES * TILE<D, WARP_KEYS> + row * TILE_STRIDE<D> + column;
#pragma unroll
            for (int i = 0; i < 8; i++) x[i] = fmaf(from[i], factor, x[i]);
        }
        if (partialSums == nullptr) {
            Wide<T> values;
#pragma unroll
            for (int i = 0; i < 8; i++) values.at[i] = fromFloat<T>(x[i] / total);
            storeWide(out + rows.element(firstRow + row) + column, values);
        } else {
            float4* to = reinterpret_cast<float4*>(partialSums + row * rows.heads.size + column);
            to[0] = make_float4(x[0], x[1], x[2], x[3]);
            to[1] = make_float4(x[4], x[5], x[6], x[7]);
            if (column == 0) partialWeights[row] = make_float2(best, total);
        }
    }
}

template <int D, typename T>
__device__ __forceinline__ void decodeUnit(
    const T* q, const PagedKeys<T>& keys, const Rows& rows, int firstRow, int stretch, float scale, int window, T* out,
    float* partialSums, float2* partialWeights) {
    HEARTH_DYNAMIC_SHARED(T, shared);
    const int thread = threadIdx.x, warp = thread / 32, size = rows.heads.size;
    T* const stages = shared + TILE<D, DECODE_ROWS> + warp * STAGES * 2 * TILE<D, WARP_KEYS>;
    float* const sums = reinterpret_cast<float*>(shared + TILE<D, DECODE_ROWS>);
    float2* const weights = reinterpret_cast<float2*>(sums + WARPS * STAGES * TILE<D, WARP_KEYS>);
    const int lastRow = min(firstRow + DECODE_ROWS, rows.count) - 1;
    const int low = firstKey(rows.at(firstRow), window), end = min((stretch + 1) * STRETCH, rows.at(lastRow) + 1);
    const auto isNeeded = [&](int key) { return key < end && key + WARP_KEYS > low; };
    const auto load = [&](int key, int stage) {
        if (isNeeded(key)) {
            T* const tile = stages + stage * 2 * TILE<D, WARP_KEYS>;
            loadKeys<D, WARP_KEYS, 32>(tile, thread % 32, keys.k, keys, size, key, low, end);
            loadKeys<D, WARP_KEYS, 32>(tile + TILE<D, WARP_KEYS>, thread % 32, keys.v, keys, size, key, low, end);
        }
        ptx::copyAsyncCommit();
    };
    constexpr int STEP = WARPS * WARP_KEYS;
    int key = stretch * STRETCH + warp * WARP_KEYS;
    loadRows<D, DECODE_ROWS, DECODE_THREADS>(shared, thread, q, rows, firstRow, lastRow + 1);
    load(key, 0);
    load(key + STEP, 1);
    ptx::copyAsyncWait<1>();
    __syncthreads();
    DecodeRows<D> mine(shared);
#pragma unroll 1
    for (int i = 0; i < STRETCH / STEP; i++, key += STEP) {
        const T* tile = stages + i % STAGES * 2 * TILE<D, WARP_KEYS>;
        ptx::copyAsyncWait<1>();
        __syncwarp();
        if (isNeeded(key)) mine.add(tile, tile + TILE<D, WARP_KEYS>, rows, firstRow, key, window, scale);
        __syncwarp();
        if (i + STAGES < STRETCH / STEP) load(key + STAGES * STEP, i % STAGES);
        else ptx::copyAsyncCommit();
    }
    mine.leave(sums + warp * STAGES * TILE<D, WARP_KEYS>, weights + warp * DECODE_ROWS, scale);
    __syncthreads();
    finishUnit<D>(sums, weights, rows, firstRow, out, partialSums, partialWeights);
    __syncthreads();
}

// Sequences `begin` to `end`, `headCount` key-value heads from `firstHead` on; partial has room for `units` units.
template <int D, typename T>
__device__ __forceinline__ void decode(
    const T* q, const T* kCache, const T* vCache, const int* table, int tableWidth, int blockSize, const int* cuQ,
    const int* kvLen, int begin, int end, int heads, int keyHeads, int firstHead, int headCount, int size, float scale,
    int window, T* out, float* partial, i64 units) {
    const Heads all(heads, keyHeads, size);
    const Partials partials(partial, units, size);
    const int group = all.group.by;
    for (int unit = blockIdx.x;; unit += gridDim.x) {
        const Place place = locate(unit / headCount, end - begin, [&](int b) {
            return Division(cuQ, kvLen, begin + b, group, window).units();
        });
        const int b = begin + place.sequence;
        if (b == end) return;
        const Division division(cuQ, kvLen, b, group, window);
        const int piece = place.index / division.stretches, stretch = place.index % division.stretches;
        const Rows rows(all, cuQ, kvLen, b, firstHead + unit % headCount);
        const PagedKeys<T> keys(
            kCache, vCache, all, table + static_cast<i64>(b) * tableWidth, Divisor(blockSize), rows.keyHead);
        const bool whole = division.stretches == 1;
        decodeUnit<D>(
            q, keys, rows, piece * DECODE_ROWS, division.firstStretch + stretch, scale * LOG2_E, window, out,
            whole ? nullptr : partials.sums + static_cast<i64>(unit) * DECODE_ROWS * size,
            whole ? nullptr : partials.weights + static_cast<i64>(unit) * DECODE_ROWS);
    }
}

// Adds the partial results of each row up, in order. A block takes rows one after the other, a warp each fourth stretch.
template <typename T>
__device__ __forceinline__ void combine(
    const int* cuQ, const int* kvLen, int begin, int end, int heads, int keyHeads, int firstHead, int headCount,
    int size, int window, T* out, float* partial, i64 units) {
    __shared__ float scratch[32];
    __shared__ float4 sums[WARPS][32];
    __shared__ float totals[WARPS];
    const Heads all(heads, keyHeads, size);
    const Partials partials(partial, units, size);
    const int group = all.group.by, thread = threadIdx.x, lane = thread % 32, warp = thread / 32;
    const auto unitsOf = [&](int b) { return Division(cuQ, kvLen, begin + b, group, window).units(); };
    for (int index = blockIdx.x;; index += gridDim.x) {
        const Place place = locate(index / headCount, end - begin, [&](int b) {
            const Division division(cuQ, kvLen, begin + b, group, window);
            return division.stretches > 1 ? division.rows : 0;
        });
        const int b = begin + place.sequence;
        if (b == end) return;
        const Division division(cuQ, kvLen, b, group, window);
        const Rows rows(all, cuQ, kvLen, b, firstHead + index % headCount);
        const int first = unitsBefore(place.sequence, unitsOf) + place.index / DECODE_ROWS * division.stretches;
        const auto at = [&](int stretch) {
            return (static_cast<i64>(first + stretch) * headCount + index % headCount) * DECODE_ROWS +
                   place.index % DECODE_ROWS;
        };
        float best = -HEARTH_INFINITY;
        for (int i = thread; i < division.stretches; i += DECODE_THREADS) best = fmaxf(best, partials.weights[at(i)].x);
        best = blockMax(best, scratch);
        float4 sum = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
        float total = 0.0f;
#pragma unroll 4
        for (int i = warp; i < division.stretches; i += WARPS) {
            const float2 weight = partials.weights[at(i)];
            const float factor = share(weight.x, best);
            total = fmaf(weight.y, factor, total);
            if (lane * 4 < size) {
                const float4 x = *reinterpret_cast<const float4*>(partials.sums + at(i) * size + lane * 4);
                sum.x = fmaf(x.x, factor, sum.x);
                sum.y = fmaf(x.y, factor, sum.y);
                sum.z = fmaf(x.z, factor, sum.z);
                sum.w = fmaf(x.w, factor, sum.w);
            }
        }
        sums[warp][lane] = sum;
        if (lane == 0) totals[warp] = total;
        __syncthreads();
        if (thread < size) {
            float x = 0.0f, weight = 0.0f;
#pragma unroll
            for (int w = 0; w < WARPS; w++) {
                x += reinterpret_cast<const float*>(sums[w])[thread];
                weight += totals[w];
            }
            out[rows.element(place.index) + thread] = fromFloat<T>(x / weight);
        }
        __syncthreads();
    }
}

}  // namespace

#define DEFINE(D, T, S)                                                                                                \
    extern "C" __global__ void __launch_bounds__(128, 3) paged_decode_##D##_##S(                                       \
        const T* q, const T* kCache, const T* vCache, const int* table, int tableWidth, int blockSize,                 \
        const int* cuQ, const int* kvLen, int begin, int end, int heads, int keyHeads, int firstHead, int headCount,   \
        int size, float scale, int window, T* out, float* partial, i64 units) {                                        \
        decode<D>(                                                                                                     \
            q, kCache, vCache, table, tableWidth, blockSize, cuQ, kvLen, begin, end, heads, keyHeads, firstHead,       \
            headCount, size, scale, window, out, partial, units);                                                      \
    }                                                                                                                  \
    HEARTH_EXPORT(paged_decode_##D##_##S)
DEFINE(64, bf16, bf16)
DEFINE(80, bf16, bf16)
DEFINE(96, bf16, bf16)
DEFINE(128, bf16, bf16)
DEFINE(64, f16, f16)
DEFINE(80, f16, f16)
DEFINE(96, f16, f16)
DEFINE(128, f16, f16)
#undef DEFINE

// Grid: any; 128 threads.
#define DEFINE(T, S)                                                                                                   \
    extern "C" __global__ void __launch_bounds__(128) paged_combine_##S(                                               \
        const int* cuQ, const int* kvLen, int begin, int end, int heads, int keyHeads, int firstHead, int headCount,   \
        int size, int window, T* out, float* partial, i64 units) {                                                     \
        combine(                                                                                                       \
            cuQ, kvLen, begin, end, heads, keyHeads, firstHead, headCount, size, window, out, partial, units);         \
    }                                                                                                                  \
    HEARTH_EXPORT(paged_combine_##S)
DEFINE(bf16, bf16)
DEFINE(f16, f16)
#undef DEFINE
