// The built-in variables and functions of CUDA C++ that kernels use.
#pragma once

#define threadIdx (::emulator::self->threadIndex)
#define blockIdx (::emulator::self->block->blockIndex)
#define blockDim (::emulator::self->block->blockSize)
#define gridDim (::emulator::self->block->gridSize)

// ---- Waiting for each other ---------------------------------------------------------------------------------------------

#define __syncthreads() ((void)::emulator::barrier(::emulator::Vote::NONE, 0, "__syncthreads", HEARTH_HERE))
#define __syncthreads_count(p) ::emulator::barrier(::emulator::Vote::COUNT, (p) != 0, "__syncthreads_count", HEARTH_HERE)
#define __syncthreads_and(p) ::emulator::barrier(::emulator::Vote::AND, (p) != 0, "__syncthreads_and", HEARTH_HERE)
#define __syncthreads_or(p) ::emulator::barrier(::emulator::Vote::OR, (p) != 0, "__syncthreads_or", HEARTH_HERE)

// The mask or the width may be left out.
inline unsigned hearthMask(unsigned mask = 0xffffffffu) { return mask; }
inline int hearthWidth(int width = 32) { return width; }
#define __syncwarp(...) ::emulator::syncWarp(hearthMask(__VA_ARGS__), HEARTH_HERE)
#define __shfl_sync(mask, value, source, ...)                                                                  \
    ::emulator::shuffle(mask, value, ::emulator::laneAbsolute(source, hearthWidth(__VA_ARGS__)), "__shfl_sync", \
                        HEARTH_HERE)
#define __shfl_xor_sync(mask, value, lanes, ...)                                                              \
    ::emulator::shuffle(mask, value, ::emulator::laneXor(lanes, hearthWidth(__VA_ARGS__)), "__shfl_xor_sync", \
                        HEARTH_HERE)
#define __shfl_up_sync(mask, value, delta, ...)                                                             \
    ::emulator::shuffle(mask, value, ::emulator::laneUp(delta, hearthWidth(__VA_ARGS__)), "__shfl_up_sync", \
                        HEARTH_HERE)
#define __shfl_down_sync(mask, value, delta, ...)                                                               \
    ::emulator::shuffle(mask, value, ::emulator::laneDown(delta, hearthWidth(__VA_ARGS__)), "__shfl_down_sync", \
                        HEARTH_HERE)
#define __ballot_sync(mask, predicate) ::emulator::ballot(mask, (predicate) != 0, "__ballot_sync", HEARTH_HERE)
#define __any_sync(mask, predicate) (::emulator::ballot(mask, (predicate) != 0, "__any_sync", HEARTH_HERE) != 0)
#define __all_sync(mask, predicate) \
    (::emulator::ballot(mask, !(predicate), "__all_sync", HEARTH_HERE) == 0)

inline void __threadfence_block() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
inline void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
#define __trap() ::emulator::fail(HEARTH_HERE, "__trap")

// ---- Atomics: integers only, for sums of floats would depend on the order -----------------------------------------------

template <typename T>
using IfAtomic = std::enable_if_t<
    std::is_same_v<T, int> || std::is_same_v<T, unsigned> || std::is_same_v<T, unsigned long long>, T>;

