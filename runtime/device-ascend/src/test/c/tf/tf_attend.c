#include "tf_attend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "standin.h"
#include "tf_numbers.h"
#include "tf_product.h"

enum { BLOCK = 32 };

void tf_seen(const struct tf_sight *s, int64_t i, int64_t *first, int64_t *end) {
    /* Limits far beyond any length stand for "all": they must not overflow. */
    const int64_t most = s->queries + s->keys, own = i + s->origin;
    const int64_t before = s->before > most ? most : s->before, after = s->after > most ? most : s->after;
    const int64_t from = own - before, to = own + after + 1;
    *first = from < 0 ? 0 : from;
    *end = to > s->keys ? s->keys : to;
    if (*end < *first) {
        *end = *first = 0;
    }
}

TF_FAST static void round_row(float *x, int64_t n, int type) {
    if (type == ACL_BF16) {
        for (int64_t i = 0; i < n; i++) {
            x[i] = tf_to_bf16(x[i]);
        }
    } else if (type == ACL_FLOAT16) {
        for (int64_t i = 0; i < n; i++) {
            x[i] = tf_to_f16(x[i]);
        }
    }
}

TF_FAST static void scale_row(float *x, int64_t n, float factor) {
    for (int64_t i = 0; i < n; i++) {
        x[i] *= factor;
    }
}

/* x = e^(x - max); the sum is made in 16 parts, so that it can be vectorised and its order is fixed. */
TF_FAST static float exponentials(float *x, int64_t n, float max) {
    float part[16] = {0};
    int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        for (int64_t j = 0; j < 16; j++) {
            const float e = tf_exp(x[i + j] - max);
            x[i + j] = e;
            part[j] += e;
        }
    }
    float sum = 0;
    for (; i < n; i++) {
        x[i] = tf_exp(x[i] - max);
        sum += x[i];
    }
    for (int64_t j = 0; j < 16; j++) {
        sum += part[j];
    }
    return sum;
}

static float maximum(const float *x, int64_t n) {
    float max = -INFINITY;
    for (int64_t i = 0; i < n; i++) {
        max = x[i] > max ? x[i] : max;
    }
    return max;
}

/* A block of rows with the keys from `first` to before `end` that any of them sees. */
struct block {
    int64_t row, rows, first, end;
};

static struct block block_at(const struct tf_attend *a, int64_t row) {
    const int64_t all = a->sight.queries * a->heads;
    struct block b = {row, all - row < BLOCK ? all - row : BLOCK, a->sight.keys, 0};
    for (int64_t i = row / a->heads; i <= (row + b.rows - 1) / a->heads; i++) {
        int64_t first, end;
        tf_seen(&a->sight, i, &first, &end);
        b.first = end > first && first < b.first ? first : b.first;
        b.end = end > b.end ? end : b.end;
    }
    b.first = b.first > b.end ? b.end : b.first;
    return b;
}

/* Scaled products of a block's queries and keys: s [rows][end - first], with -infinity for what a query does not see. */
static void scores(const struct tf_attend *a, const struct block *b, const float *transposed, float *s) {
    const int64_t n = b->end - b->first;
    tf_product(b->rows, n, a->size, a->q + b->row * a->size, a->size, transposed + b->first, a->sight.keys, s, n, false);
    for (int64_t r = 0; r < b->rows; r++) {
        const int64_t i = (b->row + r) / a->heads;
        int64_t first, end;
        float *row = s + r * n;
        tf_seen(&a->sight, i, &first, &end);
        scale_row(row, n, a->scale);
        for (int64_t j = b->first; j < b->end; j++) {
            if (j < first || j >= end || (a->sight.bits && a->sight.bits[i * a->sight.bits_row + j])) {
                row[j - b->first] = -INFINITY;
            }
        }
    }
}

static void mean_of_values(const struct tf_attend *a, float *out) {
    memset(out, 0, (size_t) a->value_size * sizeof *out);
    for (int64_t j = 0; j < a->sight.keys; j++) {
        for (int64_t d = 0; d < a->value_size; d++) {
            out[d] += a->v[j * a->value_size + d];
        }
    }
    scale_row(out, a->value_size, a->sight.keys ? 1.0f / (float) a->sight.keys : 0);
}

static float *floats(int64_t n) { return malloc((size_t) (n > 0 ? n : 1) * sizeof(float)); }

