/* Operators on two tensors, broadcast against each other, or on a tensor and a scalar. */
#include "kernels.h"
#include "operand.h"

NN_BINARY(add, x + s0 * y)
NN_BINARY(subtract, x - s0 * y)
NN_BINARY(multiply, x * y)
NN_BINARY(divide, x / y)
NN_UNARY(add_scalar, x + s1 * s0)
NN_UNARY(multiply_scalar, x * s0)
NN_UNARY(divide_scalar, x / s0)
NN_UNARY(power, pow(x, s0))
NN_UNARY(equal_scalar, x == s0)
NN_UNARY(unequal_scalar, x != s0)
NN_UNARY(greater_equal_scalar, x >= s0)

enum {
    ADD, SUBTRACT, MULTIPLY, DIVIDE, /* tensors */
    ADD_SCALAR, MULTIPLY_SCALAR, DIVIDE_SCALAR, POWER, EQUAL_SCALAR, UNEQUAL_SCALAR, GREATER_EQUAL_SCALAR
};

static const NnKernel *const KERNELS[] = {
    &add, &subtract, &multiply, &divide, &add_scalar, &multiply_scalar, &divide_scalar, &power, &equal_scalar, &unequal_scalar,
    &greater_equal_scalar
};

static bool compares(long kernel) { return kernel >= EQUAL_SCALAR; }

static aclnnStatus check_tensors(const aclTensor *self, const aclTensor *other, const aclTensor *out, struct standin_call *call) {
    NN_TRY(nn_check_type(self, "self", NN_NUMBERS));
    NN_TRY(nn_check_type(other, "other", NN_NUMBERS));
    NN_TRY(nn_check_type(out, "out", NN_NUMBERS));
    NN_TRY(nn_check_promotes(self->type, other->type, out));
    int rank;
    int64_t dims[STANDIN_DIMS];
    STANDIN_CHECK(standin_broadcast_shape(self, other, &rank, dims), ACLNN_ERR_PARAM_INVALID, "self %s and other %s cannot be broadcast",
                  standin_shape(self), standin_shape(other));
    NN_TRY(nn_check_shape(out, "out", rank, dims));
    nn_note_copies(call, self);
    nn_note_copies(call, other);
    nn_note_copies(call, out);
    return ACLNN_SUCCESS;
}

static void compute_tensors(const aclTensor *self, const aclTensor *other, const aclTensor *out, double alpha, const struct standin_call *call) {
    NnView x = nn_view(self), y = nn_view(other), to = nn_view(out);
    const NnView *in[] = {&x, &y};
    const double scalars[] = {alpha, 0};
    nn_elementwise(KERNELS[call->detail], scalars, 2, in, &to);
}

#define WITH_ALPHA(A) A(IN, self) A(IN, other) A(SCALAR, alpha) A(OUT, out)
STANDIN_ARGUMENTS(with_alpha, WITH_ALPHA)

static aclnnStatus check_with_alpha(const struct with_alpha *a, struct standin_call *call) {
    return check_tensors(a->self, a->other, a->out, call);
}

static void compute_with_alpha(const struct with_alpha *a, struct standin_call *call) {
    compute_tensors(a->self, a->other, a->out, nn_scalar(a->alpha), call);
}

STANDIN_OPERATOR(aclnnAdd, with_alpha, WITH_ALPHA, check_with_alpha, compute_with_alpha, .detail = ADD)
STANDIN_OPERATOR(aclnnSub, with_alpha, WITH_ALPHA, check_with_alpha, compute_with_alpha, .detail = SUBTRACT)

#define IN_PLACE_WITH_ALPHA(A) A(INOUT, selfRef) A(IN, other) A(SCALAR, alpha)
STANDIN_ARGUMENTS(in_place_with_alpha, IN_PLACE_WITH_ALPHA)

static aclnnStatus check_in_place_with_alpha(const struct in_place_with_alpha *a, struct standin_call *call) {
    return check_tensors(a->selfRef, a->other, a->selfRef, call);
}

static void compute_in_place_with_alpha(const struct in_place_with_alpha *a, struct standin_call *call) {
    compute_tensors(a->selfRef, a->other, a->selfRef, nn_scalar(a->alpha), call);
}

STANDIN_OPERATOR(aclnnInplaceAdd, in_place_with_alpha, IN_PLACE_WITH_ALPHA, check_in_place_with_alpha, compute_in_place_with_alpha, .detail = ADD)

#define PAIR(A) A(IN, self) A(IN, other) A(OUT, out)
STANDIN_ARGUMENTS(pair, PAIR)

static aclnnStatus check_pair(const struct pair *a, struct standin_call *call) { return check_tensors(a->self, a->other, a->out, call); }

static void compute_pair(const struct pair *a, struct standin_call *call) { compute_tensors(a->self, a->other, a->out, 1, call); }

STANDIN_OPERATOR(aclnnMul, pair, PAIR, check_pair, compute_pair, .detail = MULTIPLY)
STANDIN_OPERATOR(aclnnDiv, pair, PAIR, check_pair, compute_pair, .detail = DIVIDE)

#define IN_PLACE_PAIR(A) A(INOUT, selfRef) A(IN, other)
STANDIN_ARGUMENTS(in_place_pair, IN_PLACE_PAIR)

