// Causal attention and its gradient for every head size and type, on ordinary arithmetic in f32: for f32, and for sizes that
// tensor cores are not given. Packed sequences and the paged cache alike.
//
// A thread owns a row and keeps it in shared memory, as f32 in rows of an odd length, which different threads read without
// bank conflicts; it goes over the other side in tiles of 16, which lie transposed so that one read brings four numbers and
// serves all threads. No thread needs another's numbers, so there are no shuffles. Cost: 4 D operations a visible pair forward,
// 6 and 8 D in the gradient's passes; three reads of shared memory for eight multiply-adds: a quarter of the peak at best.
//
// Grid (tiles of `tile` rows of all sequences or more, Nkv), blockDim.x >= tile. Shared memory in f32:
// (2 forward, 3 query pass, 4 key pass) x tile x (D | 1) + 2 x D x 20 + 64.
#include "attention.h"

namespace {

constexpr int ANY_STEP = 16;
// Between the columns of a tile that lies transposed: a multiple of four for wide reads, and few bank conflicts in writing.
constexpr int ANY_STRIDE = 20;

// sums[j] += x * column[j]
__device__ __forceinline__ void multiplyAdd(float (&sums)[ANY_STEP], float x, const float* column) {
#pragma unroll
    for (int j = 0; j < ANY_STEP; j += 4) {
        const float4 y = *reinterpret_cast<const float4*>(column + j);
        sums[j] = fmaf(x, y.x, sums[j]);
        sums[j + 1] = fmaf(x, y.y, sums[j + 1]);
        sums[j + 2] = fmaf(x, y.z, sums[j + 2]);
        sums[j + 3] = fmaf(x, y.w, sums[j + 3]);
    }
}

// sum + weights . column
__device__ __forceinline__ float dot(const float (&weights)[ANY_STEP], const float* column, float sum) {
#pragma unroll
    for (int j = 0; j < ANY_STEP; j += 4) {
        const float4 y = *reinterpret_cast<const float4*>(column + j);
        sum = fmaf(weights[j], y.x, sum);
        sum = fmaf(weights[j + 1], y.y, sum);
        sum = fmaf(weights[j + 2], y.z, sum);
        sum = fmaf(weights[j + 3], y.w, sum);
    }
    return sum;
}

__device__ __forceinline__ void clear(float (&x)[ANY_STEP]) {
#pragma unroll
    for (int j = 0; j < ANY_STEP; j++) x[j] = 0.0f;
}

// Rows of T to shared memory as f32; from(r) is where row r begins, or null for zeros. All threads take part.
template <typename T, typename From>
__device__ __forceinline__ void loadOwned(float* to, int count, int size, From from) {
    for (int i = threadIdx.x; i < count * size; i += blockDim.x) {
        const int r = i / size, c = i - r * size;
        const T* row = from(r);
        to[r * (size | 1) + c] = row == nullptr ? 0.0f : toFloat(row[c]);
    }
}

// The same for ANY_STEP rows, transposed.
template <typename T, typename From>
__device__ __forceinline__ void loadStep(float* to, int size, From from) {
    for (int i = threadIdx.x; i < ANY_STEP * size; i += blockDim.x) {
        const int r = i / size, c = i - r * size;
        const T* row = from(r);
        to[c * ANY_STRIDE + r] = row == nullptr ? 0.0f : toFloat(row[c]);
    }
}

template <typename T, typename To>
__device__ __forceinline__ void storeOwned(const float* from, int count, int size, To to) {
    for (int i = threadIdx.x; i < count * size; i += blockDim.x) {
        const int r = i / size, c = i - r * size;
        T* row = to(r);
        if (row != nullptr) row[c] = fromFloat<T>(from[r * (size | 1) + c]);
    }
}

// Rows of a tile, and the keys that they see.
struct Span {
    int first, count, low, end;

