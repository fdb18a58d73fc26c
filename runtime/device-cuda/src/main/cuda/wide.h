// What kernels that are bound by memory share: elements as floats, as many at a time as one access moves, and loops over
// all elements of a tensor or over a row.
#pragma once

#include "hearth.h"

// Elements of T in sixteen bytes.
template <typename T>
constexpr int WIDTH = Wide<T>::COUNT;

// Two numbers rounded to T in one register, `low` first in memory.
template <typename T>
__device__ __forceinline__ u32 packed(float low, float high);
template <>
__device__ __forceinline__ u32 packed<bf16>(float low, float high) {
    return ptx::packBf16(low, high);
}
template <>
__device__ __forceinline__ u32 packed<f16>(float low, float high) {
    return ptx::packF16(low, high);
}

template <typename T>
__device__ __forceinline__ void unpack(const Wide<T>& from, float (&x)[WIDTH<T>]) {
#pragma unroll
    for (int j = 0; j < WIDTH<T>; j++) x[j] = toFloat(from.at[j]);
}

template <typename T>
__device__ __forceinline__ Wide<T> pack(const float (&x)[WIDTH<T>]) {
    union {
        u32 words[4];
        Wide<T> wide;
    } to;
#pragma unroll
    for (int j = 0; j < 4; j++) {
        if constexpr (sizeof(T) == 4) {
            to.words[j] = __float_as_uint(x[j]);
        } else {
            to.words[j] = packed<T>(x[2 * j], x[2 * j + 1]);
        }
    }
    return to.wide;
}

// N elements from an address that is a multiple of 16, or one from any.
template <typename T, int N>
__device__ __forceinline__ void load(const T* from, float (&x)[N]) {
    if constexpr (N == 1) {
        x[0] = toFloat(*from);
    } else {
        static_assert(N % WIDTH<T> == 0, "whole accesses");
#pragma unroll
        for (int i = 0; i < N; i += WIDTH<T>) unpack(loadWide(from + i), reinterpret_cast<float(&)[WIDTH<T>]>(x[i]));
    }
}

template <typename T, int N>
__device__ __forceinline__ void store(T* to, const float (&x)[N]) {
    if constexpr (N == 1) {
        *to = fromFloat<T>(x[0]);
    } else {
        static_assert(N % WIDTH<T> == 0, "whole accesses");
#pragma unroll
        for (int i = 0; i < N; i += WIDTH<T>)
            storeWide(to + i, pack<T>(reinterpret_cast<const float(&)[WIDTH<T>]>(x[i])));
    }
}

// Calls body.at<N>(i) for chunks of N elements from i on if wide access is allowed, and body.at<1>(i) for what is left. All
// threads of the grid share the work, whatever the grid is.
template <int N, typename Body>
__device__ __forceinline__ void forElements(i64 count, bool wide, const Body& body) {
    const i64 thread = static_cast<i64>(blockIdx.x) * blockDim.x + threadIdx.x;
    const i64 threads = static_cast<i64>(gridDim.x) * blockDim.x;
    const i64 inChunks = wide ? count / N * N : 0;
    for (i64 i = thread * N; i < inChunks; i += threads * N) body.template at<N>(i);
    for (i64 i = inChunks + thread; i < count; i += threads) body.template at<1>(i);
}

// The same within a row, by `lanes` threads of which this is `lane`.
template <int N, typename Body>
__device__ __forceinline__ void forRow(i64 count, bool wide, int lane, int lanes, const Body& body) {
    const i64 inChunks = wide ? count / N * N : 0;
    for (i64 i = static_cast<i64>(lane) * N; i < inChunks; i += static_cast<i64>(lanes) * N) body.template at<N>(i);
    for (i64 i = inChunks + lane; i < count; i += lanes) body.template at<1>(i);
}
