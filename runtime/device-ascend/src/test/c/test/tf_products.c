/* Rotary embedding, grouped and quantised products and FRACTAL_NZ against double precision; and what they refuse. */
#include "tf_test.h"

OPERATOR(aclnnRotaryPositionEmbedding, cT, cT, cT, i64, cT)
OPERATOR(aclnnRotaryPositionEmbeddingGrad, cT, cT, cT, cT, i64, cT, cT, cT)
OPERATOR(aclnnApplyRotaryPosEmb, cT, cT, cT, cT, i64)
OPERATOR(aclnnRopeWithSinCosCache, cT, cT, cT, cT, cIA, i64, bool, cT, cT)
OPERATOR(aclnnGroupedMatmul, cTL, cTL, cTL, cTL, cTL, cTL, cTL, cIA, i64, cTL)
OPERATOR(aclnnGroupedMatmulV4, cTL, cTL, cTL, cTL, cTL, cTL, cTL, cTL, cT, cTL, cTL, cTL, i64, i64, i64, i64, cTL, cTL, cTL)
OPERATOR(aclnnGroupedMatmulAdd, cT, cT, cT, cT, bool, bool, i64)
OPERATOR(aclnnWeightQuantBatchMatmulV2, cT, cT, cT, cT, cT, cT, cT, int, cT)
OPERATOR(aclnnTransMatmulWeight, cT)
OPERATOR(aclnnNpuFormatCast, cT, cT)
aclnnStatus aclnnCalculateMatmulWeightSizeV2(cIA, aclDataType, uint64_t *);
__attribute__((weak)) aclnnStatus aclnnNpuFormatCastCalculateSizeAndFormat(cT, int, int, int64_t **, uint64_t *, int *);

/* ---- rotary ------------------------------------------------------------------------------------------------------------- */

static void turned(const double *x, const double *cosine, const double *sine, i64 size, i64 mode, double *y) {
    for (i64 d = 0; d < size; d++) {
        const bool first = mode == 0 ? d < size / 2 : d % 2 == 0;
        const i64 other = mode == 0 ? (d + size / 2) % size : d ^ 1;
        y[d] = x[d] * cosine[d] + (first ? -x[other] : x[other]) * sine[d];
    }
}

