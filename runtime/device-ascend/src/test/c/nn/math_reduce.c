/* Sums, means, maxima, logarithms of sums of exponentials, and running sums. */
#include "operand.h"
#include "reduce.h"

#include <math.h>

static aclnnStatus check_reduced(const aclTensor *self, const aclIntArray *dims, bool keep, const aclTensor *out, struct standin_call *call) {
    unsigned axes;
    int64_t shape[STANDIN_DIMS];
    NN_TRY(nn_check_axes(self, dims, &axes));
    nn_note_copies(call, self);
    call->workspace = 4096;
    return nn_check_shape(out, "out", nn_reduced_shape(self, axes, keep, shape), shape);
}

static void store(const aclTensor *out, double *values) {
    standin_store_doubles(out, values);
    free(values);
}

/* One value for each place of out. */
static double *places(const aclTensor *out) { return standin_memory((size_t) (standin_count(out) + 1) * sizeof(double)); }

/* ---- sum and mean ----------------------------------------------------------------------------------------------------- */

#define TYPED(A) A(IN, self) A(INTS, dims) A(BOOLEAN, keepDims) A(TYPE, dtype) A(OUT, out)
STANDIN_ARGUMENTS(typed, TYPED)

enum { SUM, MEAN };

static aclnnStatus check_typed(const struct typed *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_NUMBERS));
    NN_TRY(nn_check_type(a->out, "out", call->detail == MEAN ? NN_FLOATS : NN_NUMBERS));
    STANDIN_CHECK(a->dtype == a->out->type, ACLNN_ERR_PARAM_INVALID, "dtype is %s but out is %s", standin_type_name(a->dtype),
                  standin_type_name(a->out->type));
    return check_reduced(a->self, a->dims, a->keepDims, a->out, call);
}

static void compute_typed(const struct typed *a, struct standin_call *call) {
    NnView self = nn_view(a->self);
    unsigned axes = nn_axes(a->self, a->dims);
    double *result = places(a->out);
    nn_reduce(&self, axes, NN_SUM, 0, NULL, result);
    for (int64_t i = 0; call->detail == MEAN && i < standin_count(a->out); i++) {
        result[i] /= (double) nn_places(&self, axes);
    }
    store(a->out, result);
}

STANDIN_OPERATOR(aclnnReduceSum, typed, TYPED, check_typed, compute_typed, .detail = SUM)

#define MEANS(A) A(IN, self) A(INTS, dim) A(BOOLEAN, keepDim) A(TYPE, dtype) A(OUT, out)
STANDIN_ARGUMENTS(means, MEANS)

static struct typed as_typed(const struct means *a) { return (struct typed) {a->self, a->dim, a->keepDim, a->dtype, a->out}; }

static aclnnStatus check_means(const struct means *a, struct standin_call *call) {
    struct typed same = as_typed(a);
    return check_typed(&same, call);
}

static void compute_means(const struct means *a, struct standin_call *call) {
    struct typed same = as_typed(a);
    compute_typed(&same, call);
}

STANDIN_OPERATOR(aclnnMean, means, MEANS, check_means, compute_means, .detail = MEAN)

/* ---- maximum, all, logsumexp ------------------------------------------------------------------------------------------ */

#define MAXIMUM(A) A(IN, self) A(INTS, dims) A(BOOLEAN, keepDims) A(BOOLEAN, noopWithEmptyDims) A(OUT, out)
STANDIN_ARGUMENTS(maximum, MAXIMUM)

static bool does_nothing(const struct maximum *a) { return a->noopWithEmptyDims && a->dims->size == 0; }

static aclnnStatus check_maximum(const struct maximum *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_NUMBERS));
    NN_TRY(nn_check_same_type(a->self, "self", a->out, "out"));
    STANDIN_CHECK(standin_count(a->self) > 0 || standin_count(a->out) == 0, ACLNN_ERR_PARAM_INVALID, "the maximum of no elements is asked for");
    return does_nothing(a) ? nn_check_same_shape(a->self, "self", a->out, "out") : check_reduced(a->self, a->dims, a->keepDims, a->out, call);
}

static void compute_maximum(const struct maximum *a, struct standin_call *call) {
    (void) call;
    NnView self = nn_view(a->self), out = nn_view(a->out);
    if (does_nothing(a)) {
        nn_copy(&self, &out);
        return;
    }
    double *result = places(a->out);
    nn_reduce(&self, nn_axes(a->self, a->dims), NN_MAX, 0, NULL, result);
    store(a->out, result);
}

