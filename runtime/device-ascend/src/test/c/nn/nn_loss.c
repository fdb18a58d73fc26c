/* Losses of classes: negative log likelihood, and cross entropy with its saved log probabilities. */
#include "operand.h"

#include <math.h>

enum { NONE, MEAN, TOTAL };

/* The class of each row, checked; -1 where it is to be ignored. NULL, and the stream fails, if one is out of range. */
static int64_t *classes(const aclTensor *target, int64_t ignored, int64_t count, struct standin_call *call) {
    int64_t rows = standin_count(target), *values = standin_integers(target);
    for (int64_t i = 0; i < rows; i++) {
        if (values[i] == ignored) {
            values[i] = -1;
        } else if (values[i] < 0 || values[i] >= count) {
            standin_fail(call, ACL_ERROR_RT_AICORE_EXCEPTION, "target %lld is not below %lld", (long long) values[i], (long long) count);
            free(values);
            return NULL;
        }
    }
    return values;
}

/* One number, or one for each row. */
static void store_loss(const aclTensor *out, const double *each, int64_t rows, int64_t reduction, double weights) {
    if (reduction == NONE) {
        standin_store_doubles(out, each);
        return;
    }
    double sum = 0;
    for (int64_t i = 0; i < rows; i++) {
        sum += each[i];
    }
    standin_set(out, 0, reduction == MEAN ? sum / weights : sum);
}

/* ---- nll_loss --------------------------------------------------------------------------------------------------------- */

/* self [N, C] or [C], target [N] or [], weight [C]. */
static aclnnStatus check_classes(const aclTensor *self, const aclTensor *target, const aclTensor *weight, int64_t reduction) {
    NN_TRY(nn_check_type(self, "self", NN_NARROW));
    NN_TRY(nn_check_rank(self, "self", 1, 2));
    STANDIN_CHECK(target->type == ACL_INT64 || target->type == ACL_INT32 || target->type == ACL_UINT8, ACLNN_ERR_PARAM_INVALID,
                  "target cannot be %s", standin_type_name(target->type));
    NN_TRY(nn_check_shape(target, "target", self->rank - 1, self->dims));
    NN_TRY(nn_check_same_type(self, "self", weight, "weight"));
    NN_TRY(nn_check_shape(weight, "weight", 1, self->dims + self->rank - 1));
    STANDIN_CHECK(reduction >= NONE && reduction <= TOTAL, ACLNN_ERR_PARAM_INVALID, "reduction %lld is unknown", (long long) reduction);
    return ACLNN_SUCCESS;
}

#define NLL(A) A(IN, self) A(IN, target) A(IN, weight) A(I64, reduction) A(I64, ignoreIndex) A(OUT, out) A(OUT, totalWeightOut)
STANDIN_ARGUMENTS(nll, NLL)

static aclnnStatus check_nll(const struct nll *a, struct standin_call *call) {
    NN_TRY(check_classes(a->self, a->target, a->weight, a->reduction));
    NN_TRY(nn_check_type(a->out, "out", NN_NARROW));
    const int64_t one = 1;
    NN_TRY(nn_check_shape(a->totalWeightOut, "totalWeightOut", 1, &one));
    nn_note_copies(call, a->self);
    return nn_check_shape(a->out, "out", 1, a->reduction == NONE && a->self->rank == 2 ? a->self->dims : &one);
}

static void compute_nll(const struct nll *a, struct standin_call *call) {
    int64_t count = a->self->dims[a->self->rank - 1], rows = standin_count(a->target);
    int64_t *target = classes(a->target, a->ignoreIndex, count, call);
    if (target == NULL) {
        return;
    }
    double *each = standin_memory((size_t) (rows + 1) * sizeof(double)), weights = 0;
    for (int64_t i = 0; i < rows; i++) {
        if (target[i] >= 0) {
            double weight = standin_get(a->weight, target[i] * a->weight->strides[0]);
            each[i] = -weight * standin_get(a->self, standin_distance(a->self, i * count + target[i]));
            weights += weight;
        }
    }
    store_loss(a->out, each, rows, a->reduction, weights);
    if (a->reduction != NONE) {
        standin_set(a->totalWeightOut, 0, weights);
    }
    free(each);
    free(target);
}

