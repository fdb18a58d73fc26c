/* Operators on the elements of one tensor. */
#include "kernels.h"
#include "operand.h"

NN_UNARY(negate, -x)
NN_UNARY(exponential, exp(x))
NN_UNARY(logarithm, log(x))
NN_UNARY(root, sqrt(x))
NN_UNARY(reciprocal_root, 1 / sqrt(x))
NN_UNARY(reciprocal, 1 / x)
NN_UNARY(cosine, cos(x))
NN_UNARY(sine, sin(x))
NN_UNARY(is_finite, isfinite(x) != 0)
NN_UNARY(is_infinite, isinf(x) != 0)
/* As the interface's formula: first the upper bound, then the lower one; a NaN stays. */
NN_UNARY(clamp, isnan(x) ? x : fmax(fmin(x, s1), s0))

enum { NEGATE, EXPONENTIAL, LOGARITHM, ROOT, RECIPROCAL_ROOT, RECIPROCAL, COSINE, SINE, IS_FINITE, IS_INFINITE, CLAMP };

static const NnKernel *const KERNELS[] = {
    &negate, &exponential, &logarithm, &root, &reciprocal_root, &reciprocal, &cosine, &sine, &is_finite,
    &is_infinite, &clamp
};

static void compute_on(const aclTensor *self, const aclTensor *out, double s0, double s1, long kernel) {
    NnView x = nn_view(self), to = nn_view(out);
    const NnView *in[] = {&x};
    const double scalars[] = {s0, s1};
    nn_elementwise(KERNELS[kernel], scalars, 1, in, &to);
}

static aclnnStatus check_on(const aclTensor *self, const char *name, const aclTensor *out, struct standin_call *call) {
    bool tests = call->detail == IS_FINITE || call->detail == IS_INFINITE;
    bool any = call->detail == NEGATE || call->detail == CLAMP;
    NN_TRY(nn_check_type(self, name, call->detail == IS_FINITE ? NN_FLOATS : NN_NUMBERS));
    NN_TRY(nn_check_type(out, "out", tests ? NN_BOOLS : any ? NN_NUMBERS : NN_FLOATS));
    NN_TRY(nn_check_same_shape(self, name, out, "out"));
    if (any) {
        NN_TRY(nn_check_promotes(self->type, self->type, out));
    }
    nn_note_copies(call, self);
    nn_note_copies(call, out);
    return ACLNN_SUCCESS;
}

#define ONE(A) A(IN, self) A(OUT, out)
STANDIN_ARGUMENTS(one, ONE)

static aclnnStatus check_one(const struct one *a, struct standin_call *call) { return check_on(a->self, "self", a->out, call); }

static void compute_one(const struct one *a, struct standin_call *call) { compute_on(a->self, a->out, 0, 0, call->detail); }

STANDIN_OPERATOR(aclnnNeg, one, ONE, check_one, compute_one, .detail = NEGATE)
STANDIN_OPERATOR(aclnnExp, one, ONE, check_one, compute_one, .detail = EXPONENTIAL)
STANDIN_OPERATOR(aclnnLog, one, ONE, check_one, compute_one, .detail = LOGARITHM)
STANDIN_OPERATOR(aclnnSqrt, one, ONE, check_one, compute_one, .detail = ROOT)
STANDIN_OPERATOR(aclnnRsqrt, one, ONE, check_one, compute_one, .detail = RECIPROCAL_ROOT)
STANDIN_OPERATOR(aclnnReciprocal, one, ONE, check_one, compute_one, .detail = RECIPROCAL)
STANDIN_OPERATOR(aclnnSin, one, ONE, check_one, compute_one, .detail = SINE)
STANDIN_OPERATOR(aclnnIsFinite, one, ONE, check_one, compute_one, .detail = IS_FINITE)

#define INPUT(A) A(IN, input) A(OUT, out)
STANDIN_ARGUMENTS(input, INPUT)

static aclnnStatus check_input(const struct input *a, struct standin_call *call) { return check_on(a->input, "input", a->out, call); }

static void compute_input(const struct input *a, struct standin_call *call) { compute_on(a->input, a->out, 0, 0, call->detail); }

STANDIN_OPERATOR(aclnnCos, input, INPUT, check_input, compute_input, .detail = COSINE)
STANDIN_OPERATOR(aclnnIsInf, input, INPUT, check_input, compute_input, .detail = IS_INFINITE)

#define BOUNDS(A) A(IN, self) A(SCALAR_OR_NULL, clipValueMin) A(SCALAR_OR_NULL, clipValueMax) A(OUT, out)
STANDIN_ARGUMENTS(bounds, BOUNDS)

static aclnnStatus check_bounds(const struct bounds *a, struct standin_call *call) {
    STANDIN_CHECK(a->clipValueMin != NULL || a->clipValueMax != NULL, ACLNN_ERR_PARAM_NULLPTR,
                  "clipValueMin and clipValueMax are both NULL");
    return check_on(a->self, "self", a->out, call);
}

static void compute_bounds(const struct bounds *a, struct standin_call *call) {
    compute_on(a->self, a->out, a->clipValueMin == NULL ? -INFINITY : nn_scalar(a->clipValueMin),
               a->clipValueMax == NULL ? INFINITY : nn_scalar(a->clipValueMax), call->detail);
}

STANDIN_OPERATOR(aclnnClamp, bounds, BOUNDS, check_bounds, compute_bounds, .detail = CLAMP)

#define UPPER_BOUND(A) A(IN, self) A(SCALAR, clipValueMax) A(OUT, out)
STANDIN_ARGUMENTS(upper_bound, UPPER_BOUND)

static aclnnStatus check_upper_bound(const struct upper_bound *a, struct standin_call *call) { return check_on(a->self, "self", a->out, call); }

static void compute_upper_bound(const struct upper_bound *a, struct standin_call *call) {
    compute_on(a->self, a->out, -INFINITY, nn_scalar(a->clipValueMax), call->detail);
}

STANDIN_OPERATOR(aclnnClampMax, upper_bound, UPPER_BOUND, check_upper_bound, compute_upper_bound, .detail = CLAMP)