static aclnnStatus check_in_place_pair(const struct in_place_pair *a, struct standin_call *call) {
    return check_tensors(a->selfRef, a->other, a->selfRef, call);
}

static void compute_in_place_pair(const struct in_place_pair *a, struct standin_call *call) {
    compute_tensors(a->selfRef, a->other, a->selfRef, 1, call);
}

STANDIN_OPERATOR(aclnnInplaceMul, in_place_pair, IN_PLACE_PAIR, check_in_place_pair, compute_in_place_pair, .detail = MULTIPLY)

/* ---- a tensor and a scalar -------------------------------------------------------------------------------------------- */

static aclnnStatus check_scalar(const aclTensor *self, const aclScalar *scalar, const aclTensor *out, struct standin_call *call) {
    NN_TRY(nn_check_type(self, "self", NN_NUMBERS));
    NN_TRY(nn_check_type(out, "out", NN_NUMBERS));
    NN_TRY(nn_check_same_shape(self, "self", out, "out"));
    if (!compares(call->detail)) {
        NN_TRY(nn_check_promotes(self->type, scalar->type, out));
    }
    nn_note_copies(call, self);
    nn_note_copies(call, out);
    return ACLNN_SUCCESS;
}

static void compute_scalar(const aclTensor *self, const aclScalar *scalar, double alpha, const aclTensor *out, const struct standin_call *call) {
    NnView x = nn_view(self), to = nn_view(out);
    const NnView *in[] = {&x};
    const double scalars[] = {nn_scalar(scalar), alpha};
    nn_elementwise(KERNELS[call->detail], scalars, 1, in, &to);
}

#define SCALED(A) A(IN, self) A(SCALAR, other) A(SCALAR, alpha) A(OUT, out)
STANDIN_ARGUMENTS(scaled, SCALED)

static aclnnStatus check_scaled(const struct scaled *a, struct standin_call *call) { return check_scalar(a->self, a->other, a->out, call); }

static void compute_scaled(const struct scaled *a, struct standin_call *call) {
    compute_scalar(a->self, a->other, nn_scalar(a->alpha), a->out, call);
}

STANDIN_OPERATOR(aclnnAdds, scaled, SCALED, check_scaled, compute_scaled, .detail = ADD_SCALAR)

#define IN_PLACE_SCALED(A) A(INOUT, selfRef) A(SCALAR, other) A(SCALAR, alpha)
STANDIN_ARGUMENTS(in_place_scaled, IN_PLACE_SCALED)

static aclnnStatus check_in_place_scaled(const struct in_place_scaled *a, struct standin_call *call) {
    return check_scalar(a->selfRef, a->other, a->selfRef, call);
}

static void compute_in_place_scaled(const struct in_place_scaled *a, struct standin_call *call) {
    compute_scalar(a->selfRef, a->other, nn_scalar(a->alpha), a->selfRef, call);
}

STANDIN_OPERATOR(aclnnInplaceAdds, in_place_scaled, IN_PLACE_SCALED, check_in_place_scaled, compute_in_place_scaled, .detail = ADD_SCALAR)

#define WITH_SCALAR(A) A(IN, self) A(SCALAR, other) A(OUT, out)
STANDIN_ARGUMENTS(with_scalar, WITH_SCALAR)

static aclnnStatus check_with_scalar(const struct with_scalar *a, struct standin_call *call) {
    return check_scalar(a->self, a->other, a->out, call);
}

static void compute_with_scalar(const struct with_scalar *a, struct standin_call *call) { compute_scalar(a->self, a->other, 1, a->out, call); }

STANDIN_OPERATOR(aclnnMuls, with_scalar, WITH_SCALAR, check_with_scalar, compute_with_scalar, .detail = MULTIPLY_SCALAR)
STANDIN_OPERATOR(aclnnDivs, with_scalar, WITH_SCALAR, check_with_scalar, compute_with_scalar, .detail = DIVIDE_SCALAR)
STANDIN_OPERATOR(aclnnPowTensorScalar, with_scalar, WITH_SCALAR, check_with_scalar, compute_with_scalar, .detail = POWER)
STANDIN_OPERATOR(aclnnEqScalar, with_scalar, WITH_SCALAR, check_with_scalar, compute_with_scalar, .detail = EQUAL_SCALAR)
STANDIN_OPERATOR(aclnnNeScalar, with_scalar, WITH_SCALAR, check_with_scalar, compute_with_scalar, .detail = UNEQUAL_SCALAR)
STANDIN_OPERATOR(aclnnGeScalar, with_scalar, WITH_SCALAR, check_with_scalar, compute_with_scalar, .detail = GREATER_EQUAL_SCALAR)

#define IN_PLACE_SCALAR(A) A(INOUT, selfRef) A(SCALAR, other)
STANDIN_ARGUMENTS(in_place_scalar, IN_PLACE_SCALAR)

static aclnnStatus check_in_place_scalar(const struct in_place_scalar *a, struct standin_call *call) {
    return check_scalar(a->selfRef, a->other, a->selfRef, call);
}

static void compute_in_place_scalar(const struct in_place_scalar *a, struct standin_call *call) {
    compute_scalar(a->selfRef, a->other, 1, a->selfRef, call);
}

STANDIN_OPERATOR(aclnnInplaceMuls, in_place_scalar, IN_PLACE_SCALAR, check_in_place_scalar, compute_in_place_scalar, .detail = MULTIPLY_SCALAR)
