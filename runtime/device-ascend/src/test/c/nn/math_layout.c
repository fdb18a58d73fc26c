/* Operators that move elements: permuting, joining, cutting and repeating tensors. All are copies between views. */
#include "operand.h"

/* The part of a view that lies from `first`, `extent` elements `step` apart, along an axis. */
static NnView part(const aclTensor *t, int axis, int64_t first, int64_t extent, int64_t step) {
    NnView view = nn_view(t);
    view.data += first * view.stride[axis] * nn_size(view.type);
    view.shape[axis] = extent;
    view.stride[axis] *= step;
    return view;
}

#define PERMUTE(A) A(IN, self) A(INTS, dims) A(OUT, out)
STANDIN_ARGUMENTS(permute, PERMUTE)

static aclnnStatus check_permute(const struct permute *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_ALL));
    NN_TRY(nn_check_same_type(a->self, "self", a->out, "out"));
    STANDIN_CHECK((int) a->dims->size == a->self->rank, ACLNN_ERR_PARAM_INVALID, "dims has %llu values for self %s",
                  (unsigned long long) a->dims->size, standin_shape(a->self));
    unsigned axes;
    NN_TRY(nn_check_axes(a->self, a->dims, &axes));
    int64_t dims[STANDIN_DIMS];
    for (int i = 0; i < a->self->rank; i++) {
        dims[i] = a->self->dims[nn_axis(a->dims->values[i], a->self->rank)];
    }
    nn_note_copies(call, a->self);
    return nn_check_shape(a->out, "out", a->self->rank, dims);
}

static void compute_permute(const struct permute *a, struct standin_call *call) {
    (void) call;
    NnView self = nn_view(a->self), from = self, to = nn_view(a->out);
    for (int i = 0; i < self.rank; i++) {
        int axis = nn_axis(a->dims->values[i], self.rank);
        from.shape[i] = self.shape[axis];
        from.stride[i] = self.stride[axis];
    }
    nn_copy(&from, &to);
}

STANDIN_OPERATOR(aclnnPermute, permute, PERMUTE, check_permute, compute_permute)

#define JOIN(A) A(INS, tensors) A(I64, dim) A(OUT, out)
STANDIN_ARGUMENTS(join, JOIN)

static aclnnStatus check_joined(const struct join *a, struct standin_call *call, bool stack) {
    STANDIN_CHECK(a->tensors->size > 0, ACLNN_ERR_PARAM_INVALID, "tensors is empty");
    const aclTensor *first = a->tensors->tensors[0];
    int rank = first->rank + stack, axis = nn_axis(a->dim, rank);
    NN_TRY(nn_check_rank(first, "tensors[0]", stack ? 0 : 1, stack ? 7 : 8));
    STANDIN_CHECK(axis >= 0, ACLNN_ERR_PARAM_INVALID, "dim %lld is out of range for tensors of %s", (long long) a->dim, standin_shape(first));
    int64_t extent = 0, dims[STANDIN_DIMS];
    aclDataType type = first->type;
    for (uint64_t i = 0; i < a->tensors->size; i++) {
        const aclTensor *t = a->tensors->tensors[i];
        NN_TRY(nn_check_type(t, "tensors", NN_NUMBERS));
        type = nn_promote(type, t->type);
        STANDIN_CHECK(t->rank == first->rank, ACLNN_ERR_PARAM_INVALID, "tensors[%llu] is %s, not like %s", (unsigned long long) i,
                      standin_shape(t), standin_shape(first));
        for (int d = 0; d < t->rank; d++) {
            STANDIN_CHECK(t->dims[d] == first->dims[d] || (!stack && d == axis), ACLNN_ERR_PARAM_INVALID,
                          "tensors[%llu] is %s, not like %s", (unsigned long long) i, standin_shape(t), standin_shape(first));
        }
        extent += stack ? 1 : t->dims[axis];
        nn_note_copies(call, t);
    }
    for (int d = 0; d < rank; d++) {
        dims[d] = d == axis ? extent : first->dims[stack && d > axis ? d - 1 : d];
    }
    NN_TRY(nn_check_promotes(type, type, a->out));
    return nn_check_shape(a->out, "out", rank, dims);
}