    __device__ __forceinline__ Span(const Rows& rows, int index, int tile, int window)
        : first(index * tile), count(min(tile, rows.count - first)), low(firstKey(rows.at(first), window)),
          end(rows.at(first + count - 1) + 1) {}
};

template <typename T, typename Keys>
__device__ __forceinline__ void loadKeyStep(
    float* k, float* v, const Keys& keys, int size, int key, const Span& span) {
    const auto isThere = [&](int r) { return key + r >= span.low && key + r < span.end; };
    loadStep<T>(k, size, [&](int r) { return isThere(r) ? keys.k + keys.place(key + r) : static_cast<const T*>(nullptr); });
    loadStep<T>(v, size, [&](int r) { return isThere(r) ? keys.v + keys.place(key + r) : static_cast<const T*>(nullptr); });
}

// Scores of a row with a step of keys, in base 2; -infinity where it does not see the key.
__device__ __forceinline__ void scores(
    float (&s)[ANY_STEP], const float* row, const float* k, int size, float scale, int key, int position, int window) {
    clear(s);
    for (int c = 0; c < size; c++) multiplyAdd(s, row[c], k + c * ANY_STRIDE);
#pragma unroll
    for (int j = 0; j < ANY_STEP; j++) s[j] = isVisible(key + j, position, window) ? s[j] * scale : -HEARTH_INFINITY;
}

template <typename T, typename Keys>
__device__ __forceinline__ void attendAny(
    const T* q, const Keys& keys, const Rows& rows, const Span& span, int tile, float scale, int window, T* out,
    float* stats, i64 tokens) {
    HEARTH_DYNAMIC_SHARED(float, shared);
    const int size = rows.heads.size, stride = size | 1, mine = threadIdx.x;
    float *k = shared, *v = k + size * ANY_STRIDE, *queries = v + size * ANY_STRIDE, *sums = queries + tile * stride;
    const float* query = queries + mine * stride;
    float* sum = sums + mine * stride;
    const bool owner = mine < span.count;
    const int position = owner ? rows.at(span.first + mine) : 0;
    loadOwned<T>(queries, span.count, size, [&](int r) { return q + rows.element(span.first + r); });
    for (int c = 0; c < size && owner; c++) sum[c] = 0.0f;
    float top = -HEARTH_INFINITY, total = 0.0f;
    for (int key = span.low / ANY_STEP * ANY_STEP; key < span.end; key += ANY_STEP) {
        __syncthreads();
        loadKeyStep<T>(k, v, keys, size, key, span);
        __syncthreads();
        if (!owner || key > position || key + ANY_STEP <= firstKey(position, window)) continue;
        float s[ANY_STEP];
        scores(s, query, k, size, scale, key, position, window);
        float best = top;
#pragma unroll
        for (int j = 0; j < ANY_STEP; j++) best = fmaxf(best, s[j]);
        const float factor = ptx::exp2Fast(top - best);
        total *= factor;
#pragma unroll
        for (int j = 0; j < ANY_STEP; j++) {
            s[j] = ptx::exp2Fast(s[j] - best);
            total += s[j];
        }
        top = best;
        for (int c = 0; c < size; c++) sum[c] = dot(s, v + c * ANY_STRIDE, sum[c] * factor);
    }
    if (owner) {
        for (int c = 0; c < size; c++) sum[c] /= total;
        if (stats != nullptr) stats[rows.statistic(span.first + mine, tokens)] = top + LOG2_E * logf(total);
    }
    __syncthreads();
    storeOwned<T>(sums, span.count, size, [&](int r) { return out + rows.element(span.first + r); });
}

template <typename T>
__device__ __forceinline__ void queryPassAny(
    const T* dOut, const T* q, const PackedKeys<T>& keys, const Rows& rows, const Span& span, int tile,
    const float* stats, const float* delta, i64 tokens, float scale, int window, T* dq) {
    HEARTH_DYNAMIC_SHARED(float, shared);
    const int size = rows.heads.size, stride = size | 1, mine = threadIdx.x;
    float *k = shared, *v = k + size * ANY_STRIDE, *queries = v + size * ANY_STRIDE;
    float *gradients = queries + tile * stride, *sums = gradients + tile * stride;
    const float *query = queries + mine * stride, *gradient = gradients + mine * stride;
    float* sum = sums + mine * stride;
    const bool owner = mine < span.count;
    const int position = owner ? rows.at(span.first + mine) : 0;
    const i64 at = rows.statistic(span.first + mine, tokens);
    const float lse = owner ? stats[at] : 0.0f, mean = owner ? delta[at] : 0.0f;
    loadOwned<T>(queries, span.count, size, [&](int r) { return q + rows.element(span.first + r); });
    loadOwned<T>(gradients, span.count, size, [&](int r) { return dOut + rows.element(span.first + r); });
    for (int c = 0; c < size && owner; c++) sum[c] = 0.0f;
    for (int key = span.low / ANY_STEP * ANY_STEP; key < span.end; key += ANY_STEP) {
        __syncthreads();
        loadKeyStep<T>(k, v, keys, size, key, span);
        __syncthreads();
        if (!owner || key > position || key + ANY_STEP <= firstKey(position, window)) continue;
        float s[ANY_STEP], ds[ANY_STEP];
        scores(s, query, k, size, scale * LOG2_E, key, position, window);
        clear(ds);
        for (int c = 0; c < size; c++) multiplyAdd(ds, gradient[c], v + c * ANY_STRIDE);
#pragma unroll
        for (int j = 0; j < ANY_STEP; j++) ds[j] = ptx::exp2Fast(s[j] - lse) * (ds[j] - mean);
        for (int c = 0; c < size; c++) sum[c] = dot(ds, k + c * ANY_STRIDE, sum[c]);
    }
    for (int c = 0; c < size && owner; c++) sum[c] *= scale;
    __syncthreads();
    storeOwned<T>(sums, span.count, size, [&](int r) { return dq + rows.element(span.first + r); });
}

// A thread owns a key: keys `first` to `first + count`, seen by rows up to `lastRow`.
template <typename T>
__device__ __forceinline__ void keyPassAny(
    const T* dOut, const T* q, const PackedKeys<T>& keys, const Rows& rows, int first, int count, int lastRow, int tile,
    const float* stats, const float* delta, i64 tokens, float scale, int window, T* dk, T* dv) {
    HEARTH_DYNAMIC_SHARED(float, shared);
    const int size = rows.heads.size, stride = size | 1, mine = threadIdx.x;
    float *queries = shared, *gradients = queries + size * ANY_STRIDE, *statistics = gradients + size * ANY_STRIDE;
    float *k = statistics + 64, *v = k + tile * stride, *kSums = v + tile * stride, *vSums = kSums + tile * stride;
    const bool owner = mine < count;
    loadOwned<T>(k, count, size, [&](int r) { return keys.k + keys.place(first + r); });
    loadOwned<T>(v, count, size, [&](int r) { return keys.v + keys.place(first + r); });
    k += mine * stride;
    v += mine * stride;
    float *kSum = kSums + mine * stride, *vSum = vSums + mine * stride;
    for (int c = 0; c < size && owner; c++) kSum[c] = vSum[c] = 0.0f;
    const int group = rows.heads.group.by;
    for (int row = first * group; row < lastRow; row += ANY_STEP) {
        __syncthreads();
        const auto isThere = [&](int r) { return row + r < lastRow; };
        loadStep<T>(queries, size, [&](int r) { return isThere(r) ? q + rows.element(row + r) : static_cast<const T*>(nullptr); });
        loadStep<T>(
            gradients, size, [&](int r) { return isThere(r) ? dOut + rows.element(row + r) : static_cast<const T*>(nullptr); });
        if (mine < ANY_STEP) {
            const i64 at = rows.statistic(row + mine, tokens);
            // A row that is not there has no weights.
            statistics[mine] = isThere(mine) ? stats[at] : HEARTH_INFINITY;
            statistics[ANY_STEP + mine] = isThere(mine) ? delta[at] : 0.0f;
        }
        __syncthreads();
        if (!owner) continue;
        float p[ANY_STEP], ds[ANY_STEP];
        clear(p);
        clear(ds);
        for (int c = 0; c < size; c++) {
            multiplyAdd(p, k[c], queries + c * ANY_STRIDE);
            multiplyAdd(ds, v[c], gradients + c * ANY_STRIDE);
        }
#pragma unroll
        for (int j = 0; j < ANY_STEP; j++) {
            const bool seen = isVisible(first + mine, rows.at(row + j), window);
            p[j] = seen ? ptx::exp2Fast(p[j] * (scale * LOG2_E) - statistics[j]) : 0.0f;
            ds[j] = p[j] * (ds[j] - statistics[ANY_STEP + j]);
        }
        for (int c = 0; c < size; c++) {
            vSum[c] = dot(p, gradients + c * ANY_STRIDE, vSum[c]);
            kSum[c] = dot(ds, queries + c * ANY_STRIDE, kSum[c]);
        }
    }
    for (int c = 0; c < size && owner; c++) kSum[c] *= scale;
    __syncthreads();
    storeOwned<T>(kSums, count, size, [&](int r) { return dk + keys.first + keys.place(first + r); });
    storeOwned<T>(vSums, count, size, [&](int r) { return dv + keys.first + keys.place(first + r); });
}

// Tiles of rows of all sequences; a grid that is too large leaves some without work.
__device__ __forceinline__ bool findRows(const int* cuQ, int sequences, const Heads& heads, int tile, Place& place) {
    place = locate(blockIdx.x, sequences, [&](int b) { return divideUp(rowsOf(cuQ, b, heads.group.by), tile); });
    return place.sequence < sequences;
}

template <typename T>
__device__ __forceinline__ void attention(
    const T* q, const T* k, const T* v, const int* cuQ, int sequences, i64 tokens, int heads, int keyHeads, int size,
    float scale, int window, int tile, T* out, float* stats) {
    const Heads all(heads, keyHeads, size);
    Place place;
    if (!findRows(cuQ, sequences, all, tile, place)) return;
    const Rows rows(all, cuQ, nullptr, place.sequence, blockIdx.y);
    const PackedKeys<T> keys(k, v, all, rows.token, rows.keyHead);
    attendAny(
        q, keys, rows, Span(rows, place.index, tile, window), tile, scale * LOG2_E, window, out, stats, tokens);
}

template <typename T>
__device__ __forceinline__ void pagedAttention(
    const T* q, const T* kCache, const T* vCache, const int* table, int tableWidth, int blockSize, const int* cuQ,
    const int* kvLen, int sequences, int heads, int keyHeads, int size, float scale, int window, int tile, T* out) {
    const Heads all(heads, keyHeads, size);
    Place place;
    if (!findRows(cuQ, sequences, all, tile, place)) return;
    const Rows rows(all, cuQ, kvLen, place.sequence, blockIdx.y);
    const PagedKeys<T> keys(
        kCache, vCache, all, table + static_cast<i64>(place.sequence) * tableWidth, Divisor(blockSize), rows.keyHead);
    attendAny(q, keys, rows, Span(rows, place.index, tile, window), tile, scale * LOG2_E, window, out,
              static_cast<float*>(nullptr), 0);
}

template <typename T>
__device__ __forceinline__ void queryPass(
    const T* dOut, const T* q, const T* k, const T* v, const float* stats, const float* delta, const int* cuQ,
    int sequences, i64 tokens, int heads, int keyHeads, int size, float scale, int window, int tile, T* dq) {
    const Heads all(heads, keyHeads, size);
    Place place;
    if (!findRows(cuQ, sequences, all, tile, place)) return;
    const Rows rows(all, cuQ, nullptr, place.sequence, blockIdx.y);
    const PackedKeys<T> keys(k, v, all, rows.token, rows.keyHead);
    queryPassAny(
        dOut, q, keys, rows, Span(rows, place.index, tile, window), tile, stats, delta, tokens, scale, window, dq);
}

template <typename T>
__device__ __forceinline__ void keyPass(
    const T* dOut, const T* q, const T* k, const T* v, const float* stats, const float* delta, const int* cuQ,
    int sequences, i64 tokens, int heads, int keyHeads, int size, float scale, int window, int tile, T* dk, T* dv) {
    const Heads all(heads, keyHeads, size);
    const Place place = locate(blockIdx.x, sequences, [&](int b) { return divideUp(rowsOf(cuQ, b, 1), tile); });
    if (place.sequence == sequences) return;
    const Rows rows(all, cuQ, nullptr, place.sequence, blockIdx.y);
    const PackedKeys<T> keys(k, v, all, rows.token, rows.keyHead);
    const int queries = rowsOf(cuQ, place.sequence, 1), first = place.index * tile;
    const int count = min(tile, queries - first);
    const int last = window > 0 ? min(queries, first + count - 1 + window) : queries;
    keyPassAny(
        dOut, q, keys, rows, first, count, last * static_cast<int>(all.group.by), tile, stats, delta, tokens, scale,
        window, dk, dv);
}

}  // namespace

