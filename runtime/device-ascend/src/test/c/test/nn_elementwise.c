/* Operators on elements, against double precision: broadcast, strided, in every type. */
#include "nn_test.h"

OPERATOR(aclnnAdd, cT, cT, cS, aclTensor *)
OPERATOR(aclnnSub, cT, cT, cS, aclTensor *)
OPERATOR(aclnnInplaceAdd, cT, cT, cS)
OPERATOR(aclnnMul, cT, cT, aclTensor *)
OPERATOR(aclnnDiv, cT, cT, aclTensor *)
OPERATOR(aclnnInplaceMul, aclTensor *, cT)
OPERATOR(aclnnMuls, cT, cS, aclTensor *)
OPERATOR(aclnnInplaceMuls, aclTensor *, cS)
OPERATOR(aclnnAdds, cT, cS, cS, aclTensor *)
OPERATOR(aclnnDivs, cT, cS, aclTensor *)
OPERATOR(aclnnPowTensorScalar, cT, cS, cT)
OPERATOR(aclnnGeScalar, cT, cS, aclTensor *)
OPERATOR(aclnnEqScalar, cT, cS, aclTensor *)
OPERATOR(aclnnNeScalar, cT, cS, aclTensor *)
OPERATOR(aclnnExp, cT, aclTensor *)
OPERATOR(aclnnLog, cT, aclTensor *)
OPERATOR(aclnnNeg, cT, aclTensor *)
OPERATOR(aclnnSqrt, cT, aclTensor *)
OPERATOR(aclnnRsqrt, cT, aclTensor *)
OPERATOR(aclnnReciprocal, cT, aclTensor *)
OPERATOR(aclnnCos, cT, aclTensor *)
OPERATOR(aclnnSin, cT, aclTensor *)
OPERATOR(aclnnSigmoid, cT, aclTensor *)
OPERATOR(aclnnSilu, cT, aclTensor *)
OPERATOR(aclnnSiluBackward, cT, cT, aclTensor *)
OPERATOR(aclnnSigmoidBackward, cT, cT, aclTensor *)
OPERATOR(aclnnClamp, cT, cS, cS, aclTensor *)
OPERATOR(aclnnClampMax, cT, cS, aclTensor *)
OPERATOR(aclnnCast, cT, aclDataType, aclTensor *)
OPERATOR(aclnnInplaceCopy, aclTensor *, cT)
OPERATOR(aclnnInplaceZero, aclTensor *)
OPERATOR(aclnnInplaceFillScalar, aclTensor *, cS)
OPERATOR(aclnnSWhere, cT, cT, cT, aclTensor *)
OPERATOR(aclnnInplaceMaskedFillScalar, aclTensor *, cT, cS)
OPERATOR(aclnnIsFinite, cT, aclTensor *)
OPERATOR(aclnnArange, cS, cS, cS, aclTensor *)
OPERATOR(aclnnTriu, cT, i64, aclTensor *)
OPERATOR(aclnnTril, cT, i64, aclTensor *)

static const double F32 = 4e-7;

/* Two shapes that can be broadcast, and the one that comes of it. */
static void shapes(int *rank, i64 *dims, int *left, i64 *a, int *right, i64 *b) {
    *rank = (int) between(1, 4);
    *left = (int) between(1, *rank);
    *right = *rank;
    for (int i = 0; i < *rank; i++) {
        dims[i] = between(0, 3) == 0 ? 1 : between(1, i == *rank - 1 ? 70 : 6);
        b[i] = dims[i];
    }
    for (int i = 0; i < *left; i++) {
        i64 extent = dims[*rank - *left + i];
        a[i] = between(0, 2) == 0 ? 1 : extent;
        if (between(0, 3) == 0 && a[i] == extent) {
            b[*rank - *left + i] = 1;
        }
    }
}

typedef aclnnStatus (*PairPhase)(cT, cT, aclTensor *, uint64_t *, aclOpExecutor **);

