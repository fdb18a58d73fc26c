/* Matrix products against double precision: transposed, strided, broadcast, with batches, and in FRACTAL_NZ. */
#include "nn_test.h"

OPERATOR(aclnnMm, cT, cT, aclTensor *, int8_t)
OPERATOR(aclnnMatmul, cT, cT, aclTensor *, int8_t)
OPERATOR(aclnnBatchMatMul, cT, cT, aclTensor *, int8_t)
OPERATOR(aclnnAddmm, cT, cT, cT, cS, cS, aclTensor *, int8_t)
OPERATOR(aclnnInplaceAddmm, cT, cT, cT, cS, cS, int8_t)
OPERATOR(aclnnBaddbmm, cT, cT, cT, cS, cS, aclTensor *, int8_t)
OPERATOR(aclnnMatmulWeightNz, cT, cT, aclTensor *, int8_t)

static const double F32 = 1e-6;

static void shape(i64 *m, i64 *k, i64 *n) {
    *m = between(1, between(0, 2) ? 30 : 130);
    *k = between(1, between(0, 2) ? 60 : 600);
    *n = between(1, between(0, 2) ? 40 : 90);
}

static double sum(const Tensor *a, const Tensor *b, i64 row, i64 column, i64 k, i64 n) {
    double s = 0;
    for (i64 p = 0; p < k; p++) {
        s += a->values[row * k + p] * b->values[p * n + column];
    }
    return s;
}

static void mm(void) {
    i64 m, k, n;
    shape(&m, &k, &n);
    aclDataType type = any_float();
    Tensor a = random_tensor(type, ANY, DIMS(m, k), -1, 1), b = random_tensor(type, ANY, DIMS(k, n), -1, 1);
    Tensor out = output(type, ANY, DIMS(m, n));
    for (i64 i = 0; i < out.count; i++) {
        out.values[i] = sum(&a, &b, i / n, i % n, k, n);
    }
    RUN(aclnnMm, a.tensor, b.tensor, out.tensor, 0);
    expect(&out, F32, sqrt((double) k) * 4);
    RUN(aclnnMatmul, a.tensor, b.tensor, out.tensor, 0);
    expect(&out, F32, sqrt((double) k) * 4);
    Tensor self = random_tensor(type, ANY, between(1, 2), (i64[]) {between(0, 1) ? 1 : n, n}, -1, 1);
    if (self.rank == 2) {
        drop(&self);
        self = random_tensor(type, ANY, DIMS(between(0, 1) ? 1 : m, between(0, 1) ? 1 : n), -1, 1);
    }
    aclScalar *beta = scalar(0.5), *alpha = scalar(-2), *one = scalar(1);
    for (i64 i = 0; i < out.count; i++) {
        out.values[i] = 0.5 * seen_at(&self, 2, out.dims, i) - 2 * sum(&a, &b, i / n, i % n, k, n);
    }
    RUN(aclnnAddmm, self.tensor, a.tensor, b.tensor, beta, alpha, out.tensor, 0);
    expect(&out, F32, sqrt((double) k) * 8);
    for (i64 i = 0; i < out.count; i++) {
        out.values[i] = rounded_to(out.values[i], type);
    }
    upload(&out);
    for (i64 i = 0; i < out.count; i++) {
        out.values[i] += sum(&a, &b, i / n, i % n, k, n);
    }
    RUN(aclnnInplaceAddmm, out.tensor, a.tensor, b.tensor, one, one, 0);
    expect(&out, F32, sqrt((double) k) * 8);
    aclDestroyScalar(beta);
    aclDestroyScalar(alpha);
    aclDestroyScalar(one);
    drop(&a);
    drop(&b);
    drop(&out);
    drop(&self);
}

