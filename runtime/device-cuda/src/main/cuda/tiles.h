// Tiles of 16-bit elements in shared memory, and matrix products of them on tensor cores.
//
// A tile's rows are D elements, D a multiple of 16, and lie D + 8 elements apart: an odd number of 16-byte pieces, so that
// the eight rows which ldmatrix reads at once lie in different banks, and every address is a base and a constant. Heads of
// fewer than D elements are filled up with zeros.
//
// Fragments are registers of a warp in the layout of mma.m16n8k16 (ptx.h): A is 16 x 16, B 16 x 16 (two operands of 16 x 8,
// side by side), a sum 16 x 8 in f32. Lane l holds rows l / 4 and l / 4 + 8 of a sum, columns 2 (l % 4) and the next one.
#pragma once

#include "attention.h"

namespace {

template <int D>
constexpr int TILE_STRIDE = D + 8;

// Elements of a tile.
template <int D, int ROWS>
constexpr int TILE = ROWS * TILE_STRIDE<D>;

// ---- Filling ----------------------------------------------------------------------------------------------------------

// Copies rows in the background: row r from from(r) on if has(r), else zeros. Threads 0 to THREADS - 1 take part; a row is
// brought by as many neighbouring threads as divide its pieces of 16 bytes evenly.
template <int D, int ROWS, int THREADS, typename T, typename Has, typename From>
__device__ __forceinline__ void loadTile(T* tile, int thread, int size, Has has, From from) {
    constexpr int PIECES = D / 8, SIDE = PIECES & -PIECES, STEP = THREADS / SIDE;
    const int column = thread % SIDE * 8;
#pragma unroll
    for (int i = 0; i < ROWS; i += STEP) {
        const int r = i + thread / SIDE;
        if (STEP > ROWS && r >= ROWS) break;
        const bool present = has(r);
        const T* source = from(r) + column;
#pragma unroll
        for (int c = 0; c < D; c += SIDE * 8) {
            ptx::copyAsync16(
                tile + r * TILE_STRIDE<D> + column + c, source + c, present && column + c < size);
        }
    }
}

// Rows `first` to `first + ROWS` of q or what is shaped like it; those from `end` on are zeros.
template <int D, int ROWS, int THREADS, typename T>
__device__ __forceinline__ void loadRows(T* tile, int thread, const T* base, const Rows& rows, int first, int end) {
    loadTile<D, ROWS, THREADS>(
        tile,
        thread,
        rows.heads.size,
        [&](int r) { return first + r < end; },
        [&](int r) { return base + rows.element(first + r); });
}

// Keys or values `first` to `first + ROWS`, `first` a multiple of ROWS; those outside of [low, end) are zeros and are not
// looked at. `first` is below `end`.
template <int D, int ROWS, int THREADS, typename T, typename Keys>
__device__ __forceinline__ void loadKeys(
    T* tile, int thread, const T* base, const Keys& keys, int size, int first, int low, int end) {
    const auto has = [&](int r) { return static_cast<u32>(first - low + r) < static_cast<u32>(end - low); };
    if (keys.template together<ROWS>()) {
        const T* start = base + keys.place(first);
        loadTile<D, ROWS, THREADS>(tile, thread, size, has, [&](int r) { return start + r * keys.stride; });
    } else {
        loadTile<D, ROWS, THREADS>(
            tile, thread, size, has, [&](int r) { return has(r) ? base + keys.place(first + r) : base; });
    }
}

// ---- Fragments --------------------------------------------------------------------------------------------------------

typedef u32 Fragment[4];

// A: 16 rows of the tile from `row`, 16 columns from `column`.
template <int D, typename T>
__device__ __forceinline__ void loadA(Fragment& a, const T* tile, int row, int column) {
    const int lane = threadIdx.x % 32;
    ptx::loadMatrices(a, tile + (row + lane % 16) * TILE_STRIDE<D> + column + lane / 16 * 8);
}

// B, transposed: its 16 columns are rows of the tile from `row`, its 16 rows are columns from `column`.
template <int D, typename T>
__device__ __forceinline__ void loadRowsAsB(Fragment& b, const T* tile, int row, int column) {
    const int lane = threadIdx.x % 32;
    ptx::loadMatrices(
        b, tile + (row + lane % 8 + lane / 16 * 8) * TILE_STRIDE<D> + column + lane / 8 % 2 * 8);
}

// B as it lies: 16 rows of the tile from `row`, 16 columns from `column`.
template <int D, typename T>
__device__ __forceinline__ void loadB(Fragment& b, const T* tile, int row, int column) {
    const int lane = threadIdx.x % 32;
    ptx::loadMatricesTransposed(b, tile + (row + lane % 16) * TILE_STRIDE<D> + column + lane / 16 * 8);
}

// Sums of 16 x 8, side by side.
template <int COUNT>
struct Sums {
    float at[COUNT][4];