static void pairs(void) {
    i64 dims[MOST], a[MOST], b[MOST];
    int rank, left, right;
    shapes(&rank, dims, &left, a, &right, b);
    aclDataType type = any_float(), other = between(0, 3) == 0 ? ACL_FLOAT : type, wide = type == other ? type : ACL_FLOAT;
    Tensor x = random_tensor(type, ANY, left, a, -2, 2), y = random_tensor(other, ANY, right, b, 0.5, 2);
    Tensor out = output(between(0, 3) == 0 ? any_float() : wide, ANY, rank, dims);
    float factor = (float) (unit() * 4 - 2);
    aclScalar *alpha = scalar(factor);
    for (int kind = 0; kind < 4; kind++) {
        for (i64 i = 0; i < out.count; i++) {
            double p = seen_at(&x, rank, dims, i), q = seen_at(&y, rank, dims, i);
            out.values[i] = kind == 0 ? p + factor * q : kind == 1 ? p - factor * q : kind == 2 ? p * q : p / q;
        }
        if (kind == 0) {
            RUN(aclnnAdd, x.tensor, y.tensor, alpha, out.tensor);
        } else if (kind == 1) {
            RUN(aclnnSub, x.tensor, y.tensor, alpha, out.tensor);
        } else if (kind == 2) {
            RUN(aclnnMul, x.tensor, y.tensor, out.tensor);
        } else {
            RUN(aclnnDiv, x.tensor, y.tensor, out.tensor);
        }
        expect(&out, F32, 3);
    }
    aclDestroyScalar(alpha);
    drop(&x);
    drop(&y);
    drop(&out);
}

static void in_place(void) {
    i64 dims[] = {between(1, 5), between(1, 9), between(1, 300)};
    aclDataType type = any_float();
    Tensor x = random_tensor(type, ANY, 3, dims, -2, 2), y = random_tensor(between(0, 1) ? ACL_FLOAT : type, ANY, DIMS(dims[1], 1), -2, 2);
    aclScalar *alpha = scalar(0.75);
    for (i64 i = 0; i < x.count; i++) {
        x.values[i] += 0.75 * seen_at(&y, 3, dims, i);
    }
    RUN(aclnnInplaceAdd, x.tensor, y.tensor, alpha);
    expect(&x, F32, 1);
    for (i64 i = 0; i < x.count; i++) {
        x.values[i] = rounded_to(x.values[i], type);
    }
    upload(&x);
    for (i64 i = 0; i < x.count; i++) {
        x.values[i] *= seen_at(&y, 3, dims, i);
    }
    RUN(aclnnInplaceMul, x.tensor, y.tensor);
    expect(&x, F32, 1);
    for (i64 i = 0; i < x.count; i++) {
        x.values[i] = rounded_to(x.values[i], type);
    }
    upload(&x);
    for (i64 i = 0; i < x.count; i++) {
        x.values[i] *= 0.75;
    }
    RUN(aclnnInplaceMuls, x.tensor, alpha);
    expect(&x, F32, 1);
    aclDestroyScalar(alpha);
    drop(&x);
    drop(&y);
}

