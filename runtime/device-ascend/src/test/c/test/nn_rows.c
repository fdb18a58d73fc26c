/* Norms, gated activations, softmax, reductions and sorting, against double precision. */
#include "nn_test.h"

OPERATOR(aclnnRmsNorm, cT, cT, double, cT, cT)
OPERATOR(aclnnRmsNormGrad, cT, cT, cT, cT, cT, cT)
OPERATOR(aclnnAddRmsNorm, cT, cT, cT, double, cT, cT, cT)
OPERATOR(aclnnSwiGlu, cT, i64, cT)
OPERATOR(aclnnSwiGluGrad, cT, cT, i64, cT)
OPERATOR(aclnnSoftmax, cT, i64, aclTensor *)
OPERATOR(aclnnLogSoftmax, cT, i64, aclTensor *)
OPERATOR(aclnnSoftmaxBackward, cT, cT, i64, aclTensor *)
OPERATOR(aclnnLogSoftmaxBackward, cT, cT, i64, aclTensor *)
OPERATOR(aclnnReduceSum, cT, cIA, bool, aclDataType, aclTensor *)
OPERATOR(aclnnMean, cT, cIA, bool, aclDataType, aclTensor *)
OPERATOR(aclnnMaxV2, cT, cIA, bool, bool, aclTensor *)
OPERATOR(aclnnLogSumExp, cT, cIA, bool, aclTensor *)
OPERATOR(aclnnLinalgVectorNorm, cT, cS, cIA, bool, aclDataType, aclTensor *)
OPERATOR(aclnnCumsum, cT, i64, aclDataType, aclTensor *)
OPERATOR(aclnnArgMax, cT, i64, bool, aclTensor *)
OPERATOR(aclnnTopk, cT, i64, i64, bool, bool, aclTensor *, aclTensor *)
OPERATOR(aclnnSort, cT, bool, i64, bool, aclTensor *, aclTensor *)

static const double F32 = 1e-6;

static void norms(void) {
    i64 rows = between(1, 12), h = between(1, 300);
    aclDataType type = any_float();
    Tensor x = random_tensor(type, ANY, DIMS(rows, h), -2, 2), other = random_tensor(type, ANY, DIMS(rows, h), -2, 2);
    Tensor gamma = random_tensor(type, ANY, DIMS(h), 0.5, 1.5), y = output(type, ANY, DIMS(rows, h)), rstd = output(ACL_FLOAT, ANY, DIMS(rows, 1));
    Tensor total = output(type, ANY, DIMS(rows, h));
    for (int add = 0; add < 2; add++) {
        for (i64 r = 0; r < rows; r++) {
            double squares = 0;
            for (i64 j = r * h; j < (r + 1) * h; j++) {
                total.values[j] = x.values[j] + other.values[j];
                double v = add ? total.values[j] : x.values[j];
                squares += v * v;
            }
            rstd.values[r] = 1 / sqrt(squares / (double) h + 1e-5);
            for (i64 j = 0; j < h; j++) {
                y.values[r * h + j] = (add ? total : x).values[r * h + j] * rstd.values[r] * gamma.values[j];
            }
        }
        if (add) {
            RUN(aclnnAddRmsNorm, x.tensor, other.tensor, gamma.tensor, 1e-5, y.tensor, rstd.tensor, total.tensor);
            expect(&total, F32, 1);
        } else {
            RUN(aclnnRmsNorm, x.tensor, gamma.tensor, 1e-5, y.tensor, rstd.tensor);
        }
        expect(&y, F32, 0.1);
        expect(&rstd, F32, 0);
    }
    Tensor dx = output(type, ANY, DIMS(rows, h)), dgamma = output(ACL_FLOAT, ANY, DIMS(h));
    for (i64 r = 0; r < rows; r++) {
        rstd.values[r] = rounded_to(rstd.values[r], ACL_FLOAT);
        double mean = 0;
        for (i64 j = 0; j < h; j++) {
            mean += other.values[r * h + j] * gamma.values[j] * x.values[r * h + j] / (double) h;
        }
        for (i64 j = 0; j < h; j++) {
            i64 i = r * h + j;
            dx.values[i] = rstd.values[r] * (other.values[i] * gamma.values[j] - x.values[i] * rstd.values[r] * rstd.values[r] * mean);
            dgamma.values[j] += other.values[i] * x.values[i] * rstd.values[r];
        }
    }
    upload(&rstd);
    RUN(aclnnRmsNormGrad, other.tensor, x.tensor, rstd.tensor, gamma.tensor, dx.tensor, dgamma.tensor);
    expect(&dx, F32, 3);
    expect(&dgamma, F32, 3);
    drop(&x);
    drop(&other);
    drop(&gamma);
    drop(&y);
    drop(&rstd);
    drop(&total);
    drop(&dx);
    drop(&dgamma);
}