/* Neighbours of a row must not change it, nor their number: the same bits alone as among others. */
static void rows_are_independent(void) {
    i64 m = between(2, 120), k = between(1, 300), n = between(1, 60), row = between(0, m - 1);
    aclDataType type = any_float();
    Tensor a = random_tensor(type, DENSE, DIMS(m, k), -1, 1), b = random_tensor(type, ANY, DIMS(k, n), -1, 1);
    Tensor all = output(type, DENSE, DIMS(m, n)), one = output(type, DENSE, DIMS(1, n)), alone = tensor_of(type, DENSE, DIMS(1, k));
    memcpy(alone.values, a.values + row * k, (size_t) k * sizeof(double));
    upload(&alone);
    RUN(aclnnMm, a.tensor, b.tensor, all.tensor, 0);
    RUN(aclnnMm, alone.tensor, b.tensor, one.tensor, 0);
    size_t bytes = (size_t) n * size_of(type);
    char *left = malloc(bytes), *right = malloc(bytes);
    need(aclrtMemcpy(left, bytes, (char *) all.device + (size_t) row * bytes, bytes, 2), "aclrtMemcpy");
    need(aclrtMemcpy(right, bytes, one.device, bytes, 2), "aclrtMemcpy");
    if (memcmp(left, right, bytes) != 0) {
        complain("row %lld of %lld differs from the same row alone", (long long) row, (long long) m);
    }
    free(left);
    free(right);
    drop(&a);
    drop(&b);
    drop(&all);
    drop(&one);
    drop(&alone);
}

static void batches(void) {
    i64 g = between(1, 4), m = between(1, 20), k = between(1, 40), n = between(1, 30), left = between(0, 2) ? g : 1, right = left == 1 || between(0, 2) ? g : 1;
    aclDataType type = any_float();
    Tensor a = random_tensor(type, ANY, DIMS(left, m, k), -1, 1), b = random_tensor(type, ANY, DIMS(right, k, n), -1, 1);
    Tensor out = output(type, ANY, DIMS(g, m, n)), self = random_tensor(type, ANY, DIMS(between(0, 1) ? 1 : g, 1, n), -1, 1);
    for (int add = 0; add < 2; add++) {
        for (i64 i = 0; i < out.count; i++) {
            i64 batch = i / (m * n), row = i / n % m;
            double s = 0;
            for (i64 p = 0; p < k; p++) {
                s += a.values[((left == 1 ? 0 : batch) * m + row) * k + p] * b.values[((right == 1 ? 0 : batch) * k + p) * n + i % n];
            }
            out.values[i] = add ? 0.5 * s + 2 * seen_at(&self, 3, out.dims, i) : s;
        }
        aclScalar *alpha = scalar(0.5), *beta = scalar(2);
        if (add) {
            RUN(aclnnBaddbmm, self.tensor, a.tensor, b.tensor, beta, alpha, out.tensor, 0);
        } else {
            RUN(aclnnBatchMatMul, a.tensor, b.tensor, out.tensor, 0);
            expect(&out, F32, sqrt((double) k) * 4);
            RUN(aclnnMatmul, a.tensor, b.tensor, out.tensor, 0);
        }
        expect(&out, F32, sqrt((double) k) * 4);
        aclDestroyScalar(alpha);
        aclDestroyScalar(beta);
    }
    drop(&a);
    drop(&b);
    drop(&out);
    drop(&self);
}

/* Vectors on either side, and leading axes that are broadcast. */
static void ranks(void) {
    i64 g = between(1, 3), h = between(1, 3), m = between(1, 9), k = between(1, 20), n = between(1, 9);
    aclDataType type = any_float();
    Tensor v = random_tensor(type, ANY, DIMS(k), -1, 1), b = random_tensor(type, ANY, DIMS(g, 1, k, n), -1, 1);
    Tensor a = random_tensor(type, ANY, DIMS(h, m, k), -1, 1);
    Tensor wide = output(type, ANY, DIMS(g, h, m, n)), row = output(type, ANY, DIMS(g, 1, n)), column = output(type, ANY, DIMS(h, m));
    Tensor dot = output(type, ANY, 0, NULL);
    for (i64 i = 0; i < wide.count; i++) {
        i64 place = i / (m * n), r = i / n % m;
        for (i64 p = 0; p < k; p++) {
            wide.values[i] += a.values[(place % h * m + r) * k + p] * b.values[(place / h * k + p) * n + i % n];
        }
    }
    for (i64 i = 0; i < row.count; i++) {
        for (i64 p = 0; p < k; p++) {
            row.values[i] += v.values[p] * b.values[(i / n * k + p) * n + i % n];
        }
    }
    for (i64 i = 0; i < column.count; i++) {
        for (i64 p = 0; p < k; p++) {
            column.values[i] += a.values[i * k + p] * v.values[p];
        }
    }
    for (i64 p = 0; p < k; p++) {
        dot.values[0] += v.values[p] * v.values[p];
    }
    RUN(aclnnMatmul, a.tensor, b.tensor, wide.tensor, 0);
    expect(&wide, F32, 8);
    RUN(aclnnMatmul, v.tensor, b.tensor, row.tensor, 0);
    expect(&row, F32, 8);
    RUN(aclnnMatmul, a.tensor, v.tensor, column.tensor, 0);
    expect(&column, F32, 8);
    RUN(aclnnMatmul, v.tensor, v.tensor, dot.tensor, 0);
    expect(&dot, F32, 8);
    drop(&v);
    drop(&a);
    drop(&b);
    drop(&wide);
    drop(&row);
    drop(&column);
    drop(&dot);
}

