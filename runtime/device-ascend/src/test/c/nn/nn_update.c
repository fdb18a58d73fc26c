/* Updates of slices that are found by rows of indices, and the gradient of the embedding. */
#include "operand.h"

static bool in_range(struct standin_call *call, int64_t index, int64_t extent) {
    if (index < 0 || index >= extent) {
        standin_fail(call, ACL_ERROR_RT_AICORE_EXCEPTION, "index %lld is not below %lld", (long long) index, (long long) extent);
        return false;
    }
    return true;
}

/* indices [..., k]: each row of k numbers names a slice of varRef, which updates [..., rest of varRef] replaces. */
#define ND_UPDATE(A) A(INOUT, varRef) A(IN, indices) A(IN, updates)
STANDIN_ARGUMENTS(nd_update, ND_UPDATE)

static aclnnStatus check_nd_update(const struct nd_update *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->varRef, "varRef", NN_NUMBERS));
    NN_TRY(nn_check_rank(a->varRef, "varRef", 1, 8));
    NN_TRY(nn_check_type(a->indices, "indices", NN_INDICES));
    NN_TRY(nn_check_rank(a->indices, "indices", 2, 8));
    NN_TRY(nn_check_same_type(a->varRef, "varRef", a->updates, "updates"));
    int rank = a->indices->rank - 1;
    int64_t depth = a->indices->dims[rank], dims[2 * STANDIN_DIMS];
    STANDIN_CHECK(depth >= 1 && depth <= a->varRef->rank, ACLNN_ERR_PARAM_INVALID, "indices %s name too many axes of varRef %s",
                  standin_shape(a->indices), standin_shape(a->varRef));
    memcpy(dims, a->indices->dims, sizeof a->indices->dims);
    for (int i = (int) depth; i < a->varRef->rank; i++) {
        dims[rank++] = a->varRef->dims[i];
    }
    nn_note_copies(call, a->varRef);
    nn_note_copies(call, a->updates);
    return nn_check_shape(a->updates, "updates", rank, dims);
}

static void compute_nd_update(const struct nd_update *a, struct standin_call *call) {
    int64_t depth = a->indices->dims[a->indices->rank - 1], count = standin_count(a->indices) / depth, *indices = standin_integers(a->indices);
    int64_t inner = count == 0 ? 0 : standin_count(a->updates) / count;
    NnView updates = nn_view(a->updates);
    while (updates.rank > a->varRef->rank - (int) depth) {
        updates = nn_without_axis(&updates, 0);
    }
    bool good = inner > 0;
    for (int64_t i = 0; i < count && good; i++) {
        NnView to = nn_view(a->varRef), from = updates;
        for (int64_t d = 0; d < depth && good; d++) {
            int64_t index = indices[i * depth + d];
            good = in_range(call, index, to.shape[0]);
            to.data += good ? index * to.stride[0] * nn_size(to.type) : 0;
            to = nn_without_axis(&to, 0);
        }
        from.data = standin_at(a->updates, standin_distance(a->updates, i * inner));
        if (good) {
            nn_copy(&from, &to);
        }
    }
    free(indices);
}

STANDIN_OPERATOR(aclnnScatterNdUpdate, nd_update, ND_UPDATE, check_nd_update, compute_nd_update)

/* indices [B]: where along the axis each batch of updates begins; indices [B, 2]: (batch, place). */
#define AXIS_UPDATE(A) A(INOUT, data) A(IN, indices) A(IN, updates) A(I64, axis)
STANDIN_ARGUMENTS(axis_update, AXIS_UPDATE)

static aclnnStatus check_axis_update(const struct axis_update *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->data, "data", NN_NARROW | NN_INTEGERS));
    NN_TRY(nn_check_rank(a->data, "data", 2, 8));
    NN_TRY(nn_check_type(a->indices, "indices", NN_INDICES));
    NN_TRY(nn_check_rank(a->indices, "indices", 0, 2));
    NN_TRY(nn_check_same_type(a->data, "data", a->updates, "updates"));
    NN_TRY(nn_check_dim(a->axis, a->data, "data"));
    int axis = nn_axis(a->axis, a->data->rank);
    STANDIN_CHECK(axis != 0, ACLNN_ERR_PARAM_INVALID, "axis cannot be 0");
    STANDIN_CHECK(a->updates->rank == a->data->rank, ACLNN_ERR_PARAM_INVALID, "data %s and updates %s differ in rank", standin_shape(a->data),
                  standin_shape(a->updates));
    for (int i = 0; i < a->data->rank; i++) {
        bool fits = i == 0 || i == axis ? a->updates->dims[i] <= a->data->dims[i] : a->updates->dims[i] == a->data->dims[i];
        STANDIN_CHECK(fits, ACLNN_ERR_PARAM_INVALID, "updates %s do not fit into data %s", standin_shape(a->updates), standin_shape(a->data));
    }
    int64_t batches = a->indices->rank == 0 ? 1 : a->indices->dims[0];
    STANDIN_CHECK(batches == a->updates->dims[0] && (a->indices->rank < 2 || a->indices->dims[1] == 2), ACLNN_ERR_PARAM_INVALID,
                  "indices are %s for updates %s", standin_shape(a->indices), standin_shape(a->updates));
    STANDIN_CHECK(standin_count(a->updates) > 0, ACLNN_ERR_PARAM_INVALID, "updates are empty");
    nn_note_copies(call, a->data);
    nn_note_copies(call, a->updates);
    return ACLNN_SUCCESS;
}

