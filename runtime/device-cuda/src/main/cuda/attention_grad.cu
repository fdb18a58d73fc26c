// What the passes of attention's gradient need before and after them: sums of rows, and the sum of partial results.
//
// The gradient is made in passes that own what they write, so that nothing is added by two blocks: over queries
// (attention_grad_queries.cu) and over keys (attention_grad_keys.cu), 14 D operations a visible pair of query and key, where
// 10 would do with atomic sums. Other head sizes and f32: attention_grad_any.cu.
#include "attention.h"

namespace {

// delta [Nkv, T, G] = sum over D of d_out * out, both [T, Nq, D]. 4 T Nq D bytes for two-byte types, so bound by memory. Each
// warp makes rows `gridDim.x * 4` apart; 128 threads.
template <typename T>
__device__ __forceinline__ void rowProducts(
    const T* dOut, const T* out, i64 tokens, int heads, int keyHeads, int size, float* delta) {
    const int lane = threadIdx.x % 32, group = heads / keyHeads;
    const i64 rows = tokens * heads;
    const bool wide = isWide(dOut, size) && isWide(out, size);
    for (i64 row = blockIdx.x * 4LL + threadIdx.x / 32; row < rows; row += gridDim.x * 4LL) {
        const T *a = dOut + row * size, *b = out + row * size;
        float sum = 0.0f;
        if (wide) {
            constexpr int COUNT = Wide<T>::COUNT;
            for (int c = lane * COUNT; c < size; c += 32 * COUNT) {
                const Wide<T> x = loadWide(a + c), y = loadWide(b + c);
#pragma unroll
                for (int i = 0; i < COUNT; i++) sum = fmaf(toFloat(x.at[i]), toFloat(y.at[i]), sum);
            }
        } else {
            for (int c = lane; c < size; c += 32) sum = fmaf(toFloat(a[c]), toFloat(b[c]), sum);
        }
        sum = warpSum(sum);
        const i64 token = row / heads;
        const int head = static_cast<int>(row - token * heads);
        if (lane == 0) delta[(head / group * tokens + token) * group + head % group] = sum;
    }
}

// dk, dv [n] = sums over the parts of partial [parts, 2, n], in order. One thread an element of each.
template <typename T>
__device__ __forceinline__ void addParts(const float* partial, int parts, i64 n, T* dk, T* dv) {
    for (i64 i = blockIdx.x * static_cast<i64>(blockDim.x) + threadIdx.x; i < n; i += gridDim.x * static_cast<i64>(blockDim.x)) {
        float k = 0.0f, v = 0.0f;
        for (int part = 0; part < parts; part++) {
            k += partial[2 * part * n + i];
            v += partial[(2 * part + 1) * n + i];
        }
        dk[i] = fromFloat<T>(k);
        dv[i] = fromFloat<T>(v);
    }
}

}  // namespace

#define DEFINE(T, S)                                                                                           \
    extern "C" __global__ void __launch_bounds__(128) attention_grad_delta_##S(                                \
        const T* dOut, const T* out, i64 tokens, int heads, int keyHeads, int size, float* delta) {            \
        rowProducts(dOut, out, tokens, heads, keyHeads, size, delta);                                          \
    }                                                                                                          \
    HEARTH_EXPORT(attention_grad_delta_##S)                                                                    \
    extern "C" __global__ void __launch_bounds__(256) attention_grad_sum_##S(                                  \
        const float* partial, int parts, i64 n, T* dk, T* dv) {                                                \
        addParts(partial, parts, n, dk, dv);                                                                   \
    }                                                                                                          \
    HEARTH_EXPORT(attention_grad_sum_##S)
HEARTH_FOR_ACT(DEFINE)
#undef DEFINE
