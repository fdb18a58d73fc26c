// The paged cache of keys and values, [blocks, block size, Nkv, D]: writing tokens to their slots, copying whole blocks.
//
// Cost: 4 T Nkv D elements moved by writing, 2 block size Nkv D a block by copying; bound by memory. 16 bytes at a time where
// addresses allow, which is always but for odd sizes, else by elements.
#include "hearth.h"

namespace {

// `count` elements by threads `thread`, `thread + threads`, ... of those that copy them.
template <typename T>
__device__ __forceinline__ void move(const T* from, T* to, i64 count, bool wide, i64 thread, i64 threads) {
    if (wide) {
        constexpr int COUNT = Wide<T>::COUNT;
        for (i64 i = thread * COUNT; i < count; i += threads * COUNT) storeWide(to + i, loadWide(from + i));
    } else {
        for (i64 i = thread; i < count; i += threads) to[i] = from[i];
    }
}

// k, v [T, width], slots i32[T]; kCache, vCache [slots, width]. Grid T.
template <typename T>
__device__ __forceinline__ void kvWrite(
    const T* k, const T* v, const int* slots, int width, T* kCache, T* vCache) {
    const bool wide = isWide(k, width) && isWide(v, width) && isWide(kCache, width) && isWide(vCache, width);
    const i64 from = static_cast<i64>(blockIdx.x) * width, to = static_cast<i64>(slots[blockIdx.x]) * width;
    move(k + from, kCache + to, width, wide, threadIdx.x, blockDim.x);
    move(v + from, vCache + to, width, wide, threadIdx.x, blockDim.x);
}

// cache [blocks, width], source and target i32[n]. Grid (n, pieces of a block).
template <typename T>
__device__ __forceinline__ void copyBlocks(T* cache, const int* source, const int* target, i64 width) {
    move(
        cache + source[blockIdx.x] * width, cache + target[blockIdx.x] * width, width, isWide(cache, width),
        blockIdx.y * static_cast<i64>(blockDim.x) + threadIdx.x, gridDim.y * static_cast<i64>(blockDim.x));
}

}  // namespace

#define DEFINE(T, S)                                                                           \
    extern "C" __global__ void __launch_bounds__(128) kv_write_##S(                            \
        const T* k, const T* v, const int* slots, int width, T* kCache, T* vCache) {           \
        kvWrite(k, v, slots, width, kCache, vCache);                                           \
    }                                                                                          \
    HEARTH_EXPORT(kv_write_##S)                                                                \
    extern "C" __global__ void __launch_bounds__(256) copy_blocks_##S(                         \
        T* cache, const int* source, const int* target, i64 width) {                           \
        copyBlocks(cache, source, target, width);                                              \
    }                                                                                          \
    HEARTH_EXPORT(copy_blocks_##S)
HEARTH_FOR_ACT(DEFINE)
#undef DEFINE
