/* The product of two dense matrices, quick enough for a small model: blocks of rows and columns that gcc vectorises. */
#include "standin.h"

enum { ROWS = 4, COLUMNS = 64 };

/* c [rows, width] += a b over all k, for up to 4 rows, whose sums stay in registers or close by. */
static void block(float *c, int64_t c_stride, const float *a, const float *b, int64_t b_stride, int64_t k, int rows, int width) {
    float sums[ROWS][COLUMNS] = {{0}};
    if (rows == ROWS && width == COLUMNS) {
        for (int64_t p = 0; p < k; p++) {
            const float *right = b + p * b_stride;
            float a0 = a[p], a1 = a[k + p], a2 = a[2 * k + p], a3 = a[3 * k + p];
            for (int j = 0; j < COLUMNS; j++) {
                sums[0][j] += a0 * right[j];
                sums[1][j] += a1 * right[j];
                sums[2][j] += a2 * right[j];
                sums[3][j] += a3 * right[j];
            }
        }
    } else {
        for (int64_t p = 0; p < k; p++) {
            const float *right = b + p * b_stride;
            for (int r = 0; r < rows; r++) {
                float left = a[r * k + p];
                for (int j = 0; j < width; j++) {
                    sums[r][j] += left * right[j];
                }
            }
        }
    }
    for (int r = 0; r < rows; r++) {
        for (int j = 0; j < width; j++) {
            c[r * c_stride + j] += sums[r][j];
        }
    }
}

void standin_matmul(float *c, const float *a, const float *b, int64_t m, int64_t n, int64_t k, bool accumulate) {
    if (!accumulate) {
        memset(c, 0, (size_t)(m * n) * sizeof *c);
    }
    for (int64_t j = 0; j < n; j += COLUMNS) {
        int width = (int)(n - j < COLUMNS ? n - j : COLUMNS);
        for (int64_t i = 0; i < m; i += ROWS) {
            int rows = (int)(m - i < ROWS ? m - i : ROWS);
            block(c + i * n + j, n, a + i * k, b + j, n, k, rows, width);
        }
    }
}

int64_t *standin_shuffled(int64_t n) {
    static _Thread_local uint64_t state = 0x853c49e6748fea9bu;
    int64_t *order = standin_memory((size_t)n * sizeof *order);
    for (int64_t i = 0; i < n; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        int64_t other = (int64_t)(state % (uint64_t)(i + 1));
        order[i] = order[other];
        order[other] = i;
    }
    return order;
}