static void rotary(void) {
    if (!aclnnRotaryPositionEmbedding) {
        return;
    }
    const aclDataType type = any_float();
    const i64 batch = between(1, 2), tokens = between(1, 9), heads = between(1, 4), size = 2 * between(1, 40), mode = between(0, 1);
    Tensor x = random_tensor(type, ANY, DIMS(batch, tokens, heads, size), -2, 2), y = output(type, DENSE, 4, x.dims);
    Tensor cosine = random_tensor(type, ANY, DIMS(between(0, 1) ? 1 : batch, tokens, 1, size), -1, 1), sine = random_tensor(type, DENSE, 4, cosine.dims, -1, 1);
    Tensor dy = random_tensor(type, ANY, 4, x.dims, -2, 2), dx = output(type, DENSE, 4, x.dims);
    Tensor d_cos = output(type, DENSE, 4, cosine.dims), d_sin = output(type, DENSE, 4, cosine.dims);
    for (i64 r = 0; r < x.count / size; r++) {
        const i64 token = r / heads % tokens + (cosine.dims[0] > 1 ? r / heads / tokens * tokens : 0);
        const double *c = cosine.values + token * size, *s = sine.values + token * size;
        turned(x.values + r * size, c, s, size, mode, y.values + r * size);
        for (i64 e = 0; e < size; e++) {
            double one[80] = {0}, column[80];
            one[e] = 1;
            turned(one, c, s, size, mode, column); /* a column of the matrix: its transpose gives the gradient */
            for (i64 d = 0; d < size; d++) {
                dx.values[r * size + e] += column[d] * dy.values[r * size + d];
            }
        }
        double with_one[80], zeros[80] = {0}, ones[80];
        for (i64 d = 0; d < size; d++) {
            ones[d] = 1;
        }
        turned(x.values + r * size, zeros, ones, size, mode, with_one);
        for (i64 d = 0; d < size; d++) {
            d_cos.values[token * size + d] += dy.values[r * size + d] * x.values[r * size + d];
            d_sin.values[token * size + d] += dy.values[r * size + d] * with_one[d];
        }
    }
    RUN(aclnnRotaryPositionEmbedding, x.tensor, cosine.tensor, sine.tensor, mode, y.tensor);
    expect(&y, 1e-6, 2);
    RUN(aclnnRotaryPositionEmbeddingGrad, dy.tensor, cosine.tensor, sine.tensor, x.tensor, mode, dx.tensor, d_cos.tensor, d_sin.tensor);
    expect(&dx, 1e-6, 2);
    expect(&d_cos, 1e-5, 8);
    expect(&d_sin, 1e-5, 8);
    Tensor again = output(type, DENSE, 4, x.dims), *all[] = {&x, &y, &cosine, &sine, &dy, &dx, &d_cos, &d_sin, &again};
    memcpy(again.values, dx.values, (size_t) dx.count * sizeof(double));
    RUN(aclnnRotaryPositionEmbeddingGrad, dy.tensor, cosine.tensor, sine.tensor, NULL, mode, again.tensor, d_cos.tensor, d_sin.tensor);
    expect(&again, 1e-6, 2);
    REFUSED(161001, aclnnRotaryPositionEmbeddingGrad, dy.tensor, cosine.tensor, sine.tensor, NULL, mode, again.tensor, NULL, d_sin.tensor);
    REFUSED(561002, aclnnRotaryPositionEmbedding, x.tensor, cosine.tensor, sine.tensor, 4, y.tensor);
    for (int i = 0; i < 9; i++) {
        drop(all[i]);
    }
}

static void apply(void) {
    const aclDataType type = any_float();
    const i64 tokens = between(1, 5);
    Tensor q = random_tensor(type, ANY, DIMS(1, tokens, 3, 128), -2, 2), k = random_tensor(type, DENSE, DIMS(1, tokens, 1, 128), -2, 2);
    Tensor cosine = random_tensor(type, DENSE, 4, k.dims, -1, 1), sine = random_tensor(type, DENSE, 4, k.dims, -1, 1);
    Tensor *all[] = {&q, &k, &cosine, &sine};
    for (int i = 0; i < 2; i++) {
        for (i64 r = 0; r < all[i]->count / 128; r++) {
            double y[128];
            turned(all[i]->values + r * 128, cosine.values + r / all[i]->dims[2] * 128, sine.values + r / all[i]->dims[2] * 128, 128, 0, y);
            memcpy(all[i]->values + r * 128, y, sizeof y);
        }
    }
    RUN(aclnnApplyRotaryPosEmb, q.tensor, k.tensor, cosine.tensor, sine.tensor, 1);
    expect(&q, 1e-6, 2);
    expect(&k, 1e-6, 2);
    REFUSED(161002, aclnnApplyRotaryPosEmb, q.tensor, k.tensor, cosine.tensor, sine.tensor, 3);
    for (int i = 0; i < 4; i++) {
        drop(all[i]);
    }
}

