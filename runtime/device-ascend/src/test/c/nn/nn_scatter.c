/*
 * Operators that write at indices. Where several values meet at one place they come in ascending order; in a random one for
 * operators that the interface calls not deterministic, unless ACL_OPT_DETERMINISTIC is set.
 */
#include "kernels.h"
#include "operand.h"

NN_BINARY(sum, x + s0 * y)

static NnView slice_at(const NnView *view, int axis, int64_t place) {
    NnView slice = nn_without_axis(view, axis);
    slice.data += view->rank == 0 ? 0 : place * view->stride[axis] * nn_size(view->type);
    return slice;
}

static bool in_range(struct standin_call *call, int64_t index, int64_t extent) {
    if (index < 0 || index >= extent) {
        standin_fail(call, ACL_ERROR_RT_AICORE_EXCEPTION, "index %lld is not below %lld", (long long) index, (long long) extent);
        return false;
    }
    return true;
}

static void add_to(const NnView *to, const NnView *from, double alpha) {
    const double scalars[] = {alpha, 0};
    nn_elementwise(&sum, scalars, 2, (const NnView *[]) {to, from}, to);
}

/* ---- slices ----------------------------------------------------------------------------------------------------------- */

static aclnnStatus check_slices(const aclTensor *self, int64_t dim, const aclTensor *index, const aclTensor *source) {
    NN_TRY(nn_check_type(self, "self", NN_NUMBERS));
    NN_TRY(nn_check_rank(self, "self", 1, 8));
    NN_TRY(nn_check_type(index, "index", NN_INDICES));
    NN_TRY(nn_check_rank(index, "index", 0, 1));
    NN_TRY(nn_check_dim(dim, self, "self"));
    NN_TRY(nn_check_same_type(self, "self", source, "source"));
    int64_t dims[STANDIN_DIMS];
    memcpy(dims, self->dims, sizeof dims);
    dims[nn_axis(dim, self->rank)] = standin_count(index);
    return nn_check_shape(source, "source", self->rank, dims);
}

#define INDEX_COPY(A) A(INOUT, selfRef) A(I64, dim) A(IN, index) A(IN, source)
STANDIN_ARGUMENTS(index_copy, INDEX_COPY)

static aclnnStatus check_index_copy(const struct index_copy *a, struct standin_call *call) {
    nn_note_copies(call, a->selfRef);
    nn_note_copies(call, a->source);
    return check_slices(a->selfRef, a->dim, a->index, a->source);
}

static void compute_index_copy(const struct index_copy *a, struct standin_call *call) {
    int axis = nn_axis(a->dim, a->selfRef->rank);
    int64_t count = standin_count(a->index), *index = standin_integers(a->index);
    NnView self = nn_view(a->selfRef), source = nn_view(a->source);
    for (int64_t i = 0; i < count && in_range(call, index[i], self.shape[axis]); i++) {
        NnView from = slice_at(&source, axis, i), to = slice_at(&self, axis, index[i]);
        nn_copy(&from, &to);
    }
    free(index);
}

STANDIN_OPERATOR(aclnnInplaceIndexCopy, index_copy, INDEX_COPY, check_index_copy, compute_index_copy)

#define INDEX_ADD(A) A(IN, self) A(I64, dim) A(IN, index) A(IN, source) A(SCALAR, alpha) A(OUT, out)
STANDIN_ARGUMENTS(index_add, INDEX_ADD)

static aclnnStatus check_index_add(const struct index_add *a, struct standin_call *call) {
    NN_TRY(check_slices(a->self, a->dim, a->index, a->source));
    NN_TRY(nn_check_same_type(a->self, "self", a->out, "out"));
    nn_note_copies(call, a->self);
    nn_note_copies(call, a->source);
    return nn_check_same_shape(a->self, "self", a->out, "out");
}

static void compute_index_add(const struct index_add *a, struct standin_call *call) {
    int axis = nn_axis(a->dim, a->self->rank);
    int64_t count = standin_count(a->index), *index = standin_integers(a->index), *order = call->deterministic ? NULL : standin_shuffled(count);
    NnView self = nn_view(a->self), source = nn_view(a->source), out = nn_view(a->out);
    if (self.data != out.data) {
        nn_copy(&self, &out);
    }
    for (int64_t i = 0; i < count; i++) {
        int64_t place = order == NULL ? i : order[i];
        if (!in_range(call, index[place], out.shape[axis])) {
            break;
        }
        NnView from = slice_at(&source, axis, place), to = slice_at(&out, axis, index[place]);
        add_to(&to, &from, nn_scalar(a->alpha));
    }
    free(index);
    free(order);
}

