// Root mean square norm (Zhang and Sennrich 2019), with the residual's addition, and its gradient.
//
// x, y, residual, sum, dy, dx, dResidual [T, H] act, gamma [H] act, rstd f32 [T]; dGamma f32 [H] by parts f32 [P, H]. Bound by
// memory, s bytes an element: rmsNorm 2 s T H bytes, addRmsNorm 4 s T H, rmsNormGrad 3 or 4 s T H, and dGamma 2 s T H more; 4
// to 9 FLOPs an element.
//
// One block per row, or one warp if the row is short. A row is read once and held in registers; one that is longer than that,
// or not aligned for wide access, is read again instead.
#include "columns.h"

namespace {

constexpr int THREADS = 1024;

// Sixteen bytes each that a thread holds of a row.
constexpr int HELD = 2;

// The threads that work on one row: a warp, or the block.
struct Team {
    int size;
    int lane;
    float* shared;
    __device__ __forceinline__ float sum(float x) const { return size == 32 ? warpSum(x) : blockSum(x, shared); }
    template <typename T>
    __device__ __forceinline__ bool holds(i64 width) const {
        return width <= static_cast<i64>(HELD) * WIDTH<T> * size;
    }
};

__device__ __forceinline__ i64 rowOf(int perRow) {
    return static_cast<i64>(blockIdx.x) * (blockDim.x / perRow) + threadIdx.x / perRow;
}

template <typename T>
__device__ __forceinline__ T normed(float x, float rstd, float gamma) {
    return fromFloat<T>(rounded<T>(x * rstd) * gamma);
}

// Where a row comes from: x itself, or residual + x, which is then stored.
template <typename T>
struct Input {
    const T* x;
    const T* residual;
    T* sum;
    __device__ __forceinline__ Wide<T> wide(i64 i) const {
        Wide<T> values = loadWide(x + i);
        if (residual) {
            float a[WIDTH<T>], b[WIDTH<T>];
            unpack(values, a);
            load(residual + i, b);
#pragma unroll
            for (int j = 0; j < WIDTH<T>; j++) a[j] += b[j];
            values = pack<T>(a);
            storeWide(sum + i, values);
        }
        return values;
    }
    __device__ __forceinline__ float first(i64 i) const {
        if (!residual) return toFloat(x[i]);
        sum[i] = fromFloat<T>(toFloat(x[i]) + toFloat(residual[i]));
        return toFloat(sum[i]);
    }
    __device__ __forceinline__ float again(i64 i) const { return toFloat(residual ? sum[i] : x[i]); }
};

__device__ __forceinline__ float rstdOf(float squares, i64 width, float eps) {
    return 1.0f / sqrtf(squares / static_cast<float>(width) + eps);
}

template <typename T>
__device__ __forceinline__ float normHeldRow(
        const Team& team, const Input<T>& input, const T* gamma, float eps, T* y, i64 width) {
    Wide<T> held[HELD];
    float squares = 0.0f;
#pragma unroll
    for (int k = 0; k < HELD; k++) {
        const i64 i = (static_cast<i64>(k) * team.size + team.lane) * WIDTH<T>;
        if (i < width) {
            held[k] = input.wide(i);
#pragma unroll
            for (int j = 0; j < WIDTH<T>; j++) squares += toFloat(held[k].at[j]) * toFloat(held[k].at[j]);
        }
    }
    const float rstd = rstdOf(team.sum(squares), width, eps);
#pragma unroll
    for (int k = 0; k < HELD; k++) {
        const i64 i = (static_cast<i64>(k) * team.size + team.lane) * WIDTH<T>;
        if (i < width) {
            float a[WIDTH<T>], g[WIDTH<T>];
            unpack(held[k], a);
            load(gamma + i, g);
#pragma unroll
            for (int j = 0; j < WIDTH<T>; j++) a[j] = rounded<T>(a[j] * rstd) * g[j];
            store(y + i, a);
        }
    }
    return rstd;
}

template <typename T>
__device__ __forceinline__ float normRow(
        const Team& team, const Input<T>& input, const T* gamma, float eps, T* y, i64 width) {
    float squares = 0.0f;
    for (i64 i = team.lane; i < width; i += team.size) {
        const float a = input.first(i);
        squares += a * a;
    }
    const float rstd = rstdOf(team.sum(squares), width, eps);
    for (i64 i = team.lane; i < width; i += team.size) y[i] = normed<T>(input.again(i), rstd, toFloat(gamma[i]));
    return rstd;
}

template <typename T>
__device__ __forceinline__ void norm(
        const T* residual, const T* x, const T* gamma, float eps, T* sum, T* y, float* rstd, i64 rows, i64 width,
        int perRow) {
    __shared__ float shared[32];
    const Team team{perRow, static_cast<int>(threadIdx.x % perRow), shared};
    const i64 row = rowOf(perRow);
    if (row >= rows) return;
    const i64 at = row * width;
    const Input<T> input{x + at, residual ? residual + at : nullptr, residual ? sum + at : nullptr};
    const bool wide = isWide(x, width) && isWide(gamma, 0) && isWide(y, 0) && isWide(residual, 0) && isWide(sum, 0);
    const float r = wide && team.holds<T>(width) ? normHeldRow(team, input, gamma, eps, y + at, width)
                                                 : normRow(team, input, gamma, eps, y + at, width);
    if (team.lane == 0) rstd[row] = r;
}

// ---- Gradient ---------------------------------------------------------------------------------------------------------

template <typename T>
struct GradRow {
    const T* dy;
    const T* x;
    const T* gamma;
    const T* dResidual;
    T* dx;
    float rstd;
    // What x is multiplied by: rstd^2 times the mean of g x, from the sum of g x.
    __device__ __forceinline__ float pull(float sum, i64 width) const {
        return rstd * rstd * (sum / static_cast<float>(width));
    }
};

template <typename T>
__device__ __forceinline__ void gradHeldRow(const Team& team, const GradRow<T>& row, i64 width) {
    Wide<T> heldDy[HELD], heldX[HELD];
    float sum = 0.0f;
#pragma unroll
    for (int k = 0; k < HELD; k++) {
        const i64 i = (static_cast<i64>(k) * team.size + team.lane) * WIDTH<T>;
        if (i < width) {
            heldDy[k] = loadWide(row.dy + i);
            heldX[k] = loadWide(row.x + i);
            float g[WIDTH<T>];
            load(row.gamma + i, g);
#pragma unroll
            for (int j = 0; j < WIDTH<T>; j++) sum += toFloat(heldDy[k].at[j]) * g[j] * toFloat(heldX[k].at[j]);
        }
    }
    const float pull = row.pull(team.sum(sum), width);
#pragma unroll
    for (int k = 0; k < HELD; k++) {
        const i64 i = (static_cast<i64>(k) * team.size + team.lane) * WIDTH<T>;
        if (i < width) {
            float g[WIDTH<T>], d[WIDTH<T>];
            load(row.gamma + i, g);
#pragma unroll
            for (int j = 0; j < WIDTH<T>; j++)
                d[j] = (toFloat(heldDy[k].at[j]) * g[j] - toFloat(heldX[k].at[j]) * pull) * row.rstd;
            if (row.dResidual) {
                load(row.dResidual + i, g);
#pragma unroll
                for (int j = 0; j < WIDTH<T>; j++) d[j] += g[j];
            }
            store(row.dx + i, d);
        }
    }
}

template <typename T>
__device__ __forceinline__ void gradRow(const Team& team, const GradRow<T>& row, i64 width) {
    float sum = 0.0f;
    for (i64 i = team.lane; i < width; i += team.size) sum += toFloat(row.dy[i]) * toFloat(row.gamma[i]) * toFloat(row.x[i]);
    const float pull = row.pull(team.sum(sum), width);
    for (i64 i = team.lane; i < width; i += team.size) {
        float d = (toFloat(row.dy[i]) * toFloat(row.gamma[i]) - toFloat(row.x[i]) * pull) * row.rstd;
        if (row.dResidual) d += toFloat(row.dResidual[i]);
        row.dx[i] = fromFloat<T>(d);
    }
}

template <typename T>
__device__ __forceinline__ void normGrad(
        const T* dy, const T* x, const float* rstd, const T* gamma, const T* dResidual, T* dx, i64 rows, i64 width,
        int perRow) {
    __shared__ float shared[32];
    const Team team{perRow, static_cast<int>(threadIdx.x % perRow), shared};
    const i64 row = rowOf(perRow);
    if (row >= rows) return;
    const i64 at = row * width;
    const GradRow<T> grad{dy + at, x + at, gamma, dResidual ? dResidual + at : nullptr, dx + at, rstd[row]};
    const bool wide = isWide(x, width) && isWide(dy, 0) && isWide(gamma, 0) && isWide(dResidual, 0) && isWide(dx, 0);
    if (wide && team.holds<T>(width)) {
        gradHeldRow(team, grad, width);
    } else {
        gradRow(team, grad, width);
    }
}

// dy x rstd, whose sums over rows are the gradient of gamma.
template <typename T>
struct GammaTerms {
    const T* dy;
    const T* x;
    const float* rstd;
    i64 width;
    template <int N>
    __device__ __forceinline__ void at(i64 row, i64 column, float (&to)[N]) const {
        float d[N];
        load(dy + row * width + column, d);
        load(x + row * width + column, to);
        const float r = rstd[row];
#pragma unroll
        for (int j = 0; j < N; j++) to[j] = d[j] * (to[j] * r);
    }
};

}  // namespace

