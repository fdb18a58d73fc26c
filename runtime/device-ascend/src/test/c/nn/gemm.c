#include "gemm.h"
#include "standin.h"

#include <stdlib.h>
#include <string.h>

enum { MR = 6, NR = 16, MC = 96, KC = 256 }; /* a tile in registers; rows and terms of a block in the caches */

typedef float Vector __attribute__((vector_size(NR * sizeof(float)), aligned(NR * sizeof(float))));

/* c [MR, NR] (+)= a [k, MR] b [k, NR] */
NN_FAST static void tile(const float *a, const float *b, int64_t k, float *c, int64_t row, bool add) {
    Vector sum[MR] = {{0}};
    const Vector *panel = (const Vector *) b;
    for (int64_t p = 0; p < k; p++) {
        Vector right = panel[p];
        for (int r = 0; r < MR; r++) {
            sum[r] += a[p * MR + r] * right;
        }
    }
    for (int r = 0; r < MR; r++) {
        Vector *to = (Vector *) (c + r * row);
        *to = add ? *to + sum[r] : sum[r];
    }
}

/* b as [panels][k][NR], the last panel padded with zeros. */
static void pack_right(const NnView *b, int64_t k, int64_t n, float *to) {
    int64_t size = nn_size(b->type), panels = (n + NR - 1) / NR;
    float line[NN_CHUNK];
    if (n % NR != 0) {
        memset(to + (panels - 1) * k * NR, 0, (size_t) (k * NR) * sizeof(float));
    }
    if (b->stride[0] == 1 && b->stride[1] != 1) {
        for (int64_t j = 0; j < n; j++) {
            float *column = to + j / NR * k * NR + j % NR;
            for (int64_t first = 0; first < k; first += NN_CHUNK) {
                int64_t terms = k - first < NN_CHUNK ? k - first : NN_CHUNK;
                nn_load_f(b->data + (j * b->stride[1] + first) * size, b->type, 1, terms, line);
                for (int64_t p = 0; p < terms; p++) {
                    column[(first + p) * NR] = line[p];
                }
            }
        }
        return;
    }
    for (int64_t p = 0; p < k; p++) {
        for (int64_t first = 0; first < n; first += NN_CHUNK) {
            int64_t columns = n - first < NN_CHUNK ? n - first : NN_CHUNK;
            nn_load_f(b->data + (p * b->stride[0] + first * b->stride[1]) * size, b->type, b->stride[1], columns, line);
            for (int64_t j = 0; j < columns; j += NR) {
                int64_t width = columns - j < NR ? columns - j : NR;
                memcpy(to + (first + j) / NR * k * NR + p * NR, line + j, (size_t) width * sizeof(float));
            }
        }
    }
}

/* Rows m0 to m0 + m and terms k0 to k0 + k of a as [blocks][k][MR], the last block padded with zeros. */
static void pack_left(const NnView *a, int64_t m0, int64_t m, int64_t k0, int64_t k, float *to) {
    int64_t size = nn_size(a->type);
    const char *from = a->data + (m0 * a->stride[0] + k0 * a->stride[1]) * size;
    float line[KC > MC ? KC : MC];
    if (m % MR != 0) {
        memset(to + m / MR * MR * k, 0, (size_t) (k * MR) * sizeof(float));
    }
    if (a->stride[0] == 1 && a->stride[1] != 1) {
        for (int64_t p = 0; p < k; p++) {
            nn_load_f(from + p * a->stride[1] * size, a->type, 1, m, line);
            for (int64_t i = 0; i < m; i++) {
                to[i / MR * MR * k + p * MR + i % MR] = line[i];
            }
        }
        return;
    }
    for (int64_t i = 0; i < m; i++) {
        float *row = to + i / MR * MR * k + i % MR;
        nn_load_f(from + i * a->stride[0] * size, a->type, a->stride[1], k, line);
        for (int64_t p = 0; p < k; p++) {
            row[p * MR] = line[p];
        }
    }
}

/* One row of sums becomes a row of the output. */
static void finish(float *sums, int64_t n, float alpha, float beta, const char *self, const NnView *own, char *to, const NnView *out) {
    if (alpha != 1) {
        for (int64_t j = 0; j < n; j++) {
            sums[j] *= alpha;
        }
    }
    if (self != 0 && beta != 0) {
        float line[NN_CHUNK];
        int64_t size = nn_size(own->type);
        for (int64_t first = 0; first < n; first += NN_CHUNK) {
            int64_t columns = n - first < NN_CHUNK ? n - first : NN_CHUNK;
            nn_load_f(self + first * own->stride[1] * size, own->type, own->stride[1], columns, line);
            for (int64_t j = 0; j < columns; j++) {
                sums[first + j] += beta * line[j];
            }
        }
    }
    nn_store_f(sums, to, out->type, out->stride[1], n);
}

static float *floats(int64_t count) {
    size_t bytes = ((size_t) count * sizeof(float) + 63) / 64 * 64;
    float *memory = aligned_alloc(64, bytes == 0 ? 64 : bytes);
    if (memory == 0) {
        abort();
    }
    return memory;
}

void nn_gemm(const NnView *a, const NnView *b, float alpha, float beta, const NnView *self, const NnView *out) {
    int64_t m = out->shape[0], n = out->shape[1], k = a->shape[1];
    if (m == 0 || n == 0) {
        return;
    }
    int64_t panels = (n + NR - 1) / NR, row = panels * NR;
    float *right = floats(panels * k * NR), *left = floats((int64_t) MC * KC), *sums = floats(MC * row);
    pack_right(b, k, n, right);
    for (int64_t m0 = 0; m0 < m; m0 += MC) {
        int64_t rows = m - m0 < MC ? m - m0 : MC, blocks = (rows + MR - 1) / MR;
        if (k == 0) {
            memset(sums, 0, (size_t) (rows * row) * sizeof(float));
        }
        for (int64_t k0 = 0; k0 < k; k0 += KC) {
            int64_t terms = k - k0 < KC ? k - k0 : KC;
            pack_left(a, m0, rows, k0, terms, left);
            for (int64_t panel = 0; panel < panels; panel++) {
                for (int64_t block = 0; block < blocks; block++) {
                    tile(left + block * MR * terms, right + (panel * k + k0) * NR, terms,
                         sums + block * MR * row + panel * NR, row, k0 > 0);
                }
            }
        }
        for (int64_t i = 0; i < rows; i++) {
            const char *own = self == 0 ? 0 : self->data + (m0 + i) * self->stride[0] * nn_size(self->type);
            finish(sums + i * row, n, alpha, beta, own, self, out->data + (m0 + i) * out->stride[0] * nn_size(out->type), out);
        }
    }
    free(right);
    free(left);
    free(sums);
}

static NnView at_batch(const NnView *view, int64_t batch) {
    NnView one = nn_without_axis(view, 0);
    one.data += batch * (view->shape[0] == 1 ? 0 : view->stride[0]) * nn_size(view->type);
    return one;
}

void nn_gemm_batched(const NnView *a, const NnView *b, float alpha, float beta, const NnView *self, const NnView *out) {
    for (int64_t batch = 0; batch < out->shape[0]; batch++) {
        NnView left = at_batch(a, batch), right = at_batch(b, batch), to = at_batch(out, batch);
        NnView own;
        if (self != 0) {
            own = at_batch(self, batch);
        }
        nn_gemm(&left, &right, alpha, beta, self == 0 ? 0 : &own, &to);
    }
}
