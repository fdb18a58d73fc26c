// A running softmax over pieces of a row (Milakov and Gimelshein 2018; Dao et al. 2022), in base 2, for sums in the layout of
// tensor cores: a lane holds parts of two rows, four neighbouring lanes hold a row together.
#pragma once

#include "tiles.h"

namespace {

// Of the two rows of a lane: largest score so far, before scaling, the same in all four lanes of the row; and this lane's
// part of the sum of exponentials relative to it.
struct RunningSoftmax {
    float top[2], sum[2];

    __device__ __forceinline__ void clear() {
        top[0] = top[1] = -HEARTH_INFINITY;
        sum[0] = sum[1] = 0.0f;
    }

    // Turns scores into 2^(scale (score - top)). What was summed with earlier weights must be multiplied by factor[row].
    template <int COUNT>
    __device__ __forceinline__ void next(Sums<COUNT>& scores, float scale, float (&factor)[2]) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float best = top[half];
#pragma unroll
            for (int n = 0; n < COUNT; n++) {
                best = fmaxf(best, fmaxf(scores.at[n][2 * half], scores.at[n][2 * half + 1]));
            }
            best = fmaxf(best, __shfl_xor_sync(HEARTH_FULL_WARP, best, 1));
            best = fmaxf(best, __shfl_xor_sync(HEARTH_FULL_WARP, best, 2));
            // A row that has seen no key yet.
            const float shift = best == -HEARTH_INFINITY ? 0.0f : best * scale;
            factor[half] = ptx::exp2Fast(top[half] * scale - shift);
            float part = 0.0f;
#pragma unroll
            for (int n = 0; n < COUNT; n++) {
#pragma unroll
                for (int i = 2 * half; i < 2 * half + 2; i++) {
                    scores.at[n][i] = ptx::exp2Fast(fmaf(scores.at[n][i], scale, -shift));
                    part += scores.at[n][i];
                }
            }
            top[half] = best;
            sum[half] = sum[half] * factor[half] + part;
        }
    }

    // Adds the four lanes' parts of the sums up.
    __device__ __forceinline__ void finish() {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            sum[half] += __shfl_xor_sync(HEARTH_FULL_WARP, sum[half], 1);
            sum[half] += __shfl_xor_sync(HEARTH_FULL_WARP, sum[half], 2);
        }
    }
};

// Takes scores out that a row does not see. Rows of this lane are at `positions`; the first column is key `first`.
template <int COUNT>
__device__ __forceinline__ void maskScores(Sums<COUNT>& scores, const int (&positions)[2], int first, int window) {
    const int key = first + static_cast<int>(threadIdx.x) % 4 * 2;
#pragma unroll
    for (int n = 0; n < COUNT; n++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            if (!isVisible(key + n * 8 + i % 2, positions[i / 2], window)) scores.at[n][i] = -HEARTH_INFINITY;
        }
    }
}

template <int COUNT>
__device__ __forceinline__ void rescale(Sums<COUNT>& sums, const float (&factor)[2]) {
#pragma unroll
    for (int n = 0; n < COUNT; n++) {
#pragma unroll
        for (int i = 0; i < 4; i++) sums.at[n][i] *= factor[i / 2];
    }
}

}  // namespace