// perRow: threads of a row, 32 or the whole block. sum may be residual; dResidual may be null, or dx.
#define DEFINE(T, S)                                                                                                     \
    extern "C" __global__ void __launch_bounds__(THREADS) rms_norm_##S(                                                  \
            const T* x, const T* gamma, float eps, T* y, float* rstd, i64 rows, i64 width, int perRow) {                 \
        norm<T>(nullptr, x, gamma, eps, nullptr, y, rstd, rows, width, perRow);                                          \
    }                                                                                                                    \
    HEARTH_EXPORT(rms_norm_##S)                                                                                          \
    extern "C" __global__ void __launch_bounds__(THREADS) add_rms_norm_##S(                                              \
            const T* residual, const T* x, const T* gamma, float eps, T* sum, T* y, float* rstd, i64 rows, i64 width,    \
            int perRow) {                                                                                                \
        norm<T>(residual, x, gamma, eps, sum, y, rstd, rows, width, perRow);                                             \
    }                                                                                                                    \
    HEARTH_EXPORT(add_rms_norm_##S)                                                                                      \
    extern "C" __global__ void __launch_bounds__(THREADS) rms_norm_grad_##S(                                             \
            const T* dy, const T* x, const float* rstd, const T* gamma, const T* dResidual, T* dx, i64 rows, i64 width,  \
            int perRow) {                                                                                                \
        normGrad<T>(dy, x, rstd, gamma, dResidual, dx, rows, width, perRow);                                             \
    }                                                                                                                    \
    HEARTH_EXPORT(rms_norm_grad_##S)                                                                                     \
    extern "C" __global__ void __launch_bounds__(COLUMN_THREADS) rms_norm_gamma_parts_##S(                               \
            const T* __restrict__ dy, const T* __restrict__ x, const float* __restrict__ rstd,                           \
            float* __restrict__ parts, i64 rows, i64 width, i64 rowsPerPart) {                                           \
        sumColumns<T>(                                                                                                   \
                GammaTerms<T>{dy, x, rstd, width}, isWide(dy, width) && isWide(x, width), parts, rows, width,            \
                rowsPerPart);                                                                                            \
    }                                                                                                                    \
    HEARTH_EXPORT(rms_norm_gamma_parts_##S)
HEARTH_FOR_ACT(DEFINE)
#undef DEFINE
