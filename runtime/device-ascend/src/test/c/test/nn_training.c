/* Dropout, AdamW and cross entropy, against double precision. */
#include "nn_test.h"

OPERATOR(aclnnDropoutGenMask, cIA, double, i64, i64, aclTensor *)
OPERATOR(aclnnDropoutDoMask, cT, cT, double, aclTensor *)
OPERATOR(aclnnApplyAdamWV2, aclTensor *, aclTensor *, aclTensor *, aclTensor *, cT, cT, float, float, float, float, float, bool, bool)
OPERATOR(aclnnCrossEntropyLoss, cT, cT, cT, char *, i64, double, double, bool, cT, cT, cT, cT)
OPERATOR(aclnnCrossEntropyLossGrad, cT, cT, cT, cT, cT, cT, char *, i64, double, double, cT)

static const double F32 = 1e-6;

static void dropout(void) {
    i64 count = between(1, 3000), bytes = (count + 127) / 128 * 16, seed = (i64) draw();
    double prob = (double) between(0, 9) / 10;
    aclDataType type = any_float();
    cIA shape = ints(1, &count);
    Tensor mask = output(ACL_UINT8, DENSE, DIMS(bytes)), again = output(ACL_UINT8, DENSE, DIMS(bytes));
    Tensor x = random_tensor(type, ANY, DIMS(count), 1, 2), y = output(type, ANY, DIMS(count));
    RUN(aclnnDropoutGenMask, shape, prob, seed, 7, mask.tensor);
    RUN(aclnnDropoutGenMask, shape, prob, seed, 7, again.tensor);
    uint8_t *bits = malloc((size_t) bytes), *same = malloc((size_t) bytes);
    need(aclrtMemcpy(bits, (size_t) bytes, mask.device, (size_t) bytes, 2), "aclrtMemcpy");
    need(aclrtMemcpy(same, (size_t) bytes, again.device, (size_t) bytes, 2), "aclrtMemcpy");
    i64 kept = 0;
    for (i64 i = 0; i < count; i++) {
        bool keeps = bits[i / 8] >> (i % 8) & 1;
        kept += keeps;
        y.values[i] = keeps ? x.values[i] / (1 - prob) : 0;
    }
    if (memcmp(bits, same, (size_t) bytes) != 0) {
        complain("the same seed gave other bits");
    }
    if (fabs((double) kept - (double) count * (1 - prob)) > 6 * sqrt((double) count * prob * (1 - prob)) + 1e-6) {
        complain("%lld of %lld were kept with prob %g", (long long) kept, (long long) count, prob);
    }
    RUN(aclnnDropoutDoMask, x.tensor, mask.tensor, prob, y.tensor);
    expect(&y, F32, 0);
    aclDestroyIntArray(shape);
    free(bits);
    free(same);
    drop(&mask);
    drop(&again);
    drop(&x);
    drop(&y);
}

/* The step on the card is the one before: it adds 1. */
static void adam(void) {
    i64 n = between(1, 2500), t = between(1, 1000);
    float lr = 1e-3f, beta1 = 0.9f, beta2 = 0.999f, decay = 0.1f, eps = 1e-8f;
    aclDataType steps = between(0, 1) ? ACL_INT64 : ACL_FLOAT;
    Tensor p = random_tensor(ACL_FLOAT, DENSE, DIMS(n), -1, 1), m = random_tensor(ACL_FLOAT, DENSE, DIMS(n), -1, 1);
    Tensor v = random_tensor(ACL_FLOAT, DENSE, DIMS(n), 0, 1), g = random_tensor(ACL_FLOAT, DENSE, DIMS(n), -1, 1);
    Tensor step = random_tensor(steps, DENSE, DIMS(1), (double) t - 1, (double) t - 1);
    for (i64 i = 0; i < n; i++) {
        m.values[i] = (double) beta1 * m.values[i] + (1 - (double) beta1) * g.values[i];
        v.values[i] = (double) beta2 * v.values[i] + (1 - (double) beta2) * g.values[i] * g.values[i];
        double first = m.values[i] / (1 - pow((double) beta1, (double) t)), second = v.values[i] / (1 - pow((double) beta2, (double) t));
        p.values[i] = p.values[i] * (1 - (double) lr * (double) decay) - (double) lr * first / (sqrt(second) + (double) eps);
    }
    RUN(aclnnApplyAdamWV2, p.tensor, m.tensor, v.tensor, NULL, g.tensor, step.tensor, lr, beta1, beta2, decay, eps, false, false);
    expect(&p, F32, 1);
    expect(&m, F32, 1);
    expect(&v, F32, 1);
    drop(&p);
    drop(&m);
    drop(&v);
    drop(&g);
    drop(&step);
}

