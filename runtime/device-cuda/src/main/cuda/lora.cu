// Low-rank adapters on the rows that use them (Hu et al. 2021), for several adapters in a batch: y += (x A^T) B^T in two
// launches, the inner product rounded to act in between.
//
// Shapes: x [T, in], A [E, r, in], B [E, out, r], inner [T, r], all act and contiguous; y view [T, out] act; adapters i32[S] and
// cuRows i32[S + 1] on the card: rows cuRows[s] to cuRows[s + 1] use adapters[s], rows behind the last segment none. Segments
// of more than `longest` rows are left to others.
//
// Cost: A and B of each segment are read once for each eight rows, r (in + out) sizeof(act) bytes, and y is read and written;
// 2 T r (in + out) FLOPs. Bound by latency and by the caches' bandwidth.
//
// A block takes eight rows, wherever segments begin and end, so the grid follows from T alone and a recorded step serves any
// division into segments.
#include "strip.h"
#include "wide.h"

namespace {

constexpr int TILE = 8;
constexpr int UP_THREADS = 128;

// Calls body(from, to, adapter) for the parts of segments that lie in this block's rows. All threads go together.
template <typename Body>
__device__ __forceinline__ void forParts(
    const int* adapters, const int* cuRows, int segments, int longest, i64 rows, const Body& body) {
    const int begin = blockIdx.y * TILE;
    const int end = begin + TILE < rows ? begin + TILE : static_cast<int>(rows);
    int segment = 0;  // the first one that ends behind `begin`
    for (int s = 0; s < segments; s += blockDim.x) {
        const int mine = s + static_cast<int>(threadIdx.x);
        segment += __syncthreads_count(mine < segments && cuRows[mine + 1] <= begin);
    }
    for (; segment < segments && cuRows[segment] < end; segment++) {
        const int first = cuRows[segment], last = cuRows[segment + 1];
        const int from = first > begin ? first : begin, to = last < end ? last : end;
        if (from < to && last - first <= longest) body(from, to, adapters[segment]);
    }
}

// inner = x A^T. Block (s, t) makes columns 16 s to 16 s + 15 of tile t.
template <typename T>
__device__ __forceinline__ void down(
    const T* x, const T* a, i64 in, i64 rank, const int* adapters, const int* cuRows, int segments, int longest, T* inner,
    i64 rows) {
    __shared__ float shared[STRIP_WARPS * TILE * STRIP];
    forParts(adapters, cuRows, segments, longest, rows, [&](int from, int to, int adapter) {
        T* target = inner + from * rank;
        strip<T, TILE>(x + from * in, in, to - from, a + adapter * rank * in, in, rank, static_cast<i64>(blockIdx.x) * STRIP,
                       shared, [&](int row, i64 column, float sum) { target[row * rank + column] = fromFloat<T>(sum); });
    });
}

// Adds the products of one row of B with the tile's inner rows, which are in shared memory as [rank, TILE], for COUNT elements
// from element i on.
template <int COUNT, typename T>
__device__ __forceinline__ void addProducts(float (&sums)[TILE], const T* b, const float* inner, i64 i) {
    float factor[COUNT];
    load(b + i, factor);
#pragma unroll
    for (int j = 0; j < COUNT; j++) {
        float x[TILE];
        load(inner + (i + j) * TILE, x);
#pragma unroll
        for (int row = 0; row < TILE; row++) sums[row] = fmaf(factor[j], x[row], sums[row]);
    }
}

// y += inner B^T. Block (c, t) makes columns c * UP_THREADS and following of tile t, one a thread. `kept` has room for the
// tile's inner rows.
template <typename T>
__device__ __forceinline__ void up(
    const T* inner, const T* b, i64 rank, i64 out, const int* adapters, const int* cuRows, int segments, int longest, T* y,
    i64 stride, i64 rows, float* kept) {
    const i64 column = static_cast<i64>(blockIdx.x) * UP_THREADS + threadIdx.x;
    forParts(adapters, cuRows, segments, longest, rows, [&](int from, int to, int adapter) {
        const int count = to - from;
        __syncthreads();
        for (int i = threadIdx.x; i < TILE * rank; i += UP_THREADS) {
            const int place = i % TILE, at = i / TILE;
            kept[i] = place < count ? toFloat(inner[(from + place) * rank + at]) : 0.0f;
        }
        __syncthreads();
        if (column >= out) return;
        const T* row = b + (adapter * out + column) * rank;
        constexpr int COUNT = Wide<T>::COUNT;
        float sums[TILE] = {};
        const i64 wide = isWide(row, rank) ? rank / COUNT * COUNT : 0;
        for (i64 i = 0; i < wide; i += COUNT) addProducts<COUNT>(sums, row, kept, i);
        for (i64 i = wide; i < rank; i++) addProducts<1>(sums, row, kept, i);
#pragma unroll
        for (int j = 0; j < TILE; j++) {
            if (j < count) {
                T* target = y + (from + j) * stride + column;
                *target = fromFloat<T>(toFloat(*target) + sums[j]);
            }
        }
    });
}

}  // namespace

#define DEFINE(T, S)                                                                                                 \
    extern "C" __global__ void __launch_bounds__(STRIP_THREADS, sizeof(T) == 2 ? 2 : 1) lora_down_##S(               \
        const T* x, const T* a, i64 in, i64 rank, const int* adapters, const int* cuRows, int segments, int longest, \
        T* inner, i64 rows) {                                                                                        \
        down<T>(x, a, in, rank, adapters, cuRows, segments, longest, inner, rows);                                   \
    }                                                                                                                \
    HEARTH_EXPORT(lora_down_##S)                                                                                     \
    extern "C" __global__ void __launch_bounds__(UP_THREADS, 8) lora_up_##S(                                         \
        const T* inner, const T* b, i64 rank, i64 out, const int* adapters, const int* cuRows, int segments,         \
        int longest, T* y, i64 stride, i64 rows) {                                                                   \
        HEARTH_DYNAMIC_SHARED(float, kept);                                                                          \
        up<T>(inner, b, rank, out, adapters, cuRows, segments, longest, y, stride, rows, kept);                      \
    }                                                                                                                \
    HEARTH_EXPORT(lora_up_##S)
HEARTH_FOR_ACT(DEFINE)
#undef DEFINE
