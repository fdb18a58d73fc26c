// Elementwise operations on contiguous tensors of n elements, and copies between types.
//
// x, y, a, b, out [n] of one type; copies go between rank-2 views of n elements in all. Bound by memory: s bytes an element
// of the type, so add moves 3 s n bytes with n FLOPs, axpy 3 s n with 2 n, scale 2 s n with n, fill s n, and a copy the bytes
// of both types. A grid of any size does all of the work.
#include "wide.h"

namespace {

constexpr int THREADS = 256;

template <typename T>
struct Add {
    const T* a;
    const T* b;
    T* out;
    template <int N>
    __device__ __forceinline__ void at(i64 i) const {
        float x[N], y[N];
        load(a + i, x);
        load(b + i, y);
#pragma unroll
        for (int j = 0; j < N; j++) x[j] += y[j];
        store(out + i, x);
    }
};

template <typename T>
struct Axpy {
    float alpha;
    const T* x;
    T* y;
    template <int N>
    __device__ __forceinline__ void at(i64 i) const {
        float a[N], b[N];
        load(x + i, a);
        load(y + i, b);
#pragma unroll
        for (int j = 0; j < N; j++) b[j] += alpha * a[j];
        store(y + i, b);
    }
};

template <typename T>
struct Scale {
    T* x;
    float factor;
    template <int N>
    __device__ __forceinline__ void at(i64 i) const {
        float a[N];
        load(x + i, a);
#pragma unroll
        for (int j = 0; j < N; j++) a[j] *= factor;
        store(x + i, a);
    }
};

template <typename From, typename To>
struct Convert {
    const From* source;
    To* target;
    template <int N>
    __device__ __forceinline__ void at(i64 i) const {
        float x[N];
        load(source + i, x);
        store(target + i, x);
    }
};

// Two bytes at a time: element sizes are 2 or 4, and so are the multiples at which tensors begin.
struct Fill {
    unsigned short* x;
    u32 pattern;
    template <int N>
    __device__ __forceinline__ void at(i64 i) const {
        if constexpr (N == 1) {
            x[i] = static_cast<unsigned short>(i % 2 == 0 ? pattern : pattern >> 16);
        } else {
            *reinterpret_cast<uint4*>(x + i) = make_uint4(pattern, pattern, pattern, pattern);
        }
    }
};

// `lanes` threads a row; strides in elements.
template <typename From, typename To>
__device__ __forceinline__ void convert(
        const From* source, i64 sourceStride, To* target, i64 targetStride, i64 rows, i64 width, int lanes) {
    const int line = threadIdx.x / lanes, lines = blockDim.x / lanes;
    if (line >= lines) return;
    const bool wide = isWide(source, sourceStride) && isWide(target, targetStride);
    for (i64 row = static_cast<i64>(blockIdx.x) * lines + line; row < rows; row += static_cast<i64>(gridDim.x) * lines)
        forRow<8>(width, wide, threadIdx.x % lanes, lanes,
                  Convert<From, To>{source + row * sourceStride, target + row * targetStride});
}

}  // namespace

// pattern: the element, or twice the element if it has two bytes.
extern "C" __global__ void __launch_bounds__(THREADS) fill(void* x, i64 bytes, int pattern) {
    unsigned short* halves = static_cast<unsigned short*>(x);
    forElements<8>(bytes / 2, isWide(halves, 0), Fill{halves, static_cast<u32>(pattern)});
}
HEARTH_EXPORT(fill)

#define DEFINE(T, S)                                                                                                 \
    extern "C" __global__ void __launch_bounds__(THREADS) add_##S(const T* a, const T* b, T* out, i64 count) {       \
        forElements<WIDTH<T>>(count, isWide(a, 0) && isWide(b, 0) && isWide(out, 0), Add<T>{a, b, out});             \
    }                                                                                                                \
    HEARTH_EXPORT(add_##S)                                                                                           \
    extern "C" __global__ void __launch_bounds__(THREADS) axpy_##S(float alpha, const T* x, T* y, i64 count) {       \
        forElements<WIDTH<T>>(count, isWide(x, 0) && isWide(y, 0), Axpy<T>{alpha, x, y});                            \
    }                                                                                                                \
    HEARTH_EXPORT(axpy_##S)                                                                                          \
    extern "C" __global__ void __launch_bounds__(THREADS) scale_##S(T* x, float factor, i64 count) {                 \
        forElements<WIDTH<T>>(count, isWide(x, 0), Scale<T>{x, factor});                                             \
    }                                                                                                                \
    HEARTH_EXPORT(scale_##S)                                                                                         \
    extern "C" __global__ void __launch_bounds__(THREADS) scale_by_##S(T* x, const float* factor, i64 count) {       \
        forElements<WIDTH<T>>(count, isWide(x, 0), Scale<T>{x, *factor});                                            \
    }                                                                                                                \
    HEARTH_EXPORT(scale_by_##S)
HEARTH_FOR_ACT(DEFINE)
#undef DEFINE

#define DEFINE(FROM, FROM_NAME, TO, TO_NAME)                                                                         \
    extern "C" __global__ void __launch_bounds__(THREADS) copy_##FROM_NAME##_##TO_NAME(                              \
            const FROM* source, i64 sourceStride, TO* target, i64 targetStride, i64 rows, i64 width, int lanes) {    \
        convert<FROM, TO>(source, sourceStride, target, targetStride, rows, width, lanes);                           \
    }                                                                                                                \
    HEARTH_EXPORT(copy_##FROM_NAME##_##TO_NAME)
DEFINE(float, f32, bf16, bf16)
DEFINE(float, f32, f16, f16)
DEFINE(bf16, bf16, float, f32)
DEFINE(bf16, bf16, f16, f16)
DEFINE(f16, f16, float, f32)
DEFINE(f16, f16, bf16, bf16)
#undef DEFINE