/* An operator on one tensor, and its formula. */
#define CHECK_ONE(name, formula, ...)                                                    \
    do {                                                                                 \
        for (i64 i = 0; i < out.count; i++) {                                            \
            const double v = x.values[i];                                                \
            out.values[i] = (formula);                                                   \
        }                                                                                \
        RUN(name, x.tensor, ##__VA_ARGS__, out.tensor);                                  \
        expect(&out, F32, 0.1);                                                          \
    } while (0)

static void singles(void) {
    i64 dims[] = {between(1, 5), between(1, 7), between(1, 90)};
    int rank = (int) between(1, 3);
    aclDataType type = any_float();
    Tensor x = random_tensor(type, ANY, rank, dims, 0.25, 3), out = output(between(0, 2) ? type : ACL_FLOAT, ANY, rank, dims);
    aclScalar *low = scalar(0.5), *high = scalar(2), *half = scalar(0.5);
    CHECK_ONE(aclnnExp, exp(v));
    CHECK_ONE(aclnnLog, log(v));
    CHECK_ONE(aclnnNeg, -v);
    CHECK_ONE(aclnnSqrt, sqrt(v));
    CHECK_ONE(aclnnRsqrt, 1 / sqrt(v));
    CHECK_ONE(aclnnReciprocal, 1 / v);
    CHECK_ONE(aclnnCos, cos(v));
    CHECK_ONE(aclnnSin, sin(v));
    CHECK_ONE(aclnnSigmoid, 1 / (1 + exp(-v)));
    CHECK_ONE(aclnnMuls, v * 2, high);
    CHECK_ONE(aclnnDivs, v / 2, high);
    CHECK_ONE(aclnnAdds, v + 2 * 0.5, high, half);
    CHECK_ONE(aclnnPowTensorScalar, sqrt(v), half);
    CHECK_ONE(aclnnClamp, fmin(fmax(v, 0.5), 2), low, high);
    CHECK_ONE(aclnnClampMax, fmin(v, 2), high);
    Tensor truth = output(ACL_BOOL, ANY, rank, dims), same = output(type, ANY, rank, dims);
    for (i64 i = 0; i < x.count; i++) {
        truth.values[i] = x.values[i] >= 2;
    }
    RUN(aclnnGeScalar, x.tensor, high, truth.tensor);
    expect(&truth, 0, 0);
    for (i64 i = 0; i < x.count; i++) {
        truth.values[i] = isfinite(x.values[i]);
    }
    RUN(aclnnIsFinite, x.tensor, truth.tensor);
    expect(&truth, 0, 0);
    for (i64 i = 0; i < x.count; i++) {
        same.values[i] = x.values[i] / (1 + exp(-x.values[i]));
    }
    RUN(aclnnSilu, x.tensor, same.tensor);
    expect(&same, F32, 0.1);
    Tensor dy = random_tensor(type, ANY, rank, dims, -2, 2);
    for (i64 i = 0; i < x.count; i++) {
        double v = x.values[i], s = 1 / (1 + exp(-v));
        same.values[i] = dy.values[i] * s * (1 + v * (1 - s));
    }
    RUN(aclnnSiluBackward, dy.tensor, x.tensor, same.tensor);
    expect(&same, 2 * F32, 0.5);
    for (i64 i = 0; i < x.count; i++) {
        same.values[i] = dy.values[i] * x.values[i] * (1 - x.values[i]);
    }
    RUN(aclnnSigmoidBackward, dy.tensor, x.tensor, same.tensor);
    expect(&same, 2 * F32, 2);
    aclDestroyScalar(low);
    aclDestroyScalar(high);
    aclDestroyScalar(half);
    drop(&x);
    drop(&out);
    drop(&truth);
    drop(&same);
    drop(&dy);
}

/* Every pair of types, and values at which rounding is decided: halves of the last place, subnormals, overflow. */
static void conversions(void) {
    static const aclDataType TYPES[] = {ACL_FLOAT, ACL_FLOAT16, ACL_BF16, ACL_INT32, ACL_INT64, ACL_INT8, ACL_UINT8, ACL_DOUBLE};
    static const double EDGES[] = {0, 1 + 0x1p-11, 1 + 3 * 0x1p-11, 1 + 0x1p-8, 1 + 3 * 0x1p-8, 65519, 65520, 1e-7, 3e-8, 0x1p-24, 0x1p-25, 6e-5, 100.75};
    for (int from = 0; from < 8; from++) {
        for (int to = 0; to < 8; to++) {
            i64 dims[] = {between(1, 4), between(13, 40)};
            bool narrow = TYPES[from] == ACL_INT8 || TYPES[to] == ACL_INT8, positive = TYPES[from] == ACL_UINT8 || TYPES[to] == ACL_UINT8;
            Tensor x = tensor_of(TYPES[from], ANY, 2, dims), out = output(TYPES[to], ANY, 2, dims);
            for (i64 i = 0; i < x.count; i++) {
                double v = i < 13 ? EDGES[i] : unit() * 120;
                v = narrow || positive ? fmod(v, 120) : v;
                x.values[i] = rounded_to(positive || between(0, 1) ? v : -v, x.type);
                out.values[i] = rounded_to(x.values[i], out.type);
                if (isinf(x.values[i]) && to >= 3 && to < 7) {
                    x.values[i] = out.values[i] = 1;
                }
            }
            upload(&x);
            RUN(aclnnCast, x.tensor, out.type, out.tensor);
            expect(&out, 0, 0);
            upload(&out);
            RUN(aclnnInplaceCopy, out.tensor, x.tensor);
            expect(&out, 0, 0);
            drop(&x);
            drop(&out);
        }
    }
}

static void constants(void) {
    i64 dims[] = {between(2, 6), between(2, 60)};
    Tensor x = output(between(0, 2) ? any_float() : ACL_INT32, ANY, 2, dims);
    aclScalar *seven = scalar(7), *zero = scalar(0), *end = scalar((double) dims[1] * 2), *two = scalar(2);
    for (i64 i = 0; i < x.count; i++) {
        x.values[i] = 7;
    }
    RUN(aclnnInplaceFillScalar, x.tensor, seven);
    expect(&x, 0, 0);
    Tensor mask = random_tensor(ACL_BOOL, ANY, DIMS(dims[0], 1), 0, 1), out = output(x.type, ANY, 2, dims);
    for (i64 i = 0; i < mask.count; i++) {
        mask.values[i] = (double) between(0, 1);
    }
    upload(&mask);
    Tensor other = random_tensor(x.type, ANY, 1, dims + 1, -9, 9);
    for (i64 i = 0; i < x.count; i++) {
        bool set = seen_at(&mask, 2, dims, i) != 0;
        out.values[i] = set ? 7 : seen_at(&other, 2, dims, i);
        x.values[i] = set ? 2 : 7;
    }
    RUN(aclnnSWhere, mask.tensor, x.tensor, other.tensor, out.tensor);
    expect(&out, 0, 0);
    RUN(aclnnInplaceMaskedFillScalar, x.tensor, mask.tensor, two);
    expect(&x, 0, 0);
    for (int kind = 0; kind < 2; kind++) {
        i64 diagonal = between(-3, 3);
        for (i64 i = 0; i < x.count; i++) {
            i64 beyond = i % dims[1] - i / dims[1] - diagonal;
            out.values[i] = (kind == 0 ? beyond < 0 : beyond > 0) ? 0 : x.values[i];
        }
        if (kind == 0) {
            RUN(aclnnTriu, x.tensor, diagonal, out.tensor);
        } else {
            RUN(aclnnTril, x.tensor, diagonal, out.tensor);
        }
        expect(&out, 0, 0);
    }
    Tensor steps = output(ACL_INT32, ANY, 1, dims + 1);
    for (i64 i = 0; i < steps.count; i++) {
        steps.values[i] = (double) (2 * i);
    }
    RUN(aclnnArange, zero, end, two, steps.tensor);
    expect(&steps, 0, 0);
    memset(x.values, 0, (size_t) x.count * sizeof(double));
    RUN(aclnnInplaceZero, x.tensor);
    expect(&x, 0, 0);
    aclDestroyScalar(seven);
    aclDestroyScalar(zero);
    aclDestroyScalar(end);
    aclDestroyScalar(two);
    drop(&x);
    drop(&mask);
    drop(&out);
    drop(&other);
    drop(&steps);
}

int main(int argc, char **argv) {
    start(argc, argv);
    for (int round = 0; round < 40; round++) {
        pairs();
        in_place();
        singles();
        constants();
    }
    conversions();
    return finished();
}