static aclnnStatus check_cat(const struct join *a, struct standin_call *call) { return check_joined(a, call, false); }

static void compute_cat(const struct join *a, struct standin_call *call) {
    (void) call;
    int axis = nn_axis(a->dim, a->out->rank);
    int64_t first = 0;
    for (uint64_t i = 0; i < a->tensors->size; i++) {
        NnView from = nn_view(a->tensors->tensors[i]), to = part(a->out, axis, first, from.shape[axis], 1);
        nn_copy(&from, &to);
        first += from.shape[axis];
    }
}

STANDIN_OPERATOR(aclnnCat, join, JOIN, check_cat, compute_cat)

static aclnnStatus check_stack(const struct join *a, struct standin_call *call) { return check_joined(a, call, true); }

static void compute_stack(const struct join *a, struct standin_call *call) {
    (void) call;
    int axis = nn_axis(a->dim, a->out->rank);
    for (uint64_t i = 0; i < a->tensors->size; i++) {
        NnView whole = part(a->out, axis, (int64_t) i, 1, 1), to = nn_without_axis(&whole, axis), from = nn_view(a->tensors->tensors[i]);
        nn_copy(&from, &to);
    }
}

STANDIN_OPERATOR(aclnnStack, join, JOIN, check_stack, compute_stack)

/* Bounds of a slice: negative ones count from the end, all are clamped. */
static void bound(int64_t extent, int64_t *start, int64_t *end) {
    *start = *start < 0 ? *start + extent : *start;
    *end = *end < 0 ? *end + extent : *end;
    *start = *start < 0 ? 0 : *start > extent ? extent : *start;
    *end = *end < *start ? *start : *end > extent ? extent : *end;
}

#define SLICE(A) A(IN, self) A(I64, dim) A(I64, start) A(I64, end) A(I64, step) A(OUT, out)
STANDIN_ARGUMENTS(slice, SLICE)

static aclnnStatus check_slice(const struct slice *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_NUMBERS));
    NN_TRY(nn_check_rank(a->self, "self", 1, 8));
    NN_TRY(nn_check_same_type(a->self, "self", a->out, "out"));
    NN_TRY(nn_check_dim(a->dim, a->self, "self"));
    STANDIN_CHECK(a->step > 0, ACLNN_ERR_PARAM_INVALID, "step %lld must be positive", (long long) a->step);
    int axis = nn_axis(a->dim, a->self->rank);
    int64_t dims[STANDIN_DIMS], start = a->start, end = a->end;
    memcpy(dims, a->self->dims, sizeof dims);
    bound(dims[axis], &start, &end);
    dims[axis] = (end - start + a->step - 1) / a->step;
    nn_note_copies(call, a->self);
    return nn_check_shape(a->out, "out", a->self->rank, dims);
}

static void compute_slice(const struct slice *a, struct standin_call *call) {
    (void) call;
    int axis = nn_axis(a->dim, a->self->rank);
    int64_t start = a->start, end = a->end;
    bound(a->self->dims[axis], &start, &end);
    NnView from = part(a->self, axis, start, a->out->dims[axis], a->step), to = nn_view(a->out);
    nn_copy(&from, &to);
}

STANDIN_OPERATOR(aclnnSlice, slice, SLICE, check_slice, compute_slice)

#define SLICES(A) A(IN, self) A(INTS, starts) A(INTS, ends) A(INTS, axes) A(INTS, steps) A(OUT, out)
STANDIN_ARGUMENTS(slices, SLICES)

static aclnnStatus check_slices(const struct slices *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_NUMBERS));
    NN_TRY(nn_check_same_type(a->self, "self", a->out, "out"));
    STANDIN_CHECK(a->starts->size == a->axes->size && a->ends->size == a->axes->size && a->steps->size == a->axes->size,
                  ACLNN_ERR_PARAM_INVALID, "starts, ends, axes and steps differ in length");
    unsigned axes;
    NN_TRY(nn_check_axes(a->self, a->axes, &axes));
    int64_t dims[STANDIN_DIMS];
    memcpy(dims, a->self->dims, sizeof dims);
    for (uint64_t i = 0; i < a->axes->size; i++) {
        int axis = nn_axis(a->axes->values[i], a->self->rank);
        int64_t start = a->starts->values[i], end = a->ends->values[i], step = a->steps->values[i];
        STANDIN_CHECK(step > 0, ACLNN_ERR_PARAM_INVALID, "step %lld must be positive", (long long) step);
        bound(dims[axis], &start, &end);
        dims[axis] = (end - start + step - 1) / step;
    }
    nn_note_copies(call, a->self);
    return nn_check_shape(a->out, "out", a->self->rank, dims);
}

