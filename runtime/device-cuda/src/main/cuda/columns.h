// Sums over rows, column by column, in two passes without atomics: every block adds up a part of the rows, and add_parts
// (columns.cu) adds up the parts in their order. How rows are cut into parts is the host's choice by shape alone.
#pragma once

#include "wide.h"

// Threads of a block: 32 side by side, each with as many columns as one access moves, and LINES such lines one below another.
constexpr int COLUMN_LINES = 8;
constexpr int COLUMN_THREADS = 32 * COLUMN_LINES;

// parts[part][c] = sum over the part's rows of source.at(row, c), for all c < width. Part blockIdx.y has rowsPerPart rows;
// blocks along x share the columns. `wide`: N columns may be read at a time.
template <int N, typename Source>
__device__ __forceinline__ void sumColumns(
        const Source& source, float* parts, i64 rows, i64 width, i64 rowsPerPart, float (*shared)[32 * N]) {
    const int lane = threadIdx.x % 32, line = threadIdx.x / 32;
    const i64 from = blockIdx.y * rowsPerPart;
    const i64 to = min(from + rowsPerPart, rows);
    for (i64 tile = static_cast<i64>(blockIdx.x) * 32 * N; tile < width; tile += static_cast<i64>(gridDim.x) * 32 * N) {
        const i64 column = tile + lane * N;
        float sum[N];
#pragma unroll
        for (int j = 0; j < N; j++) sum[j] = 0.0f;
        if (column < width) {
#pragma unroll 2
            for (i64 row = from + line; row < to; row += COLUMN_LINES) {
                float x[N];
                source.at(row, column, x);
#pragma unroll
                for (int j = 0; j < N; j++) sum[j] += x[j];
            }
        }
#pragma unroll
        for (int j = 0; j < N; j++) shared[line][lane * N + j] = sum[j];
        __syncthreads();
        for (int i = threadIdx.x; i < 32 * N && tile + i < width; i += COLUMN_THREADS) {
            float total = 0.0f;
#pragma unroll
            for (int k = 0; k < COLUMN_LINES; k++) total += shared[k][i];
            parts[blockIdx.y * width + tile + i] = total;
        }
        __syncthreads();
    }
}

// The same with N by what the source allows: wide access and a width of whole chunks, or single columns.
template <typename T, typename Source>
__device__ __forceinline__ void sumColumns(
        const Source& source, bool wide, float* parts, i64 rows, i64 width, i64 rowsPerPart) {
    __shared__ float shared[COLUMN_LINES * 32 * WIDTH<T>];
    if (wide && width % WIDTH<T> == 0) {
        sumColumns<WIDTH<T>>(
                source, parts, rows, width, rowsPerPart, reinterpret_cast<float(*)[32 * WIDTH<T>]>(shared));
    } else {
        sumColumns<1>(source, parts, rows, width, rowsPerPart, reinterpret_cast<float(*)[32]>(shared));
    }
}