STANDIN_OPERATOR(aclnnIndexAdd, index_add, INDEX_ADD, check_index_add, compute_index_add)

/* ---- index_put: one integer tensor for each of the first axes --------------------------------------------------------- */

#define INDEX_PUT(A) A(INOUT, selfRef) A(INS, indices) A(IN, values) A(BOOLEAN, accumulate) A(BOOLEAN, unsafe)
STANDIN_ARGUMENTS(index_put, INDEX_PUT)

static aclnnStatus check_index_put(const struct index_put *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->selfRef, "selfRef", NN_NUMBERS));
    NN_TRY(nn_check_rank(a->selfRef, "selfRef", 1, 8));
    NN_TRY(nn_check_same_type(a->selfRef, "selfRef", a->values, "values"));
    aclTensor places = {0};
    NN_TRY(nn_check_indices(a->selfRef, a->indices, &places));
    int given = (int) a->indices->size;
    STANDIN_CHECK(places.rank + a->selfRef->rank - given <= STANDIN_DIMS, ACLNN_ERR_PARAM_INVALID, "values would have too many dimensions");
    for (int i = given; i < a->selfRef->rank; i++) {
        places.dims[places.rank++] = a->selfRef->dims[i];
    }
    STANDIN_CHECK(standin_broadcasts(a->values, places.rank, places.dims), ACLNN_ERR_PARAM_INVALID, "values is %s but must be %s",
                  standin_shape(a->values), standin_shape(&places));
    nn_note_copies(call, a->selfRef);
    nn_note_copies(call, a->values);
    call->workspace = a->accumulate ? 64 * 1024 : 0;
    return ACLNN_SUCCESS;
}

static void compute_index_put(const struct index_put *a, struct standin_call *call) {
    aclTensor places = {0};
    if (nn_check_indices(a->selfRef, a->indices, &places) != ACLNN_SUCCESS) {
        return;
    }
    int rank = places.rank, given = (int) a->indices->size;
    int64_t count = standin_count(&places);
    NnView values = nn_view(a->values), whole = {.data = values.data, .type = values.type, .rank = rank + a->selfRef->rank - given};
    for (int i = 0; i < whole.rank; i++) {
        int axis = i - (whole.rank - values.rank);
        whole.shape[i] = i < rank ? places.dims[i] : a->selfRef->dims[given + i - rank];
        whole.stride[i] = axis < 0 || values.shape[axis] == 1 ? 0 : values.stride[axis];
    }
    int64_t *order = call->deterministic ? NULL : standin_shuffled(count);
    for (int64_t i = 0; i < count; i++) {
        int64_t place = order == NULL ? i : order[i], rest = place;
        NnView to = nn_view(a->selfRef), from = whole;
        if (!nn_at_indices(&to, a->indices, rank, places.dims, place, call)) {
            break;
        }
        for (int d = rank - 1; d >= 0; d--) {
            from = slice_at(&from, d, rest % places.dims[d]);
            rest /= places.dims[d];
        }
        if (a->accumulate) {
            add_to(&to, &from, 1);
        } else {
            nn_copy(&from, &to);
        }
    }
    free(order);
}

STANDIN_OPERATOR(aclnnIndexPutImpl, index_put, INDEX_PUT, check_index_put, compute_index_put)

/* ---- scatter of single elements --------------------------------------------------------------------------------------- */

enum { REPLACE, ADD, MULTIPLY };

