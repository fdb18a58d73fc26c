// What kernels that read whole rows with a block share: the reading itself, and the sum of exponentials on the way.
#pragma once

#include "wide.h"

constexpr float LOG2_E = 1.44269504088896341f;

// Elements until `address` is a multiple of 16 bytes, at most `count`.
template <typename T>
__device__ __forceinline__ int unaligned(const T* address, i64 count) {
    const int head = static_cast<int>((16 - reinterpret_cast<u64>(address) % 16) % 16 / sizeof(T));
    return head < count ? head : static_cast<int>(count);
}

// The threads of a block see every element once, each of them its own in rising order: body(x, i) gets N neighbours from
// element i on as float x[N]. A thread reads AHEAD accesses before it uses the first, which keeps enough bytes under way. Rows
// of an odd width begin anywhere, so a row's first elements are read one by one.
template <int AHEAD, typename T, typename Body>
__device__ __forceinline__ void readRow(const T* row, i64 width, const Body& body) {
    const auto single = [&](i64 i) {
        const float x[1] = {toFloat(row[i])};
        body(x, i);
    };
    const int head = unaligned(row, width);
    if (threadIdx.x < head) single(threadIdx.x);
    const i64 chunks = (width - head) / WIDTH<T>, step = blockDim.x;
    const T* from = row + head;
    i64 chunk = threadIdx.x;
    for (; chunk + (AHEAD - 1) * step < chunks; chunk += AHEAD * step) {
        Wide<T> read[AHEAD];
#pragma unroll
        for (int j = 0; j < AHEAD; j++) read[j] = loadWide(from + (chunk + j * step) * WIDTH<T>);
#pragma unroll
        for (int j = 0; j < AHEAD; j++) {
            float x[WIDTH<T>];
            unpack(read[j], x);
            body(x, head + (chunk + j * step) * WIDTH<T>);
        }
    }
    for (; chunk < chunks; chunk += step) {
        float x[WIDTH<T>];
        unpack(loadWide(from + chunk * WIDTH<T>), x);
        body(x, head + chunk * WIDTH<T>);
    }
    const i64 tail = head + chunks * WIDTH<T> + threadIdx.x;
    if (tail < width) single(tail);
}

// The largest of some numbers, and the sum of exponentials of their distances from it. Not-a-number goes into the sum.
struct Online {
    float top = -HEARTH_INFINITY;
    float sum = 0.0f;

    // What distances are taken from: a maximum of minus infinity would give not-a-number.
    __device__ __forceinline__ static float base(float top) { return top == -HEARTH_INFINITY ? 0.0f : top; }

    // A sum relative to `top` as one relative to `to`.
    __device__ __forceinline__ static float moved(float sum, float top, float to) {
        return sum * ptx::exp2Fast((top - base(to)) * LOG2_E);
    }

    template <int N>
    __device__ __forceinline__ void take(const float (&x)[N]) {
        float next = top;
#pragma unroll
        for (int j = 0; j < N; j++) next = fmaxf(next, x[j]);
        sum = moved(sum, top, next);
#pragma unroll
        for (int j = 0; j < N; j++) sum += ptx::exp2Fast((x[j] - base(next)) * LOG2_E);
        top = next;
    }
};
