// Adds a bias to every row of a product, where cuBLASLt's epilogue cannot: an f32 result of 16-bit operands, a bias that is
// not aligned.
//
// y [rows, cols] with rows `stride` elements apart, bias [cols]: y[r][c] += bias[c]. The sum is rounded to y's type.
// Reads and writes y once: 8 bytes per element of an f32 result, 4 of a 16-bit one; 1 FLOP each.
#include "hearth.h"

namespace {

template <typename Y, typename T>
__device__ void addRowBias(Y* y, i64 stride, const T* bias, i64 rows, i64 cols) {
    const i64 column = static_cast<i64>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (column >= cols) return;
    const float add = toFloat(bias[column]);
    for (i64 row = blockIdx.y; row < rows; row += gridDim.y) {
        Y* at = y + row * stride + column;
        *at = fromFloat<Y>(toFloat(*at) + add);
    }
}

}  // namespace

#define DEFINE(T, S)                                                                                    \
    extern "C" __global__ void __launch_bounds__(256)                                                   \
        row_bias_##S(T* y, i64 stride, const T* bias, i64 rows, i64 cols) {                             \
        addRowBias(y, stride, bias, rows, cols);                                                        \
    }                                                                                                   \
    HEARTH_EXPORT(row_bias_##S)                                                                         \
    extern "C" __global__ void __launch_bounds__(256)                                                   \
        row_bias_wide_##S(float* y, i64 stride, const T* bias, i64 rows, i64 cols) {                    \
        addRowBias(y, stride, bias, rows, cols);                                                        \
    }                                                                                                   \
    HEARTH_EXPORT(row_bias_wide_##S)
HEARTH_FOR_ACT(DEFINE)
#undef DEFINE
