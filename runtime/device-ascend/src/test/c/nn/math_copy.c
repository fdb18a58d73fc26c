/* Copies, conversions, constants, and choices between tensors. */
#include "kernels.h"
#include "operand.h"

NN_TERNARY(choose, x != 0 ? y : z)
NN_BINARY(replace, y != 0 ? s0 : x)

#define CAST(A) A(IN, self) A(TYPE, dtype) A(OUT, out)
STANDIN_ARGUMENTS(cast, CAST)

static aclnnStatus check_cast(const struct cast *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_ALL));
    NN_TRY(nn_check_type(a->out, "out", NN_ALL));
    NN_TRY(nn_check_same_shape(a->self, "self", a->out, "out"));
    STANDIN_CHECK(a->dtype == a->out->type, ACLNN_ERR_PARAM_INVALID, "dtype is %s but out is %s", standin_type_name(a->dtype),
                  standin_type_name(a->out->type));
    nn_note_copies(call, a->self);
    nn_note_copies(call, a->out);
    return ACLNN_SUCCESS;
}

static void compute_cast(const struct cast *a, struct standin_call *call) {
    (void) call;
    NnView from = nn_view(a->self), to = nn_view(a->out);
    nn_copy(&from, &to);
}

STANDIN_OPERATOR(aclnnCast, cast, CAST, check_cast, compute_cast)

#define COPY(A) A(INOUT, selfRef) A(IN, src)
STANDIN_ARGUMENTS(copy, COPY)

static aclnnStatus check_copy(const struct copy *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->selfRef, "selfRef", NN_ALL));
    NN_TRY(nn_check_type(a->src, "src", NN_ALL));
    STANDIN_CHECK(standin_broadcasts(a->src, a->selfRef->rank, a->selfRef->dims), ACLNN_ERR_PARAM_INVALID,
                  "src %s cannot be broadcast to selfRef %s", standin_shape(a->src), standin_shape(a->selfRef));
    STANDIN_CHECK(a->src->type == a->selfRef->type || !standin_overlap(a->src, a->selfRef), ACLNN_ERR_PARAM_INVALID,
                  "src and selfRef share memory");
    (void) call;
    return ACLNN_SUCCESS;
}

static void compute_copy(const struct copy *a, struct standin_call *call) {
    (void) call;
    NnView from = nn_view(a->src), to = nn_view(a->selfRef);
    nn_copy(&from, &to);
}

STANDIN_OPERATOR(aclnnInplaceCopy, copy, COPY, check_copy, compute_copy)

static void fill(const aclTensor *t, double value) {
    NnView to = nn_view(t), from = {.data = (char *) &value, .type = ACL_DOUBLE};
    nn_copy(&from, &to);
}

#define ZERO(A) A(INOUT, selfRef)
STANDIN_ARGUMENTS(zero, ZERO)

static aclnnStatus check_zero(const struct zero *a, struct standin_call *call) {
    (void) call;
    return nn_check_type(a->selfRef, "selfRef", NN_ALL);
}

static void compute_zero(const struct zero *a, struct standin_call *call) {
    (void) call;
    fill(a->selfRef, 0);
}

STANDIN_OPERATOR(aclnnInplaceZero, zero, ZERO, check_zero, compute_zero)

#define FILL(A) A(INOUT, selfRef) A(SCALAR, value)
STANDIN_ARGUMENTS(fill_scalar, FILL)

static aclnnStatus check_fill_scalar(const struct fill_scalar *a, struct standin_call *call) {
    (void) call;
    return nn_check_type(a->selfRef, "selfRef", NN_ALL);
}

static void compute_fill_scalar(const struct fill_scalar *a, struct standin_call *call) {
    (void) call;
    fill(a->selfRef, nn_scalar(a->value));
}

STANDIN_OPERATOR(aclnnInplaceFillScalar, fill_scalar, FILL, check_fill_scalar, compute_fill_scalar)

#define CHOICE(A) A(IN, condition) A(IN, self) A(IN, other) A(OUT, out)
STANDIN_ARGUMENTS(choice, CHOICE)

static aclnnStatus check_choice(const struct choice *a, struct standin_call *call) {
    STANDIN_CHECK(a->condition->type == ACL_BOOL || a->condition->type == ACL_UINT8, ACLNN_ERR_PARAM_INVALID,
                  "condition must be BOOL or UINT8, not %s", standin_type_name(a->condition->type));
    NN_TRY(nn_check_type(a->self, "self", NN_NUMBERS));
    NN_TRY(nn_check_type(a->other, "other", NN_NUMBERS));
    NN_TRY(nn_check_promotes(a->self->type, a->other->type, a->out));
    aclTensor both = {0}, all = {0};
    STANDIN_CHECK(standin_broadcast_shape(a->self, a->other, &both.rank, both.dims)
                      && standin_broadcast_shape(a->condition, &both, &all.rank, all.dims),
                  ACLNN_ERR_PARAM_INVALID, "condition %s, self %s and other %s cannot be broadcast", standin_shape(a->condition),
                  standin_shape(a->self), standin_shape(a->other));
    NN_TRY(nn_check_shape(a->out, "out", all.rank, all.dims));
    nn_note_copies(call, a->condition);
    nn_note_copies(call, a->self);
    nn_note_copies(call, a->other);
    nn_note_copies(call, a->out);
    return ACLNN_SUCCESS;
}

