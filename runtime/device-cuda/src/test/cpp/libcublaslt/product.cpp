// The product, by blocks that are copied to f32 and stay in the caches: panels of ROWS rows of op(a) and COLUMNS columns of
// op(b), element k of all rows or columns side by side.
#include "product.h"

#include <algorithm>
#include <vector>

namespace {

#ifdef __AVX__
constexpr int LANES = 8;
#else
constexpr int LANES = 4;
#endif
constexpr int ROWS = 2 * LANES, COLUMNS = 6;
constexpr int64_t BLOCK_M = 128, BLOCK_N = 16 * COLUMNS, BLOCK_K = 256;

typedef float Lanes __attribute__((vector_size(LANES * 4)));

// Copies a block of `length` x `depth` elements into panels of `width`, which are filled up with zeros. Element (i, k) of
// the block is at from[i * strideI + k * strideK].
template <DataType TYPE>
void pack(const Matrix& matrix, int64_t first, int64_t strideI, int64_t strideK, int64_t length, int64_t depth, int width,
          float* to) {
    typedef Element<TYPE> Type;
    const typename Type::Stored* from = static_cast<const typename Type::Stored*>(matrix.data) + first;
    for (int64_t begin = 0; begin < length; begin += width) {
        const int64_t count = std::min<int64_t>(width, length - begin);
        const typename Type::Stored* panel = from + begin * strideI;
        for (int64_t k = 0; k < depth; k++) {
            for (int64_t i = 0; i < count; i++) to[k * width + i] = Type::load(panel[i * strideI + k * strideK]);
            for (int64_t i = count; i < width; i++) to[k * width + i] = 0;
        }
        to += depth * width;
    }
}

void pack(const Matrix& matrix, bool transposed, int64_t i, int64_t k, int64_t length, int64_t depth, int width, float* to) {
    const int64_t strideI = transposed ? matrix.stride : 1, strideK = transposed ? 1 : matrix.stride;
    const int64_t first = i * strideI + k * strideK;
    switch (matrix.type) {
    case R_32F: return pack<R_32F>(matrix, first, strideI, strideK, length, depth, width, to);
    case R_16F: return pack<R_16F>(matrix, first, strideI, strideK, length, depth, width, to);
    case R_16BF: return pack<R_16BF>(matrix, first, strideI, strideK, length, depth, width, to);
    }
}

// sums[column][row] += a panel of rows times a panel of columns.
void accumulate(const float* rows, const float* columns, int64_t depth, float* sums, int64_t stride) {
    Lanes low[COLUMNS], high[COLUMNS];
    for (int c = 0; c < COLUMNS; c++) {
        __builtin_memcpy(&low[c], sums + c * stride, sizeof(Lanes));
        __builtin_memcpy(&high[c], sums + c * stride + LANES, sizeof(Lanes));
    }
    for (int64_t k = 0; k < depth; k++) {
        Lanes a0, a1;
        __builtin_memcpy(&a0, rows + k * ROWS, sizeof(Lanes));
        __builtin_memcpy(&a1, rows + k * ROWS + LANES, sizeof(Lanes));
#pragma GCC unroll 6
        for (int c = 0; c < COLUMNS; c++) {
            const float b = columns[k * COLUMNS + c];
            low[c] += a0 * b;
            high[c] += a1 * b;
        }
    }
    for (int c = 0; c < COLUMNS; c++) {
        __builtin_memcpy(sums + c * stride, &low[c], sizeof(Lanes));
        __builtin_memcpy(sums + c * stride + LANES, &high[c], sizeof(Lanes));
    }
}

template <DataType TYPE>
void finish(const Product& p, int64_t i, int64_t j, int64_t rows, int64_t columns, const float* sums) {
    typedef Element<TYPE> Type;
    typedef typename Type::Stored Stored;
    for (int64_t c = 0; c < columns; c++) {
        const Stored* before = static_cast<const Stored*>(p.c.data) + (j + c) * p.c.stride + i;
        Stored* out = static_cast<Stored*>(p.out) + (j + c) * p.strideOut + i;
        for (int64_t r = 0; r < rows; r++) {
            float x = p.alpha * sums[c * BLOCK_M + r];
            if (p.beta != 0) x += p.beta * Type::load(before[r]);
            if (p.bias != nullptr) x += Type::load(static_cast<const Stored*>(p.bias)[i + r]);
            out[r] = Type::store(x);
        }
    }
}

void finish(const Product& p, int64_t i, int64_t j, int64_t rows, int64_t columns, const float* sums) {
    switch (p.c.type) {
    case R_32F: return finish<R_32F>(p, i, j, rows, columns, sums);
    case R_16F: return finish<R_16F>(p, i, j, rows, columns, sums);
    case R_16BF: return finish<R_16BF>(p, i, j, rows, columns, sums);
    }
}

}  // namespace

void multiply(const Product& p) {
    std::vector<float> rows(BLOCK_M * BLOCK_K), columns(BLOCK_N * BLOCK_K), sums(BLOCK_M * BLOCK_N);
    for (int64_t j = 0; j < p.n; j += BLOCK_N) {
        const int64_t width = std::min(BLOCK_N, p.n - j);
        for (int64_t i = 0; i < p.m; i += BLOCK_M) {
            const int64_t height = std::min(BLOCK_M, p.m - i);
            std::fill(sums.begin(), sums.end(), 0.0f);
            for (int64_t k = 0; k < p.k; k += BLOCK_K) {
                const int64_t depth = std::min(BLOCK_K, p.k - k);
                pack(p.a, p.transposeA, i, k, height, depth, ROWS, rows.data());
                pack(p.b, !p.transposeB, j, k, width, depth, COLUMNS, columns.data());
                for (int64_t c = 0; c < width; c += COLUMNS) {
                    for (int64_t r = 0; r < height; r += ROWS) {
                        accumulate(&rows[r * depth], &columns[c * depth], depth, &sums[c * BLOCK_M + r], BLOCK_M);
                    }
                }
            }
            finish(p, i, j, height, width, sums.data());
        }
    }
}
