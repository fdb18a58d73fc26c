/*
 * Streams: a worker thread for each, so that what was queued really runs behind the caller.
 *     HEARTH_STANDIN_DELAY=50    microseconds that a worker sleeps before it begins, whenever its queue was empty
 */
#include "core.h"

#include <errno.h>
#include <unistd.h>

const char *standin_recent_text(void);

struct standin_stream *standin_streams;
static _Thread_local struct standin_stream *own;

struct standin_stream *standin_own_stream(void) {
    return own;
}

struct standin_task *standin_task(const char *function, int32_t (*run)(void *), void (*drop)(void *), void *closure, int ranges) {
    struct standin_task *task = standin_memory(sizeof *task + (size_t)ranges * sizeof task->range[0]);
    task->references = 1;
    task->function = function;
    task->run = run;
    task->drop = drop;
    task->closure = closure;
    task->later = standin_take_later();
    task->ranges = ranges;
    return task;
}

void standin_task_release(struct standin_task *task) {
    if (--task->references == 0) {
        if (task->drop != NULL) {
            task->drop(task->closure);
        }
        free(task);
    }
}

bool standin_cancelled(void) {
    if (own == NULL) {
        return false;
    }
    pthread_mutex_lock(&standin_lock);
    bool is = own->cancelled;
    pthread_mutex_unlock(&standin_lock);
    return is;
}

static void hang(struct standin_stream *stream) {
    pthread_mutex_lock(&standin_lock);
    while (!stream->cancelled) {
        pthread_cond_wait(&stream->work, &standin_lock);
    }
    pthread_mutex_unlock(&standin_lock);
}

int32_t standin_perform(struct standin_stream *stream, struct standin_task *task) {
    int32_t code = standin_lost(stream->context->device);
    if (code != 0) {
        return code;
    }
    if (task->later.hang) {
        hang(stream);
        return ACL_ERROR_RT_AICORE_TIMEOUT;
    }
    if (task->later.code != 0) {
        return standin_error(task->later.code, "%s failed on its stream as HEARTH_STANDIN_FAIL told it to.", task->function);
    }
    for (int i = 0; i < task->ranges; i++) {
        enum standin_place place = standin_place(task->range[i].address, task->range[i].bytes);
        if (place != STANDIN_CARD && place != STANDIN_PINNED) {
            return standin_error(ACL_ERROR_RT_AICORE_EXCEPTION, "%s: %zu bytes at %p were freed before the work on them was done.",
                                 task->function, task->range[i].bytes, task->range[i].address);
        }
    }
    return task->run(task->closure);
}

static void finish(struct standin_stream *stream, int32_t code) {
    if (code != 0 && stream->failure == 0) {
        stream->failure = code;
        const char *text = standin_recent_text();
        strncpy(stream->text, text == NULL ? "work failed on its stream" : text + strlen("EZ9999: "), sizeof stream->text - 1);
    }
    struct standin_node *node = stream->first;
    stream->first = node->next;
    if (stream->first == NULL) {
        stream->last = NULL;
    }
    stream->finished++;
    standin_task_release(node->task);
    free(node);
    pthread_cond_broadcast(&stream->done);
}

static void *work(void *argument) {
    struct standin_stream *stream = argument;
    useconds_t delay = (useconds_t)standin_setting_number("HEARTH_STANDIN_DELAY", 50);
    own = stream;
    bool idle = true;
    pthread_mutex_lock(&standin_lock);
    for (;;) {
        while (stream->first == NULL && !stream->stopping) {
            idle = true;
            pthread_cond_wait(&stream->work, &standin_lock);
        }
        if (stream->first == NULL) {
            break;
        }
        struct standin_task *task = stream->first->task;
        bool skipped = stream->failure != 0 && !task->light;
        pthread_mutex_unlock(&standin_lock);
        if (idle && delay > 0) {
            usleep(delay);
        }
        idle = false;
        int32_t code = skipped ? 0 : standin_perform(stream, task);
        pthread_mutex_lock(&standin_lock);
        finish(stream, code);
    }
    pthread_mutex_unlock(&standin_lock);
    return NULL;
}

struct standin_stream *standin_stream_new(struct standin_context *context) {
    struct standin_stream *stream = standin_new(STANDIN_STREAM, sizeof *stream);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&stream->work, NULL);
    pthread_cond_init(&stream->done, &attributes);
    pthread_condattr_destroy(&attributes);
    stream->context = context;
    stream->next = standin_streams;
    standin_streams = stream;
    if (pthread_create(&stream->worker, NULL, work, stream) != 0) {
        abort();
    }
    return stream;
}

void standin_stream_delete(struct standin_stream *stream) {
    pthread_mutex_lock(&standin_lock);
    for (struct standin_stream **at = &standin_streams; *at != NULL; at = &(*at)->next) {
        if (*at == stream) {
            *at = stream->next;
            break;
        }
    }
    stream->stopping = stream->cancelled = true;
    pthread_cond_broadcast(&stream->work);
    pthread_mutex_unlock(&standin_lock);
    pthread_join(stream->worker, NULL);
    pthread_cond_destroy(&stream->work);
    pthread_cond_destroy(&stream->done);
    standin_forget(stream);
}