STANDIN_OPERATOR(aclnnNLLLoss, nll, NLL, check_nll, compute_nll)

#define NLL_GRAD(A) \
    A(IN, gradOutput) A(IN, self) A(IN, target) A(IN, weight) A(I64, reduction) A(I64, ignoreIndex) A(IN, totalWeight) A(OUT, out)
STANDIN_ARGUMENTS(nll_grad, NLL_GRAD)

static aclnnStatus check_nll_grad(const struct nll_grad *a, struct standin_call *call) {
    NN_TRY(check_classes(a->self, a->target, a->weight, a->reduction));
    NN_TRY(nn_check_same_type(a->self, "self", a->gradOutput, "gradOutput"));
    NN_TRY(nn_check_same_type(a->self, "self", a->totalWeight, "totalWeight"));
    NN_TRY(nn_check_same_type(a->self, "self", a->out, "out"));
    NN_TRY(nn_check_same_shape(a->self, "self", a->out, "out"));
    int64_t grads = a->reduction == NONE ? standin_count(a->target) : 1;
    STANDIN_CHECK(standin_count(a->gradOutput) == grads, ACLNN_ERR_PARAM_INVALID, "gradOutput is %s", standin_shape(a->gradOutput));
    nn_note_copies(call, a->self);
    return ACLNN_SUCCESS;
}

static void compute_nll_grad(const struct nll_grad *a, struct standin_call *call) {
    int64_t count = a->self->dims[a->self->rank - 1], rows = standin_count(a->target);
    int64_t *target = classes(a->target, a->ignoreIndex, count, call);
    if (target == NULL) {
        return;
    }
    double *grad = standin_doubles(a->gradOutput), *out = standin_memory((size_t) (rows * count + 1) * sizeof(double));
    double divisor = a->reduction == MEAN ? nn_first(a->totalWeight) : 1;
    for (int64_t i = 0; i < rows; i++) {
        if (target[i] >= 0) {
            double weight = standin_get(a->weight, target[i] * a->weight->strides[0]);
            out[i * count + target[i]] = -grad[a->reduction == NONE ? i : 0] * weight / divisor;
        }
    }
    standin_store_doubles(a->out, out);
    free(grad);
    free(out);
    free(target);
}

STANDIN_OPERATOR(aclnnNLLLossBackward, nll_grad, NLL_GRAD, check_nll_grad, compute_nll_grad)

/* ---- cross entropy ---------------------------------------------------------------------------------------------------- */

static int64_t reduction_of(const char *text) {
    return text == NULL || strcmp(text, "mean") == 0 ? MEAN : strcmp(text, "sum") == 0 ? TOTAL : strcmp(text, "none") == 0 ? NONE : -1;
}

static double weight_of(const aclTensor *weight, int64_t class) { return weight == NULL ? 1 : standin_get(weight, class * weight->strides[0]); }

/* probabilities [N, C], target [N], weight [C]: what both directions share. */
static aclnnStatus check_rows(const aclTensor *rows, const char *name, const aclTensor *target, const aclTensor *weight, const char *reduction,
                              double smoothing) {
    NN_TRY(nn_check_type(rows, name, NN_NARROW));
    STANDIN_CHECK(rows->rank == 2 && rows->dims[1] > 0, ACLNN_ERR_INNER_TILING_ERROR, "%s %s must be [N, C]", name, standin_shape(rows));
    STANDIN_CHECK(standin_has_shape(target, 1, rows->dims), ACLNN_ERR_INNER_TILING_ERROR, "target is %s for %s %s", standin_shape(target), name,
                  standin_shape(rows));
    if (weight != NULL) {
        NN_TRY(nn_check_type(weight, "weight", NN_SINGLE));
        STANDIN_CHECK(standin_has_shape(weight, 1, rows->dims + 1), ACLNN_ERR_INNER_TILING_ERROR, "weight is %s for %s %s", standin_shape(weight),
                      name, standin_shape(rows));
    }
    STANDIN_CHECK(reduction_of(reduction) >= 0, ACLNN_ERR_INNER_TILING_ERROR, "reduction \"%s\" is unknown", reduction);
    STANDIN_CHECK(smoothing >= 0 && smoothing <= 1, ACLNN_ERR_INNER_TILING_ERROR, "labelSmoothing %g is not in [0, 1]", smoothing);
    return ACLNN_SUCCESS;
}

