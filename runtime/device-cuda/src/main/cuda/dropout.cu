// Dropout with a counter-based generator: element i draws number offset + i of the SplitMix64 sequence of the seed (Steele,
// Lea, Flood 2014), whichever thread makes it. The processor's kernel draws the same numbers, so a seed gives one mask on
// both.
//
// x, y, dy, dx [n] act, mask i8 [n], 1 = kept. dropout and dropoutGrad move 2 s + 1 bytes an element of s bytes; dropout does
// about 22 integer operations an element, with which it is about as fast as memory.
#include "wide.h"

namespace {

constexpr int THREADS = 256;

// Elements of a thread at a time: their masks are one access.
constexpr int CHUNK = 16;

template <int N>
struct Mask;
template <>
struct Mask<1> {
    signed char at[1];
};
template <>
struct __align__(16) Mask<CHUNK> {
    signed char at[CHUNK];
};

__device__ __forceinline__ u64 mix(u64 z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

template <typename T>
struct Dropout {
    const T* x;
    u64 start;
    u32 threshold;
    float factor;
    T* y;
    signed char* mask;
    template <int N>
    __device__ __forceinline__ void at(i64 i) const {
        float a[N];
        Mask<N> kept;
        load(x + i, a);
#pragma unroll
        for (int j = 0; j < N; j++) {
            const u64 z = mix(start + static_cast<u64>(i + j) * 0x9e3779b97f4a7c15ull);
            kept.at[j] = static_cast<u32>(z >> 40) >= threshold;
            a[j] = kept.at[j] ? a[j] * factor : 0.0f;
        }
        store(y + i, a);
        *reinterpret_cast<Mask<N>*>(mask + i) = kept;
    }
};

template <typename T>
struct DropoutGrad {
    const T* dy;
    const signed char* mask;
    float factor;
    T* dx;
    template <int N>
    __device__ __forceinline__ void at(i64 i) const {
        float a[N];
        load(dy + i, a);
        const Mask<N> kept = *reinterpret_cast<const Mask<N>*>(mask + i);
#pragma unroll
        for (int j = 0; j < N; j++) a[j] = kept.at[j] ? a[j] * factor : 0.0f;
        store(dx + i, a);
    }
};

}  // namespace

// start: the generator's state at the first element. An element is kept if its 24 bits are at least `threshold`. factor =
// 1 / (1 - probability). y may be x, dx may be dy.
#define DEFINE(T, S)                                                                                                      \
    extern "C" __global__ void __launch_bounds__(THREADS) dropout_##S(                                                    \
            const T* x, i64 start, int threshold, float factor, T* y, signed char* mask, i64 count) {                     \
        forElements<CHUNK>(                                                                                               \
                count, isWide(x, 0) && isWide(y, 0) && isWide(mask, 0),                                                   \
                Dropout<T>{x, static_cast<u64>(start), static_cast<u32>(threshold), factor, y, mask});                    \
    }                                                                                                                     \
    HEARTH_EXPORT(dropout_##S)                                                                                            \
    extern "C" __global__ void __launch_bounds__(THREADS) dropout_grad_##S(                                               \
            const T* dy, const signed char* mask, float factor, T* dx, i64 count) {                                       \
        forElements<CHUNK>(                                                                                               \
                count, isWide(dy, 0) && isWide(mask, 0) && isWide(dx, 0), DropoutGrad<T>{dy, mask, factor, dx});          \
    }                                                                                                                     \
    HEARTH_EXPORT(dropout_grad_##S)
HEARTH_FOR_ACT(DEFINE)
#undef DEFINE
