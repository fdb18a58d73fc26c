/* Operators that read at indices: embedding, index_select, gather, index. */
#include "operand.h"

/* The slice of a view at one place along an axis, with that axis removed. */
static NnView slice_at(const NnView *view, int axis, int64_t place) {
    NnView slice = nn_without_axis(view, axis);
    slice.data += view->rank == 0 ? 0 : place * view->stride[axis] * nn_size(view->type);
    return slice;
}

static bool in_range(struct standin_call *call, int64_t index, int64_t least, int64_t extent) {
    if (index < least || index >= extent) {
        standin_fail(call, ACL_ERROR_RT_AICORE_EXCEPTION, "index %lld is not below %lld", (long long) index, (long long) extent);
        return false;
    }
    return true;
}

/* ---- whole slices ----------------------------------------------------------------------------------------------------- */

#define EMBEDDING(A) A(IN, weight) A(IN, indices) A(OUT, out)
STANDIN_ARGUMENTS(embedding, EMBEDDING)

static aclnnStatus check_embedding(const struct embedding *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->weight, "weight", NN_NUMBERS));
    NN_TRY(nn_check_rank(a->weight, "weight", 2, 2));
    NN_TRY(nn_check_type(a->indices, "indices", NN_INDICES));
    NN_TRY(nn_check_rank(a->indices, "indices", 0, 7));
    NN_TRY(nn_check_same_type(a->weight, "weight", a->out, "out"));
    int64_t dims[STANDIN_DIMS];
    memcpy(dims, a->indices->dims, sizeof dims);
    dims[a->indices->rank] = a->weight->dims[1];
    nn_note_copies(call, a->weight);
    nn_note_copies(call, a->indices);
    return nn_check_shape(a->out, "out", a->indices->rank + 1, dims);
}

static void compute_embedding(const struct embedding *a, struct standin_call *call) {
    int64_t count = standin_count(a->indices), *indices = standin_integers(a->indices);
    NnView weight = nn_view(a->weight), out = nn_view(a->out);
    for (int64_t i = 0; i < count && in_range(call, indices[i], 0, weight.shape[0]); i++) {
        NnView from = slice_at(&weight, 0, indices[i]), to = from;
        to.data = standin_at(a->out, standin_distance(a->out, i * from.shape[0]));
        to.stride[0] = out.stride[out.rank - 1];
        nn_copy(&from, &to);
    }
    free(indices);
}

STANDIN_OPERATOR(aclnnEmbedding, embedding, EMBEDDING, check_embedding, compute_embedding)

#define SELECT(A) A(IN, self) A(I64, dim) A(IN, index) A(OUT, out)
STANDIN_ARGUMENTS(select, SELECT)

static aclnnStatus check_select(const struct select *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_ALL));
    NN_TRY(nn_check_rank(a->self, "self", 1, 8));
    NN_TRY(nn_check_type(a->index, "index", NN_INDICES));
    NN_TRY(nn_check_rank(a->index, "index", 0, 1));
    NN_TRY(nn_check_dim(a->dim, a->self, "self"));
    NN_TRY(nn_check_same_type(a->self, "self", a->out, "out"));
    int64_t dims[STANDIN_DIMS];
    memcpy(dims, a->self->dims, sizeof dims);
    dims[nn_axis(a->dim, a->self->rank)] = standin_count(a->index);
    nn_note_copies(call, a->self);
    return nn_check_shape(a->out, "out", a->self->rank, dims);
}

static void compute_select(const struct select *a, struct standin_call *call) {
    int axis = nn_axis(a->dim, a->self->rank);
    int64_t count = standin_count(a->index), *index = standin_integers(a->index);
    NnView self = nn_view(a->self), out = nn_view(a->out);
    for (int64_t i = 0; i < count && in_range(call, index[i], 0, self.shape[axis]); i++) {
        NnView from = slice_at(&self, axis, index[i]), to = slice_at(&out, axis, i);
        nn_copy(&from, &to);
    }
    free(index);
}

STANDIN_OPERATOR(aclnnIndexSelect, select, SELECT, check_select, compute_select)

/* gather with an index of any shape: out takes the index's dims in place of the axis. */
static aclnnStatus check_gather_v2(const struct select *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_ALL));
    NN_TRY(nn_check_rank(a->self, "self", 1, 8));
    NN_TRY(nn_check_type(a->index, "index", NN_INDICES));
    NN_TRY(nn_check_dim(a->dim, a->self, "self"));
    NN_TRY(nn_check_same_type(a->self, "self", a->out, "out"));
    int axis = nn_axis(a->dim, a->self->rank), rank = 0;
    int64_t dims[2 * STANDIN_DIMS];
    for (int i = 0; i < axis; i++) {
        dims[rank++] = a->self->dims[i];
    }
    for (int i = 0; i < a->index->rank; i++) {
        dims[rank++] = a->index->dims[i];
    }
    for (int i = axis + 1; i < a->self->rank; i++) {
        dims[rank++] = a->self->dims[i];
    }
    STANDIN_CHECK(rank <= STANDIN_DIMS, ACLNN_ERR_PARAM_INVALID, "out would have %d dimensions", rank);
    nn_note_copies(call, a->self);
    return nn_check_shape(a->out, "out", rank, dims);
}

