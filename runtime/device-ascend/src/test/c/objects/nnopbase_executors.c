/* Exported: executors and addresses. */
#include "acl.h"
#include "executor.h"

enum { ANY = STANDIN_ROLE_IN | STANDIN_ROLE_OUT };

aclnnStatus aclnnInit(const char *configPath) {
    (void)configPath;
    return standin_fault(__func__, true);
}

aclnnStatus aclnnFinalize(void) {
    return standin_fault(__func__, true);
}

aclnnStatus aclSetAclOpExecutorRepeatable(aclOpExecutor *executor) {
    int32_t code = standin_fault(__func__, true);
    return code != 0 ? code : standin_executor_repeat(executor);
}

aclnnStatus aclDestroyAclOpExecutor(aclOpExecutor *executor) {
    int32_t code = standin_fault(__func__, true);
    return code != 0 ? code : standin_executor_destroy(executor);
}

#define ADDRESS(name, role)                                                                                          \
    aclnnStatus aclSet##name##TensorAddr(aclOpExecutor *executor, const size_t index, aclTensor *tensor, void *addr) { \
        int32_t code = standin_fault(__func__, true);                                                                \
        return code != 0 ? code : standin_executor_address(executor, role, index, tensor, addr);                     \
    }                                                                                                                \
    aclnnStatus aclSetDynamic##name##TensorAddr(aclOpExecutor *executor, size_t irIndex, const size_t relativeIndex, \
                                                aclTensorList *tensors, void *addr) {                                \
        int32_t code = standin_fault(__func__, true);                                                                \
        return code != 0 ? code : standin_executor_list_address(executor, role, irIndex, relativeIndex, tensors, addr); \
    }

ADDRESS(Input, STANDIN_ROLE_IN)
ADDRESS(Output, STANDIN_ROLE_OUT)
ADDRESS(, ANY)

aclnnStatus aclSetRawTensorAddr(aclTensor *tensor, void *addr) {
    int32_t code = standin_fault(__func__, true);
    if (code != 0) {
        return code;
    }
    STANDIN_CHECK(tensor != NULL, ACLNN_ERR_PARAM_NULLPTR, "aclSetRawTensorAddr: tensor is NULL.");
    STANDIN_CHECK(standin_alive(tensor, STANDIN_TENSOR) != 0, ACLNN_ERR_PARAM_INVALID, "aclSetRawTensorAddr: tensor was destroyed.");
    tensor->data = addr;
    return ACLNN_SUCCESS;
}

aclnnStatus aclGetRawTensorAddr(const aclTensor *tensor, void **addr) {
    STANDIN_CHECK(tensor != NULL && addr != NULL, ACLNN_ERR_PARAM_NULLPTR, "aclGetRawTensorAddr: something is NULL.");
    STANDIN_CHECK(standin_alive(tensor, STANDIN_TENSOR) != 0, ACLNN_ERR_PARAM_INVALID, "aclGetRawTensorAddr: tensor was destroyed.");
    *addr = tensor->data;
    return ACLNN_SUCCESS;
}