    __device__ __forceinline__ void clear() {
#pragma unroll
        for (int n = 0; n < COUNT; n++) {
#pragma unroll
            for (int i = 0; i < 4; i++) at[n][i] = 0.0f;
        }
    }
};

__device__ __forceinline__ void multiply(float (&sum)[4], const Fragment& a, u32 b0, u32 b1, bf16) {
    const u32 b[2] = {b0, b1};
    ptx::mmaBf16(sum, a, b);
}

__device__ __forceinline__ void multiply(float (&sum)[4], const Fragment& a, u32 b0, u32 b1, f16) {
    const u32 b[2] = {b0, b1};
    ptx::mmaF16(sum, a, b);
}

// sums[2 n], sums[2 n + 1] += a b
template <typename T, int COUNT>
__device__ __forceinline__ void multiply(Sums<COUNT>& sums, int n, const Fragment& a, const Fragment& b) {
    multiply(sums.at[2 * n], a, b[0], b[1], T{});
    multiply(sums.at[2 * n + 1], a, b[2], b[3], T{});
}

__device__ __forceinline__ u32 pack(float low, float high, bf16) { return ptx::packBf16(low, high); }
__device__ __forceinline__ u32 pack(float low, float high, f16) { return ptx::packF16(low, high); }

// Columns 16 n to 16 n + 15 of sums, rounded, as A of the next product.
template <typename T, int COUNT>
__device__ __forceinline__ void asA(Fragment& a, const Sums<COUNT>& sums, int n) {
    a[0] = pack(sums.at[2 * n][0], sums.at[2 * n][1], T{});
    a[1] = pack(sums.at[2 * n][2], sums.at[2 * n][3], T{});
    a[2] = pack(sums.at[2 * n + 1][0], sums.at[2 * n + 1][1], T{});
    a[3] = pack(sums.at[2 * n + 1][2], sums.at[2 * n + 1][3], T{});
}

// ---- Results ----------------------------------------------------------------------------------------------------------

// Writes 16 rows of sums, each half of a row times its factor, into rows of a tile from `row` on.
template <int D, typename T>
__device__ __forceinline__ void storeSums(T* tile, int row, const Sums<D / 8>& sums, float upper, float lower) {
    const int lane = threadIdx.x % 32;
    T* to = tile + (row + lane / 4) * TILE_STRIDE<D> + lane % 4 * 2;
#pragma unroll
    for (int n = 0; n < D / 8; n++) {
        *reinterpret_cast<u32*>(to + n * 8) = pack(sums.at[n][0] * upper, sums.at[n][1] * upper, T{});
        *reinterpret_cast<u32*>(to + n * 8 + 8 * TILE_STRIDE<D>) =
            pack(sums.at[n][2] * lower, sums.at[n][3] * lower, T{});
    }
}

// Copies rows of a tile from `row` on to where `to(r)` says, or nowhere if that is null. One warp.
template <int D, int ROWS, typename T, typename To>
__device__ __forceinline__ void storeTile(const T* tile, int row, int size, To to) {
    constexpr int PIECES = D / 8;
#pragma unroll
    for (int i = 0; i < ROWS * PIECES / 32; i++) {
        const int piece = static_cast<int>(threadIdx.x) % 32 + i * 32;
        const int r = piece / PIECES, column = piece % PIECES * 8;
        T* target = to(r);
        if (target != nullptr && column < size) {
            storeWide(target + column, loadWide(tile + (row + r) * TILE_STRIDE<D> + column));
        }
    }
}

}  // namespace