STANDIN_OPERATOR(aclnnMaxV2, maximum, MAXIMUM, check_maximum, compute_maximum)

#define ALL(A) A(IN, self) A(INTS, dim) A(BOOLEAN, keepdim) A(OUT, out)
STANDIN_ARGUMENTS(all, ALL)

static aclnnStatus check_all(const struct all *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_NUMBERS));
    STANDIN_CHECK(a->out->type == ACL_BOOL || a->out->type == ACL_UINT8, ACLNN_ERR_PARAM_INVALID, "out must be BOOL or UINT8, not %s",
                  standin_type_name(a->out->type));
    return check_reduced(a->self, a->dim, a->keepdim, a->out, call);
}

static void compute_all(const struct all *a, struct standin_call *call) {
    (void) call;
    NnView self = nn_view(a->self);
    double *result = places(a->out);
    nn_reduce(&self, nn_axes(a->self, a->dim), NN_ALL_TRUE, 0, NULL, result);
    store(a->out, result);
}

STANDIN_OPERATOR(aclnnAll, all, ALL, check_all, compute_all)

#define LOG_SUM_EXP(A) A(IN, self) A(INTS, dim) A(BOOLEAN, keepDim) A(OUT, out)
STANDIN_ARGUMENTS(log_sum_exp, LOG_SUM_EXP)

static aclnnStatus check_log_sum_exp(const struct log_sum_exp *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_NUMBERS));
    NN_TRY(nn_check_type(a->out, "out", NN_NARROW));
    return check_reduced(a->self, a->dim, a->keepDim, a->out, call);
}

static void compute_log_sum_exp(const struct log_sum_exp *a, struct standin_call *call) {
    (void) call;
    NnView self = nn_view(a->self);
    unsigned axes = nn_axes(a->self, a->dim);
    double *shift = places(a->out), *result = places(a->out);
    nn_reduce(&self, axes, NN_MAX, 0, NULL, shift);
    for (int64_t i = 0; i < standin_count(a->out); i++) {
        shift[i] = isinf(shift[i]) ? 0 : shift[i];
    }
    nn_reduce(&self, axes, NN_SUM_EXP, 0, shift, result);
    for (int64_t i = 0; i < standin_count(a->out); i++) {
        result[i] = log(result[i]) + shift[i];
    }
    free(shift);
    store(a->out, result);
}

STANDIN_OPERATOR(aclnnLogSumExp, log_sum_exp, LOG_SUM_EXP, check_log_sum_exp, compute_log_sum_exp)

/* ---- running sums ----------------------------------------------------------------------------------------------------- */

#define CUMSUM(A) A(IN, self) A(I64, dim) A(TYPE, dtype) A(OUT, out)
STANDIN_ARGUMENTS(cumsum, CUMSUM)

static aclnnStatus check_cumsum(const struct cumsum *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_FLOATS | NN_INTEGERS));
    NN_TRY(nn_check_type(a->out, "out", NN_FLOATS | NN_INTEGERS));
    STANDIN_CHECK(a->dtype == a->out->type, ACLNN_ERR_PARAM_INVALID, "dtype is %s but out is %s", standin_type_name(a->dtype),
                  standin_type_name(a->out->type));
    NN_TRY(nn_check_same_shape(a->self, "self", a->out, "out"));
    NN_TRY(nn_check_dim(a->dim, a->self, "self"));
    nn_note_copies(call, a->self);
    call->workspace = 4096;
    return ACLNN_SUCCESS;
}

static void run_sum(const double *scalars, float *const *line, int64_t n) {
    (void) scalars;
    float sum = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += line[0][i];
        line[1][i] = sum;
    }
}

static void compute_cumsum(const struct cumsum *a, struct standin_call *call) {
    (void) call;
    NnView self = nn_view(a->self), out = nn_view(a->out);
    int axis = nn_axis(a->dim, self.rank);
    if (nn_is_narrow(out.type)) {
        nn_lines(run_sum, NULL, axis, 1, 1, (const NnView *[]) {&self, &out});
        return;
    }
    int64_t count = standin_count(a->self), extent = self.rank == 0 ? 1 : self.shape[axis], after = 1;
    for (int i = axis + 1; i < self.rank; i++) {
        after *= self.shape[i];
    }
    double *values = standin_doubles(a->self);
    for (int64_t i = 0; i < count; i++) {
        values[i] += i / after % extent == 0 ? 0 : values[i - after];
    }
    store(a->out, values);
}

STANDIN_OPERATOR(aclnnCumsum, cumsum, CUMSUM, check_cumsum, compute_cumsum)
