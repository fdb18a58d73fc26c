/* Events: each record has a number, and who waits does so for the number that was the last one when the wait was queued. */
#include "capture.h"

enum { SYNC = 0x1, TIME_LINE = 0x8, EXTERNAL = 0x20, KNOWN = 0x1 | 0x2 | 0x8 | 0x10 | 0x20 | 0x40 };

static pthread_cond_t completed = PTHREAD_COND_INITIALIZER;

struct moment {
    struct standin_event *event;
    uint64_t number;
};

static struct standin_event *event_of(aclrtEvent handle, int32_t *code) {
    struct standin_event *event = handle;
    bool dead = standin_alive(event, STANDIN_EVENT) == 0;
    if (!dead) {
        pthread_mutex_lock(&standin_lock);
        dead = event->dead;
        pthread_mutex_unlock(&standin_lock);
    }
    *code = dead ? standin_error(ACL_ERROR_RT_INVALID_HANDLE, "this event does not exist (any more).") : ACL_SUCCESS;
    return dead ? NULL : event;
}

int32_t standin_event_create(aclrtEvent *out, uint32_t flags) {
    if (out == NULL || flags == 0 || (flags & ~(uint32_t)KNOWN) != 0 || ((flags & EXTERNAL) != 0 && flags != EXTERNAL)) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, out == NULL ? "event is NULL." : "there are no event flags 0x%x.", flags);
    }
    struct standin_event *event = standin_new(STANDIN_EVENT, sizeof *event);
    event->flags = flags;
    *out = event;
    return ACL_SUCCESS;
}

/* Lock held. */
static void used(struct standin_event *event, int by) {
    event->pending += by;
    if (event->dead && event->pending == 0) {
        standin_forget(event);
    }
}

int32_t standin_event_destroy(aclrtEvent handle) {
    int32_t code = ACL_SUCCESS;
    struct standin_event *event = event_of(handle, &code);
    if (event != NULL) {
        pthread_mutex_lock(&standin_lock);
        event->dead = true;
        used(event, 0);
        pthread_mutex_unlock(&standin_lock);
    }
    return code;
}

static int32_t complete(void *closure) {
    struct moment *moment = closure;
    pthread_mutex_lock(&standin_lock);
    moment->event->completed = moment->number;
    moment->event->time = standin_now();
    pthread_cond_broadcast(&completed);
    pthread_mutex_unlock(&standin_lock);
    return ACL_SUCCESS;
}

static int32_t await(void *closure) {
    struct moment *moment = closure;
    pthread_mutex_lock(&standin_lock);
    while (moment->event->completed < moment->number && !standin_own_stream()->cancelled) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 1; /* looks for cancellation */
        pthread_cond_timedwait(&completed, &standin_lock, &until);
    }
    pthread_mutex_unlock(&standin_lock);
    return ACL_SUCCESS;
}

static void drop(void *closure) {
    struct moment *moment = closure;
    used(moment->event, -1);
    free(moment);
}

static int32_t queue(struct standin_stream *stream, const char *function, int32_t (*run)(void *), struct standin_event *event,
                     uint64_t number) {
    struct moment *moment = standin_memory(sizeof *moment);
    *moment = (struct moment){event, number};
    struct standin_task *task = standin_task(function, run, drop, moment, 0);
    task->light = true;
    return standin_enqueue(stream, task);
}

int32_t standin_event_record(aclrtEvent handle, struct standin_stream *stream) {
    int32_t code = ACL_SUCCESS;
    struct standin_event *event = event_of(handle, &code);
    if (event == NULL) {
        return code;
    }
    pthread_mutex_lock(&standin_lock);
    event->stream = stream;
    event->model = stream->capturing;
    bool captured = event->model != NULL;
    uint64_t number = 0;
    if (!captured) {
        number = ++event->recorded;
        event->pending++;
    }
    pthread_mutex_unlock(&standin_lock);
    return captured ? ACL_SUCCESS : queue(stream, "aclrtRecordEvent", complete, event, number);
}