#define CROSS_ENTROPY(A)                                                                                                     \
    A(IN, input) A(IN, target) A(IN_OR_NULL, weightOptional) A(TEXT_OR_NULL, reductionOptional) A(I64, ignoreIndex)          \
    A(F64, labelSmoothing) A(F64, lseSquareScaleForZloss) A(BOOLEAN, returnZloss) A(OUT, lossOut) A(OUT, logProbOut)         \
    A(OUT, zlossOut) A(OUT, lseForZlossOut)
STANDIN_ARGUMENTS(cross_entropy, CROSS_ENTROPY)

static aclnnStatus check_cross_entropy(const struct cross_entropy *a, struct standin_call *call) {
    NN_TRY(check_rows(a->input, "input", a->target, a->weightOptional, a->reductionOptional, a->labelSmoothing));
    NN_TRY(nn_check_type(a->target, "target", NN_INDICES));
    const int64_t one = 1, *dims = reduction_of(a->reductionOptional) == NONE ? a->input->dims : &one;
    NN_TRY(nn_check_same_type(a->input, "input", a->lossOut, "lossOut"));
    NN_TRY(nn_check_same_type(a->input, "input", a->logProbOut, "logProbOut"));
    NN_TRY(nn_check_same_type(a->input, "input", a->zlossOut, "zlossOut"));
    NN_TRY(nn_check_same_type(a->input, "input", a->lseForZlossOut, "lseForZlossOut"));
    NN_TRY(nn_check_shape(a->lossOut, "lossOut", 1, dims));
    NN_TRY(nn_check_same_shape(a->input, "input", a->logProbOut, "logProbOut"));
    NN_TRY(nn_check_shape(a->zlossOut, "zlossOut", 1, dims));
    NN_TRY(nn_check_shape(a->lseForZlossOut, "lseForZlossOut", 1, a->input->dims));
    nn_note_copies(call, a->input);
    call->workspace = 64 * 1024;
    return ACLNN_SUCCESS;
}

static void compute_cross_entropy(const struct cross_entropy *a, struct standin_call *call) {
    int64_t rows = a->input->dims[0], count = a->input->dims[1], *target = classes(a->target, a->ignoreIndex, count, call);
    if (target == NULL) {
        return;
    }
    float *x = standin_floats(a->input);
    double *each = standin_memory((size_t) (rows + 1) * sizeof(double)), weights = 0;
    for (int64_t i = 0; i < rows; i++) {
        float *row = x + i * count, largest = -INFINITY;
        double sum = 0, smooth = 0;
        for (int64_t j = 0; j < count; j++) {
            largest = fmaxf(largest, row[j]);
        }
        for (int64_t j = 0; j < count; j++) {
            sum += expf(row[j] - largest);
        }
        float logarithm = logf((float) sum);
        for (int64_t j = 0; j < count; j++) {
            row[j] = row[j] - largest - logarithm;
            smooth -= a->labelSmoothing == 0 ? 0 : row[j] * weight_of(a->weightOptional, j);
        }
        if (target[i] >= 0) {
            double weight = weight_of(a->weightOptional, target[i]);
            each[i] = -(1 - a->labelSmoothing) * weight * (double) row[target[i]] + a->labelSmoothing / (double) count * smooth;
            weights += weight;
        }
    }
    store_loss(a->lossOut, each, rows, reduction_of(a->reductionOptional), weights);
    standin_store_floats(a->logProbOut, x);
    free(x);
    free(each);
    free(target);
}

