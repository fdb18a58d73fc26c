// Products of few rows with a weight: a block makes a strip of sixteen output features for up to ROWS rows.
//
// The weight is read once, past the first-level cache, sixteen bytes a lane and several of them ahead; the inner dimension is
// dealt to the warps of the block in turns. bf16 and f16 are multiplied by tensor cores, which leave the weight's memory as
// the only bound; f32 by the multipliers. A row's sums are made by the same steps in the same order, whichever rows and how many
// stand beside it.
//
// A lane's sixteen bytes are elements that lie side by side, not those which the matrix instruction numbers so: the sum over the
// inner dimension takes them in any order, as long as both factors have the same one.
#pragma once

#include "hearth.h"

constexpr int STRIP = 16;
constexpr int STRIP_WARPS = 8;
constexpr int STRIP_THREADS = 32 * STRIP_WARPS;

__device__ __forceinline__ void multiply(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2], bf16) { ptx::mmaBf16(d, a, b); }
__device__ __forceinline__ void multiply(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2], f16) { ptx::mmaF16(d, a, b); }

// Sums of lane (g, t) = (lane / 4, lane % 4): features g and g + 8, whose elements it loads four lanes together, and rows 2 t
// and 2 t + 1 of each eight. Two chains, so that an instruction does not wait for the one before.
template <typename T, int ROWS>
struct Sums {
    static constexpr int LOADED = ROWS / 8;  // rows that a lane loads: g and each eighth after it
    float d[2][LOADED][4] = {};

    __device__ __forceinline__ static int loadedRow(int i) { return threadIdx.x % 32 / 4 + 8 * i; }

    __device__ __forceinline__ void take(const uint4& w, const uint4& v, const uint4 (&x)[LOADED]) {
        const u32 a[2][4] = {{w.x, v.x, w.y, v.y}, {w.z, v.z, w.w, v.w}};
#pragma unroll
        for (int i = 0; i < LOADED; i++) {
            const u32 b[2][2] = {{x[i].x, x[i].y}, {x[i].z, x[i].w}};
            multiply(d[0][i], a[0], b[0], T{});
            multiply(d[1][i], a[1], b[1], T{});
        }
    }

    // Puts the warp's sums to shared[row][feature].
    __device__ __forceinline__ void store(float* shared) const {
        const int g = threadIdx.x % 32 / 4, t = threadIdx.x % 4;
#pragma unroll
        for (int i = 0; i < LOADED; i++)
#pragma unroll
            for (int j = 0; j < 4; j++)
                shared[(8 * i + 2 * t + j % 2) * STRIP + g + j / 2 * 8] = d[0][i][j] + d[1][i][j];
    }
};

template <int ROWS>
struct Sums<float, ROWS> {
    static constexpr int LOADED = ROWS;
    float d[2][ROWS] = {};

    __device__ __forceinline__ static int loadedRow(int i) { return i; }

    __device__ __forceinline__ static float dot(const uint4& a, const uint4& b, float sum) {
        sum = fmaf(__uint_as_float(a.x), __uint_as_float(b.x), sum);
        sum = fmaf(__uint_as_float(a.y), __uint_as_float(b.y), sum);
        sum = fmaf(__uint_as_float(a.z), __uint_as_float(b.z), sum);
        return fmaf(__uint_as_float(a.w), __uint_as_float(b.w), sum);
    }

    __device__ __forceinline__ void take(const uint4& w, const uint4& v, const uint4 (&x)[LOADED]) {
#pragma unroll
        for (int i = 0; i < ROWS; i++) {
            d[0][i] = dot(w, x[i], d[0][i]);
            d[1][i] = dot(v, x[i], d[1][i]);
        }
    }

    __device__ __forceinline__ void store(float* shared) const {
        const int g = threadIdx.x % 32 / 4, t = threadIdx.x % 4;
#pragma unroll
        for (int i = 0; i < ROWS; i++)
#pragma unroll
            for (int half = 0; half < 2; half++) {
                float sum = d[half][i];
                sum += __shfl_xor_sync(HEARTH_FULL_WARP, sum, 1);
                sum += __shfl_xor_sync(HEARTH_FULL_WARP, sum, 2);
                if (t == 0) shared[i * STRIP + g + half * 8] = sum;
            }
    }
};

// How sixteen bytes of a row are read: at once; at once, or zeros if they lie beyond its end; or element by element.
enum class Read { WHOLE, EDGE, SINGLE };