int32_t standin_event_wait(aclrtEvent handle, struct standin_stream *stream) {
    int32_t code = ACL_SUCCESS;
    struct standin_event *event = event_of(handle, &code);
    if (event == NULL) {
        return code;
    }
    if ((event->flags & (SYNC | EXTERNAL)) == 0) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "a stream can only wait for an event that was made with ACL_EVENT_SYNC.");
    }
    pthread_mutex_lock(&standin_lock);
    bool queued = false;
    uint64_t number = event->recorded;
    if (event->model != NULL) {
        if (stream->capturing != NULL && stream->capturing != event->model) {
            code = standin_error(ACL_ERROR_RT_STREAM_CAPTURED, "stream and event belong to different recordings.");
        } else if (standin_alive(event->model, STANDIN_MODEL) != 0 && event->model->recording) {
            stream->capturing = event->model; /* the stream joins the recording; tasks are in order anyway */
        } else {
            code = standin_error(ACL_ERROR_RT_PARAM_INVALID, "the event was recorded in a capture that has ended.");
        }
    } else if (stream->capturing != NULL) {
        stream->capturing->invalid = true;
        code = standin_error(ACL_ERROR_RT_STREAM_CAPTURED, "a captured stream cannot wait for an event outside of the capture.");
    } else if (number == 0) {
        code = standin_error(ACL_ERROR_RT_PARAM_INVALID, "a stream is to wait for an event that was never recorded.");
    } else {
        event->pending++;
        queued = true;
    }
    pthread_mutex_unlock(&standin_lock);
    return queued ? queue(stream, "aclrtStreamWaitEvent", await, event, number) : code;
}

int32_t standin_event_reset(aclrtEvent handle) {
    int32_t code = ACL_SUCCESS;
    struct standin_event *event = event_of(handle, &code);
    if (event != NULL) {
        pthread_mutex_lock(&standin_lock);
        event->completed = event->recorded;
        pthread_mutex_unlock(&standin_lock);
    }
    return code;
}

static int32_t captured(struct standin_event *event, const char *function) {
    pthread_mutex_lock(&standin_lock);
    struct standin_model *model = event->model;
    bool is = model != NULL && standin_alive(model, STANDIN_MODEL) != 0 && model->recording;
    if (is) {
        model->invalid = true;
    }
    pthread_mutex_unlock(&standin_lock);
    return is ? standin_error(ACL_ERROR_RT_STREAM_CAPTURED, "%s: the event belongs to a stream that is being captured.", function)
              : ACL_SUCCESS;
}

int32_t standin_event_synchronise(aclrtEvent handle) {
    int32_t code = ACL_SUCCESS;
    struct standin_event *event = event_of(handle, &code);
    if (event == NULL || (code = captured(event, "aclrtSynchronizeEvent")) != ACL_SUCCESS) {
        return code;
    }
    pthread_mutex_lock(&standin_lock);
    uint64_t number = event->recorded;
    struct standin_stream *stream = event->stream;
    event->pending++;
    while (event->completed < number && code == ACL_SUCCESS) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 20000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&completed, &standin_lock, &until);
        code = standin_lost(stream->context->device);
    }
    if (code == ACL_SUCCESS && number > 0 && standin_alive(stream, STANDIN_STREAM) != 0 && stream->failure != 0) {
        code = standin_error(stream->failure, "%s", stream->text);
    }
    used(event, -1);
    pthread_mutex_unlock(&standin_lock);
    return code;
}

int32_t standin_event_status(aclrtEvent handle, int32_t *status) {
    int32_t code = ACL_SUCCESS;
    struct standin_event *event = event_of(handle, &code);
    if (event == NULL || (code = captured(event, "aclrtQueryEventStatus")) != ACL_SUCCESS) {
        return code;
    }
    pthread_mutex_lock(&standin_lock);
    *status = event->recorded > 0 && event->completed >= event->recorded;
    pthread_mutex_unlock(&standin_lock);
    return ACL_SUCCESS;
}

int32_t standin_event_elapsed(float *ms, aclrtEvent from, aclrtEvent to) {
    int32_t code = ACL_SUCCESS;
    struct standin_event *start = event_of(from, &code), *end = code == ACL_SUCCESS ? event_of(to, &code) : NULL;
    if (code != ACL_SUCCESS) {
        return code;
    }
    if (ms == NULL || (start->flags & end->flags & TIME_LINE) == 0) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "time is only told of events that were made with ACL_EVENT_TIME_LINE.");
    }
    pthread_mutex_lock(&standin_lock);
    if (start->recorded == 0 || end->recorded == 0 || start->completed < start->recorded || end->completed < end->recorded) {
        code = standin_error(ACL_ERROR_RT_PARAM_INVALID, "an event has not been recorded, or not come to its end.");
    } else {
        *ms = (float)((double)(end->time - start->time) / 1e6);
    }
    pthread_mutex_unlock(&standin_lock);
    return code;
}
