// What kernels that pick elements of a row by their order share: keys, prefix sums, sorting, and the largest element by parts.
#pragma once

#include "row.h"

// ---- Keys: a falling order of values, the lower index first among equals, as a rising order of integers ------------------

// Bits that rise as the value falls; 0 and -0 are equal.
__device__ __forceinline__ u32 falling(float x) {
    const u32 bits = __float_as_uint(x + 0.0f);
    return bits & 0x80000000u ? bits : ~bits & 0x7fffffffu;
}

// The value of such bits.
__device__ __forceinline__ float valueOf(u32 falling) {
    return __uint_as_float(falling & 0x80000000u ? falling : ~falling & 0x7fffffffu);
}

__device__ __forceinline__ u64 keyOf(float x, i64 index) {
    return static_cast<u64>(falling(x)) << 32 | static_cast<u64>(index);
}

__device__ __forceinline__ int indexOf(u64 key) { return static_cast<int>(key & 0xffffffffu); }

// ---- Prefix sums and sorting, by all threads of a block -------------------------------------------------------------------

// Sum over this thread and those before it. `shared` has room for 32 numbers and may be used again by the next call.
template <typename V>
__device__ __forceinline__ V blockPrefix(V x, V* shared) {
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const auto ofWarp = [&](V sum) {
#pragma unroll
        for (int delta = 1; delta < 32; delta *= 2) {
            const V before = __shfl_up_sync(HEARTH_FULL_WARP, sum, delta);
            if (lane >= delta) sum += before;
        }
        return sum;
    };
    x = ofWarp(x);
    __syncthreads();
    if (lane == 31) shared[warp] = x;
    __syncthreads();
    const V totals = ofWarp(lane < blockDim.x / 32 ? shared[lane] : 0);
    const V before = __shfl_sync(HEARTH_FULL_WARP, totals, warp == 0 ? 0 : warp - 1);
    return warp == 0 ? x : x + before;
}

// The smallest power of two from 64 on that is not less.
__device__ __forceinline__ int sortable(int count) {
    return count <= 64 ? 64 : 1 << (32 - __clz(count - 1));
}

// Bitonic sort (Batcher 1968) of `count` keys, a power of two from 64 on, in shared or global memory. Keys whose distance is
// at most 32 are compared by the same warp in one step and the next. All threads see the result.
__device__ __forceinline__ void sortRising(u64* keys, int count) {
    __syncthreads();
    for (int size = 2; size <= count; size *= 2) {
        for (int stride = size / 2; stride > 0; stride /= 2) {
            for (int i = threadIdx.x; i < count / 2; i += blockDim.x) {
                const int low = 2 * i - (i & (stride - 1)), high = low + stride;
                const u64 a = keys[low], b = keys[high];
                if ((a > b) == ((low & size) == 0)) {
                    keys[low] = b;
                    keys[high] = a;
                }
            }
            const int next = stride > 1 ? stride / 2 : size;
            if (stride > 32 || next > 32) {
                __syncthreads();
            } else {
                __syncwarp();
            }
        }
    }
    __syncthreads();
}

// ---- The largest element ----------------------------------------------------------------------------------------------

// The first of the largest elements, and the sum of exponentials of all distances from it.
struct Peak {
    float top = -HEARTH_INFINITY;
    int at = 0x7fffffff;
    float sum = 0.0f;

    __device__ __forceinline__ void take(float otherTop, int otherAt, float otherSum) {
        const float next = fmaxf(top, otherTop);
        sum = Online::moved(sum, top, next) + Online::moved(otherSum, otherTop, next);
        if (otherTop > top || (otherTop == top && otherAt < at)) at = otherAt;
        top = next;
    }

    // Index of the largest element: 0 in a row without numbers above minus infinity.
    __device__ __forceinline__ int index() const { return at == 0x7fffffff ? 0 : at; }
};

// That of a warp's threads, for each of them.
__device__ __forceinline__ Peak warpPeak(Peak peak) {
#pragma unroll
    for (int lanes = 16; lanes > 0; lanes >>= 1) {
        const float top = __shfl_xor_sync(HEARTH_FULL_WARP, peak.top, lanes);
        const int at = __shfl_xor_sync(HEARTH_FULL_WARP, peak.at, lanes);
        const float sum = __shfl_xor_sync(HEARTH_FULL_WARP, peak.sum, lanes);
        peak.take(top, at, sum);
    }
    return peak;
}

// The peak of a row from those of its parts, for each thread of a warp.
__device__ __forceinline__ Peak peakOfParts(const float* tops, const int* ats, const float* sums, int parts) {
    Peak peak;
    for (int part = threadIdx.x % 32; part < parts; part += 32) peak.take(tops[part], ats[part], sums[part]);
    return warpPeak(peak);
}