STANDIN_OPERATOR(aclnnCrossEntropyLoss, cross_entropy, CROSS_ENTROPY, check_cross_entropy, compute_cross_entropy, .no_310p = true)

#define CROSS_ENTROPY_GRAD(A)                                                                                                \
    A(IN, gradLoss) A(IN, logProb) A(IN, target) A(IN_OR_NULL, weightOptional) A(IN_OR_NULL, gradZlossOptional)              \
    A(IN_OR_NULL, lseForZlossOptional) A(TEXT_OR_NULL, reductionOptional) A(I64, ignoreIndex) A(F64, labelSmoothing)         \
    A(F64, lseSquareScaleForZloss) A(OUT, out)
STANDIN_ARGUMENTS(cross_entropy_grad, CROSS_ENTROPY_GRAD)

static aclnnStatus check_cross_entropy_grad(const struct cross_entropy_grad *a, struct standin_call *call) {
    NN_TRY(check_rows(a->logProb, "logProb", a->target, a->weightOptional, a->reductionOptional, a->labelSmoothing));
    STANDIN_CHECK(a->target->type == ACL_INT64, ACLNN_ERR_PARAM_INVALID, "target must be INT64, not %s", standin_type_name(a->target->type));
    STANDIN_CHECK(a->labelSmoothing == 0, ACLNN_ERR_INNER_TILING_ERROR, "labelSmoothing must be 0 in the gradient");
    NN_TRY(nn_check_same_type(a->logProb, "logProb", a->gradLoss, "gradLoss"));
    NN_TRY(nn_check_same_type(a->logProb, "logProb", a->out, "out"));
    NN_TRY(nn_check_same_shape(a->logProb, "logProb", a->out, "out"));
    bool each = reduction_of(a->reductionOptional) == NONE;
    STANDIN_CHECK(each ? standin_has_shape(a->gradLoss, 1, a->logProb->dims) : standin_count(a->gradLoss) == 1, ACLNN_ERR_INNER_TILING_ERROR,
                  "gradLoss is %s", standin_shape(a->gradLoss));
    nn_note_copies(call, a->logProb);
    call->workspace = 64 * 1024;
    return ACLNN_SUCCESS;
}

static void compute_cross_entropy_grad(const struct cross_entropy_grad *a, struct standin_call *call) {
    int64_t rows = a->logProb->dims[0], count = a->logProb->dims[1], reduction = reduction_of(a->reductionOptional);
    int64_t *target = classes(a->target, a->ignoreIndex, count, call);
    if (target == NULL) {
        return;
    }
    float *x = standin_floats(a->logProb);
    double *grad = standin_doubles(a->gradLoss), weights = 0;
    for (int64_t i = 0; i < rows; i++) {
        weights += target[i] < 0 ? 0 : weight_of(a->weightOptional, target[i]);
    }
    for (int64_t i = 0; i < rows; i++) {
        double whole = grad[reduction == NONE ? i : 0] / (reduction == MEAN ? weights : 1);
        float factor = target[i] < 0 ? 0 : (float) (whole * weight_of(a->weightOptional, target[i]));
        for (int64_t j = 0; j < count; j++) {
            x[i * count + j] = expf(x[i * count + j]) * factor;
        }
        if (target[i] >= 0) {
            x[i * count + target[i]] -= factor;
        }
    }
    standin_store_floats(a->out, x);
    free(x);
    free(grad);
    free(target);
}

STANDIN_OPERATOR(aclnnCrossEntropyLossGrad, cross_entropy_grad, CROSS_ENTROPY_GRAD, check_cross_entropy_grad, compute_cross_entropy_grad,
                 .no_310p = true)
