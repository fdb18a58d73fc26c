// The fused projection's way to attention: split into q, k and v, norm per head where the model has it, rotation by halves;
// and back.
//
// qkv, dqkv [T, (Nq + 2 Nkv) D], cos and sin [T, D], q, dq [T, Nq, D], k, v, dk, dv [T, Nkv, D], gammas [D], all act; rstd f32
// [T, heads]; dGammas f32 [D] by parts f32 [P, D]. Bound by memory: 2 s bytes an element of qkv forward, as much backward, 3 s
// with norms; 3 FLOPs an element, about 8 with norms.
//
// A block works on one token. `lanes` threads, a power of two, work on one head: each takes a chunk of its first half and the
// chunk of the second half that is turned with it.
#include "columns.h"

namespace {

constexpr int THREADS = 256;

template <typename T>
struct Angles {
    const T* cosine;
    const T* sine;
};

// x cos + concat(-x2, x1) sin, of which `a` and `b` are a chunk and its partner half a head behind.
template <int N, typename T>
__device__ __forceinline__ void rotate(float (&a)[N], float (&b)[N], const Angles<T>& angles, int i, int half) {
    float cosA[N], sinA[N], cosB[N], sinB[N];
    load(angles.cosine + i, cosA);
    load(angles.sine + i, sinA);
    load(angles.cosine + half + i, cosB);
    load(angles.sine + half + i, sinB);
#pragma unroll
    for (int j = 0; j < N; j++) {
        const float x = a[j];
        a[j] = x * cosA[j] - b[j] * sinA[j];
        b[j] = b[j] * cosB[j] + x * sinB[j];
    }
}

// The transpose of rotate.
template <int N, typename T>
__device__ __forceinline__ void rotateBack(float (&a)[N], float (&b)[N], const Angles<T>& angles, int i, int half) {
    float cosA[N], sinA[N], cosB[N], sinB[N];
    load(angles.cosine + i, cosA);
    load(angles.sine + i, sinA);
    load(angles.cosine + half + i, cosB);
    load(angles.sine + half + i, sinB);
#pragma unroll
    for (int j = 0; j < N; j++) {
        const float d = a[j];
        a[j] = d * cosA[j] + b[j] * sinB[j];
        b[j] = b[j] * cosB[j] - d * sinA[j];
    }
}

// Sum over the lanes of a head; all lanes of the warp take part.
__device__ __forceinline__ float headSum(float x, int lanes) {
    for (int offset = lanes / 2; offset > 0; offset /= 2) x += __shfl_xor_sync(HEARTH_FULL_WARP, x, offset);
    return x;
}

// What a block's threads work on: heads one after another, all threads together so that whole warps meet in headSum.
struct Heads {
    int lanes;
    int lane;
    int first;
    int step;
    int count;
    int all;
    __device__ __forceinline__ Heads(int queries, int keys, int lanes)
        : lanes(lanes),
          lane(threadIdx.x % lanes),
          first(threadIdx.x / lanes),
          step(blockDim.x / lanes),
          count(queries + 2 * keys),
          all((queries + 2 * keys + step - 1) / step * step) {}
};

// One head of q, k or v as it lies in the fused row and by itself.
template <typename T>
struct Head {
    T* own;
    const T* gamma;
    float* rstd;
    bool turned;
};

template <typename T>
__device__ __forceinline__ Head<T> headOf(
        int head, int queries, int keys, i64 token, int size, T* q, T* k, T* v, const T* qGamma, const T* kGamma,
        float* qRstd, float* kRstd) {
    if (head < queries) {
        const i64 at = token * queries + head;
        return {q + at * size, qGamma, qRstd + at, true};
    }
    if (head < queries + keys) {
        const i64 at = token * keys + head - queries;
        return {k + at * size, kGamma, kRstd + at, true};
    }
    return {v + (token * keys + head - queries - keys) * size, nullptr, nullptr, false};
}

// ---- Forward ----------------------------------------------------------------------------------------------------------

template <int N, typename T>
__device__ __forceinline__ float squares(const T* x, int half, const Heads& heads) {
    float sum = 0.0f;
    for (int i = heads.lane * N; i < half; i += heads.lanes * N) {
        float a[N], b[N];
        load(x + i, a);
        load(x + half + i, b);
#pragma unroll
        for (int j = 0; j < N; j++) sum += a[j] * a[j] + b[j] * b[j];
    }
    return sum;
}

template <int N, typename T>
__device__ __forceinline__ void normChunk(float (&x)[N], const T* gamma, float rstd) {
    float g[N];
    load(gamma, g);
#pragma unroll
    for (int j = 0; j < N; j++) x[j] = rounded<T>(rounded<T>(x[j] * rstd) * g[j]);
}

template <int N, typename T>
__device__ __forceinline__ void ropeHead(
        const T* x, const Head<T>& head, const Angles<T>& angles, float rstd, int half, const Heads& heads) {
    for (int i = heads.lane * N; i < half; i += heads.lanes * N) {
        float a[N], b[N];
        load(x + i, a);
        load(x + half + i, b);
        if (head.gamma) {
            normChunk<N>(a, head.gamma + i, rstd);
            normChunk<N>(b, head.gamma + half + i, rstd);
        }
        if (head.turned) rotate<N>(a, b, angles, i, half);
        store(head.own + i, a);
        store(head.own + half + i, b);
    }
}

template <int N, typename T>
__device__ __forceinline__ void rope(
        const T* qkv, const T* cosine, const T* sine, const T* qGamma, const T* kGamma, float eps, T* q, T* k, T* v,
        float* qRstd, float* kRstd, i64 token, int queries, int keys, int size, int lanes) {
    const Heads heads(queries, keys, lanes);
    const Angles<T> angles{cosine + token * size, sine + token * size};
    const int half = size / 2;
    for (int h = heads.first; h < heads.all; h += heads.step) {
        const bool present = h < heads.count;
        const T* x = qkv + (token * heads.count + h) * size;
        Head<T> head{nullptr, nullptr, nullptr, false};
        if (present) head = headOf<T>(h, queries, keys, token, size, q, k, v, qGamma, kGamma, qRstd, kRstd);
        float rstd = 1.0f;
        if (qGamma || kGamma) {
            const float sum = headSum(head.gamma ? squares<N>(x, half, heads) : 0.0f, lanes);
            rstd = 1.0f / sqrtf(sum / static_cast<float>(size) + eps);
            if (head.gamma && heads.lane == 0) *head.rstd = rstd;
        }
        if (present) ropeHead<N>(x, head, angles, rstd, half, heads);
    }
}

// ---- Backward ---------------------------------------------------------------------------------------------------------

// Gradient of the norm's output, times gamma.
template <int N, typename T>
__device__ __forceinline__ void loadGrad(
        const Head<const T>& head, const Angles<T>& angles, int i, int half, float (&a)[N], float (&b)[N]) {
    load(head.own + i, a);
    load(head.own + half + i, b);
    if (head.turned) rotateBack<N>(a, b, angles, i, half);
    if (head.gamma) {
        float g[N];
        load(head.gamma + i, g);
#pragma unroll
        for (int j = 0; j < N; j++) a[j] *= g[j];
        load(head.gamma + half + i, g);
#pragma unroll
        for (int j = 0; j < N; j++) b[j] *= g[j];
    }
}

template <int N, typename T>
__device__ __forceinline__ float gradTimesInput(
        const Head<const T>& head, const T* x, const Angles<T>& angles, int half, const Heads& heads) {
    float sum = 0.0f;
    for (int i = heads.lane * N; i < half; i += heads.lanes * N) {
        float a[N], b[N], x1[N], x2[N];
        loadGrad<N>(head, angles, i, half, a, b);
        load(x + i, x1);
        load(x + half + i, x2);
#pragma unroll
        for (int j = 0; j < N; j++) sum += a[j] * x1[j] + b[j] * x2[j];
    }
    return sum;
}

template <int N, typename T>
__device__ __forceinline__ void ropeHeadGrad(
        const Head<const T>& head, const T* x, const Angles<T>& angles, float sum, T* dx, int half, const Heads& heads) {
    const float rstd = head.gamma ? *head.rstd : 1.0f;
    const float pull = rstd * rstd * (sum / static_cast<float>(2 * half));
    for (int i = heads.lane * N; i < half; i += heads.lanes * N) {
        float a[N], b[N];
        loadGrad<N>(head, angles, i, half, a, b);
        if (head.gamma) {
            float x1[N], x2[N];
            load(x + i, x1);
            load(x + half + i, x2);
#pragma unroll
            for (int j = 0; j < N; j++) {
                a[j] = (a[j] - x1[j] * pull) * rstd;
                b[j] = (b[j] - x2[j] * pull) * rstd;
            }
        }
        store(dx + i, a);
        store(dx + half + i, b);
    }
}

template <int N, typename T>
__device__ __forceinline__ void ropeGrad(
        const T* dq, const T* dk, const T* dv, const T* qkv, const T* cosine, const T* sine, const T* qGamma,
        const T* kGamma, const float* qRstd, const float* kRstd, T* dqkv, i64 token, int queries, int keys, int size,
        int lanes) {
    const Heads heads(queries, keys, lanes);
    const Angles<T> angles{cosine + token * size, sine + token * size};
    const int half = size / 2;
    for (int h = heads.first; h < heads.all; h += heads.step) {
        const bool present = h < heads.count;
        const i64 at = (token * heads.count + h) * size;
        Head<const T> head{nullptr, nullptr, nullptr, false};
        if (present)
            head = headOf<const T>(
                    h, queries, keys, token, size, dq, dk, dv, qGamma, kGamma, const_cast<float*>(qRstd),
                    const_cast<float*>(kRstd));
        float sum = 0.0f;
        if (qGamma || kGamma)
            sum = headSum(head.gamma ? gradTimesInput<N>(head, qkv + at, angles, half, heads) : 0.0f, lanes);
        if (present) ropeHeadGrad<N>(head, qkv + at, angles, sum, dqkv + at, half, heads);
    }
}

// Terms of a gamma's gradient, for "rows" that are heads of tokens: the gradient of the norm's output times x rstd.
template <typename T>
struct GammaTerms {
    const T* dy;
    const T* x;
    const T* cosine;
    const T* sine;
    const float* rstd;
    i64 xStride;
    int heads;
    int size;
    template <int N>
    __device__ __forceinline__ void at(i64 row, i64 column, float (&to)[N]) const {
        const i64 token = row / heads;
        const int half = size / 2;
        const bool first = column < half;
        const i64 other = first ? column + half : column - half;
        float a[N], c[N];
        load(dy + row * size + column, to);
        load(cosine + token * size + column, c);
#pragma unroll
        for (int j = 0; j < N; j++) to[j] *= c[j];
        load(dy + row * size + other, a);
        load(sine + token * size + other, c);
#pragma unroll
        for (int j = 0; j < N; j++) to[j] = first ? to[j] + a[j] * c[j] : to[j] - a[j] * c[j];
        load(x + token * xStride + (row - token * heads) * size + column, a);
        const float r = rstd[row];
#pragma unroll
        for (int j = 0; j < N; j++) to[j] *= a[j] * r;
    }
};

// ---- Table ------------------------------------------------------------------------------------------------------------

// A warp per token.
template <typename T>
__device__ __forceinline__ void table(const int* positions, const float* table, T* cosine, T* sine, i64 rows, int size) {
    const int half = size / 2;
    const i64 warps = static_cast<i64>(gridDim.x) * (blockDim.x / 32);
    for (i64 t = static_cast<i64>(blockIdx.x) * (blockDim.x / 32) + threadIdx.x / 32; t < rows; t += warps) {
        const float* from = table + static_cast<i64>(positions[t]) * size;
        for (int i = threadIdx.x % 32; i < half; i += 32) {
            cosine[t * size + i] = cosine[t * size + half + i] = fromFloat<T>(from[i]);
            sine[t * size + i] = sine[t * size + half + i] = fromFloat<T>(from[half + i]);
        }
    }
}

template <typename T>
__device__ __forceinline__ bool isWideHead(const T* a, const T* b, const T* c, const T* d, int size) {
    return isWide(a, size / 2) && isWide(b, 0) && isWide(c, 0) && isWide(d, 0);
}

}  // namespace

