#include "operand.h"

aclnnStatus nn_check_indices(const aclTensor *self, const aclTensorList *indices, aclTensor *places) {
    STANDIN_CHECK(indices->size > 0 && (int) indices->size <= self->rank, ACLNN_ERR_PARAM_INVALID, "indices has %llu tensors for self %s",
                  (unsigned long long) indices->size, standin_shape(self));
    for (uint64_t i = 0; i < indices->size; i++) {
        const aclTensor *t = indices->tensors[i];
        STANDIN_CHECK(t->type != ACL_BOOL, ACLNN_ERR_INNER, "the stand-in has no BOOL indices");
        NN_TRY(nn_check_type(t, "indices", NN_INDICES));
        aclTensor wider = {0};
        STANDIN_CHECK(standin_broadcast_shape(t, places, &wider.rank, wider.dims), ACLNN_ERR_PARAM_INVALID,
                      "indices[%llu] %s cannot be broadcast to the others", (unsigned long long) i, standin_shape(t));
        places->rank = wider.rank;
        memcpy(places->dims, wider.dims, sizeof wider.dims);
    }
    return ACLNN_SUCCESS;
}

bool nn_at_indices(NnView *view, const aclTensorList *indices, int rank, const int64_t *dims, int64_t place, struct standin_call *call) {
    for (uint64_t i = 0; i < indices->size; i++) {
        const aclTensor *t = indices->tensors[i];
        int64_t index = standin_get_int(t, standin_broadcast_distance(t, rank, dims, place)), extent = view->shape[0];
        if (index < -extent || index >= extent) {
            standin_fail(call, ACL_ERROR_RT_AICORE_EXCEPTION, "index %lld is not below %lld", (long long) index, (long long) extent);
            return false;
        }
        view->data += (index < 0 ? index + extent : index) * view->stride[0] * nn_size(view->type);
        *view = nn_without_axis(view, 0);
    }
    return true;
}