static void with_cache(void) {
    const aclDataType type = any_float();
    const i64 tokens = between(1, 5), size = 64, rotary = 32 * between(1, 2);
    const bool halves = between(0, 1);
    Tensor q = random_tensor(type, DENSE, DIMS(tokens, 3 * size), -2, 2), k = random_tensor(type, DENSE, DIMS(tokens, size), -2, 2);
    Tensor table = random_tensor(type, DENSE, DIMS(10, rotary), -1, 1), q_out = output(type, DENSE, 2, q.dims), k_out = output(type, DENSE, 2, k.dims);
    double places[5];
    for (int i = 0; i < 5; i++) {
        places[i] = (double) between(0, 9);
    }
    Tensor positions = given(ACL_INT64, DIMS(tokens), places), *in[] = {&q, &k}, *out[] = {&q_out, &k_out};
    for (int i = 0; i < 2; i++) {
        for (i64 at = 0; at < in[i]->count; at += size) {
            const double *row = table.values + (i64) places[at / in[i]->dims[1]] * rotary;
            double c[64], s[64];
            for (i64 d = 0; d < rotary; d++) {
                c[d] = row[halves ? d % (rotary / 2) : d / 2];
                s[d] = row[rotary / 2 + (halves ? d % (rotary / 2) : d / 2)];
            }
            memcpy(out[i]->values + at, in[i]->values + at, (size_t) size * sizeof(double));
            turned(in[i]->values + at, c, s, rotary, halves ? 0 : 1, out[i]->values + at);
        }
    }
    RUN(aclnnRopeWithSinCosCache, positions.tensor, q.tensor, k.tensor, table.tensor, NULL, size, halves, q_out.tensor, k_out.tensor);
    expect(&q_out, 1e-6, 2);
    expect(&k_out, 1e-6, 2);
    Tensor *all[] = {&q, &k, &table, &q_out, &k_out, &positions};
    for (int i = 0; i < 6; i++) {
        drop(all[i]);
    }
}

/* ---- grouped products ----------------------------------------------------------------------------------------------------- */

/* A list of one tensor; the list takes a tensor of its own over the same memory. */
static aclTensorList *one_of(const Tensor *t, bool transposed) {
    i64 dims[MOST], strides[MOST];
    memcpy(dims, t->dims, sizeof dims);
    memcpy(strides, t->strides, sizeof strides);
    if (transposed) {
        const int a = t->rank - 2, b = t->rank - 1;
        dims[a] = t->dims[b];
        dims[b] = t->dims[a];
        strides[a] = t->strides[b];
        strides[b] = t->strides[a];
    }
    const aclTensor *one = aclCreateTensor(dims, (uint64_t) t->rank, t->type, strides, t->offset, ACL_FORMAT_ND, &t->storage, 1, t->device);
    return aclCreateTensorList(&one, 1);
}

static void groups_of_rows(void) {
    const aclDataType type = any_float();
    const i64 groups = between(1, 4), k = between(1, 70), n = between(1, 70), tail = between(0, 2);
    const bool transposed = between(0, 1), counted = between(0, 1);
    double list[4], ends[4], rows = 0;
    i64 host[4];
    for (i64 g = 0; g < groups; g++) {
        const double own = (double) between(0, 9);
        rows += own;
        ends[g] = rows;
        host[g] = (i64) rows;
        list[g] = counted ? own : rows;
    }
    const i64 m = (i64) rows + tail + 1;
    Tensor x = random_tensor(type, DENSE, DIMS(m, k), -1, 1), y = random_tensor(type, DENSE, DIMS(m, n), -1, 1), again = random_tensor(type, DENSE, 2, y.dims, -1, 1);
    Tensor w = transposed ? random_tensor(type, DENSE, DIMS(groups, n, k), -1, 1) : random_tensor(type, DENSE, DIMS(groups, k, n), -1, 1);
    Tensor order = given(ACL_INT64, DIMS(groups), list);
    const bool biased = between(0, 1);
    Tensor bias = random_tensor(type == ACL_FLOAT16 ? ACL_FLOAT16 : ACL_FLOAT, DENSE, DIMS(groups, n), -1, 1);
    for (i64 i = 0; i < (i64) rows; i++) {
        i64 g = 0;
        while ((double) i >= ends[g]) {
            g++;
        }
        for (i64 j = 0; j < n; j++) {
            double sum = biased ? bias.values[g * n + j] : 0;
            for (i64 p = 0; p < k; p++) {
                sum += x.values[i * k + p] * w.values[g * k * n + (transposed ? j * k + p : p * n + j)];
            }
            y.values[i * n + j] = again.values[i * n + j] = sum;
        }
    }
    aclTensorList *xs = one_of(&x, false), *ws = one_of(&w, transposed), *ys = one_of(&y, false), *others = one_of(&again, false);
    aclTensorList *biases = biased ? one_of(&bias, false) : NULL;
    RUN(aclnnGroupedMatmulV4, xs, ws, biases, NULL, NULL, NULL, NULL, NULL, order.tensor, NULL, NULL, NULL, 3, 0, counted, 0, ys, NULL, NULL);
    expect(&y, 1e-5, 8); /* rows of no group stay as they were */
    aclIntArray *host_list = ints((int) groups, host);
    RUN(aclnnGroupedMatmul, xs, ws, biases, NULL, NULL, NULL, NULL, host_list, 3, others);
    expect(&again, 1e-5, 8);
    REFUSED(161002, aclnnGroupedMatmulV4, xs, ws, biases, NULL, NULL, NULL, NULL, NULL, x.tensor, NULL, NULL, NULL, 3, 0, 0, 0, ys, NULL, NULL);
    REFUSED(161002, aclnnGroupedMatmulV4, xs, ws, biases, NULL, NULL, NULL, NULL, NULL, order.tensor, NULL, NULL, NULL, 0, 0, 0, 0, ys, NULL, NULL);
    aclDestroyIntArray(host_list);
    aclTensorList *lists[] = {xs, ws, ys, others, biases};
    for (int i = 0; i < 5; i++) {
        aclDestroyTensorList(lists[i]);
    }
    Tensor *all[] = {&x, &y, &again, &w, &order, &bias};
    for (int i = 0; i < 6; i++) {
        drop(all[i]);
    }
}