static void compute_slices(const struct slices *a, struct standin_call *call) {
    (void) call;
    NnView from = nn_view(a->self), to = nn_view(a->out);
    for (uint64_t i = 0; i < a->axes->size; i++) {
        int axis = nn_axis(a->axes->values[i], from.rank);
        int64_t start = a->starts->values[i], end = a->ends->values[i];
        bound(from.shape[axis], &start, &end);
        from.data += start * from.stride[axis] * nn_size(from.type);
        from.shape[axis] = to.shape[axis];
        from.stride[axis] *= a->steps->values[i];
    }
    nn_copy(&from, &to);
}

STANDIN_OPERATOR(aclnnSliceV2, slices, SLICES, check_slices, compute_slices)

/* ---- splits ----------------------------------------------------------------------------------------------------------- */

/* Extent of part number i: from the list, or equal ones with a smaller last one. */
static int64_t extent_of(const aclIntArray *sizes, int64_t size, int64_t whole, uint64_t i) {
    int64_t rest = whole - (int64_t) i * size;
    return sizes != NULL ? sizes->values[i] : rest < size ? rest : size;
}

static aclnnStatus check_split(const aclTensor *self, const aclIntArray *sizes, int64_t size, int64_t dim, const aclTensorList *out,
                               struct standin_call *call) {
    NN_TRY(nn_check_type(self, "self", NN_ALL));
    NN_TRY(nn_check_rank(self, "self", 1, 8));
    NN_TRY(nn_check_dim(dim, self, "self"));
    int axis = nn_axis(dim, self->rank);
    int64_t dims[STANDIN_DIMS], sum = 0;
    memcpy(dims, self->dims, sizeof dims);
    for (uint64_t i = 0; i < out->size; i++) {
        dims[axis] = extent_of(sizes, size, self->dims[axis], i);
        sum += dims[axis];
        NN_TRY(nn_check_same_type(self, "self", out->tensors[i], "out"));
        NN_TRY(nn_check_shape(out->tensors[i], "out", self->rank, dims));
    }
    STANDIN_CHECK(sum == self->dims[axis], ACLNN_ERR_PARAM_INVALID, "the parts have %lld elements of %lld", (long long) sum,
                  (long long) self->dims[axis]);
    nn_note_copies(call, self);
    return ACLNN_SUCCESS;
}

static void compute_split(const aclTensor *self, int64_t dim, const aclTensorList *out) {
    int axis = nn_axis(dim, self->rank);
    int64_t first = 0;
    for (uint64_t i = 0; i < out->size; i++) {
        NnView to = nn_view(out->tensors[i]), from = part(self, axis, first, to.shape[axis], 1);
        nn_copy(&from, &to);
        first += to.shape[axis];
    }
}

#define SPLIT_EQUALLY(A) A(IN, self) A(U64, splitSections) A(I64, dim) A(OUTS, out)
STANDIN_ARGUMENTS(split_equally, SPLIT_EQUALLY)

static aclnnStatus check_split_equally(const struct split_equally *a, struct standin_call *call) {
    STANDIN_CHECK(a->splitSections > 0, ACLNN_ERR_PARAM_INVALID, "splitSections is 0");
    return check_split(a->self, NULL, (int64_t) a->splitSections, a->dim, a->out, call);
}

static void compute_split_equally(const struct split_equally *a, struct standin_call *call) {
    (void) call;
    compute_split(a->self, a->dim, a->out);
}

STANDIN_OPERATOR(aclnnSplitTensor, split_equally, SPLIT_EQUALLY, check_split_equally, compute_split_equally)

#define SPLIT(A) A(IN, self) A(INTS, splitSize) A(I64, dim) A(OUTS, out)
STANDIN_ARGUMENTS(split, SPLIT)

