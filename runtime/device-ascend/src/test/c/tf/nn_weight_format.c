/* aclnnTransMatmulWeight, which turns a weight into FRACTAL_NZ in its place, and the size that it needs for that. */
#include "fractal.h"

#define CHECK(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_PARAM_INVALID, __VA_ARGS__)

#define TRANS(A) A(INOUT, mmWeightRef)
STANDIN_ARGUMENTS(trans, TRANS)

static bool type_is_known(aclDataType type) {
    return type == ACL_FLOAT16 || type == ACL_INT8 || (type == ACL_BF16 && standin_has_bf16());
}

static aclnnStatus check_trans(const struct trans *a, struct standin_call *call) {
    const aclTensor *w = a->mmWeightRef;
    CHECK(type_is_known(w->type), "the weight may be FLOAT16, BFLOAT16 or INT8, not %s", standin_type_name(w->type));
    CHECK(w->rank == 2 && w->format == ACL_FORMAT_ND && standin_contiguous(w), "the weight %s must be an ND matrix and contiguous", standin_shape(w));
    CHECK(standin_count(w) > 0, "the weight is empty");
    CHECK(standin_allocated(standin_at(w, 0), (size_t) fractal_count(w->dims[0], w->dims[1], w->type) * standin_size(w->type)),
          "the weight's memory has not the size that aclnnCalculateMatmulWeightSizeV2 gives");
    call->not_repeatable = true;
    call->workspace = (uint64_t) standin_count(w) * standin_size(w->type) + 512;
    return ACLNN_SUCCESS;
}

static void compute_trans(const struct trans *a, struct standin_call *call) {
    (void) call;
    const aclTensor *w = a->mmWeightRef;
    const int64_t rows = w->dims[0], columns = w->dims[1], size = (int64_t) standin_size(w->type);
    const size_t bytes = (size_t) (fractal_count(rows, columns, w->type) * size);
    char *to = standin_memory(bytes), *from = standin_at(w, 0);
    for (int64_t i = 0; i < rows; i++) {
        for (int64_t j = 0; j < columns; j++) {
            memcpy(to + fractal_at(i, j, rows, fractal_width(w->type)) * size, from + (i * columns + j) * size, (size_t) size);
        }
    }
    memcpy(from, to, bytes);
    free(to);
}

STANDIN_OPERATOR(aclnnTransMatmulWeight, trans, TRANS, check_trans, compute_trans)

STANDIN_EXPORT aclnnStatus aclnnCalculateMatmulWeightSizeV2(const aclIntArray *tensorShape, aclDataType dataType, uint64_t *weightTensorSize);

/* Elements, not bytes. */
STANDIN_EXPORT aclnnStatus aclnnCalculateMatmulWeightSizeV2(const aclIntArray *tensorShape, aclDataType dataType, uint64_t *weightTensorSize) {
    STANDIN_CHECK(tensorShape && weightTensorSize, ACLNN_ERR_PARAM_NULLPTR, "tensorShape or weightTensorSize is NULL");
    CHECK(type_is_known(dataType), "the weight may be FLOAT16, BFLOAT16 or INT8, not %s", standin_type_name(dataType));
    CHECK(tensorShape->size == 2 && tensorShape->values[0] > 0 && tensorShape->values[1] > 0, "the weight must be a matrix");
    *weightTensorSize = (uint64_t) fractal_count(tensorShape->values[0], tensorShape->values[1], dataType);
    return ACLNN_SUCCESS;
}