static void swiglu(void) {
    i64 rows = between(1, 9), f = 32 * between(1, 6);
    aclDataType type = any_float();
    Tensor x = random_tensor(type, DENSE, DIMS(rows, 2 * f), -3, 3), dy = random_tensor(type, DENSE, DIMS(rows, f), -2, 2);
    Tensor out = output(type, DENSE, DIMS(rows, f)), dx = output(type, DENSE, DIMS(rows, 2 * f));
    for (i64 i = 0; i < out.count; i++) {
        i64 at = i / f * 2 * f + i % f;
        double gate = x.values[at], up = x.values[at + f], s = 1 / (1 + exp(-gate));
        out.values[i] = gate * s * up;
        dx.values[at] = dy.values[i] * up * s * (1 + gate * (1 - s));
        dx.values[at + f] = dy.values[i] * gate * s;
    }
    RUN(aclnnSwiGlu, x.tensor, between(0, 1) ? -1 : 1, out.tensor);
    expect(&out, F32, 0.1);
    RUN(aclnnSwiGluGrad, dy.tensor, x.tensor, -1, dx.tensor);
    expect(&dx, F32, 1);
    RUN(aclnnSwiGluGrad, dy.tensor, x.tensor, -1, x.tensor); /* in place */
    memcpy(x.values, dx.values, (size_t) x.count * sizeof(double));
    expect(&x, F32, 1);
    drop(&x);
    drop(&dy);
    drop(&out);
    drop(&dx);
}

/* Elements of a line along an axis of [outer, n, inner]. */
static i64 at(i64 line, i64 j, i64 n, i64 inner) { return line / inner * n * inner + j * inner + line % inner; }

static void softmaxes(void) {
    i64 outer = between(1, 5), n = between(1, 80), inner = between(1, 4);
    aclDataType type = any_float();
    Tensor x = random_tensor(type, ANY, DIMS(outer, n, inner), -6, 6), g = random_tensor(type, ANY, DIMS(outer, n, inner), -1, 1);
    Tensor y = output(type, ANY, DIMS(outer, n, inner)), logs = output(type, ANY, DIMS(outer, n, inner)), out = output(type, ANY, DIMS(outer, n, inner));
    for (i64 line = 0; line < outer * inner; line++) {
        double sum = 0;
        for (i64 j = 0; j < n; j++) {
            sum += exp(x.values[at(line, j, n, inner)]);
        }
        for (i64 j = 0; j < n; j++) {
            i64 i = at(line, j, n, inner);
            y.values[i] = exp(x.values[i]) / sum;
            logs.values[i] = x.values[i] - log(sum);
        }
    }
    RUN(aclnnSoftmax, x.tensor, 1, y.tensor);
    expect(&y, F32, 0.01);
    RUN(aclnnLogSoftmax, x.tensor, -2, logs.tensor);
    expect(&logs, F32, 3);
    for (int log_form = 0; log_form < 2; log_form++) {
        Tensor *forward = log_form ? &logs : &y;
        for (i64 i = 0; i < y.count; i++) {
            forward->values[i] = rounded_to(forward->values[i], type);
        }
        upload(forward);
        for (i64 line = 0; line < outer * inner; line++) {
            double sum = 0;
            for (i64 j = 0; j < n; j++) {
                i64 i = at(line, j, n, inner);
                sum += g.values[i] * (log_form ? 1 : forward->values[i]);
            }
            for (i64 j = 0; j < n; j++) {
                i64 i = at(line, j, n, inner);
                out.values[i] = log_form ? g.values[i] - sum * exp(forward->values[i]) : (g.values[i] - sum) * forward->values[i];
            }
        }
        if (log_form) {
            RUN(aclnnLogSoftmaxBackward, g.tensor, logs.tensor, 1, out.tensor);
        } else {
            RUN(aclnnSoftmaxBackward, g.tensor, y.tensor, 1, out.tensor);
        }
        expect(&out, F32, 2);
    }
    drop(&x);
    drop(&g);
    drop(&y);
    drop(&logs);
    drop(&out);
}