static void compute_gather_v2(const struct select *a, struct standin_call *call) {
    int axis = nn_axis(a->dim, a->self->rank);
    int64_t count = standin_count(a->index), *index = standin_integers(a->index);
    NnView self = nn_view(a->self), out = nn_view(a->out);
    for (int64_t i = 0; i < count && in_range(call, index[i], 0, self.shape[axis]); i++) {
        NnView from = slice_at(&self, axis, index[i]), to = out;
        int64_t rest = i;
        for (int d = a->index->rank - 1; d >= 0; d--) {
            to.data += rest % a->index->dims[d] * out.stride[axis + d] * nn_size(out.type);
            to = nn_without_axis(&to, axis + d);
            rest /= a->index->dims[d];
        }
        nn_copy(&from, &to);
    }
    free(index);
}

STANDIN_OPERATOR(aclnnGatherV2, select, SELECT, check_gather_v2, compute_gather_v2)

/* ---- single elements -------------------------------------------------------------------------------------------------- */

static aclnnStatus check_gather(const struct select *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_ALL));
    NN_TRY(nn_check_type(a->index, "index", NN_INDICES));
    NN_TRY(nn_check_dim(a->dim, a->self, "self"));
    NN_TRY(nn_check_same_type(a->self, "self", a->out, "out"));
    NN_TRY(nn_check_same_shape(a->index, "index", a->out, "out"));
    STANDIN_CHECK(a->index->rank == a->self->rank, ACLNN_ERR_PARAM_INVALID, "index is %s but self is %s", standin_shape(a->index),
                  standin_shape(a->self));
    int axis = nn_axis(a->dim, a->self->rank);
    for (int i = 0; i < a->self->rank; i++) {
        STANDIN_CHECK(i == axis ? a->self->dims[i] > 0 : a->index->dims[i] <= a->self->dims[i], ACLNN_ERR_PARAM_INVALID,
                      "index is %s but self is %s", standin_shape(a->index), standin_shape(a->self));
    }
    nn_note_copies(call, a->self);
    nn_note_copies(call, a->index);
    return ACLNN_SUCCESS;
}

static void compute_gather(const struct select *a, struct standin_call *call) {
    int axis = nn_axis(a->dim, a->self->rank);
    int64_t count = standin_count(a->index), *index = standin_integers(a->index), size = nn_size(a->self->type);
    int64_t extent = a->self->rank == 0 ? 1 : a->self->dims[axis];
    for (int64_t i = 0; i < count && in_range(call, index[i], -extent, extent); i++) {
        int64_t from = 0, rest = i;
        for (int d = a->self->rank - 1; d >= 0; d--) {
            int64_t place = d == axis ? (index[i] + extent) % extent : rest % a->index->dims[d];
            from += place * a->self->strides[d];
            rest /= a->index->dims[d];
        }
        memcpy(standin_at(a->out, standin_distance(a->out, i)), standin_at(a->self, from), (size_t) size);
    }
    free(index);
}

STANDIN_OPERATOR(aclnnGather, select, SELECT, check_gather, compute_gather)

/* ---- index: one integer tensor for each of the first axes ------------------------------------------------------------- */

#define INDEX(A) A(IN, self) A(INS, indices) A(OUT, out)
STANDIN_ARGUMENTS(index, INDEX)

static aclnnStatus check_index(const struct index *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->self, "self", NN_NUMBERS));
    NN_TRY(nn_check_rank(a->self, "self", 1, 8));
    NN_TRY(nn_check_same_type(a->self, "self", a->out, "out"));
    aclTensor places = {0};
    NN_TRY(nn_check_indices(a->self, a->indices, &places));
    int given = (int) a->indices->size;
    STANDIN_CHECK(places.rank + a->self->rank - given <= STANDIN_DIMS, ACLNN_ERR_PARAM_INVALID, "out would have too many dimensions");
    for (int i = given; i < a->self->rank; i++) {
        places.dims[places.rank++] = a->self->dims[i];
    }
    nn_note_copies(call, a->self);
    return nn_check_shape(a->out, "out", places.rank, places.dims);
}

static void compute_index(const struct index *a, struct standin_call *call) {
    int given = (int) a->indices->size, rank = a->out->rank - (a->self->rank - given);
    int64_t count = 1, inner = 1;
    for (int i = 0; i < a->out->rank; i++) {
        *(i < rank ? &count : &inner) *= a->out->dims[i];
    }
    NnView self = nn_view(a->self);
    for (int64_t i = 0; i < count; i++) {
        NnView from = self, to = nn_view(a->out);
        if (!nn_at_indices(&from, a->indices, rank, a->out->dims, i, call)) {
            return;
        }
        to.data = standin_at(a->out, inner == 0 ? 0 : standin_distance(a->out, i * inner));
        for (int d = 0; d < rank; d++) {
            to = nn_without_axis(&to, 0);
        }
        nn_copy(&from, &to);
    }
}

STANDIN_OPERATOR(aclnnIndex, index, INDEX, check_index, compute_index)
