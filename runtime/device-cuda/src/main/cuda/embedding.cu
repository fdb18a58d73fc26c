// Gradient of the embedding. The embedding itself is copy_rows of rows.cu.
//
// dx [T, H] act, dTable f32 [V, H]; order i32[T]: positions sorted by id; starts i32[U+1], ids i32[U]: where each distinct id
// begins in it. Bound by memory: s T H bytes of dx, 8 U H bytes of dTable, T H FLOPs. A block adds up a stretch of one row of
// the table, its positions in ascending order, so no two blocks add to the same number.
#include "wide.h"

namespace {

constexpr int THREADS = 128;

template <typename T>
struct Segment {
    const T* dx;
    const int* order;
    int from;
    int to;
    i64 width;
    float* target;
    template <int N>
    __device__ __forceinline__ void at(i64 i) const {
        float sum[N];
        load(target + i, sum);
#pragma unroll 8
        for (int k = from; k < to; k++) {
            float x[N];
            load(dx + order[k] * width + i, x);
#pragma unroll
            for (int j = 0; j < N; j++) sum[j] += x[j];
        }
        store(target + i, sum);
    }
};

}  // namespace

// Blocks along x are distinct ids, along y they share a row.
#define DEFINE(T, S)                                                                                                   \
    extern "C" __global__ void __launch_bounds__(THREADS) embedding_grad_##S(                                          \
            const T* __restrict__ dx, const int* __restrict__ order, const int* __restrict__ starts,                   \
            const int* __restrict__ ids, float* __restrict__ dTable, int distinct, i64 width) {                        \
        const bool wide = isWide(dx, width) && isWide(dTable, width);                                                  \
        for (int u = blockIdx.x; u < distinct; u += gridDim.x)                                                         \
            forRow<WIDTH<T>>(                                                                                          \
                    width, wide, blockIdx.y * blockDim.x + threadIdx.x, gridDim.y * blockDim.x,                        \
                    Segment<T>{dx, order, starts[u], starts[u + 1], width, dTable + ids[u] * width});                  \
    }                                                                                                                  \
    HEARTH_EXPORT(embedding_grad_##S)
HEARTH_FOR_ACT(DEFINE)
#undef DEFINE
