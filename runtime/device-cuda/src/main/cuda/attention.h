// What the attention kernels share: which rows a block works on, which keys a row sees, and where keys lie.
//
// The G = Nq / Nkv query heads that share a key-value head are worked on together, so that keys are loaded once for all of
// them: row r of a sequence and key-value head is query r / G, head r % G of the group. In q, [T, Nq, D], the rows of a
// token follow one another. A row at position p of its sequence sees key j if j <= p and, with a window, p - j < window.
//
// Blocks find their work from the device's lengths alone. A grid that is larger than the work is fine.
#pragma once

#include "hearth.h"

namespace {

constexpr float LOG2_E = 1.44269504f;

// A sequence of at most so many rows to a key-value head decodes: its keys are split over blocks (paged_decode.cu). Longer
// ones go through tiles of rows (attention_forward.h). Follows from the sequence alone, so that its result does too.
constexpr int FEW_ROWS = 64;

// Division by a number that a launch does not change; exact while r * by < 2^32.
struct Divisor {
    u32 by, magic;

    __device__ __forceinline__ explicit Divisor(int by)
        : by(static_cast<u32>(by)), magic(by == 1 ? 0 : 0xffffffffu / static_cast<u32>(by) + 1) {}

    __device__ __forceinline__ int of(int r) const {
        return by == 1 ? r : static_cast<int>((static_cast<u64>(r) * magic) >> 32);
    }
};

__device__ __forceinline__ int divideUp(int n, int unit) { return (n + unit - 1) / unit; }

// Units of work of several sequences, one sequence after the other: where unit `unit` lies.
struct Place {
    int sequence;  // number of sequences if there are not so many units
    int index;     // of the unit within its sequence
    int count;     // units of the sequence
};

// All lanes of the warp ask for the same unit; count(b) is the number of units of sequence b.
template <typename Count>
__device__ __forceinline__ Place locate(int unit, int sequences, Count count) {
    const int lane = threadIdx.x % 32;
    for (int base = 0; base < sequences; base += 32) {
        const int mine = base + lane < sequences ? count(base + lane) : 0;
        int upTo = mine;
#pragma unroll
        for (int offset = 1; offset < 32; offset <<= 1) {
            const int other = __shfl_up_sync(HEARTH_FULL_WARP, upTo, offset);
            if (lane >= offset) upTo += other;
        }
        const u32 beyond = __ballot_sync(HEARTH_FULL_WARP, upTo > unit);
        if (beyond != 0) {
            const int owner = __ffs(static_cast<int>(beyond)) - 1;
            const int before = __shfl_sync(HEARTH_FULL_WARP, upTo - mine, owner);
            return Place{base + owner, unit - before, __shfl_sync(HEARTH_FULL_WARP, mine, owner)};
        }
        unit -= __shfl_sync(HEARTH_FULL_WARP, upTo, 31);
    }
    return Place{sequences, 0, 0};
}

// Units of all sequences before b.
template <typename Count>
__device__ __forceinline__ int unitsBefore(int b, Count count) {
    int sum = 0;
    for (int i = static_cast<int>(threadIdx.x) % 32; i < b; i += 32) sum += count(i);
#pragma unroll
    for (int offset = 16; offset > 0; offset >>= 1) sum += __shfl_xor_sync(HEARTH_FULL_WARP, sum, offset);
    return sum;
}

// First key that a query at `position` sees.
__device__ __forceinline__ int firstKey(int position, int window) {
    return window > 0 && position >= window ? position + 1 - window : 0;
}

__device__ __forceinline__ bool isVisible(int key, int position, int window) {
    return key <= position && (window == 0 || position - key < window);
}

// How many heads there are of each kind, and their size.
struct Heads {
    int query, keyValue, size;
    Divisor group;

    __device__ __forceinline__ Heads(int query, int keyValue, int size)
        : query(query), keyValue(keyValue), size(size), group(query / keyValue) {}
};

// The rows of one sequence for one key-value head.
struct Rows {
    int token;     // of the first query
    int position;  // of the first query among the sequence's keys
    int count;
    int keyHead;
    Heads heads;

    __device__ __forceinline__ Rows(Heads heads, const int* cuQ, const int* kvLen, int sequence, int keyHead)
        : token(__ldg(cuQ + sequence)), keyHead(keyHead), heads(heads) {
        const int queries = __ldg(cuQ + sequence + 1) - token;
        count = queries * static_cast<int>(heads.group.by);
        position = kvLen == nullptr ? 0 : __ldg(kvLen + sequence) - queries;
    }

    __device__ __forceinline__ int at(int row) const { return position + heads.group.of(row); }

    // Where a row begins in q and what is shaped like it, in elements.
    __device__ __forceinline__ i64 element(int row) const {
        const int query = heads.group.of(row);
        const int head = keyHead * static_cast<int>(heads.group.by) + row - query * static_cast<int>(heads.group.by);
        return (static_cast<i64>(token + query) * heads.query + head) * heads.size;
    }

    // A row's place in statistics, [Nkv, T, G] for T tokens in all: the rows of a sequence follow one another.
    __device__ __forceinline__ i64 statistic(int row, i64 tokens) const {
        return (keyHead * tokens + token) * heads.group.by + row;
    }
};

__device__ __forceinline__ int rowsOf(const int* cuQ, int sequence, int group) {
    return (__ldg(cuQ + sequence + 1) - __ldg(cuQ + sequence)) * group;
}

// Keys and values [T, Nkv, D] of one key-value head and sequence.
template <typename T>
struct PackedKeys {
    int stride;  // between tokens
    i64 first;   // element where they begin
    const T *k, *v;

    __device__ __forceinline__ PackedKeys(const T* k, const T* v, Heads heads, int token, int keyHead)
        : stride(heads.keyValue * heads.size),
          first(static_cast<i64>(token) * stride + keyHead * heads.size),
          k(k + first),
          v(v + first) {}

    __device__ __forceinline__ i64 place(int key) const { return static_cast<i64>(key) * stride; }

    // Whether N keys from a multiple of N on lie `stride` apart.
    template <int N>
    __device__ __forceinline__ bool together() const {
        return true;
    }
};

// Keys and values of one key-value head and sequence in a cache [blocks, block size, Nkv, D].
template <typename T>
struct PagedKeys {
    const T *k, *v;  // of the head in block 0
    int stride;
    const int* table;  // blocks of the sequence
    Divisor blockSize;

    __device__ __forceinline__ PagedKeys(
        const T* kCache, const T* vCache, Heads heads, const int* table, Divisor blockSize, int keyHead)
        : k(kCache + keyHead * heads.size),
          v(vCache + keyHead * heads.size),
          stride(heads.keyValue * heads.size),
          table(table),
          blockSize(blockSize) {}

    __device__ __forceinline__ i64 place(int key) const {
        const int size = static_cast<int>(blockSize.by), block = blockSize.of(key);
        return (static_cast<i64>(__ldg(table + block)) * size + key - block * size) * stride;
    }

    template <int N>
    __device__ __forceinline__ bool together() const {
        return blockSize.by % N == 0;
    }
};

}  // namespace
