// Softmax cross-entropy over rows of logits, whole or in chunks of the vocabulary: statistics, loss, gradient.
//
// Shapes: logits view [T, Vc] with a row stride, f32 or act; targets i32[T], negative = ignored; stats f32[3, T] = maximum,
// sum of exponentials relative to it, logit of the target; weights, nll f32[T]; dLogits view [T, Vc], may be logits.
// A logit is of class `start + column`.
//
// Cost: the statistics read each logit once, T Vc sizeof(logit) bytes, and take 5 FLOPs and one exponential for each; the
// gradient reads and writes each logit once, with 4 FLOPs and one exponential. Bound by memory. The loss is a block's work.
#include "row.h"

namespace {

// Columns that one block makes the gradient of.
constexpr int STRETCH = 8192;

// ---- Statistics -------------------------------------------------------------------------------------------------------

// One block for each row.
template <typename T>
__device__ __forceinline__ void statistics(
    const T* logits, i64 stride, const int* targets, i64 start, int merge, float* stats, i64 rows, i64 width) {
    __shared__ float shared[32];
    const i64 t = blockIdx.x;
    const T* row = logits + t * stride;
    Online seen;
    readRow<4>(row, width, [&](const auto& x, i64) { seen.take(x); });
    float top = blockMax(seen.top, shared);
    float sum = blockSum(Online::moved(seen.sum, seen.top, top), shared);
    if (threadIdx.x != 0) return;
    if (merge) {
        const float before = stats[t], next = fmaxf(top, before);
        sum = Online::moved(sum, top, next) + Online::moved(stats[rows + t], before, next);
        top = next;
    }
    stats[t] = top;
    stats[rows + t] = sum;
    const i64 target = targets[t] - start;
    if (targets[t] >= 0 && target >= 0 && target < width) {
        stats[2 * rows + t] = toFloat(row[target]);
    } else if (!merge) {
        stats[2 * rows + t] = 0.0f;
    }
}

// ---- Gradient ---------------------------------------------------------------------------------------------------------

// Columns of one row from logits to gradients. `scale` is weight / sum; nothing is read where the target is ignored.
template <typename T, typename D>
struct Gradient {
    const T* logits;
    D* gradients;
    float top, scale, weight;
    i64 target;
    bool ignored;

    template <int N>
    __device__ __forceinline__ void at(i64 i) const {
        float x[N];
        if (ignored) {
#pragma unroll
            for (int j = 0; j < N; j++) x[j] = 0.0f;
        } else {
            load(logits + i, x);
#pragma unroll
            for (int j = 0; j < N; j++) {
                x[j] = ptx::exp2Fast((x[j] - top) * LOG2_E) * scale;
                if (i + j == target) x[j] -= weight;
            }
        }
        store(gradients + i, x);
    }
};

// Block (t, c) makes columns c * STRETCH and following of row t.
template <typename T, typename D>
__device__ __forceinline__ void gradient(
    const T* logits, i64 stride, const float* stats, const int* targets, const float* weights, i64 start, D* dLogits,
    i64 dStride, i64 rows, i64 width) {
    constexpr int N = WIDTH<T> > WIDTH<D> ? WIDTH<T> : WIDTH<D>;
    const i64 t = blockIdx.x, from = static_cast<i64>(blockIdx.y) * STRETCH;
    const i64 count = width - from < STRETCH ? width - from : STRETCH;
    const float weight = weights[t];
    Gradient<T, D> body{logits + t * stride + from,
                        dLogits + t * dStride + from,
                        stats[t],
                        weight / stats[rows + t],
                        weight,
                        targets[t] - start - from,
                        targets[t] < 0};
    // Both must be aligned after the same number of elements.
    int head = unaligned(body.gradients, count);
    if (sizeof(D) > sizeof(T)) head = unaligned(body.logits, count);
    const bool wide = isWide(body.logits + head, 0) && isWide(body.gradients + head, 0);
    if (!wide) head = 0;
    if (threadIdx.x < head) body.template at<1>(threadIdx.x);
    body.logits += head;
    body.gradients += head;
    body.target -= head;
    forRow<N>(count - head, wide, threadIdx.x, blockDim.x, body);
}

}  // namespace

#define DEFINE(T, S)                                                                                            \
    extern "C" __global__ void __launch_bounds__(1024) cross_entropy_stats_##S(                                 \
        const T* logits, i64 stride, const int* targets, i64 start, int merge, float* stats, i64 rows, i64 width) { \
        statistics<T>(logits, stride, targets, start, merge, stats, rows, width);                               \
    }                                                                                                           \
    HEARTH_EXPORT(cross_entropy_stats_##S)
HEARTH_FOR_ACT(DEFINE)
#undef DEFINE

// The first type is that of the logits, the second that of the gradient.
#define DEFINE(T, D, S)                                                                                              \
    extern "C" __global__ void __launch_bounds__(256) cross_entropy_grad_##S(                                        \
        const T* logits, i64 stride, const float* stats, const int* targets, const float* weights, i64 start,        \
        D* dLogits, i64 dStride, i64 rows, i64 width) {                                                              \
        gradient<T, D>(logits, stride, stats, targets, weights, start, dLogits, dStride, rows, width);               \
    }                                                                                                                \
    HEARTH_EXPORT(cross_entropy_grad_##S)
DEFINE(float, float, f32_f32)
DEFINE(float, bf16, f32_bf16)
DEFINE(float, f16, f32_f16)
DEFINE(bf16, float, bf16_f32)
DEFINE(bf16, bf16, bf16_bf16)
DEFINE(f16, float, f16_f32)
DEFINE(f16, f16, f16_f16)
#undef DEFINE

// One block: the sum is added up in f64, by each thread in order and then over threads in a fixed tree.
extern "C" __global__ void __launch_bounds__(256) cross_entropy_loss(
    const float* stats, const int* targets, const float* weights, float* nll, float* lossSum, i64 rows) {
    __shared__ double shared[32];
    double total = 0;
    for (i64 t = threadIdx.x; t < rows; t += blockDim.x) {
        const bool counts = targets[t] >= 0;
        const float loss = counts ? logf(stats[rows + t]) + (stats[t] - stats[2 * rows + t]) : 0.0f;
        nll[t] = loss;
        if (counts) total += static_cast<double>(weights[t]) * loss;
    }
    total = blockSum(total, shared);
    if (threadIdx.x == 0) *lossSum += static_cast<float>(total);
}
HEARTH_EXPORT(cross_entropy_loss)
