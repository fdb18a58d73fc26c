// y = x W^T + bias for few rows, as in decoding. More rows are a matter for cuBLASLt.
//
// Shapes: x view [T, in] act, in tiles of 8 or 16 rows; weight [out, in] act; bias act [out] or null; y view [T, out], act, or
// f32: then y32 and not y.
//
// Cost: reads out in sizeof(act) bytes of weight once for each tile and x from the caches, 2 T out in FLOPs: bound by memory.
#include "strip.h"

namespace {

// Block (s, t) makes features 16 s to 16 s + 15 of tile t of the rows.
template <typename T, int ROWS>
__device__ __forceinline__ void linear(
    const T* x, i64 xStride, int rows, const T* weight, i64 in, i64 out, const T* bias, T* y, float* y32, i64 yStride) {
    __shared__ float shared[STRIP_WARPS * ROWS * STRIP];
    const int first = blockIdx.y * ROWS, count = rows - first < ROWS ? rows - first : ROWS;
    strip<T, ROWS>(x + first * xStride, xStride, count, weight, in, out, static_cast<i64>(blockIdx.x) * STRIP, shared,
                   [&](int row, i64 feature, float sum) {
                       if (bias) sum += toFloat(bias[feature]);
                       if (y32) {
                           y32[(first + row) * yStride + feature] = sum;
                       } else {
                           y[(first + row) * yStride + feature] = fromFloat<T>(sum);
                       }
                   });
}

}  // namespace

#define DEFINE_ROWS(T, S, ROWS)                                                                                        \
    extern "C" __global__ void __launch_bounds__(STRIP_THREADS, 2) linear_##ROWS##_##S(                                \
        const T* x, i64 xStride, int rows, const T* weight, i64 in, i64 out, const T* bias, T* y, float* y32,          \
        i64 yStride) {                                                                                                 \
        linear<T, ROWS>(x, xStride, rows, weight, in, out, bias, y, y32, yStride);                                     \
    }                                                                                                                  \
    HEARTH_EXPORT(linear_##ROWS##_##S)
DEFINE_ROWS(float, f32, 8)
DEFINE_ROWS(bf16, bf16, 8)
DEFINE_ROWS(f16, f16, 8)
DEFINE_ROWS(bf16, bf16, 16)
DEFINE_ROWS(f16, f16, 16)
#undef DEFINE_ROWS