static void sums(void) {
    const aclDataType type = between(0, 1) ? ACL_BF16 : ACL_FLOAT16;
    const i64 groups = between(1, 3), rows = between(1, 90), m = between(1, 40), n = between(1, 40);
    Tensor x = random_tensor(type, ANY, DIMS(rows, m), -1, 1), w = random_tensor(type, ANY, DIMS(rows, n), -1, 1);
    Tensor y = random_tensor(ACL_FLOAT, DENSE, DIMS(groups * m, n), -1, 1);
    double ends[3];
    for (i64 g = 0; g < groups; g++) {
        ends[g] = g + 1 == groups ? (double) rows : (double) between(g ? (i64) ends[g - 1] : 0, rows);
        for (i64 i = 0; i < m * n; i++) {
            for (i64 r = g ? (i64) ends[g - 1] : 0; r < (i64) ends[g]; r++) {
                y.values[g * m * n + i] += x.values[r * m + i / n] * w.values[r * n + i % n];
            }
        }
    }
    Tensor order = given(ACL_INT64, DIMS(groups), ends);
    RUN(aclnnGroupedMatmulAdd, x.tensor, w.tensor, order.tensor, y.tensor, true, false, 2);
    expect(&y, 1e-5, 8);
    REFUSED(561002, aclnnGroupedMatmulAdd, x.tensor, w.tensor, order.tensor, y.tensor, false, false, 2);
    REFUSED(161002, aclnnGroupedMatmulAdd, y.tensor, y.tensor, order.tensor, y.tensor, true, false, 2);
    drop(&x);
    drop(&w);
    drop(&y);
    drop(&order);
}

/* ---- quantised weights ------------------------------------------------------------------------------------------------------ */

