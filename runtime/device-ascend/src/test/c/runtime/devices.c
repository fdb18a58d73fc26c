/*
 * Devices, contexts, and which of them a thread is bound to.
 *     HEARTH_STANDIN_SOC=Ascend910B3      or Ascend310P3, Ascend910_9391
 *     HEARTH_STANDIN_DEVICES=1
 *     HEARTH_STANDIN_MEMORY_MIB=16384     of each device
 */
#include "devices.h"

struct device {
    int32_t users;
    struct standin_context *primary;
};

enum { MOST_DEVICES = 64 };

pthread_mutex_t standin_lock = PTHREAD_MUTEX_INITIALIZER;
static struct device devices[MOST_DEVICES];
static bool initialised;
static int64_t parameters[4];
static _Thread_local struct standin_context *bound;
static _Thread_local uint64_t bound_serial;

const char *standin_soc(void) {
    return standin_setting("HEARTH_STANDIN_SOC", "Ascend910B3");
}

enum standin_family standin_family(void) {
    const char *name = standin_soc();
    if (strncmp(name, "Ascend310P", 10) == 0) {
        return STANDIN_310P;
    }
    return strncmp(name, "Ascend910_93", 12) == 0 ? STANDIN_A3 : STANDIN_A2;
}

bool standin_has_bf16(void) {
    return standin_family() != STANDIN_310P;
}

int32_t standin_devices(void) {
    long count = standin_setting_number("HEARTH_STANDIN_DEVICES", 1);
    return (int32_t)(count < 0 ? 0 : count > MOST_DEVICES ? MOST_DEVICES : count);
}

uint64_t standin_device_memory(void) {
    return (uint64_t)standin_setting_number("HEARTH_STANDIN_MEMORY_MIB", 16384) << 20;
}

int32_t standin_initialise(void) {
    pthread_mutex_lock(&standin_lock);
    bool before = initialised;
    initialised = true;
    pthread_mutex_unlock(&standin_lock);
    return before ? standin_error(ACL_ERROR_REPEAT_INITIALIZE, "aclInit was called before.") : ACL_SUCCESS;
}

int32_t standin_finalise(void) {
    pthread_mutex_lock(&standin_lock);
    bool before = initialised;
    initialised = false;
    pthread_mutex_unlock(&standin_lock);
    return before ? ACL_SUCCESS : standin_error(ACL_ERROR_REPEAT_FINALIZE, "aclFinalize was called before, or aclInit never.");
}

bool standin_initialised(void) {
    pthread_mutex_lock(&standin_lock);
    bool is = initialised;
    pthread_mutex_unlock(&standin_lock);
    return is;
}

static struct standin_context *new_context(int32_t device, bool primary) {
    struct standin_context *context = standin_new(STANDIN_CONTEXT, sizeof *context);
    context->device = device;
    context->primary = primary;
    for (int i = 0; i < 4; i++) {
        context->parameters[i] = -1;
    }
    context->stream = standin_stream_new(context);
    return context;
}

static void bind_to(struct standin_context *context) {
    bound = context;
    bound_serial = context == NULL ? 0 : standin_alive(context, STANDIN_CONTEXT);
}

struct standin_context *standin_context(void) {
    return bound != NULL && standin_alive(bound, STANDIN_CONTEXT) == bound_serial ? bound : NULL;
}

int32_t standin_current_device(void) {
    struct standin_context *context = standin_context();
    return context == NULL ? -1 : context->device;
}

static int32_t known_device(int32_t device) {
    int32_t count = standin_devices();
    if (count == 0) {
        return standin_error(ACL_ERROR_RT_NO_DEVICE, "there is no device.");
    }
    if (device < 0 || device >= count) {
        return standin_error(ACL_ERROR_RT_INVALID_DEVICEID, "device %d is not one of 0 to %d.", device, count - 1);
    }
    return ACL_SUCCESS;
}

