// SwiGLU (Shazeer 2020), h = silu(gate) * up with gate and up side by side in one row, and its gradient.
//
// gateUp, dGateUp [T, 2F] act, gate first; h, dh [T, F] act. Bound by memory, s bytes an element of h: swiGlu 3 s T F bytes
// and about 6 FLOPs an element, one exponential and one reciprocal among them; swiGluGrad 5 s T F bytes and about 11 FLOPs.
// Blocks along x are rows, along y they share a row.
#include "wide.h"

namespace {

constexpr int THREADS = 256;

template <typename T>
struct SwiGlu {
    const T* gate;
    const T* up;
    T* h;
    template <int N>
    __device__ __forceinline__ void at(i64 i) const {
        float g[N], u[N];
        load(gate + i, g);
        load(up + i, u);
#pragma unroll
        for (int j = 0; j < N; j++) g[j] = __fdividef(g[j], 1.0f + expf(-g[j])) * u[j];
        store(h + i, g);
    }
};

template <typename T>
struct SwiGluGrad {
    const T* dh;
    const T* gate;
    const T* up;
    T* dGate;
    T* dUp;
    template <int N>
    __device__ __forceinline__ void at(i64 i) const {
        float d[N], g[N], u[N];
        load(dh + i, d);
        load(gate + i, g);
        load(up + i, u);
#pragma unroll
        for (int j = 0; j < N; j++) {
            const float sigmoid = __fdividef(1.0f, 1.0f + expf(-g[j]));
            const float silu = g[j] * sigmoid;
            g[j] = d[j] * u[j] * (sigmoid + silu * (1.0f - sigmoid));
            u[j] = d[j] * silu;
        }
        store(dGate + i, g);
        store(dUp + i, u);
    }
};

__device__ __forceinline__ int laneInRow() { return static_cast<int>(blockIdx.y * blockDim.x + threadIdx.x); }

__device__ __forceinline__ int lanesInRow() { return static_cast<int>(gridDim.y * blockDim.x); }

template <typename T>
__device__ __forceinline__ void swiGlu(const T* gateUp, T* h, i64 rows, i64 width) {
    const bool wide = isWide(gateUp, width) && isWide(h, width);
    for (i64 row = blockIdx.x; row < rows; row += gridDim.x) {
        const T* gate = gateUp + row * 2 * width;
        forRow<WIDTH<T>>(width, wide, laneInRow(), lanesInRow(), SwiGlu<T>{gate, gate + width, h + row * width});
    }
}

template <typename T>
__device__ __forceinline__ void swiGluGrad(const T* dh, const T* gateUp, T* dGateUp, i64 rows, i64 width) {
    const bool wide = isWide(dh, width) && isWide(gateUp, width) && isWide(dGateUp, width);
    for (i64 row = blockIdx.x; row < rows; row += gridDim.x) {
        const T* gate = gateUp + row * 2 * width;
        T* dGate = dGateUp + row * 2 * width;
        forRow<WIDTH<T>>(
                width, wide, laneInRow(), lanesInRow(),
                SwiGluGrad<T>{dh + row * width, gate, gate + width, dGate, dGate + width});
    }
}

}  // namespace

// dGateUp may be gateUp.
#define DEFINE(T, S)                                                                                                   \
    extern "C" __global__ void __launch_bounds__(THREADS) swi_glu_##S(                                                 \
            const T* __restrict__ gateUp, T* __restrict__ h, i64 rows, i64 width) {                                    \
        swiGlu(gateUp, h, rows, width);                                                                                \
    }                                                                                                                  \
    HEARTH_EXPORT(swi_glu_##S)                                                                                         \
    extern "C" __global__ void __launch_bounds__(THREADS) swi_glu_grad_##S(                                            \
            const T* dh, const T* gateUp, T* dGateUp, i64 rows, i64 width) {                                           \
        swiGluGrad(dh, gateUp, dGateUp, rows, width);                                                                  \
    }                                                                                                                  \
    HEARTH_EXPORT(swi_glu_grad_##S)
HEARTH_FOR_ACT(DEFINE)
#undef DEFINE
