// The largest elements of rows of logits.
//
// Shapes: logits [B, V] contiguous, f32 or act; tops, sums f32[B, P], ats i32[B, P] for P parts of a row; out i32[B]; values
// f32[B, k], indices i32[B, k], in falling order, the lower index first among equals.
//
// Cost: argmax and the peaks for sampling read each logit once, B V sizeof(logit) bytes, 5 FLOPs and one exponential for each.
// topK reads a row three times, from the second-level cache after the first, and sorts k elements and those that share a 2048th
// of the row's range with the last of them. Bound by memory for large B V, by latency else.
#include "order.h"

namespace {

// Elements in a part of a row. The parts follow from the width alone: a row's sums do not depend on its neighbours.
constexpr int PART = 8192;

// Block (p, b) takes part p of row b.
template <typename T>
__device__ __forceinline__ void peaks(const T* logits, i64 width, float* tops, int* ats, float* sums) {
    __shared__ float warpTops[32], warpSums[32];
    __shared__ int warpAts[32];
    const i64 from = static_cast<i64>(blockIdx.x) * PART, place = static_cast<i64>(blockIdx.y) * gridDim.x + blockIdx.x;
    const T* part = logits + blockIdx.y * width + from;
    Online seen;
    int at = 0x7fffffff;
    readRow<4>(part, width - from < PART ? width - from : PART, [&](const auto& x, i64 i) {
        const float before = seen.top;
        seen.take(x);
        if (seen.top > before) {
            int first = 0;
#pragma unroll
            for (int j = sizeof x / 4 - 1; j >= 0; j--)
                if (x[j] == seen.top) first = j;
            at = static_cast<int>(from + i) + first;
        }
    });
    Peak peak;
    peak.take(seen.top, at, seen.sum);
    peak = warpPeak(peak);
    if (threadIdx.x % 32 == 0) {
        warpTops[threadIdx.x / 32] = peak.top;
        warpAts[threadIdx.x / 32] = peak.at;
        warpSums[threadIdx.x / 32] = peak.sum;
    }
    __syncthreads();
    if (threadIdx.x >= 32) return;
    peak = peakOfParts(warpTops, warpAts, warpSums, blockDim.x / 32);
    if (threadIdx.x == 0) {
        tops[place] = peak.top;
        ats[place] = peak.at;
        sums[place] = peak.sum;
    }
}

// ---- topK ---------------------------------------------------------------------------------------------------------------

constexpr int THREADS = 1024;
constexpr int BINS = 2048;

// Elements that are sorted in shared memory.
constexpr int SORTED = 2048;

// Bins by distance from the row's largest element; what is infinite or not a number is in the last one.
struct Bins {
    float top, scale;
    __device__ __forceinline__ int of(float x) const {
        const float bin = (top - x) * scale;
        return bin < BINS - 1 ? static_cast<int>(bin) : BINS - 1;
    }
};

template <typename T>
__device__ __forceinline__ Bins binsOf(const T* row, i64 width) {
    __shared__ float shared[32];
    float top = -HEARTH_INFINITY, low = HEARTH_INFINITY;
    readRow<2>(row, width, [&](const auto& x, i64) {
        for (float value : x) {
            top = fmaxf(top, value);
            if (value > -HEARTH_INFINITY) low = fminf(low, value);
        }
    });
    top = blockMax(top, shared);
    low = -blockMax(-low, shared);
    const float range = top - low;
    return {top, range > 0.0f && range < HEARTH_INFINITY ? BINS / range : 0.0f};
}

// One block for each row. All bins up to that of the k-th element are gathered and sorted: in shared memory if they have few
// enough elements, else in `space`, u64[rows, spacePerRow].
template <typename T>
__device__ __forceinline__ void largest(
    const T* logits, i64 width, int k, u64* space, i64 spacePerRow, float* values, int* indices) {
    __shared__ int counts[BINS], prefix[32], last, count, gathered;
    __shared__ u64 near[SORTED];
    constexpr int PER_THREAD = BINS / THREADS;
    const T* row = logits + blockIdx.x * width;
    for (int bin = threadIdx.x; bin < BINS; bin += THREADS) counts[bin] = 0;
    const Bins bins = binsOf(row, width);
    readRow<2>(row, width, [&](const auto& x, i64) {
        for (float value : x) atomicAdd(&counts[bins.of(value)], 1);
    });
    __syncthreads();

    int sum = 0;
    for (int j = 0; j < PER_THREAD; j++) sum += counts[threadIdx.x * PER_THREAD + j];
    int before = blockPrefix(sum, prefix) - sum;
    if (threadIdx.x == 0) gathered = 0;
    for (int j = 0; j < PER_THREAD; j++) {
        const int bin = threadIdx.x * PER_THREAD + j, next = before + counts[bin];
        if (before < k && next >= k) {
            last = bin;
            count = next;
        }
        before = next;
    }
    __syncthreads();

    u64* keys = count <= SORTED ? near : space + blockIdx.x * spacePerRow;
    const int end = last, size = sortable(count);
    readRow<2>(row, width, [&](const auto& x, i64 i) {
        for (int j = 0; j < static_cast<int>(sizeof x / 4); j++)
            if (bins.of(x[j]) <= end) keys[atomicAdd(&gathered, 1)] = keyOf(x[j], i + j);
    });
    for (int i = count + threadIdx.x; i < size; i += THREADS) keys[i] = ~0ull;
    sortRising(keys, size);
    for (int i = threadIdx.x; i < k; i += THREADS) {
        const int at = indexOf(keys[i]);
        values[static_cast<i64>(blockIdx.x) * k + i] = toFloat(row[at]);
        indices[static_cast<i64>(blockIdx.x) * k + i] = at;
    }
}

}  // namespace

#define DEFINE(T, S)                                                                                               \
    extern "C" __global__ void __launch_bounds__(256) row_peaks_##S(                                               \
        const T* logits, i64 width, float* tops, int* ats, float* sums) {                                          \
        peaks<T>(logits, width, tops, ats, sums);                                                                  \
    }                                                                                                              \
    HEARTH_EXPORT(row_peaks_##S)                                                                                   \
    extern "C" __global__ void __launch_bounds__(THREADS) top_k_##S(                                               \
        const T* logits, i64 width, int k, u64* space, i64 spacePerRow, float* values, int* indices) {             \
        largest<T>(logits, width, k, space, spacePerRow, values, indices);                                         \
    }                                                                                                              \
    HEARTH_EXPORT(top_k_##S)
HEARTH_FOR_ACT(DEFINE)
#undef DEFINE

// One warp for each row.
extern "C" __global__ void __launch_bounds__(32) argmax_of_peaks(
    const float* tops, const int* ats, const float* sums, int parts, int* out) {
    const i64 first = static_cast<i64>(blockIdx.x) * parts;
    const Peak peak = peakOfParts(tops + first, ats + first, sums + first, parts);
    if (threadIdx.x == 0) out[blockIdx.x] = peak.index();
}
HEARTH_EXPORT(argmax_of_peaks)
