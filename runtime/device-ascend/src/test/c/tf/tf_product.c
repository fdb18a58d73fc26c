#include "tf_product.h"

#include <string.h>

/* Vectors of the compiler's own, which it lowers to whatever the processor has. */
typedef float lanes __attribute__((vector_size(32), aligned(4), may_alias));
enum { LANES = 8, ROWS = 4 };

#define AT(p) (*(lanes *) (p))
#define CAT(p) (*(const lanes *) (p))

static inline __attribute__((always_inline)) void tile(int64_t rows, int64_t k, const float *a, int64_t lda,
                                                       const float *b, int64_t ldb, float *c, int64_t ldc, bool add) {
    lanes sum[ROWS][2];
    for (int64_t r = 0; r < rows; r++) {
        sum[r][0] = add ? CAT(c + r * ldc) : (lanes) {0};
        sum[r][1] = add ? CAT(c + r * ldc + LANES) : (lanes) {0};
    }
    for (int64_t p = 0; p < k; p++) {
        lanes b0 = CAT(b + p * ldb), b1 = CAT(b + p * ldb + LANES);
        for (int64_t r = 0; r < rows; r++) {
            sum[r][0] += a[r * lda + p] * b0;
            sum[r][1] += a[r * lda + p] * b1;
        }
    }
    for (int64_t r = 0; r < rows; r++) {
        AT(c + r * ldc) = sum[r][0];
        AT(c + r * ldc + LANES) = sum[r][1];
    }
}

static inline __attribute__((always_inline)) void edge(int64_t rows, int64_t columns, int64_t k, const float *a, int64_t lda,
                                                       const float *b, int64_t ldb, float *c, int64_t ldc, bool add) {
    for (int64_t r = 0; r < rows; r++) {
        float *to = c + r * ldc;
        if (!add) {
            memset(to, 0, (size_t) columns * sizeof *to);
        }
        for (int64_t p = 0; p < k; p++) {
            const float factor = a[r * lda + p], *from = b + p * ldb;
            for (int64_t j = 0; j < columns; j++) {
                to[j] += factor * from[j];
            }
        }
    }
}

TF_FAST void tf_product(int64_t m, int64_t n, int64_t k, const float *a, int64_t lda, const float *b, int64_t ldb, float *c,
                        int64_t ldc, bool add) {
    const int64_t wide = 2 * LANES, whole = n - n % wide;
    /* Stretches of k keep the part of b that a column of tiles reads in the nearest cache. */
    enum { STRETCH = 512 };
    for (int64_t p = 0; p < k || p == 0; p += STRETCH) {
        const int64_t part = k - p < STRETCH ? k - p : STRETCH;
        const bool sums = add || p > 0;
        for (int64_t j = 0; j < whole; j += wide) {
            int64_t i = 0;
            for (; i + ROWS <= m; i += ROWS) {
                tile(ROWS, part, a + i * lda + p, lda, b + p * ldb + j, ldb, c + i * ldc + j, ldc, sums);
            }
            for (; i < m; i++) {
                tile(1, part, a + i * lda + p, lda, b + p * ldb + j, ldb, c + i * ldc + j, ldc, sums);
            }
        }
        if (whole < n) {
            edge(m, n - whole, part, a + p, lda, b + p * ldb + whole, ldb, c + whole, ldc, sums);
        }
    }
}

void tf_transpose(const float *from, int64_t rows, int64_t columns, int64_t from_row, float *to, int64_t to_row) {
    enum { TILE = 16 };
    for (int64_t i = 0; i < rows; i += TILE) {
        const int64_t last = i + TILE < rows ? i + TILE : rows;
        for (int64_t j = 0; j < columns; j += TILE) {
            const int64_t end = j + TILE < columns ? j + TILE : columns;
            for (int64_t r = i; r < last; r++) {
                for (int64_t c = j; c < end; c++) {
                    to[c * to_row + r] = from[r * from_row + c];
                }
            }
        }
    }
}