static aclnnStatus check_scatter(const aclTensor *self, int64_t dim, const aclTensor *index, const aclTensor *src, int64_t reduce,
                                 const aclTensor *out, struct standin_call *call) {
    NN_TRY(nn_check_type(self, "self", NN_NUMBERS));
    NN_TRY(nn_check_type(index, "index", NN_INDICES));
    NN_TRY(nn_check_dim(dim, self, "self"));
    NN_TRY(nn_check_same_type(self, "self", src, "src"));
    NN_TRY(nn_check_same_type(self, "self", out, "out"));
    NN_TRY(nn_check_same_shape(self, "self", out, "out"));
    STANDIN_CHECK(reduce >= REPLACE && reduce <= MULTIPLY, ACLNN_ERR_PARAM_INVALID, "reduce %lld is unknown", (long long) reduce);
    STANDIN_CHECK(index->rank == self->rank && src->rank == self->rank, ACLNN_ERR_PARAM_INVALID, "self %s, index %s and src %s differ in rank",
                  standin_shape(self), standin_shape(index), standin_shape(src));
    int axis = nn_axis(dim, self->rank);
    for (int i = 0; i < self->rank; i++) {
        STANDIN_CHECK(index->dims[i] <= src->dims[i] && (i == axis || index->dims[i] <= self->dims[i]), ACLNN_ERR_PARAM_INVALID,
                      "index %s reaches beyond self %s or src %s", standin_shape(index), standin_shape(self), standin_shape(src));
    }
    nn_note_copies(call, self);
    nn_note_copies(call, src);
    return ACLNN_SUCCESS;
}

static void compute_scatter(const aclTensor *self, int64_t dim, const aclTensor *index, const aclTensor *src, int64_t reduce,
                            const aclTensor *out, struct standin_call *call) {
    int axis = nn_axis(dim, self->rank);
    int64_t count = standin_count(index), *indices = standin_integers(index), extent = self->rank == 0 ? 1 : self->dims[axis];
    NnView from = nn_view(self), to = nn_view(out);
    if (from.data != to.data) {
        nn_copy(&from, &to);
    }
    for (int64_t i = 0; i < count && in_range(call, indices[i], extent); i++) {
        int64_t source = 0, target = 0, rest = i;
        for (int d = self->rank - 1; d >= 0; d--) {
            int64_t place = rest % index->dims[d];
            rest /= index->dims[d];
            source += place * src->strides[d];
            target += (d == axis ? indices[i] : place) * out->strides[d];
        }
        double value = standin_get(src, source), old = standin_get(out, target);
        standin_set(out, target, reduce == REPLACE ? value : reduce == ADD ? old + value : old * value);
    }
    free(indices);
}

#define SCATTER(A) A(IN, self) A(I64, dim) A(IN, index) A(IN, src) A(I64, reduce) A(OUT, out)
STANDIN_ARGUMENTS(scatter, SCATTER)

static aclnnStatus check_scatter_out(const struct scatter *a, struct standin_call *call) {
    return check_scatter(a->self, a->dim, a->index, a->src, a->reduce, a->out, call);
}

static void compute_scatter_out(const struct scatter *a, struct standin_call *call) {
    compute_scatter(a->self, a->dim, a->index, a->src, a->reduce, a->out, call);
}

STANDIN_OPERATOR(aclnnScatter, scatter, SCATTER, check_scatter_out, compute_scatter_out)

#define IN_PLACE_SCATTER(A) A(INOUT, selfRef) A(I64, dim) A(IN, index) A(IN, src) A(I64, reduce)
STANDIN_ARGUMENTS(in_place_scatter, IN_PLACE_SCATTER)

static aclnnStatus check_in_place_scatter(const struct in_place_scatter *a, struct standin_call *call) {
    return check_scatter(a->selfRef, a->dim, a->index, a->src, a->reduce, a->selfRef, call);
}

static void compute_in_place_scatter(const struct in_place_scatter *a, struct standin_call *call) {
    compute_scatter(a->selfRef, a->dim, a->index, a->src, a->reduce, a->selfRef, call);
}

STANDIN_OPERATOR(aclnnInplaceScatter, in_place_scatter, IN_PLACE_SCATTER, check_in_place_scatter, compute_in_place_scatter)

#define SCATTER_ADD(A) A(IN, self) A(I64, dim) A(IN, index) A(IN, src) A(OUT, out)
STANDIN_ARGUMENTS(scatter_add, SCATTER_ADD)

static aclnnStatus check_scatter_add(const struct scatter_add *a, struct standin_call *call) {
    NN_TRY(nn_check_contiguous(a->src, "src"));
    NN_TRY(nn_check_contiguous(a->out, "out"));
    return check_scatter(a->self, a->dim, a->index, a->src, ADD, a->out, call);
}

static void compute_scatter_add(const struct scatter_add *a, struct standin_call *call) {
    compute_scatter(a->self, a->dim, a->index, a->src, ADD, a->out, call);
}

STANDIN_OPERATOR(aclnnScatterAdd, scatter_add, SCATTER_ADD, check_scatter_add, compute_scatter_add)