// Grid: tokens. gammas and rstds may be null, each pair by itself; without gammas qkv of the gradient may be null. dqkv may
// be qkv.
#define DEFINE(T, S)                                                                                                     \
    extern "C" __global__ void __launch_bounds__(THREADS) rope_table_##S(                                                \
            const int* __restrict__ positions, const float* __restrict__ angles, T* __restrict__ cosine,                 \
            T* __restrict__ sine, i64 rows, int size) {                                                                  \
        table(positions, angles, cosine, sine, rows, size);                                                              \
    }                                                                                                                    \
    HEARTH_EXPORT(rope_table_##S)                                                                                        \
    extern "C" __global__ void __launch_bounds__(THREADS) qkv_rope_##S(                                                  \
            const T* qkv, const T* cosine, const T* sine, const T* qGamma, const T* kGamma, float eps, T* q, T* k, T* v, \
            float* qRstd, float* kRstd, int queries, int keys, int size, int lanes) {                                    \
        if (isWideHead<T>(qkv, cosine, sine, qGamma, size) && isWideHead<T>(q, k, v, kGamma, size)) {                    \
            rope<WIDTH<T>>(                                                                                              \
                    qkv, cosine, sine, qGamma, kGamma, eps, q, k, v, qRstd, kRstd, blockIdx.x, queries, keys, size,      \
                    lanes);                                                                                              \
        } else {                                                                                                         \
            rope<1>(qkv, cosine, sine, qGamma, kGamma, eps, q, k, v, qRstd, kRstd, blockIdx.x, queries, keys, size,      \
                    lanes);                                                                                              \
        }                                                                                                                \
    }                                                                                                                    \
    HEARTH_EXPORT(qkv_rope_##S)                                                                                          \
    extern "C" __global__ void __launch_bounds__(THREADS, 3) qkv_rope_grad_##S(                                             \
            const T* dq, const T* dk, const T* dv, const T* qkv, const T* cosine, const T* sine, const T* qGamma,        \
            const T* kGamma, const float* qRstd, const float* kRstd, T* dqkv, int queries, int keys, int size,           \
            int lanes) {                                                                                                 \
        if (isWideHead<T>(qkv, cosine, sine, qGamma, size) && isWideHead<T>(dq, dk, dv, kGamma, size) &&                 \
            isWide(dqkv, 0)) {                                                                                           \
            ropeGrad<WIDTH<T>>(                                                                                          \
                    dq, dk, dv, qkv, cosine, sine, qGamma, kGamma, qRstd, kRstd, dqkv, blockIdx.x, queries, keys, size,  \
                    lanes);                                                                                              \
        } else {                                                                                                         \
            ropeGrad<1>(                                                                                                 \
                    dq, dk, dv, qkv, cosine, sine, qGamma, kGamma, qRstd, kRstd, dqkv, blockIdx.x, queries, keys, size,  \
                    lanes);                                                                                              \
        }                                                                                                                \
    }                                                                                                                    \
    HEARTH_EXPORT(qkv_rope_grad_##S)                                                                                     \
    extern "C" __global__ void __launch_bounds__(COLUMN_THREADS) qkv_rope_gamma_parts_##S(                               \
            const T* __restrict__ dy, const T* __restrict__ x, const T* __restrict__ cosine, const T* __restrict__ sine, \
            const float* __restrict__ rstd, float* __restrict__ parts, i64 rows, i64 xStride, int heads, int size,       \
            i64 rowsPerPart) {                                                                                           \
        sumColumns<T>(                                                                                                   \
                GammaTerms<T>{dy, x, cosine, sine, rstd, xStride, heads, size},                                          \
                isWideHead<T>(dy, x, cosine, sine, size) && isWide(x, xStride), parts, rows, size, rowsPerPart);         \
    }                                                                                                                    \
    HEARTH_EXPORT(qkv_rope_gamma_parts_##S)
HEARTH_FOR_ACT(DEFINE)
#undef DEFINE