static void weights_of_8_bits(void) {
    const aclDataType type = between(0, 1) ? ACL_BF16 : ACL_FLOAT16;
    const i64 m = between(1, 6), n = between(1, 40), group = between(0, 1) ? 32 : 0, k = group ? between(33, 100) : between(1, 100);
    Tensor x = random_tensor(type, DENSE, DIMS(m, k), -1, 1), w = random_tensor(ACL_INT8, DENSE, DIMS(k, n), -127, 127), y = output(type, DENSE, DIMS(m, n));
    Tensor scale = group ? random_tensor(type, DENSE, DIMS((k + 31) / 32, n), 0.001, 0.01) : random_tensor(type, DENSE, DIMS(n), 0.001, 0.01);
    for (i64 i = 0; i < m; i++) {
        for (i64 j = 0; j < n; j++) {
            for (i64 p = 0; p < k; p++) {
                const double factor = scale.values[(group ? p / 32 * n : 0) + j];
                y.values[i * n + j] += x.values[i * k + p] * rounded_to(w.values[p * n + j] * factor, type);
            }
        }
    }
    RUN(aclnnWeightQuantBatchMatmulV2, x.tensor, w.tensor, scale.tensor, NULL, NULL, NULL, NULL, (int) group, y.tensor);
    expect(&y, 1e-5, 8);
    REFUSED(161002, aclnnWeightQuantBatchMatmulV2, x.tensor, w.tensor, scale.tensor, NULL, NULL, NULL, NULL, 31, y.tensor);
    drop(&x);
    drop(&w);
    drop(&y);
    drop(&scale);
}

/* Element (r, c) is at ((c / n0) * padded rows + r) * n0 + c % n0. */
static void fractal(void) {
    const i64 rows = between(1, 40), columns = between(1, 40), width = 16, padded = (rows + 15) / 16 * 16, n = padded * ((columns + 15) / 16 * 16);
    i64 dims[] = {rows, columns};
    aclIntArray *shape = ints(2, dims);
    uint64_t elements = 0;
    current = "aclnnCalculateMatmulWeightSizeV2";
    need(aclnnCalculateMatmulWeightSizeV2(shape, ACL_FLOAT16, &elements), "it");
    if ((i64) elements != n) {
        complain("gave %llu, not %lld", (unsigned long long) elements, (long long) n);
    }
    Tensor whole = output(ACL_FLOAT16, DENSE, DIMS(n)), plain = random_tensor(ACL_FLOAT16, DENSE, 2, dims, -2, 2);
    memset(whole.values, 0, (size_t) n * sizeof(double));
    for (i64 i = 0; i < rows * columns; i++) {
        whole.values[i] = plain.values[i];
    }
    upload(&whole);
    memset(whole.values, 0, (size_t) n * sizeof(double));
    for (i64 i = 0; i < rows * columns; i++) {
        whole.values[(i % columns / width * padded + i / columns) * width + i % columns % width] = plain.values[i];
    }
    aclTensor *in_place = aclCreateTensor(dims, 2, ACL_FLOAT16, NULL, 0, ACL_FORMAT_ND, dims, 2, whole.device);
    RUN(aclnnTransMatmulWeight, in_place);
    expect(&whole, 0, 0);
    if (aclnnNpuFormatCast) {
        Tensor other = output(ACL_FLOAT16, DENSE, DIMS(n)), back = output(ACL_FLOAT16, DENSE, 2, dims);
        int64_t *storage = NULL;
        uint64_t rank = 0;
        int format = 0;
        need(aclnnNpuFormatCastCalculateSizeAndFormat(plain.tensor, 29, -1, &storage, &rank, &format), "size");
        aclTensor *cast = aclCreateTensor(dims, 2, ACL_FLOAT16, NULL, 0, (aclFormat) format, storage, rank, other.device);
        RUN(aclnnNpuFormatCast, plain.tensor, cast);
        memcpy(other.values, whole.values, (size_t) n * sizeof(double));
        expect(&other, 0, 0);
        memcpy(back.values, plain.values, (size_t) plain.count * sizeof(double));
        RUN(aclnnNpuFormatCast, cast, back.tensor);
        expect(&back, 0, 0);
        free(storage);
        aclDestroyTensor(cast);
        drop(&other);
        drop(&back);
    }
    aclDestroyTensor(in_place);
    aclDestroyIntArray(shape);
    drop(&whole);
    drop(&plain);
}

int main(int argc, char **argv) {
    start(argc, argv);
    for (int round = 0; round < 40; round++) {
        rotary();
        apply();
        with_cache();
        groups_of_rows();
        sums();
        weights_of_8_bits();
        fractal();
    }
    return finished();
}
