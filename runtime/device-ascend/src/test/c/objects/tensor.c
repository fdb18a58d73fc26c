/* What must hold for a tensor by itself, whatever operator gets it. */
#include "executor.h"

size_t standin_storage_bytes(const aclTensor *t) {
    size_t elements = 1;
    for (int i = 0; i < t->storage_rank; i++) {
        elements *= (size_t)t->storage[i];
    }
    return t->type == ACL_INT4 ? (elements + 1) / 2 : elements * standin_size(t->type);
}

int32_t standin_check_tensor(const aclTensor *t, const char *name) {
    STANDIN_CHECK(t->type == ACL_INT4 || standin_size(t->type) > 0, ACLNN_ERR_PARAM_INVALID, "%s has no known data type (%d).", name,
                  (int)t->type);
    STANDIN_CHECK(t->type != ACL_BF16 || standin_has_bf16(), ACLNN_ERR_PARAM_INVALID,
                  "%s is of type BFLOAT16, which this processor does not support.", name);
    STANDIN_CHECK((uintptr_t)t->data % 32 == 0, ACLNN_ERR_PARAM_INVALID, "the address %p of %s is not a multiple of 32.", t->data, name);
    if (standin_count(t) == 0 || t->format == ACL_FORMAT_FRACTAL_NZ) {
        return ACLNN_SUCCESS; /* no elements, or elements that lie elsewhere than strides tell */
    }
    int64_t elements = 1, last = t->offset;
    for (int i = 0; i < t->storage_rank; i++) {
        elements *= t->storage[i];
    }
    for (int i = 0; i < t->rank; i++) {
        last += (t->dims[i] - 1) * t->strides[i];
    }
    STANDIN_CHECK(last < elements, ACLNN_ERR_PARAM_INVALID,
                  "%s reaches element %lld of a storage of %lld elements (strides and offset are in elements).", name, (long long)last,
                  (long long)elements);
    return ACLNN_SUCCESS;
}

int32_t standin_check_memory(const aclTensor *t, const char *name) {
    if (standin_count(t) == 0) {
        return ACLNN_SUCCESS;
    }
    STANDIN_CHECK(t->data != NULL, ACLNN_ERR_PARAM_NULLPTR, "%s has no address.", name);
    STANDIN_CHECK((uintptr_t)t->data % 32 == 0, ACLNN_ERR_PARAM_INVALID, "the address %p of %s is not a multiple of 32.", t->data, name);
    size_t bytes = (standin_storage_bytes(t) + 31) / 32 * 32; /* kernels move whole blocks of 32 bytes */
    STANDIN_CHECK(standin_allocated(t->data, bytes), ACLNN_ERR_PARAM_INVALID,
                  "%s takes %zu bytes at %p, which are not within one allocation of the device.", name, bytes, t->data);
    return ACLNN_SUCCESS;
}
