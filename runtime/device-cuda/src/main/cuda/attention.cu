// Causal attention of packed sequences, for training and whole prompts: out = softmax(q k^T scale) v.
//
// q, out [T, Nq, D]; k, v [T, Nkv, D], bf16 or f16, D a multiple of 8 up to 128; cuQ i32[B + 1]. stats, null or f32 [Nkv, T, G]:
// log2 of the sum of 2^(score scale log2(e)) of each row, for the gradient. Other sizes and f32: attention_any.cu.
// Cost: 4 D operations a visible pair of query and key, half of that of the full square; 2 T (2 Nq + 2 Nkv) D bytes at least,
// keys and values again for each 128 rows, mostly from the second-level cache.
// Grid (tiles of 128 rows of all sequences or more, Nkv), 128 threads; tiling and shared memory: attention_forward.h.
#include "attention_forward.h"

namespace {

template <int D, typename T>
__device__ __forceinline__ void attention(
    const T* q, const T* k, const T* v, const int* cuQ, int sequences, i64 tokens, int heads, int keyHeads, int size,
    float scale, int window, T* out, float* stats) {
    const Heads all(heads, keyHeads, size);
    const Place place = locate(blockIdx.x, sequences, [&](int b) {
        return divideUp(rowsOf(cuQ, b, all.group.by), FORWARD_ROWS);
    });
    if (place.sequence == sequences) return;
    const Rows rows(all, cuQ, nullptr, place.sequence, blockIdx.y);
    const PackedKeys<T> keys(k, v, all, rows.token, rows.keyHead);
    // Late rows see the most keys, so they come first.
    attendTile<D>(
        q, keys, rows, (place.count - 1 - place.index) * FORWARD_ROWS, scale * LOG2_E, window, out, stats, tokens);
}

}  // namespace

#define DEFINE(D, T, S)                                                                                              \
    extern "C" __global__ void __launch_bounds__(128, 2) attention_##D##_##S(                                        \
        const T* q, const T* k, const T* v, const int* cuQ, int sequences, i64 tokens, int heads, int keyHeads,      \
        int size, float scale, int window, T* out, float* stats) {                                                   \
        attention<D>(q, k, v, cuQ, sequences, tokens, heads, keyHeads, size, scale, window, out, stats);             \
    }                                                                                                                \
    HEARTH_EXPORT(attention_##D##_##S)
DEFINE(64, bf16, bf16)
DEFINE(80, bf16, bf16)
DEFINE(96, bf16, bf16)
DEFINE(128, bf16, bf16)
DEFINE(64, f16, f16)
DEFINE(80, f16, f16)
DEFINE(96, f16, f16)
DEFINE(128, f16, f16)
#undef DEFINE
