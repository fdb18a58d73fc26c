/* Activations and their gradients. */
#include "kernels.h"
#include "operand.h"

NN_UNARY(sigmoid, 1 / (1 + exp(-x)))
NN_UNARY(silu, x / (1 + exp(-x)))
/* x is the gradient of the output; y the input of silu, or the output of sigmoid */
NN_BINARY(silu_grad, x * (1 / (1 + exp(-y))) * (1 + y - y / (1 + exp(-y))))
NN_BINARY(sigmoid_grad, x * y * (1 - y))
NN_BINARY(gated, x / (1 + exp(-x)) * y)
/* x is the gradient of the output, y the gate, z the other half */
NN_TERNARY(gated_grad_gate, x * z * (1 / (1 + exp(-y))) * (1 + y - y / (1 + exp(-y))))
NN_BINARY(gated_grad_up, x * y / (1 + exp(-y)))

enum { SIGMOID, SILU, SILU_GRAD, SIGMOID_GRAD };

static const NnKernel *const KERNELS[] = {&sigmoid, &silu, &silu_grad, &sigmoid_grad};
static const double NO_SCALARS[] = {0, 0};

#define ONE(A) A(IN, self) A(OUT, out)
STANDIN_ARGUMENTS(one, ONE)

static aclnnStatus check_one(const struct one *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", call->detail == SILU ? NN_NARROW : NN_NUMBERS));
    NN_TRY(nn_check_type(a->out, "out", NN_FLOATS));
    NN_TRY(nn_check_same_shape(a->self, "self", a->out, "out"));
    if (call->detail == SILU) {
        NN_TRY(nn_check_same_type(a->self, "self", a->out, "out"));
    }
    nn_note_copies(call, a->self);
    nn_note_copies(call, a->out);
    return ACLNN_SUCCESS;
}

static void compute_one(const struct one *a, struct standin_call *call) {
    NnView x = nn_view(a->self), to = nn_view(a->out);
    const NnView *in[] = {&x};
    nn_elementwise(KERNELS[call->detail], NO_SCALARS, 1, in, &to);
}

STANDIN_OPERATOR(aclnnSigmoid, one, ONE, check_one, compute_one, .detail = SIGMOID)
STANDIN_OPERATOR(aclnnSilu, one, ONE, check_one, compute_one, .detail = SILU)

static aclnnStatus check_gradient(const aclTensor *grad, const aclTensor *other, const aclTensor *out, struct standin_call *call) {
    NN_TRY(nn_check_type(grad, "gradOutput", NN_NARROW));
    NN_TRY(nn_check_same_type(grad, "gradOutput", other, "the forward tensor"));
    NN_TRY(nn_check_same_shape(grad, "gradOutput", other, "the forward tensor"));
    NN_TRY(nn_check_same_type(grad, "gradOutput", out, "gradInput"));
    NN_TRY(nn_check_same_shape(grad, "gradOutput", out, "gradInput"));
    nn_note_copies(call, grad);
    nn_note_copies(call, other);
    nn_note_copies(call, out);
    return ACLNN_SUCCESS;
}

static void compute_gradient(const aclTensor *grad, const aclTensor *other, const aclTensor *out, const struct standin_call *call) {
    NnView x = nn_view(grad), y = nn_view(other), to = nn_view(out);
    const NnView *in[] = {&x, &y};
    nn_elementwise(KERNELS[call->detail], NO_SCALARS, 2, in, &to);
}

#define OF_INPUT(A) A(IN, gradOutput) A(IN, self) A(OUT, gradInput)
STANDIN_ARGUMENTS(of_input, OF_INPUT)

static aclnnStatus check_of_input(const struct of_input *a, struct standin_call *call) {
    return check_gradient(a->gradOutput, a->self, a->gradInput, call);
}

static void compute_of_input(const struct of_input *a, struct standin_call *call) {
    compute_gradient(a->gradOutput, a->self, a->gradInput, call);
}

STANDIN_OPERATOR(aclnnSiluBackward, of_input, OF_INPUT, check_of_input, compute_of_input, .detail = SILU_GRAD)

#define OF_OUTPUT(A) A(IN, gradOutput) A(IN, output) A(OUT, gradInput)
STANDIN_ARGUMENTS(of_output, OF_OUTPUT)

static aclnnStatus check_of_output(const struct of_output *a, struct standin_call *call) {
    return check_gradient(a->gradOutput, a->output, a->gradInput, call);
}

static void compute_of_output(const struct of_output *a, struct standin_call *call) {
    compute_gradient(a->gradOutput, a->output, a->gradInput, call);
}

STANDIN_OPERATOR(aclnnSigmoidBackward, of_output, OF_OUTPUT, check_of_output, compute_of_output, .detail = SIGMOID_GRAD)

/* ---- swiglu: silu(first half) * second half along an axis ------------------------------------------------------------- */

