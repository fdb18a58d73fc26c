/* Exported: memory. */
#include "exported.h"

static aclError allocate(const char *function, void **devPtr, size_t size, int policy, size_t rest) {
    ENTER(standin_enter_now(function));
    ENTER(standin_forbidden_by_capture(function));
    return standin_malloc(devPtr, size, policy, rest);
}

aclError aclrtMalloc(void **devPtr, size_t size, int policy) {
    return allocate(__func__, devPtr, size, policy, 32);
}

aclError aclrtMallocAlign32(void **devPtr, size_t size, int policy) {
    return allocate(__func__, devPtr, size, policy, 0);
}

aclError aclrtFree(void *devPtr) {
    ENTER(standin_enter_now(__func__));
    ENTER(standin_forbidden_by_capture(__func__));
    return standin_free(devPtr);
}

aclError aclrtMallocHost(void **hostPtr, size_t size) {
    ENTER(standin_enter_now(__func__));
    ENTER(standin_forbidden_by_capture(__func__));
    return standin_malloc_host(hostPtr, size);
}

aclError aclrtFreeHost(void *hostPtr) {
    ENTER(standin_enter_now(__func__));
    ENTER(standin_forbidden_by_capture(__func__));
    return standin_free_host(hostPtr);
}

aclError aclrtGetMemInfo(int attr, size_t *free, size_t *total) {
    NOT_NULL(free);
    NOT_NULL(total);
    ENTER(standin_enter_now(__func__));
    if (attr < 0 || attr > (standin_face() == 8 ? 11 : 17)) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "there is no kind of memory %d.", attr);
    }
    standin_memory_info(standin_current_device(), free, total);
    return ACL_SUCCESS;
}

aclError aclrtMemcpy(void *dst, size_t destMax, const void *src, size_t count, int kind) {
    ENTER(standin_enter_now(__func__));
    return standin_copy_now(__func__, dst, destMax, src, count, kind);
}

aclError aclrtMemset(void *devPtr, size_t maxCount, int32_t value, size_t count) {
    ENTER(standin_enter_now(__func__));
    return standin_set_now(devPtr, maxCount, value, count);
}

aclError aclrtMemcpyAsync(void *dst, size_t destMax, const void *src, size_t count, int kind, aclrtStream stream) {
    ENTER(standin_enter(__func__));
    STREAM(to, stream);
    return standin_copy_queued(to, __func__, dst, destMax, src, count, kind);
}

aclError aclrtMemsetAsync(void *devPtr, size_t maxCount, int32_t value, size_t count, aclrtStream stream) {
    ENTER(standin_enter(__func__));
    STREAM(to, stream);
    return standin_set_queued(to, devPtr, maxCount, value, count);
}
