// What all kernels share: element types, wide memory access, reductions, and how a kernel is exported.
//
// There is no NVIDIA header in here or in any kernel: the same file is compiled by nvcc and NVRTC for cards, and by g++ with
// the emulator (HEARTH_EMULATOR) for tests on a machine without one. What only a card can do stands in ptx.h.
//
// Every kernel is exported as NAME_f32, NAME_bf16 and NAME_f16, or as NAME if it has no type. Sums, softmax, norms and
// statistics are f32 whatever the type is. There are no floating point atomics: the same inputs give the same bits.
#pragma once

#ifdef HEARTH_EMULATOR
#include "emulator.h"
#else
#define HEARTH_EXPORT(name)
#define HEARTH_DYNAMIC_SHARED(type, name)                              \
    extern __shared__ __align__(128) unsigned char hearthSharedBytes[]; \
    type* name = reinterpret_cast<type*>(hearthSharedBytes)
#endif

typedef long long i64;
typedef unsigned long long u64;
typedef unsigned int u32;

struct __align__(2) bf16 {
    unsigned short bits;
};
struct __align__(2) f16 {
    unsigned short bits;
};

#include "ptx.h"

#define HEARTH_FULL_WARP 0xffffffffu
#define HEARTH_INFINITY __int_as_float(0x7f800000)

// ---- Numbers ----------------------------------------------------------------------------------------------------------

__device__ __forceinline__ float toFloat(float x) { return x; }
__device__ __forceinline__ float toFloat(bf16 x) { return __uint_as_float(static_cast<u32>(x.bits) << 16); }
__device__ __forceinline__ float toFloat(f16 x) { return ptx::floatOfHalf(x.bits); }

// Rounds to nearest, ties to even.
template <typename T>
__device__ __forceinline__ T fromFloat(float x);
template <>
__device__ __forceinline__ float fromFloat<float>(float x) {
    return x;
}
template <>
__device__ __forceinline__ bf16 fromFloat<bf16>(float x) {
    bf16 y;
    y.bits = ptx::bfloatOfFloat(x);
    return y;
}
template <>
__device__ __forceinline__ f16 fromFloat<f16>(float x) {
    f16 y;
    y.bits = ptx::halfOfFloat(x);
    return y;
}

// What x is after being written and read again.
template <typename T>
__device__ __forceinline__ float rounded(float x) {
    return toFloat(fromFloat<T>(x));
}

// ---- Memory -----------------------------------------------------------------------------------------------------------

// Sixteen bytes: as many elements as one access of a thread moves at best. The address must be a multiple of 16.
template <typename T>
struct __align__(16) Wide {
    static constexpr int COUNT = 16 / sizeof(T);
    T at[COUNT];
};

template <typename T>
__device__ __forceinline__ Wide<T> loadWide(const T* from) {
    return *reinterpret_cast<const Wide<T>*>(from);
}

template <typename T>
__device__ __forceinline__ void storeWide(T* to, const Wide<T>& values) {
    *reinterpret_cast<Wide<T>*>(to) = values;
}

// Whether wide access is allowed for rows that begin at a multiple of `stride` elements from `address`.
template <typename T>
__device__ __forceinline__ bool isWide(const T* address, i64 stride) {
    return (reinterpret_cast<u64>(address) | static_cast<u64>(stride * static_cast<i64>(sizeof(T)))) % 16 == 0;
}

// ---- Reductions: every thread of the warp or block gets the result, added up in a fixed order ---------------------------

__device__ __forceinline__ float warpSum(float x) {
#pragma unroll
    for (int offset = 16; offset > 0; offset >>= 1) x += __shfl_xor_sync(HEARTH_FULL_WARP, x, offset);
    return x;
}

__device__ __forceinline__ float warpMax(float x) {
#pragma unroll
    for (int offset = 16; offset > 0; offset >>= 1) x = fmaxf(x, __shfl_xor_sync(HEARTH_FULL_WARP, x, offset));
    return x;
}

// `shared` has room for 32 floats and may be used again by the next reduction. All threads of the block take part; their
// number is a multiple of 32.
__device__ __forceinline__ float blockSum(float x, float* shared) {
    x = warpSum(x);
    __syncthreads();
    if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = x;
    __syncthreads();
    x = threadIdx.x % 32 < blockDim.x / 32 ? shared[threadIdx.x % 32] : 0.0f;
    return warpSum(x);
}

__device__ __forceinline__ float blockMax(float x, float* shared) {
    x = warpMax(x);
    __syncthreads();
    if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = x;
    __syncthreads();
    x = threadIdx.x % 32 < blockDim.x / 32 ? shared[threadIdx.x % 32] : -HEARTH_INFINITY;
    return warpMax(x);
}

// The same in f64, for the last few levels of a long sum; `shared` has room for 32 doubles.
__device__ __forceinline__ double blockSum(double x, double* shared) {
    const auto ofWarp = [](double sum) {
#pragma unroll
        for (int offset = 16; offset > 0; offset >>= 1) sum += __shfl_xor_sync(HEARTH_FULL_WARP, sum, offset);
        return sum;
    };
    x = ofWarp(x);
    __syncthreads();
    if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = x;
    __syncthreads();
    return ofWarp(threadIdx.x % 32 < blockDim.x / 32 ? shared[threadIdx.x % 32] : 0.0);
}

// ---- Export -----------------------------------------------------------------------------------------------------------

// Writes a macro DEFINE(type, suffix) out for every type of activations.
#define HEARTH_FOR_ACT(DEFINE) \
    DEFINE(float, f32)         \
    DEFINE(bf16, bf16)         \
    DEFINE(f16, f16)
