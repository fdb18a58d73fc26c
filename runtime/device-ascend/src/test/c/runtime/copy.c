/*
 * Copies. A copy from or to memory that was not allocated with aclrtMallocHost is done when the call returns, after all that was
 * queued before it; one with pinned memory really happens later. A copy without a stream waits for nobody.
 */
#include "copy.h"

struct copy {
    void *to;
    const void *from;
    size_t bytes;
    int32_t value;
};

static bool host(enum standin_place place) {
    return place == STANDIN_PAGEABLE || place == STANDIN_PINNED;
}

static int32_t sizes(const char *function, const void *to, size_t most, const void *from, size_t bytes) {
    if (to == NULL || from == NULL) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "%s: an address is NULL.", function);
    }
    if (bytes == 0 || bytes > most) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "%s: %zu bytes do not fit into %zu, or are none.", function, bytes, most);
    }
    return ACL_SUCCESS;
}

static int32_t in_place(const char *function, const void *address, size_t bytes, enum standin_place *place) {
    *place = standin_place(address, bytes);
    if (*place == STANDIN_NOWHERE) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "%s: %zu bytes at %p are not within memory of the device (any more).",
                             function, bytes, address);
    }
    return ACL_SUCCESS;
}

static int32_t check(const char *function, void *to, size_t most, const void *from, size_t bytes, int32_t kind,
                     enum standin_place *to_place, enum standin_place *from_place) {
    int32_t code = sizes(function, to, most, from, bytes);
    if (code == ACL_SUCCESS) {
        code = in_place(function, to, bytes, to_place);
    }
    if (code == ACL_SUCCESS) {
        code = in_place(function, from, bytes, from_place);
    }
    if (code != ACL_SUCCESS) {
        return code;
    }
    int32_t is = host(*from_place) ? (host(*to_place) ? ACL_MEMCPY_HOST_TO_HOST : ACL_MEMCPY_HOST_TO_DEVICE)
                                   : (host(*to_place) ? ACL_MEMCPY_DEVICE_TO_HOST : ACL_MEMCPY_DEVICE_TO_DEVICE);
    if (kind != is && kind != ACL_MEMCPY_DEFAULT) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "%s: the kind is %d, but the addresses say %d.", function, kind, is);
    }
    return ACL_SUCCESS;
}

int32_t standin_copy_now(const char *function, void *to, size_t most, const void *from, size_t bytes, int32_t kind) {
    enum standin_place to_place, from_place;
    int32_t code = check(function, to, most, from, bytes, kind, &to_place, &from_place);
    if (code == ACL_SUCCESS) {
        code = standin_forbidden_by_capture(function);
    }
    if (code == ACL_SUCCESS) {
        memmove(to, from, bytes);
    }
    return code;
}

static int32_t copy(void *closure) {
    const struct copy *copy = closure;
    memmove(copy->to, copy->from, copy->bytes);
    return ACL_SUCCESS;
}

static int32_t set(void *closure) {
    const struct copy *copy = closure;
    memset(copy->to, copy->value, copy->bytes);
    return ACL_SUCCESS;
}

static struct standin_task *task(const char *function, int32_t (*run)(void *), struct copy what, bool range_to, bool range_from) {
    struct copy *closure = standin_memory(sizeof *closure);
    *closure = what;
    struct standin_task *made = standin_task(function, run, free, closure, range_to + range_from);
    int at = 0;
    if (range_to) {
        made->range[at++] = (struct standin_range){what.to, what.bytes};
    }
    if (range_from) {
        made->range[at++] = (struct standin_range){what.from, what.bytes};
    }
    return made;
}

int32_t standin_copy_queued(struct standin_stream *stream, const char *function, void *to, size_t most, const void *from,
                            size_t bytes, int32_t kind) {
    enum standin_place to_place, from_place;
    int32_t code = check(function, to, most, from, bytes, kind, &to_place, &from_place);
    if (code != ACL_SUCCESS) {
        return code;
    }
    if (host(to_place) && host(from_place)) {
        return standin_error(ACL_ERROR_FEATURE_UNSUPPORTED, "%s: copies from host to host are not queued.", function);
    }
    bool pageable = to_place == STANDIN_PAGEABLE || from_place == STANDIN_PAGEABLE;
    if (pageable && (code = standin_forbidden_by_capture(function)) != ACL_SUCCESS) {
        return code;
    }
    code = standin_enqueue(stream, task(function, copy, (struct copy){to, from, bytes, 0}, to_place != STANDIN_PAGEABLE,
                                        from_place != STANDIN_PAGEABLE));
    return code == ACL_SUCCESS && pageable ? standin_wait(stream, standin_issued(stream), -1) : code;
}

static int32_t check_set(const char *function, const void *to, size_t most, size_t bytes) {
    enum standin_place place;
    int32_t code = sizes(function, to, most, to, bytes);
    return code == ACL_SUCCESS ? in_place(function, to, bytes, &place) : code;
}

int32_t standin_set_now(void *to, size_t most, int32_t value, size_t bytes) {
    int32_t code = check_set("aclrtMemset", to, most, bytes);
    if (code == ACL_SUCCESS) {
        code = standin_forbidden_by_capture("aclrtMemset");
    }
    if (code == ACL_SUCCESS) {
        memset(to, value, bytes);
    }
    return code;
}

int32_t standin_set_queued(struct standin_stream *stream, void *to, size_t most, int32_t value, size_t bytes) {
    int32_t code = check_set("aclrtMemsetAsync", to, most, bytes);
    if (code != ACL_SUCCESS) {
        return code;
    }
    if (standin_place(to, bytes) != STANDIN_CARD) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "aclrtMemsetAsync: %p is no memory of the device.", to);
    }
    return standin_enqueue(stream, task("aclrtMemsetAsync", set, (struct copy){to, NULL, bytes, value}, true, false));
}
