/* Exported: streams, events, recorded work. */
#include "exported.h"

static aclError create(const char *function, aclrtStream *stream, uint32_t flags) {
    ENTER(standin_enter_now(function));
    if (stream == NULL || (flags & ~(standin_face() == 8 ? 0x3u : 0xfu)) != 0) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, stream == NULL ? "stream is NULL." : "there are no flags 0x%x.", flags);
    }
    pthread_mutex_lock(&standin_lock);
    *stream = standin_stream_new(standin_context());
    pthread_mutex_unlock(&standin_lock);
    return ACL_SUCCESS;
}

aclError aclrtCreateStream(aclrtStream *stream) {
    return create(__func__, stream, 0);
}

aclError aclrtCreateStreamWithConfig(aclrtStream *stream, uint32_t priority, uint32_t flag) {
    (void)priority;
    return create(__func__, stream, flag);
}

aclError aclrtDestroyStream(aclrtStream stream) {
    NOT_NULL(stream);
    ENTER(standin_enter_now(__func__));
    STREAM(old, stream);
    ENTER(standin_captured(old, __func__));
    standin_stream_delete(old);
    return ACL_SUCCESS;
}

static aclError synchronise(const char *function, aclrtStream handle, int64_t milliseconds) {
    ENTER(standin_enter_now(function));
    STREAM(stream, handle);
    ENTER(standin_captured(stream, function));
    return standin_wait(stream, standin_issued(stream), milliseconds);
}

aclError aclrtSynchronizeStream(aclrtStream stream) {
    return synchronise(__func__, stream, -1);
}

aclError aclrtSynchronizeStreamWithTimeout(aclrtStream stream, int32_t timeout) {
    if (timeout < -1) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "the time is %d ms.", timeout);
    }
    return synchronise(__func__, stream, timeout);
}

aclError aclrtStreamQuery(aclrtStream handle, int *status) {
    NOT_NULL(status);
    ENTER(standin_enter_now(__func__));
    STREAM(stream, handle);
    ENTER(standin_captured(stream, __func__));
    pthread_mutex_lock(&standin_lock);
    *status = stream->finished < stream->issued;
    bool failed = stream->failure != 0;
    pthread_mutex_unlock(&standin_lock);
    return failed ? standin_wait(stream, 0, -1) : ACL_SUCCESS;
}

aclError aclrtSynchronizeDevice(void) {
    ENTER(standin_enter_now(__func__));
    ENTER(standin_forbidden_by_capture(__func__));
    int32_t device = standin_current_device();
    for (;;) {
        struct standin_stream *busy = NULL;
        pthread_mutex_lock(&standin_lock);
        for (struct standin_stream *s = standin_streams; s != NULL && busy == NULL; s = s->next) {
            busy = s->context->device == device && (s->finished < s->issued || s->failure != 0) ? s : NULL;
        }
        uint64_t until = busy == NULL ? 0 : busy->issued;
        pthread_mutex_unlock(&standin_lock);
        if (busy == NULL) {
            return ACL_SUCCESS;
        }
        ENTER(standin_wait(busy, until, -1));
    }
}

aclError aclrtStreamWaitEvent(aclrtStream handle, aclrtEvent event) {
    ENTER(standin_enter(__func__));
    STREAM(stream, handle);
    return standin_event_wait(event, stream);
}

aclError aclrtCreateEvent(aclrtEvent *event) {
    ENTER(standin_enter_now(__func__));
    return standin_event_create(event, 0x1 | 0x8);
}

aclError aclrtCreateEventWithFlag(aclrtEvent *event, uint32_t flag) {
    ENTER(standin_enter_now(__func__));
    return standin_event_create(event, flag);
}

aclError aclrtCreateEventExWithFlag(aclrtEvent *event, uint32_t flag) {
    ENTER(standin_enter_now(__func__));
    return standin_event_create(event, flag);
}

aclError aclrtDestroyEvent(aclrtEvent event) {
    ENTER(standin_enter_now(__func__));
    return standin_event_destroy(event);
}

aclError aclrtRecordEvent(aclrtEvent event, aclrtStream handle) {
    ENTER(standin_enter(__func__));
    STREAM(stream, handle);
    return standin_event_record(event, stream);
}

aclError aclrtResetEvent(aclrtEvent event, aclrtStream handle) {
    ENTER(standin_enter(__func__));
    STREAM(stream, handle);
    return standin_event_reset(event);
}

aclError aclrtQueryEventStatus(aclrtEvent event, int *status) {
    NOT_NULL(status);
    ENTER(standin_enter_now(__func__));
    return standin_event_status(event, status);
}

aclError aclrtSynchronizeEvent(aclrtEvent event) {
    ENTER(standin_enter_now(__func__));
    return standin_event_synchronise(event);
}

aclError aclrtEventElapsedTime(float *ms, aclrtEvent startEvent, aclrtEvent endEvent) {
    ENTER(standin_enter_now(__func__));
    return standin_event_elapsed(ms, startEvent, endEvent);
}

aclError aclmdlRICaptureBegin(aclrtStream handle, int mode) {
    ENTER(standin_enter_now(__func__));
    STREAM(stream, handle);
    return standin_capture_begin(stream, mode);
}

aclError aclmdlRICaptureGetInfo(aclrtStream handle, int *status, aclmdlRI *modelRI) {
    NOT_NULL(status);
    ENTER(standin_enter_now(__func__));
    STREAM(stream, handle);
    return standin_capture_info(stream, status, modelRI);
}

aclError aclmdlRICaptureEnd(aclrtStream handle, aclmdlRI *modelRI) {
    ENTER(standin_enter_now(__func__));
    STREAM(stream, handle);
    return standin_capture_end(stream, modelRI);
}

aclError aclmdlRIExecuteAsync(aclmdlRI modelRI, aclrtStream handle) {
    ENTER(standin_enter(__func__));
    STREAM(stream, handle);
    return standin_model_run(modelRI, stream);
}

aclError aclmdlRIDestroy(aclmdlRI modelRI) {
    ENTER(standin_enter_now(__func__));
    return standin_model_destroy(modelRI);
}

aclError aclmdlRICaptureThreadExchangeMode(int *mode) {
    ENTER(standin_enter_now(__func__));
    return standin_capture_exchange(mode);
}

aclError aclmdlRICaptureTaskGrpBegin(aclrtStream handle) {
    ENTER(standin_enter_now(__func__));
    STREAM(stream, handle);
    return standin_group_begin(stream);
}

aclError aclmdlRICaptureTaskGrpEnd(aclrtStream handle, aclrtTaskGrp *group) {
    ENTER(standin_enter_now(__func__));
    STREAM(stream, handle);
    return standin_group_end(stream, group);
}

aclError aclmdlRICaptureTaskUpdateBegin(aclrtStream handle, aclrtTaskGrp group) {
    ENTER(standin_enter_now(__func__));
    STREAM(stream, handle);
    return standin_update_begin(stream, group);
}

aclError aclmdlRICaptureTaskUpdateEnd(aclrtStream handle) {
    ENTER(standin_enter_now(__func__));
    STREAM(stream, handle);
    return standin_update_end(stream);
}
