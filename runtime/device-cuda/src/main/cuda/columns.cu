// Gradient of a bias, and the second pass of all sums over rows (columns.h).
//
// dy [T, W] act, a view; parts f32 [P, W], at most 128 parts; dBias f32 [W]. Bound by memory: dy is read once, s T W bytes and
// T W FLOPs; the parts are 4 P W bytes, written once and read once.
#include "columns.h"

namespace {

template <typename T>
struct Rows {
    const T* x;
    i64 stride;
    template <int N>
    __device__ __forceinline__ void at(i64 row, i64 column, float (&to)[N]) const {
        load(x + row * stride + column, to);
    }
};

}  // namespace

#define DEFINE(T, S)                                                                                                     \
    extern "C" __global__ void __launch_bounds__(COLUMN_THREADS) bias_grad_parts_##S(                                    \
            const T* __restrict__ dy, i64 stride, float* __restrict__ parts, i64 rows, i64 width, i64 rowsPerPart) {     \
        sumColumns<T>(Rows<T>{dy, stride}, isWide(dy, stride), parts, rows, width, rowsPerPart);                         \
    }                                                                                                                    \
    HEARTH_EXPORT(bias_grad_parts_##S)
HEARTH_FOR_ACT(DEFINE)
#undef DEFINE

// out[c] += sum over parts of parts[part][c], for 32 columns a block.
extern "C" __global__ void __launch_bounds__(COLUMN_THREADS)
        add_parts(const float* __restrict__ parts, float* __restrict__ out, int count, i64 width) {
    __shared__ float shared[COLUMN_LINES][32];
    const int lane = threadIdx.x % 32, line = threadIdx.x / 32;
    const i64 column = static_cast<i64>(blockIdx.x) * 32 + lane;
    float sum = 0.0f;
    if (column < width) {
#pragma unroll 4
        for (int part = line; part < count; part += COLUMN_LINES) sum += parts[part * width + column];
    }
    shared[line][lane] = sum;
    __syncthreads();
    if (line == 0 && column < width) {
        float total = 0.0f;
#pragma unroll
        for (int k = 0; k < COLUMN_LINES; k++) total += shared[k][lane];
        out[column] += total;
    }
}
HEARTH_EXPORT(add_parts)