/* cubeMathType 1 and 2 lose digits of f32 operands, 0 and 4 do not. */
static void precision(void) {
    i64 m = 7, k = between(200, 300), n = 9;
    Tensor a = random_tensor(ACL_FLOAT, DENSE, DIMS(m, k), 0, 1), b = random_tensor(ACL_FLOAT, DENSE, DIMS(k, n), 0, 1);
    Tensor out = output(ACL_FLOAT, DENSE, DIMS(m, n));
    float results[63];
    for (int math = 0; math <= 4; math++) {
        RUN(aclnnMm, a.tensor, b.tensor, out.tensor, (int8_t) math);
        need(aclrtMemcpy(results, sizeof results, out.device, sizeof results, 2), "aclrtMemcpy");
        double worst = 0;
        for (i64 i = 0; i < out.count; i++) {
            double wanted = sum(&a, &b, i / n, i % n, k, n);
            worst = fmax(worst, fabs(results[i] - wanted) / wanted);
        }
        bool full = math == 0 || math == 4;
        if (full ? worst > 1e-6 : worst < 1e-6 || worst > 1e-3) {
            complain("cubeMathType %d is wrong by %g", math, worst);
        }
    }
    drop(&a);
    drop(&b);
    drop(&out);
}

/* A weight laid out in blocks of 16 columns, both axes padded to 16. */
static void fractal(void) {
    if (aclnnMatmulWeightNz == NULL) {
        return;
    }
    i64 m = between(1, 40), k = between(2, 70), n = between(2, 70), deep = (k + 15) / 16, wide = (n + 15) / 16;
    aclDataType type = between(0, 1) ? ACL_FLOAT16 : ACL_BF16;
    Tensor a = random_tensor(type, DENSE, DIMS(m, k), -1, 1), b = random_tensor(type, DENSE, DIMS(k, n), -1, 1);
    Tensor blocks = tensor_of(type, DENSE, DIMS(wide, deep, 16, 16)), out = output(type, DENSE, DIMS(m, n));
    for (i64 i = 0; i < b.count; i++) {
        i64 r = i / n, c = i % n;
        blocks.values[(c / 16 * deep * 16 + r) * 16 + c % 16] = b.values[i];
    }
    upload(&blocks);
    aclDestroyTensor(blocks.tensor);
    blocks.tensor = aclCreateTensor(blocks.dims, 4, type, NULL, 0, ACL_FORMAT_FRACTAL_NZ, blocks.dims, 4, blocks.device);
    for (i64 i = 0; i < out.count; i++) {
        out.values[i] = sum(&a, &b, i / n, i % n, k, n);
    }
    RUN(aclnnMatmulWeightNz, a.tensor, blocks.tensor, out.tensor, 0);
    expect(&out, F32, sqrt((double) k) * 4);
    drop(&a);
    drop(&b);
    drop(&blocks);
    drop(&out);
}

int main(int argc, char **argv) {
    start(argc, argv);
    for (int round = 0; round < 30; round++) {
        mm();
        rows_are_independent();
        batches();
        ranks();
        fractal();
    }
    precision();
    return finished();
}