static void reductions(void) {
    i64 dims[] = {between(1, 6), between(1, 9), between(1, 130)};
    unsigned axes = (unsigned) between(1, 7);
    bool keep = between(0, 1);
    i64 named[3], shape[3], places = 1, terms = 1;
    int count = 0, rank = 0;
    for (int d = 0; d < 3; d++) {
        if (axes >> d & 1) {
            named[count++] = between(0, 1) ? d : d - 3;
            terms *= dims[d];
        }
        if (!(axes >> d & 1) || keep) {
            shape[rank] = axes >> d & 1 ? 1 : dims[d];
            places *= shape[rank++];
        }
    }
    aclDataType type = any_float();
    Tensor x = random_tensor(type, ANY, 3, dims, -1, 1);
    Tensor sum = output(ACL_FLOAT, ANY, rank, shape), most = output(type, ANY, rank, shape);
    double *logs = calloc((size_t) places, 8), *squares = calloc((size_t) places, 8);
    for (i64 i = 0; i < places; i++) {
        most.values[i] = -INFINITY;
    }
    for (i64 i = 0; i < x.count; i++) {
        i64 index[] = {i / dims[2] / dims[1], i / dims[2] % dims[1], i % dims[2]}, place = 0;
        for (int d = 0; d < 3; d++) {
            place = axes >> d & 1 ? place : place * dims[d] + index[d];
        }
        sum.values[place] += x.values[i];
        most.values[place] = fmax(most.values[place], x.values[i]);
        logs[place] += exp(x.values[i]);
        squares[place] += x.values[i] * x.values[i];
    }
    cIA list = ints(count, named);
    aclScalar *two = scalar(2);
    RUN(aclnnReduceSum, x.tensor, list, keep, ACL_FLOAT, sum.tensor);
    expect(&sum, F32, 1);
    for (i64 i = 0; i < places; i++) {
        sum.values[i] /= (double) terms;
    }
    RUN(aclnnMean, x.tensor, list, keep, ACL_FLOAT, sum.tensor);
    expect(&sum, F32, 0.1);
    RUN(aclnnMaxV2, x.tensor, list, keep, false, most.tensor);
    expect(&most, 0, 0);
    for (i64 i = 0; i < places; i++) {
        sum.values[i] = log(logs[i]);
    }
    RUN(aclnnLogSumExp, x.tensor, list, keep, sum.tensor);
    expect(&sum, F32, 1);
    for (i64 i = 0; i < places; i++) {
        sum.values[i] = sqrt(squares[i]);
    }
    RUN(aclnnLinalgVectorNorm, x.tensor, two, list, keep, ACL_FLOAT, sum.tensor);
    expect(&sum, F32, 0);
    Tensor running = output(ACL_FLOAT, ANY, 3, dims);
    for (i64 i = 0; i < x.count; i++) {
        running.values[i] = x.values[i] + (i / dims[2] % dims[1] == 0 ? 0 : running.values[i - dims[2]]);
    }
    RUN(aclnnCumsum, x.tensor, 1, ACL_FLOAT, running.tensor);
    expect(&running, F32, 1);
    aclDestroyIntArray(list);
    aclDestroyScalar(two);
    free(logs);
    free(squares);
    drop(&x);
    drop(&sum);
    drop(&most);
    drop(&running);
}

/* Few distinct values, so that many are equal: the lower index comes first. */
static void orders(void) {
    i64 rows = between(1, 6), n = between(2, 200), k = between(0, n);
    bool descending = between(0, 1);
    aclDataType type = any_float();
    Tensor x = tensor_of(type, ANY, DIMS(rows, n));
    for (i64 i = 0; i < x.count; i++) {
        x.values[i] = (double) between(-9, 9);
    }
    upload(&x);
    Tensor values = output(type, ANY, DIMS(rows, k)), indices = output(ACL_INT64, ANY, DIMS(rows, k));
    Tensor sorted = output(type, ANY, DIMS(rows, n)), places = output(ACL_INT64, ANY, DIMS(rows, n)), first = output(ACL_INT32, ANY, DIMS(rows));
    for (i64 r = 0; r < rows; r++) {
        bool *taken = calloc((size_t) n, 1);
        for (i64 j = 0; j < n; j++) {
            i64 best = -1;
            for (i64 i = 0; i < n; i++) {
                double a = x.values[r * n + i], b = best < 0 ? 0 : x.values[r * n + best];
                if (!taken[i] && (best < 0 || (descending ? a > b : a < b))) {
                    best = i;
                }
            }
            taken[best] = true;
            sorted.values[r * n + j] = x.values[r * n + best];
            places.values[r * n + j] = (double) best;
            if (j < k) {
                values.values[r * k + j] = x.values[r * n + best];
                indices.values[r * k + j] = (double) best;
            }
        }
        free(taken);
        for (i64 i = 1; i < n; i++) {
            first.values[r] = x.values[r * n + i] > x.values[r * n + (i64) first.values[r]] ? (double) i : first.values[r];
        }
    }
    RUN(aclnnTopk, x.tensor, k, -1, descending, true, values.tensor, indices.tensor);
    expect(&values, 0, 0);
    expect(&indices, 0, 0);
    RUN(aclnnSort, x.tensor, true, 1, descending, sorted.tensor, places.tensor);
    expect(&sorted, 0, 0);
    expect(&places, 0, 0);
    RUN(aclnnArgMax, x.tensor, 1, false, first.tensor);
    expect(&first, 0, 0);
    drop(&x);
    drop(&values);
    drop(&indices);
    drop(&sorted);
    drop(&places);
    drop(&first);
}

int main(int argc, char **argv) {
    start(argc, argv);
    for (int round = 0; round < 40; round++) {
        norms();
        swiglu();
        softmaxes();
        reductions();
        orders();
    }
    return finished();
}