static aclnnStatus check_split_with_size(const struct split *a, struct standin_call *call) {
    STANDIN_CHECK(a->splitSize->size == a->out->size, ACLNN_ERR_PARAM_INVALID, "splitSize has %llu values for %llu outputs",
                  (unsigned long long) a->splitSize->size, (unsigned long long) a->out->size);
    return check_split(a->self, a->splitSize, 0, a->dim, a->out, call);
}

static void compute_split_with_size(const struct split *a, struct standin_call *call) {
    (void) call;
    compute_split(a->self, a->dim, a->out);
}

STANDIN_OPERATOR(aclnnSplitWithSize, split, SPLIT, check_split_with_size, compute_split_with_size)

/* ---- repeats ---------------------------------------------------------------------------------------------------------- */

#define EXPAND(A) A(IN, self) A(INTS, size) A(OUT, out)
STANDIN_ARGUMENTS(expand, EXPAND)

static aclnnStatus check_expand(const struct expand *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_NUMBERS));
    NN_TRY(nn_check_same_type(a->self, "self", a->out, "out"));
    int rank = (int) a->size->size, before = rank - a->self->rank;
    STANDIN_CHECK(before >= 0 && rank <= STANDIN_DIMS, ACLNN_ERR_PARAM_INVALID, "size has %d values for self %s", rank, standin_shape(a->self));
    int64_t dims[STANDIN_DIMS];
    for (int i = 0; i < rank; i++) {
        dims[i] = a->size->values[i] == -1 && i >= before ? a->self->dims[i - before] : a->size->values[i];
    }
    STANDIN_CHECK(standin_broadcasts(a->self, rank, dims), ACLNN_ERR_PARAM_INVALID, "self %s cannot be expanded to size", standin_shape(a->self));
    nn_note_copies(call, a->self);
    return nn_check_shape(a->out, "out", rank, dims);
}

static void compute_expand(const struct expand *a, struct standin_call *call) {
    (void) call;
    NnView from = nn_view(a->self), to = nn_view(a->out);
    nn_copy(&from, &to);
}

STANDIN_OPERATOR(aclnnExpand, expand, EXPAND, check_expand, compute_expand)

#define REPEAT(A) A(IN, self) A(INTS, repeats) A(OUT, out)
STANDIN_ARGUMENTS(repeat, REPEAT)

static aclnnStatus check_repeat(const struct repeat *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_ALL));
    NN_TRY(nn_check_same_type(a->self, "self", a->out, "out"));
    int rank = (int) a->repeats->size, before = rank - a->self->rank;
    STANDIN_CHECK(before >= 0 && rank <= STANDIN_DIMS, ACLNN_ERR_PARAM_INVALID, "repeats has %d values for self %s", rank,
                  standin_shape(a->self));
    int64_t dims[STANDIN_DIMS];
    for (int i = 0; i < rank; i++) {
        STANDIN_CHECK(a->repeats->values[i] >= 0, ACLNN_ERR_PARAM_INVALID, "repeats[%d] is negative", i);
        dims[i] = a->repeats->values[i] * (i < before ? 1 : a->self->dims[i - before]);
    }
    nn_note_copies(call, a->self);
    return nn_check_shape(a->out, "out", rank, dims);
}

static void compute_repeat(const struct repeat *a, struct standin_call *call) {
    (void) call;
    NnView from = nn_view(a->self), out = nn_view(a->out);
    int before = out.rank - from.rank;
    int64_t copies = 1;
    for (int i = 0; i < out.rank; i++) {
        copies *= a->repeats->values[i];
    }
    for (int64_t copy = 0; copy < copies; copy++) {
        NnView to = out;
        int64_t rest = copy;
        for (int i = out.rank - 1; i >= 0; i--) {
            to.shape[i] = i < before ? 1 : from.shape[i - before];
            to.data += rest % a->repeats->values[i] * to.shape[i] * to.stride[i] * nn_size(to.type);
            rest /= a->repeats->values[i];
        }
        nn_copy(&from, &to);
    }
}

STANDIN_OPERATOR(aclnnRepeat, repeat, REPEAT, check_repeat, compute_repeat)
