// Causal attention over the paged cache for chunks of prompts: sequences of more than FEW_ROWS rows. Fewer rows decode, see
// paged_decode.cu; both kernels are launched for a step that may have both.
//
// q, out [T, Nq, D]; caches [blocks, block size, Nkv, D], bf16 or f16, D a multiple of 8 up to 128; table i32[B, table width];
// cuQ i32[B + 1], kvLen i32[B]. Keys are gathered by the table, in one piece where a block holds whole steps of 64 keys.
// Cost: 4 D operations a visible pair of query and key; keys and values once for each 128 rows.
// Grid (tiles of 128 rows of all sequences or more, Nkv), 128 threads; tiling and shared memory: attention_forward.h.
#include "attention_forward.h"

namespace {

template <int D, typename T>
__device__ __forceinline__ void prefill(
    const T* q, const T* kCache, const T* vCache, const int* table, int tableWidth, int blockSize, const int* cuQ,
    const int* kvLen, int sequences, int heads, int keyHeads, int size, float scale, int window, T* out) {
    const Heads all(heads, keyHeads, size);
    const Place place = locate(blockIdx.x, sequences, [&](int b) {
        const int rows = rowsOf(cuQ, b, all.group.by);
        return rows > FEW_ROWS ? divideUp(rows, FORWARD_ROWS) : 0;
    });
    if (place.sequence == sequences) return;
    const Rows rows(all, cuQ, kvLen, place.sequence, blockIdx.y);
    const PagedKeys<T> keys(
        kCache, vCache, all, table + static_cast<i64>(place.sequence) * tableWidth, Divisor(blockSize), rows.keyHead);
    attendTile<D>(
        q, keys, rows, (place.count - 1 - place.index) * FORWARD_ROWS, scale * LOG2_E, window, out,
        static_cast<float*>(nullptr), 0);
}

}  // namespace

#define DEFINE(D, T, S)                                                                                               \
    extern "C" __global__ void __launch_bounds__(128, 2) paged_prefill_##D##_##S(                                     \
        const T* q, const T* kCache, const T* vCache, const int* table, int tableWidth, int blockSize,                \
        const int* cuQ, const int* kvLen, int sequences, int heads, int keyHeads, int size, float scale, int window,  \
        T* out) {                                                                                                     \
        prefill<D>(                                                                                                   \
            q, kCache, vCache, table, tableWidth, blockSize, cuQ, kvLen, sequences, heads, keyHeads, size, scale,     \
            window, out);                                                                                             \
    }                                                                                                                 \
    HEARTH_EXPORT(paged_prefill_##D##_##S)
DEFINE(64, bf16, bf16)
DEFINE(80, bf16, bf16)
DEFINE(96, bf16, bf16)
DEFINE(128, bf16, bf16)
DEFINE(64, f16, f16)
DEFINE(80, f16, f16)
DEFINE(96, f16, f16)
DEFINE(128, f16, f16)
#undef DEFINE