#define DEFINE(T, S)                                                                                                 \
    extern "C" __global__ void __launch_bounds__(64) attention_any_##S(                                              \
        const T* q, const T* k, const T* v, const int* cuQ, int sequences, i64 tokens, int heads, int keyHeads,      \
        int size, float scale, int window, int tile, T* out, float* stats) {                                         \
        attention(q, k, v, cuQ, sequences, tokens, heads, keyHeads, size, scale, window, tile, out, stats);          \
    }                                                                                                                \
    HEARTH_EXPORT(attention_any_##S)                                                                                 \
    extern "C" __global__ void __launch_bounds__(64) paged_attention_any_##S(                                        \
        const T* q, const T* kCache, const T* vCache, const int* table, int tableWidth, int blockSize,               \
        const int* cuQ, const int* kvLen, int sequences, int heads, int keyHeads, int size, float scale, int window, \
        int tile, T* out) {                                                                                          \
        pagedAttention(                                                                                              \
            q, kCache, vCache, table, tableWidth, blockSize, cuQ, kvLen, sequences, heads, keyHeads, size, scale,    \
            window, tile, out);                                                                                      \
    }                                                                                                                \
    HEARTH_EXPORT(paged_attention_any_##S)                                                                           \
    extern "C" __global__ void __launch_bounds__(64) attention_grad_queries_any_##S(                                 \
        const T* dOut, const T* q, const T* k, const T* v, const float* stats, const float* delta, const int* cuQ,   \
        int sequences, i64 tokens, int heads, int keyHeads, int size, float scale, int window, int tile, T* dq) {    \
        queryPass(                                                                                                   \
            dOut, q, k, v, stats, delta, cuQ, sequences, tokens, heads, keyHeads, size, scale, window, tile, dq);    \
    }                                                                                                                \
    HEARTH_EXPORT(attention_grad_queries_any_##S)                                                                    \
    extern "C" __global__ void __launch_bounds__(64) attention_grad_keys_any_##S(                                    \
        const T* dOut, const T* q, const T* k, const T* v, const float* stats, const float* delta, const int* cuQ,   \
        int sequences, i64 tokens, int heads, int keyHeads, int size, float scale, int window, int tile, T* dk,      \
        T* dv) {                                                                                                     \
        keyPass(                                                                                                     \
            dOut, q, k, v, stats, delta, cuQ, sequences, tokens, heads, keyHeads, size, scale, window, tile, dk,     \
            dv);                                                                                                     \
    }                                                                                                                \
    HEARTH_EXPORT(attention_grad_keys_any_##S)
HEARTH_FOR_ACT(DEFINE)
#undef DEFINE