struct standin_stream *standin_stream(aclrtStream handle, int32_t *code) {
    struct standin_context *context = standin_context();
    struct standin_stream *stream = handle;
    *code = ACL_SUCCESS;
    if (stream == NULL) {
        return context->stream;
    }
    if (standin_alive(stream, STANDIN_STREAM) == 0) {
        *code = standin_error(ACL_ERROR_RT_INVALID_HANDLE, "this stream does not exist (any more).");
        return NULL;
    }
    if (stream->context != context) {
        *code = standin_error(ACL_ERROR_RT_STREAM_CONTEXT, "the stream belongs to another context than this thread.");
        return NULL;
    }
    return stream;
}

int32_t standin_stream_device(aclrtStream handle) {
    struct standin_stream *stream = handle;
    return standin_alive(stream, STANDIN_STREAM) == 0 ? -1 : stream->context->device;
}

static int32_t failed(struct standin_stream *stream) {
    return stream->failure == 0 ? 0 : standin_error(stream->failure, "%s", stream->text);
}

int32_t standin_enqueue(struct standin_stream *stream, struct standin_task *task) {
    pthread_mutex_lock(&standin_lock);
    int32_t code = failed(stream);
    if (code != 0) {
        standin_task_release(task);
    } else if (stream->capturing != NULL) {
        standin_model_append(stream->capturing, task);
    } else if (stream->updating != NULL) {
        code = standin_update(stream, task);
    } else {
        struct standin_node *node = standin_memory(sizeof *node);
        node->task = task;
        if (stream->last == NULL) {
            stream->first = node;
        } else {
            stream->last->next = node;
        }
        stream->last = node;
        stream->issued++;
        pthread_cond_signal(&stream->work);
    }
    pthread_mutex_unlock(&standin_lock);
    return code;
}

int32_t standin_queue(aclrtStream handle, const char *function, int32_t (*run)(void *), void (*drop)(void *), void *closure,
                      int ranges, void *const *addresses, const size_t *bytes) {
    int32_t code = ACL_SUCCESS;
    struct standin_stream *stream = standin_stream(handle, &code);
    struct standin_task *task = standin_task(function, run, drop, closure, ranges);
    for (int i = 0; i < ranges; i++) {
        task->range[i] = (struct standin_range){addresses[i], bytes[i]};
    }
    if (stream == NULL) {
        standin_task_release(task);
        return code;
    }
    return standin_enqueue(stream, task);
}

uint64_t standin_issued(struct standin_stream *stream) {
    pthread_mutex_lock(&standin_lock);
    uint64_t issued = stream->issued;
    pthread_mutex_unlock(&standin_lock);
    return issued;
}

static struct timespec at(int64_t nanoseconds) {
    return (struct timespec){nanoseconds / 1000000000, (long)(nanoseconds % 1000000000)};
}

int32_t standin_wait(struct standin_stream *stream, uint64_t until, int64_t milliseconds) {
    static const int64_t look = 20000000;
    int64_t end = milliseconds < 0 ? INT64_MAX : standin_now() + milliseconds * 1000000;
    int32_t code = ACL_SUCCESS;
    pthread_mutex_lock(&standin_lock);
    while (stream->finished < until && code == ACL_SUCCESS) {
        int64_t now = standin_now();
        if (now >= end) {
            code = standin_error(ACL_ERROR_RT_STREAM_SYNC_TIMEOUT, "the stream has not come to its end within %lld ms.",
                                 (long long)milliseconds);
            break;
        }
        struct timespec next = at(now + look < end ? now + look : end);
        pthread_cond_timedwait(&stream->done, &standin_lock, &next);
        code = standin_lost(stream->context->device);
    }
    if (code == ACL_SUCCESS) {
        code = failed(stream);
    }
    pthread_mutex_unlock(&standin_lock);
    return code;
}

bool standin_range_meets(const struct standin_task *task, const void *address, size_t bytes) {
    for (int i = 0; i < task->ranges; i++) {
        const char *begin = task->range[i].address;
        if (begin < (const char *)address + bytes && (const char *)address < begin + task->range[i].bytes) {
            return true;
        }
    }
    return false;
}

const char *standin_in_use(const void *address, size_t bytes) {
    for (struct standin_stream *stream = standin_streams; stream != NULL; stream = stream->next) {
        for (struct standin_node *node = stream->first; node != NULL; node = node->next) {
            const char *function = node->task->run == standin_replay ? standin_model_uses(node->task->closure, address, bytes)
                                   : standin_range_meets(node->task, address, bytes) ? node->task->function
                                                                                      : NULL;
            if (function != NULL) {
                return function;
            }
        }
    }
    return NULL;
}