// Sixteen bytes from element k of a row of `width` elements; ONCE if nobody will read them again.
template <Read READ, bool ONCE, typename T>
__device__ __forceinline__ uint4 sixteen(const T* row, i64 k, i64 width) {
    if constexpr (READ == Read::SINGLE) {
        union {
            T at[Wide<T>::COUNT];
            uint4 all;
        } to;
        to.all = make_uint4(0, 0, 0, 0);
#pragma unroll
        for (int j = 0; j < Wide<T>::COUNT; j++)
            if (k + j < width) to.at[j] = row[k + j];
        return to.all;
    } else {
        if (READ == Read::EDGE && k >= width) return make_uint4(0, 0, 0, 0);
        return ONCE ? ptx::loadStreaming(row + k) : *reinterpret_cast<const uint4*>(row + k);
    }
}

// What a lane reads: its part of two features and of some rows.
template <typename T, int ROWS>
struct Operands {
    static constexpr int LANE = Wide<T>::COUNT, STEP = 4 * LANE, LOADED = Sums<T, ROWS>::LOADED;
    const T *low, *high, *x;
    i64 stride, width;
    int rows;

    // Features and rows that are not there are read as the last one, and left out when the sums are written.
    __device__ __forceinline__ Operands(const T* x, i64 stride, int rows, const T* weight, i64 in, i64 out, i64 first)
        : stride(stride), rows(rows) {
        const int lane = threadIdx.x % 32, g = lane / 4, offset = lane % 4 * LANE;
        const i64 last = out - 1;
        low = weight + (first + g < last ? first + g : last) * in + offset;
        high = weight + (first + g + 8 < last ? first + g + 8 : last) * in + offset;
        this->x = x + offset;
        width = in - offset;
    }

    // AHEAD steps from element k on.
    template <Read READ, int AHEAD>
    __device__ __forceinline__ void addTo(Sums<T, ROWS>& sums, i64 k) const {
        uint4 w[AHEAD], v[AHEAD];
#pragma unroll
        for (int step = 0; step < AHEAD; step++) {
            w[step] = sixteen<READ, true>(low, k + step * STEP, width);
            v[step] = sixteen<READ, true>(high, k + step * STEP, width);
        }
#pragma unroll
        for (int step = 0; step < AHEAD; step++) {
            uint4 from[LOADED];
#pragma unroll
            for (int i = 0; i < LOADED; i++) {
                const int row = Sums<T, ROWS>::loadedRow(i);
                from[i] = sixteen<READ, false>(x + (row < rows ? row : rows - 1) * stride, k + step * STEP, width);
            }
            sums.take(w[step], v[step], from);
        }
    }
};

// The sums of this warp over its turns of the inner dimension.
template <typename T, int ROWS>
__device__ __forceinline__ Sums<T, ROWS> sumsOfWarp(
    const T* x, i64 stride, int rows, const T* weight, i64 in, i64 out, i64 first) {
    // Eight loads of weights are under way in each lane; those of f32 rows need the registers.
    constexpr int AHEAD = sizeof(T) == 2 ? 4 : 2, STEP = Operands<T, ROWS>::STEP, TURN = AHEAD * STEP;
    const Operands<T, ROWS> operands(x, stride, rows, weight, in, out, first);
    Sums<T, ROWS> sums;
    const int warp = threadIdx.x / 32;
    if (isWide(x, stride) && isWide(weight, in)) {
        i64 k = warp * TURN;
        for (; k + TURN <= in; k += STRIP_WARPS * TURN) operands.template addTo<Read::WHOLE, AHEAD>(sums, k);
        if (k < in) operands.template addTo<Read::EDGE, AHEAD>(sums, k);
    } else {
        for (i64 k = warp * STEP; k < in; k += STRIP_WARPS * STEP) operands.template addTo<Read::SINGLE, 1>(sums, k);
    }
    return sums;
}

// y = x W^T for features first to first + 15 of `out`, and `rows` rows, at least one: write(row, feature, sum) is called once
// for each that is there. `shared` has STRIP_WARPS * ROWS * STRIP floats and may be used again by the next call.
template <typename T, int ROWS, typename Write>
__device__ __forceinline__ void strip(
    const T* x, i64 stride, int rows, const T* weight, i64 in, i64 out, i64 first, float* shared, const Write& write) {
    const Sums<T, ROWS> sums = sumsOfWarp<T, ROWS>(x, stride, rows, weight, in, out, first);
    __syncthreads();
    sums.store(shared + threadIdx.x / 32 * ROWS * STRIP);
    __syncthreads();
    for (int i = threadIdx.x; i < rows * STRIP; i += STRIP_THREADS) {
        float sum = 0.0f;
#pragma unroll
        for (int warp = 0; warp < STRIP_WARPS; warp++) sum += shared[warp * ROWS * STRIP + i];
        if (first + i % STRIP < out) write(i / STRIP, first + i % STRIP, sum);
    }
}
