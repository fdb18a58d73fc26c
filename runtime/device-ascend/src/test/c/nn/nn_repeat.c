/* Each element, or each slice along an axis, several times in a row. */
#include "operand.h"

static aclnnStatus check_repeats(const aclTensor *self, int64_t repeats, const aclTensor *out, struct standin_call *call) {
    NN_TRY(nn_check_type(self, "self", NN_NARROW | NN_INTEGERS | NN_BOOLS));
    NN_TRY(nn_check_same_type(self, "self", out, "out"));
    STANDIN_CHECK(repeats >= 0, ACLNN_ERR_PARAM_INVALID, "repeats %lld is negative", (long long) repeats);
    nn_note_copies(call, self);
    return ACLNN_SUCCESS;
}

static void interleave(const NnView *from, const NnView *out, int axis, int64_t repeats) {
    for (int64_t i = 0; i < repeats; i++) {
        NnView to = *out;
        to.data += i * out->stride[axis] * nn_size(out->type);
        to.shape[axis] = from->shape[axis];
        to.stride[axis] *= repeats;
        nn_copy(from, &to);
    }
}

#define ELEMENTS(A) A(IN, self) A(I64, repeats) A(I64, outputSize) A(OUT, out)
STANDIN_ARGUMENTS(elements, ELEMENTS)

static aclnnStatus check_elements(const struct elements *a, struct standin_call *call) {
    NN_TRY(check_repeats(a->self, a->repeats, a->out, call));
    int64_t size = standin_count(a->self) * a->repeats;
    STANDIN_CHECK(a->outputSize == size, ACLNN_ERR_PARAM_INVALID, "outputSize is %lld but must be %lld", (long long) a->outputSize, (long long) size);
    return nn_check_shape(a->out, "out", 1, &size);
}

static void compute_elements(const struct elements *a, struct standin_call *call) {
    (void) call;
    int64_t count = standin_count(a->self);
    NnView out = nn_view(a->out), flat = out, from = nn_view(a->self);
    char *dense = standin_memory((size_t) (count * nn_size(from.type)) + 1);
    NnView copy = from;
    int64_t stride = 1;
    for (int i = copy.rank - 1; i >= 0; i--) {
        copy.stride[i] = stride;
        stride *= copy.shape[i];
    }
    copy.data = dense;
    nn_copy(&from, &copy);
    flat.data = dense;
    flat.shape[0] = count;
    flat.stride[0] = 1;
    interleave(&flat, &out, 0, a->repeats);
    free(dense);
}

STANDIN_OPERATOR(aclnnRepeatInterleaveInt, elements, ELEMENTS, check_elements, compute_elements)

#define SLICES(A) A(IN, self) A(I64, repeats) A(I64, dim) A(I64, outputSize) A(OUT, out)
STANDIN_ARGUMENTS(slices, SLICES)

static aclnnStatus check_slices(const struct slices *a, struct standin_call *call) {
    NN_TRY(check_repeats(a->self, a->repeats, a->out, call));
    NN_TRY(nn_check_rank(a->self, "self", 1, 8));
    NN_TRY(nn_check_dim(a->dim, a->self, "self"));
    int axis = nn_axis(a->dim, a->self->rank);
    int64_t dims[STANDIN_DIMS];
    memcpy(dims, a->self->dims, sizeof dims);
    dims[axis] *= a->repeats;
    STANDIN_CHECK(a->outputSize == dims[axis], ACLNN_ERR_PARAM_INVALID, "outputSize is %lld but must be %lld", (long long) a->outputSize,
                  (long long) dims[axis]);
    return nn_check_shape(a->out, "out", a->self->rank, dims);
}

static void compute_slices(const struct slices *a, struct standin_call *call) {
    (void) call;
    NnView from = nn_view(a->self), out = nn_view(a->out);
    interleave(&from, &out, nn_axis(a->dim, from.rank), a->repeats);
}

STANDIN_OPERATOR(aclnnRepeatInterleaveIntWithDim, slices, SLICES, check_slices, compute_slices)