// Stores change(old) and returns old.
template <typename T, typename Change>
inline T hearthAtomic(T* address, Change change) {
    T old = __atomic_load_n(address, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(address, &old, change(old), false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
    }
    return old;
}

template <typename T>
inline IfAtomic<T> atomicAdd(T* address, std::common_type_t<T> value) {
    return __atomic_fetch_add(address, value, __ATOMIC_SEQ_CST);
}
template <typename T>
inline IfAtomic<T> atomicSub(T* address, std::common_type_t<T> value) {
    return __atomic_fetch_sub(address, value, __ATOMIC_SEQ_CST);
}
template <typename T>
inline IfAtomic<T> atomicExch(T* address, std::common_type_t<T> value) {
    return __atomic_exchange_n(address, value, __ATOMIC_SEQ_CST);
}
template <typename T>
inline IfAtomic<T> atomicMax(T* address, std::common_type_t<T> value) {
    return hearthAtomic(address, [=](T old) { return std::max(old, value); });
}
template <typename T>
inline IfAtomic<T> atomicMin(T* address, std::common_type_t<T> value) {
    return hearthAtomic(address, [=](T old) { return std::min(old, value); });
}
template <typename T>
inline IfAtomic<T> atomicAnd(T* address, std::common_type_t<T> value) {
    return __atomic_fetch_and(address, value, __ATOMIC_SEQ_CST);
}
template <typename T>
inline IfAtomic<T> atomicOr(T* address, std::common_type_t<T> value) {
    return __atomic_fetch_or(address, value, __ATOMIC_SEQ_CST);
}
template <typename T>
inline IfAtomic<T> atomicCAS(T* address, std::common_type_t<T> expected, std::common_type_t<T> value) {
    T old = expected;
    __atomic_compare_exchange_n(address, &old, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return old;
}
inline unsigned atomicInc(unsigned* address, unsigned limit) {
    return hearthAtomic(address, [=](unsigned old) { return old >= limit ? 0u : old + 1; });
}

// ---- Bits ---------------------------------------------------------------------------------------------------------------

template <typename To, typename From>
inline To hearthBits(From from) {
    static_assert(sizeof(To) == sizeof(From), "");
    To to;
    std::memcpy(&to, &from, sizeof to);
    return to;
}
inline float __uint_as_float(unsigned x) { return hearthBits<float>(x); }
inline float __int_as_float(int x) { return hearthBits<float>(x); }
inline unsigned __float_as_uint(float x) { return hearthBits<unsigned>(x); }
inline int __float_as_int(float x) { return hearthBits<int>(x); }

inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __ffsll(long long x) { return __builtin_ffsll(x); }
inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz(static_cast<unsigned>(x)); }
inline int __clzll(long long x) { return x == 0 ? 64 : __builtin_clzll(static_cast<unsigned long long>(x)); }
inline unsigned __brev(unsigned x) {
    unsigned y = 0;
    for (int i = 0; i < 32; i++) y |= (x >> i & 1u) << (31 - i);
    return y;
}
inline unsigned __umulhi(unsigned a, unsigned b) {
    return static_cast<unsigned>(static_cast<unsigned long long>(a) * b >> 32);
}
inline int __mulhi(int a, int b) { return static_cast<int>(static_cast<long long>(a) * b >> 32); }
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    return static_cast<unsigned long long>(static_cast<unsigned __int128>(a) * b >> 64);
}

// ---- Numbers ------------------------------------------------------------------------------------------------------------

using std::isfinite;
using std::isinf;
using std::isnan;
using std::max;
using std::min;

inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }
inline float exp10f(float x) { return std::pow(10.0f, x); }
inline float __expf(float x) { return expf(x); }
inline float __logf(float x) { return logf(x); }
inline float __log2f(float x) { return log2f(x); }
inline float __powf(float x, float y) { return powf(x, y); }
inline float __sinf(float x) { return sinf(x); }
inline float __cosf(float x) { return cosf(x); }
inline float __fdividef(float a, float b) { return a / b; }
inline float __frcp_rn(float x) { return 1.0f / x; }
inline float __fsqrt_rn(float x) { return sqrtf(x); }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __frsqrt_rn(float x) { return static_cast<float>(1.0 / std::sqrt(static_cast<double>(x))); }
inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
inline int __float2int_rn(float x) { return static_cast<int>(nearbyintf(x)); }
inline int __float2int_rd(float x) { return static_cast<int>(floorf(x)); }
inline int __float2int_rz(float x) { return static_cast<int>(x); }
inline float __int2float_rn(int x) { return static_cast<float>(x); }
inline float __uint2float_rn(unsigned x) { return static_cast<float>(x); }
inline float __saturatef(float x) { return x > 0.0f ? std::min(x, 1.0f) : 0.0f; }

// Products and sums that the compiler may not fuse: it does not look into these.
__attribute__((noinline, unused)) static float __fmul_rn(float a, float b) { return a * b; }
__attribute__((noinline, unused)) static float __fadd_rn(float a, float b) { return a + b; }
__attribute__((noinline, unused)) static float __fsub_rn(float a, float b) { return a - b; }

template <typename T>
inline T __ldg(const T* address) {
    return *address;
}