int32_t standin_set_device(int32_t device) {
    int32_t code = known_device(device);
    if (code != ACL_SUCCESS) {
        return code;
    }
    standin_lost_begins();
    code = standin_lost(device);
    if (code != ACL_SUCCESS) {
        return code;
    }
    pthread_mutex_lock(&standin_lock);
    struct device *d = &devices[device];
    if (d->primary == NULL) {
        d->primary = new_context(device, true);
    }
    if (standin_context() != d->primary) {
        d->users++;
        bind_to(d->primary);
    }
    pthread_mutex_unlock(&standin_lock);
    return ACL_SUCCESS;
}

/* Deletes a context with its streams; no lock held. */
static void delete_context(struct standin_context *context) {
    for (;;) {
        pthread_mutex_lock(&standin_lock);
        struct standin_stream *stream = standin_streams;
        while (stream != NULL && stream->context != context) {
            stream = stream->next;
        }
        pthread_mutex_unlock(&standin_lock);
        if (stream == NULL) {
            break;
        }
        standin_stream_delete(stream);
    }
    standin_forget(context);
}

int32_t standin_reset_device(int32_t device, bool force) {
    int32_t code = known_device(device);
    if (code != ACL_SUCCESS) {
        return code;
    }
    pthread_mutex_lock(&standin_lock);
    struct device *d = &devices[device];
    struct standin_context *primary = d->primary;
    if (primary == NULL) {
        pthread_mutex_unlock(&standin_lock);
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "device %d is reset more often than it was set.", device);
    }
    d->users = force ? 0 : d->users - 1;
    bool last = d->users <= 0;
    if (last) {
        d->primary = NULL;
    }
    pthread_mutex_unlock(&standin_lock);
    if (last) {
        delete_context(primary);
        standin_memory_reset(device);
    }
    if (bound == primary) {
        bind_to(NULL);
    }
    return ACL_SUCCESS;
}

int32_t standin_context_create(aclrtContext *context, int32_t device) {
    int32_t code = known_device(device);
    if (code != ACL_SUCCESS) {
        return code;
    }
    if (context == NULL) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "context is NULL.");
    }
    pthread_mutex_lock(&standin_lock);
    struct standin_context *made = new_context(device, false);
    bind_to(made);
    pthread_mutex_unlock(&standin_lock);
    *context = made;
    return ACL_SUCCESS;
}

int32_t standin_context_destroy(aclrtContext context) {
    struct standin_context *old = context;
    if (standin_alive(old, STANDIN_CONTEXT) == 0) {
        return standin_error(ACL_ERROR_RT_CONTEXT_NULL, "this context does not exist (any more).");
    }
    if (old->primary) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "the default context ends with aclrtResetDevice.");
    }
    delete_context(old);
    return ACL_SUCCESS;
}

int32_t standin_context_use(aclrtContext context) {
    if (standin_alive(context, STANDIN_CONTEXT) == 0) {
        return standin_error(ACL_ERROR_RT_CONTEXT_NULL, "this context does not exist (any more).");
    }
    bind_to(context);
    return ACL_SUCCESS;
}

void standin_parameter(int32_t option, int64_t value) {
    pthread_mutex_lock(&standin_lock);
    parameters[option] = value;
    pthread_mutex_unlock(&standin_lock);
}

bool standin_deterministic(void) {
    struct standin_context *context = standin_context();
    pthread_mutex_lock(&standin_lock);
    int64_t own = context == NULL ? -1 : context->parameters[0];
    bool set = own >= 0 ? own != 0 : parameters[0] != 0;
    pthread_mutex_unlock(&standin_lock);
    return set;
}

static int32_t enter(const char *function, bool wait) {
    int32_t code = standin_fault(function, wait);
    if (code != ACL_SUCCESS) {
        return code;
    }
    struct standin_context *context = standin_context();
    if (context == NULL) {
        return standin_error(ACL_ERROR_RT_CONTEXT_NULL,
                             "%s: ctx is NULL: this thread is bound to no device (aclrtSetDevice was not called on it).", function);
    }
    return standin_lost(context->device);
}

int32_t standin_enter(const char *function) {
    return enter(function, false);
}

int32_t standin_enter_now(const char *function) {
    return enter(function, true);
}