static void cross_entropy(void) {
    i64 rows = between(1, 12), classes = between(1, 90);
    bool mean = between(0, 1), weighted = between(0, 1);
    aclDataType type = any_float();
    Tensor x = random_tensor(type, ANY, DIMS(rows, classes), -5, 5), target = tensor_of(ACL_INT64, ANY, DIMS(rows));
    Tensor weight = random_tensor(ACL_FLOAT, ANY, DIMS(classes), 0.5, 2), loss = output(type, DENSE, DIMS(1)), logs = output(type, ANY, DIMS(rows, classes));
    Tensor none = output(type, DENSE, DIMS(1)), lse = output(type, DENSE, DIMS(rows)), dx = output(type, ANY, DIMS(rows, classes));
    Tensor grad = random_tensor(type, DENSE, 0, NULL, 0.5, 2);
    double weights = 0;
    for (i64 r = 0; r < rows; r++) {
        target.values[r] = between(0, 3) == 0 && r > 0 ? -100 : (double) between(0, classes - 1);
        double sum = 0;
        for (i64 j = 0; j < classes; j++) {
            sum += exp(x.values[r * classes + j]);
        }
        for (i64 j = 0; j < classes; j++) {
            logs.values[r * classes + j] = x.values[r * classes + j] - log(sum);
        }
        if (target.values[r] >= 0) {
            double w = weighted ? weight.values[(i64) target.values[r]] : 1;
            loss.values[0] -= w * logs.values[r * classes + (i64) target.values[r]];
            weights += w;
        }
    }
    loss.values[0] /= mean ? weights : 1;
    upload(&target);
    char *reduction = mean ? "mean" : "sum";
    RUN(aclnnCrossEntropyLoss, x.tensor, target.tensor, weighted ? weight.tensor : NULL, reduction, -100, 0, 0, false, loss.tensor, logs.tensor,
        none.tensor, lse.tensor);
    expect(&loss, 2 * F32, 1);
    expect(&logs, F32, 3);
    for (i64 i = 0; i < logs.count; i++) {
        logs.values[i] = rounded_to(logs.values[i], type);
        i64 class = (i64) target.values[i / classes];
        double w = class < 0 ? 0 : (weighted ? weight.values[class] : 1) * grad.values[0] / (mean ? weights : 1);
        dx.values[i] = w * (exp(logs.values[i]) - (class == i % classes));
    }
    upload(&logs);
    RUN(aclnnCrossEntropyLossGrad, grad.tensor, logs.tensor, target.tensor, weighted ? weight.tensor : NULL, NULL, NULL, reduction, -100, 0, 0,
        dx.tensor);
    expect(&dx, F32, 1); /* a difference of numbers of that size */
    drop(&x);
    drop(&target);
    drop(&weight);
    drop(&loss);
    drop(&logs);
    drop(&none);
    drop(&lse);
    drop(&dx);
    drop(&grad);
}

int main(int argc, char **argv) {
    start(argc, argv);
    for (int round = 0; round < 40; round++) {
        dropout();
        adam();
        cross_entropy();
    }
    return finished();
}