static void compute_axis_update(const struct axis_update *a, struct standin_call *call) {
    int axis = nn_axis(a->axis, a->data->rank);
    int64_t *indices = standin_integers(a->indices), extent = a->updates->dims[axis];
    for (int64_t b = 0; b < a->updates->dims[0]; b++) {
        int64_t batch = a->indices->rank == 2 ? indices[2 * b] : b, first = a->indices->rank == 2 ? indices[2 * b + 1] : indices[b];
        if (!in_range(call, batch, a->data->dims[0]) || !in_range(call, first, a->data->dims[axis] - extent + 1)) {
            break;
        }
        NnView from = nn_view(a->updates), to = nn_view(a->data);
        from.data += b * from.stride[0] * nn_size(from.type);
        to.data += (batch * to.stride[0] + first * to.stride[axis]) * nn_size(to.type);
        from.shape[0] = to.shape[0] = 1;
        to.shape[axis] = extent;
        nn_copy(&from, &to);
    }
    free(indices);
}

STANDIN_OPERATOR(aclnnInplaceScatterUpdate, axis_update, AXIS_UPDATE, check_axis_update, compute_axis_update)

/* out [numWeights, H] is overwritten with sums of rows of grad, in f32, rounded to grad's type at the end. */
#define DENSE_BACKWARD(A) A(IN, grad) A(IN, indices) A(U64, numWeights) A(U64, paddingIdx) A(BOOLEAN, scaleGradByFreq) A(OUT, out)
STANDIN_ARGUMENTS(dense_backward, DENSE_BACKWARD)

static aclnnStatus check_dense_backward(const struct dense_backward *a, struct standin_call *call) {
    NN_TRY(nn_check_type(a->grad, "grad", NN_NARROW));
    NN_TRY(nn_check_rank(a->grad, "grad", 2, 8));
    NN_TRY(nn_check_type(a->indices, "indices", NN_INDICES));
    NN_TRY(nn_check_rank(a->indices, "indices", 1, 8));
    NN_TRY(nn_check_same_type(a->grad, "grad", a->out, "out"));
    int64_t width = a->grad->dims[a->grad->rank - 1], dims[] = {(int64_t) a->numWeights, width};
    STANDIN_CHECK(standin_count(a->indices) * width == standin_count(a->grad), ACLNN_ERR_PARAM_INVALID, "grad is %s for indices %s",
                  standin_shape(a->grad), standin_shape(a->indices));
    nn_note_copies(call, a->grad);
    call->workspace = 32 * 1024;
    return nn_check_shape(a->out, "out", 2, dims);
}

static void compute_dense_backward(const struct dense_backward *a, struct standin_call *call) {
    int64_t rows = (int64_t) a->numWeights, width = a->grad->dims[a->grad->rank - 1], count = standin_count(a->indices);
    int64_t *indices = standin_integers(a->indices), *order = call->deterministic ? NULL : standin_shuffled(count);
    float *grad = standin_floats(a->grad), *sums = standin_memory((size_t) (rows * width + 1) * sizeof(float));
    int64_t *seen = standin_memory((size_t) (rows + 1) * sizeof *seen);
    for (int64_t i = 0; i < count; i++) {
        int64_t place = order == NULL ? i : order[i], row = indices[place];
        if (!in_range(call, row, rows)) {
            break;
        }
        if ((uint64_t) row == a->paddingIdx) {
            continue;
        }
        seen[row]++;
        for (int64_t j = 0; j < width; j++) {
            sums[row * width + j] += grad[place * width + j];
        }
    }
    for (int64_t i = 0; a->scaleGradByFreq && i < rows * width; i++) {
        sums[i] /= seen[i / width] == 0 ? 1 : (float) seen[i / width];
    }
    standin_store_floats(a->out, sums);
    free(indices);
    free(order);
    free(grad);
    free(sums);
    free(seen);
}

STANDIN_OPERATOR(aclnnEmbeddingDenseBackward, dense_backward, DENSE_BACKWARD, check_dense_backward, compute_dense_backward, .no_310p = true)