static void compute_choice(const struct choice *a, struct standin_call *call) {
    (void) call;
    NnView condition = nn_view(a->condition), self = nn_view(a->self), other = nn_view(a->other), to = nn_view(a->out);
    const NnView *in[] = {&condition, &self, &other};
    nn_elementwise(&choose, (const double[]) {0, 0}, 3, in, &to);
}

STANDIN_OPERATOR(aclnnSWhere, choice, CHOICE, check_choice, compute_choice)

#define MASKED(A) A(INOUT, selfRef) A(IN, mask) A(SCALAR, value)
STANDIN_ARGUMENTS(masked, MASKED)

static aclnnStatus check_masked(const struct masked *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->selfRef, "selfRef", NN_NARROW | NN_INTEGERS | NN_BOOLS));
    NN_TRY(nn_check_type(a->mask, "mask", NN_BOOLS));
    STANDIN_CHECK(standin_broadcasts(a->mask, a->selfRef->rank, a->selfRef->dims), ACLNN_ERR_PARAM_INVALID,
                  "mask %s cannot be broadcast to selfRef %s", standin_shape(a->mask), standin_shape(a->selfRef));
    nn_note_copies(call, a->selfRef);
    return ACLNN_SUCCESS;
}

static void compute_masked(const struct masked *a, struct standin_call *call) {
    (void) call;
    NnView self = nn_view(a->selfRef), mask = nn_view(a->mask);
    const NnView *in[] = {&self, &mask};
    nn_elementwise(&replace, (const double[]) {nn_scalar(a->value), 0}, 2, in, &self);
}

STANDIN_OPERATOR(aclnnInplaceMaskedFillScalar, masked, MASKED, check_masked, compute_masked)

#define ARANGE(A) A(SCALAR, start) A(SCALAR, end) A(SCALAR, step) A(OUT, out)
STANDIN_ARGUMENTS(arange, ARANGE)

static aclnnStatus check_arange(const struct arange *a, struct standin_call *call) {
    (void) call;
    double start = nn_scalar(a->start), end = nn_scalar(a->end), step = nn_scalar(a->step);
    NN_TRY(nn_check_type(a->out, "out", NN_FLOATS | NN_INTEGERS));
    STANDIN_CHECK(step != 0 && (end - start) * step >= 0, ACLNN_ERR_PARAM_INVALID, "no steps of %g lead from %g to %g", step, start, end);
    int64_t length = (int64_t) ceil((end - start) / step);
    return nn_check_shape(a->out, "out", 1, &length);
}

static void compute_arange(const struct arange *a, struct standin_call *call) {
    (void) call;
    double start = nn_scalar(a->start), step = nn_scalar(a->step);
    for (int64_t i = 0; i < a->out->dims[0]; i++) {
        standin_set(a->out, i * a->out->strides[0], start + (double) i * step);
    }
}

STANDIN_OPERATOR(aclnnArange, arange, ARANGE, check_arange, compute_arange)

#define TRIANGLE(A) A(IN, self) A(I64, diagonal) A(OUT, out)
STANDIN_ARGUMENTS(triangle, TRIANGLE)

enum { UPPER, LOWER };

static aclnnStatus check_triangle(const struct triangle *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_ALL));
    NN_TRY(nn_check_rank(a->self, "self", 2, 8));
    NN_TRY(nn_check_same_type(a->self, "self", a->out, "out"));
    NN_TRY(nn_check_same_shape(a->self, "self", a->out, "out"));
    nn_note_copies(call, a->self);
    return ACLNN_SUCCESS;
}

static void compute_triangle(const struct triangle *a, struct standin_call *call) {
    NnView from = nn_view(a->self), to = nn_view(a->out);
    nn_copy(&from, &to);
    int64_t count = standin_count(a->out), columns = a->out->dims[a->out->rank - 1], rows = a->out->dims[a->out->rank - 2];
    for (int64_t i = 0; i < count; i++) {
        int64_t beyond = i % columns - i / columns % rows - a->diagonal;
        if (call->detail == UPPER ? beyond < 0 : beyond > 0) {
            standin_set(a->out, standin_distance(a->out, i), 0);
        }
    }
}

STANDIN_OPERATOR(aclnnTriu, triangle, TRIANGLE, check_triangle, compute_triangle, .detail = UPPER)
STANDIN_OPERATOR(aclnnTril, triangle, TRIANGLE, check_triangle, compute_triangle, .detail = LOWER)