void tf_attend(const struct tf_attend *a) {
    const int64_t keys = a->sight.keys;
    float *transposed = floats(keys * a->size), *s = floats(BLOCK * keys);
    tf_transpose(a->k, keys, a->size, a->size, transposed, keys);
    for (int64_t row = 0; row < a->sight.queries * a->heads; row += BLOCK) {
        const struct block b = block_at(a, row);
        const int64_t n = b.end - b.first;
        scores(a, &b, transposed, s);
        for (int64_t r = 0; r < b.rows; r++) {
            const float max = maximum(s + r * n, n);
            a->max[row + r] = max;
            if (max == -INFINITY) {
                memset(s + r * n, 0, (size_t) n * sizeof *s);
                a->sum[row + r] = 0;
            } else {
                a->sum[row + r] = exponentials(s + r * n, n, max);
                round_row(s + r * n, n, a->type);
            }
        }
        tf_product(b.rows, a->value_size, n, s, n, a->v + b.first * a->value_size, a->value_size,
                   a->out + row * a->value_size, a->value_size, false);
        for (int64_t r = 0; r < b.rows; r++) {
            float *out = a->out + (row + r) * a->value_size;
            if (a->sum[row + r] != 0) {
                scale_row(out, a->value_size, 1.0f / a->sum[row + r]);
            } else if (!a->sight.empty_is_zero) {
                mean_of_values(a, out);
            }
        }
    }
    free(s);
    free(transposed);
}

/* What the gradient of a block needs beside the call's arguments. */
struct work {
    float *keys_across, *values_across; /* [size][keys], [value_size][keys] */
    float *p, *dp, *across;             /* [BLOCK][keys], and [keys][BLOCK] */
};

TF_FAST static void probability_row(float *s, int64_t n, float max, float sum) {
    const float factor = sum > 0 ? 1.0f / sum : 0;
    for (int64_t j = 0; j < n; j++) {
        s[j] = tf_exp(s[j] - max) * factor;
    }
}

TF_FAST static void inner_gradient_row(const float *p, float *dp, int64_t n, float delta) {
    for (int64_t j = 0; j < n; j++) {
        dp[j] = p[j] * (dp[j] - delta);
    }
}

static void block_grad(const struct tf_attend_grad *g, const struct block *b, const struct work *w) {
    const struct tf_attend *a = &g->forward;
    const int64_t n = b->end - b->first, row = b->row;
    const float *d_out = g->d_out + row * a->value_size, *out = a->out + row * a->value_size;
    scores(a, b, w->keys_across, w->p);
    tf_product(b->rows, n, a->value_size, d_out, a->value_size, w->values_across + b->first, a->sight.keys, w->dp, n, false);
    for (int64_t r = 0; r < b->rows; r++) {
        float delta = 0;
        for (int64_t d = 0; d < a->value_size; d++) {
            delta += d_out[r * a->value_size + d] * out[r * a->value_size + d];
        }
        probability_row(w->p + r * n, n, a->max[row + r], a->sum[row + r]);
        inner_gradient_row(w->p + r * n, w->dp + r * n, n, delta);
        round_row(w->p + r * n, n, a->type);
        round_row(w->dp + r * n, n, a->type);
    }
    tf_transpose(w->p, b->rows, n, n, w->across, BLOCK);
    tf_product(n, a->value_size, b->rows, w->across, BLOCK, d_out, a->value_size, g->dv + b->first * a->value_size,
               a->value_size, true);
    tf_transpose(w->dp, b->rows, n, n, w->across, BLOCK);
    tf_product(n, a->size, b->rows, w->across, BLOCK, a->q + row * a->size, a->size, g->dk + b->first * a->size, a->size, true);
    tf_product(b->rows, a->size, n, w->dp, n, a->k + b->first * a->size, a->size, g->dq + row * a->size, a->size, false);
}

void tf_attend_grad(const struct tf_attend_grad *g) {
    const struct tf_attend *a = &g->forward;
    const int64_t keys = a->sight.keys, rows = a->sight.queries * a->heads;
    struct work w = {floats(keys * a->size), floats(keys * a->value_size), floats(BLOCK * keys), floats(BLOCK * keys),
                     floats(BLOCK * keys)};
    tf_transpose(a->k, keys, a->size, a->size, w.keys_across, keys);
    tf_transpose(a->v, keys, a->value_size, a->value_size, w.values_across, keys);
    memset(g->dk, 0, (size_t) (keys * a->size) * sizeof(float));
    memset(g->dv, 0, (size_t) (keys * a->value_size) * sizeof(float));
    const int64_t blocks = (rows + BLOCK - 1) / BLOCK;
    int64_t *order = g->any_order ? standin_shuffled(blocks) : NULL;
    for (int64_t i = 0; i < blocks; i++) {
        const struct block b = block_at(a, (order ? order[i] : i) * BLOCK);
        block_grad(g, &b, &w);
    }
    free(order);
    scale_row(g->dq, rows * a->size, a->scale);
    scale_row(g->dk, keys * a->size, a->scale);
    free(w.keys_across);
    free(w.values_across);
    free(w.p);
    free(w.dp);
    free(w.across);
}
