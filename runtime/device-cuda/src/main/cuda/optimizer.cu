// The optimiser's step on flat f32 arenas: squared norm, clipping, AdamW (Loshchilov and Hutter 2019).
//
// Shapes: x, p, m, v, g f32[n]; copy act[n]; out, scale, coefficient f32[1]; parts f64[P].
//
// Cost: the squared norm reads 4 n bytes, 2 FLOPs an element. AdamW reads 16 n and writes 12 n bytes, and the size of the
// copy; about 12 FLOPs, a square root and a division an element. Both are bound by memory.
#include "wide.h"

namespace {

// ---- Squared norm: a part for each block, in f32 over 16 elements of a thread and in f64 above ----------------------------

constexpr int AT_ONCE = 4;

__device__ __forceinline__ double squaresOf(const float* x, i64 count) {
    double total = 0;
    const i64 chunks = isWide(x, 0) ? count / 4 : 0, step = blockDim.x;
    i64 i = threadIdx.x;
    for (; i + (AT_ONCE - 1) * step < chunks; i += AT_ONCE * step) {
        Wide<float> read[AT_ONCE];
#pragma unroll
        for (int j = 0; j < AT_ONCE; j++) read[j] = loadWide(x + (i + j * step) * 4);
        float sum = 0;
#pragma unroll
        for (int j = 0; j < AT_ONCE * 4; j++) sum += read[j / 4].at[j % 4] * read[j / 4].at[j % 4];
        total += sum;
    }
    for (; i < chunks; i += step) {
        const Wide<float> read = loadWide(x + i * 4);
        float sum = 0;
#pragma unroll
        for (int j = 0; j < 4; j++) sum += read.at[j] * read.at[j];
        total += sum;
    }
    for (i = chunks * 4 + threadIdx.x; i < count; i += step) total += x[i] * x[i];
    return total;
}

// ---- AdamW ------------------------------------------------------------------------------------------------------------

// `rest` is 1 - beta, `keep` 1 - rate * decay, `stepSize` rate / (1 - beta1^t), `root` 1 / sqrt(1 - beta2^t).
template <typename T>
struct Adam {
    float *p, *m, *v;
    const float* g;
    T* copy;
    float scale, stepSize, root, keep, beta1, rest1, beta2, rest2, eps;

    template <int N>
    __device__ __forceinline__ void at(i64 i) const {
        float parameter[N], first[N], second[N], gradient[N];
        load(p + i, parameter);
        load(m + i, first);
        load(v + i, second);
        load(g + i, gradient);
#pragma unroll
        for (int j = 0; j < N; j++) {
            const float scaled = gradient[j] * scale;
            first[j] = first[j] * beta1 + scaled * rest1;
            second[j] = second[j] * beta2 + scaled * scaled * rest2;
            parameter[j] = parameter[j] * keep - first[j] * stepSize / (sqrtf(second[j]) * root + eps);
        }
        store(p + i, parameter);
        store(m + i, first);
        store(v + i, second);
        if (copy) storeCopy(i, parameter);
    }

    // The copy's elements may be of half the size, then they are half of an access.
    template <int N>
    __device__ __forceinline__ void storeCopy(i64 i, const float (&x)[N]) const {
        if constexpr (N == 1 || sizeof(T) == 4) {
            store(copy + i, x);
        } else {
            static_assert(N == 4, "one access of f32");
            *reinterpret_cast<uint2*>(copy + i) = make_uint2(packed<T>(x[0], x[1]), packed<T>(x[2], x[3]));
        }
    }
};

}  // namespace

// Block p makes the sum of elements p * size and following.
extern "C" __global__ void __launch_bounds__(256) squared_norm_parts(const float* x, i64 count, i64 size, double* parts) {
    __shared__ double shared[32];
    const i64 from = blockIdx.x * size;
    const double total = blockSum(squaresOf(x + from, count - from < size ? count - from : size), shared);
    if (threadIdx.x == 0) parts[blockIdx.x] = total;
}
HEARTH_EXPORT(squared_norm_parts)

// One block.
extern "C" __global__ void __launch_bounds__(256) squared_norm_sum(const double* parts, int count, float* out) {
    __shared__ double shared[32];
    double total = 0;
    for (int i = threadIdx.x; i < count; i += blockDim.x) total += parts[i];
    total = blockSum(total, shared);
    if (threadIdx.x == 0) *out += static_cast<float>(total);
}
HEARTH_EXPORT(squared_norm_sum)

// One thread. A norm that is not a number gives a coefficient that is none.
extern "C" __global__ void __launch_bounds__(32) clip_coefficient(const float* squaredNorm, float maxNorm, float* coefficient) {
    if (threadIdx.x != 0) return;
    const float ratio = maxNorm / (sqrtf(*squaredNorm) + 1e-6f);
    *coefficient = ratio > 1.0f ? 1.0f : ratio;
}
HEARTH_EXPORT(clip_coefficient)

#define DEFINE(T, S)                                                                                                   \
    extern "C" __global__ void __launch_bounds__(256) adam_w_##S(                                                      \
        float* p, float* m, float* v, const float* g, const float* scale, float stepSize, float root, float keep,      \
        float beta1, float rest1, float beta2, float rest2, float eps, T* copy, i64 count) {                           \
        const bool wide = isWide(p, 0) && isWide(m, 0) && isWide(v, 0) && isWide(g, 0) && isWide(copy, 0);             \
        forElements<4>(count, wide,                                                                                    \
                       Adam<T>{p, m, v, g, copy, *scale, stepSize, root, keep, beta1, rest1, beta2, rest2, eps});      \
    }                                                                                                                  \
    HEARTH_EXPORT(adam_w_##S)
HEARTH_FOR_ACT(DEFINE)
#undef DEFINE