enum { BLOCK = 64 }; /* bytes that rows must be whole multiples of where the interface says so */

static NnView half(const aclTensor *t, int axis, int second) {
    NnView view = nn_view(t);
    view.shape[axis] /= 2;
    view.data += second * view.shape[axis] * view.stride[axis] * nn_size(view.type);
    return view;
}

/* x and the tensor of half its size along dim. */
static aclnnStatus check_halves(const aclTensor *x, const aclTensor *narrow, const char *name, int64_t dim) {
    NN_TRY(nn_check_type(x, "x", NN_NARROW));
    NN_TRY(nn_check_rank(x, "x", 1, 8));
    NN_TRY(nn_check_dim(dim, x, "x"));
    int axis = nn_axis(dim, x->rank);
    int64_t dims[STANDIN_DIMS];
    memcpy(dims, x->dims, sizeof dims);
    STANDIN_CHECK(dims[axis] % 2 == 0, ACLNN_ERR_PARAM_INVALID, "x %s cannot be halved along dim %d", standin_shape(x), axis);
    dims[axis] /= 2;
    NN_TRY(nn_check_same_type(x, "x", narrow, name));
    NN_TRY(nn_check_shape(narrow, name, x->rank, dims));
    NN_TRY(nn_check_contiguous(x, "x"));
    return nn_check_contiguous(narrow, name);
}

static aclnnStatus check_blocks(const aclTensor *t, const char *name) {
    int64_t bytes = t->dims[t->rank - 1] * (int64_t) standin_size(t->type);
    STANDIN_CHECK(bytes % BLOCK == 0, ACLNN_ERR_INNER_TILING_ERROR, "the last axis of %s %s has %lld bytes, no multiple of %d", name,
                  standin_shape(t), (long long) bytes, BLOCK);
    return ACLNN_SUCCESS;
}

#define SWIGLU(A) A(IN, x) A(I64, dim) A(OUT, out)
STANDIN_ARGUMENTS(swiglu, SWIGLU)

static aclnnStatus check_swiglu(const struct swiglu *a, struct standin_call *call) {
    NN_TRY(check_halves(a->x, a->out, "out", a->dim));
    if (call->family == STANDIN_310P) {
        NN_TRY(check_blocks(a->x, "x"));
        NN_TRY(check_blocks(a->out, "out"));
    }
    return ACLNN_SUCCESS;
}

static void compute_swiglu(const struct swiglu *a, struct standin_call *call) {
    (void) call;
    int axis = nn_axis(a->dim, a->x->rank);
    NnView gate = half(a->x, axis, 0), up = half(a->x, axis, 1), out = nn_view(a->out);
    const NnView *in[] = {&gate, &up};
    nn_elementwise(&gated, NO_SCALARS, 2, in, &out);
}

STANDIN_OPERATOR(aclnnSwiGlu, swiglu, SWIGLU, check_swiglu, compute_swiglu)

#define SWIGLU_GRAD(A) A(IN, yGrad) A(IN, x) A(I64, dim) A(OUT, out)
STANDIN_ARGUMENTS(swiglu_grad, SWIGLU_GRAD)

static aclnnStatus check_swiglu_grad(const struct swiglu_grad *a, struct standin_call *call) {
    (void) call;
    NN_TRY(check_halves(a->x, a->yGrad, "yGrad", a->dim));
    NN_TRY(nn_check_same_type(a->x, "x", a->out, "out"));
    NN_TRY(nn_check_same_shape(a->x, "x", a->out, "out"));
    NN_TRY(nn_check_contiguous(a->out, "out"));
    STANDIN_CHECK(standin_count(a->x) > 0, ACLNN_ERR_PARAM_INVALID, "x %s is empty", standin_shape(a->x));
    NN_TRY(check_blocks(a->x, "x"));
    return check_blocks(a->yGrad, "yGrad");
}

static void compute_swiglu_grad(const struct swiglu_grad *a, struct standin_call *call) {
    (void) call;
    int axis = nn_axis(a->dim, a->x->rank);
    NnView dy = nn_view(a->yGrad), gate = half(a->x, axis, 0), up = half(a->x, axis, 1);
    NnView d_gate = half(a->out, axis, 0), d_up = half(a->out, axis, 1);
    char *kept = standin_memory((size_t) (nn_count(&dy) * nn_size(dy.type)));
    NnView copy = dy; /* of the gate, which out may overwrite if it is x */
    copy.data = kept;
    nn_copy(&gate, &copy);
    nn_elementwise(&gated_grad_gate, NO_SCALARS, 3, (const NnView *[]) {&dy, &gate, &up}, &d_gate);
    nn_elementwise(&gated_grad_up, NO_SCALARS, 2, (const NnView *[]) {&dy, &copy}, &d_up);
    free(kept);
}

STANDIN_OPERATOR(aclnnSwiGluGrad, swiglu_grad, SWIGLU_GRAD, check_swiglu_grad, compute_swiglu_grad)
