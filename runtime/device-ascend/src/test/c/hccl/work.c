#include "work.h"

HcclResult standin_hccl_memory(const char *function, const char *name, const void *address, uint64_t bytes, HcclDataType type) {
    STANDIN_HCCL_CHECK(address, HCCL_E_PTR, "%s: %s is NULL", function, name);
    STANDIN_HCCL_CHECK((uintptr_t) address % standin_hccl_size(type) == 0, HCCL_E_PARA, "%s: %s is not aligned to its elements", function, name);
    STANDIN_HCCL_CHECK(standin_allocated(address, bytes), HCCL_E_PARA, "%s: the %llu bytes of %s are not within one allocation on the card",
                       function, (unsigned long long) bytes, name);
    return HCCL_SUCCESS;
}

static void drop(void *closure) {
    struct standin_exchange *e = closure;
    free(e->out_counts);
    free(e->out_places);
    free(e->in_counts);
    free(e->in_places);
    free(e->items);
    free(e);
}

static int32_t run(void *closure) {
    const struct standin_exchange *e = closure;
    return e->run(e);
}

HcclResult standin_hccl_queue(const struct standin_exchange *exchange, aclrtStream stream, int parts, const struct standin_part *part) {
    struct standin_exchange *e = standin_memory(sizeof *e);
    *e = *exchange;
    HcclResult result = HCCL_SUCCESS;
    if (!stream) {
        result = standin_error(HCCL_E_PTR, "%s: stream is NULL", e->function);
    } else if (standin_stream_device(stream) != e->group->device || standin_current_device() != e->group->device) {
        result = standin_error(HCCL_E_PARA, "%s: the communicator belongs to card %d, but the stream or the thread do not", e->function,
                               e->group->device);
    } else {
        pthread_mutex_lock(&e->group->lock);
        const HcclResult error = e->group->error;
        pthread_mutex_unlock(&e->group->lock);
        if (error != HCCL_SUCCESS) {
            result = standin_error(error, "%s: the communicator has failed", e->function);
        }
    }
    if (result != HCCL_SUCCESS) {
        drop(e);
        return result;
    }
    void *addresses[parts + 1];
    size_t bytes[parts + 1];
    for (int i = 0; i < parts; i++) {
        addresses[i] = (void *) part[i].address;
        bytes[i] = part[i].bytes;
    }
    return standin_hccl_result(standin_queue(stream, e->function, run, drop, e, parts, addresses, bytes));
}
