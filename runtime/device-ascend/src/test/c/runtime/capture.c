/* Recorded work: tasks in the order in which they were issued, over all streams of a recording. */
#include "capture.h"

enum { GLOBAL, THREAD_LOCAL, RELAXED };

static struct standin_model *recordings[64];
static _Thread_local int32_t thread_mode = GLOBAL;

int32_t standin_forbidden_by_capture(const char *function) {
    int32_t code = ACL_SUCCESS;
    pthread_mutex_lock(&standin_lock);
    for (size_t i = 0; i < sizeof recordings / sizeof recordings[0]; i++) {
        struct standin_model *model = recordings[i];
        if (model == NULL || model->mode == RELAXED || thread_mode == RELAXED) {
            continue;
        }
        bool own = pthread_equal(model->owner, pthread_self());
        if (own || (model->mode == GLOBAL && thread_mode == GLOBAL)) {
            model->invalid = true;
            code = standin_error(ACL_ERROR_RT_CAPTURE_MODE_NOT_SUPPORT, "%s is not allowed while a stream is captured.", function);
        }
    }
    pthread_mutex_unlock(&standin_lock);
    return code;
}

int32_t standin_captured(struct standin_stream *stream, const char *function) {
    pthread_mutex_lock(&standin_lock);
    int32_t code = ACL_SUCCESS;
    if (stream->capturing != NULL) {
        stream->capturing->invalid = true;
        code = standin_error(ACL_ERROR_RT_STREAM_CAPTURED, "%s: the stream is being captured.", function);
    }
    pthread_mutex_unlock(&standin_lock);
    return code;
}

void standin_model_append(struct standin_model *model, struct standin_task *task) {
    if (model->count == model->room) {
        model->room = model->room == 0 ? 64 : model->room * 2;
        struct standin_task **more = realloc(model->tasks, (size_t)model->room * sizeof *more);
        if (more == NULL) {
            abort();
        }
        model->tasks = more;
    }
    model->tasks[model->count++] = task;
}

const char *standin_model_uses(const struct standin_model *model, const void *address, size_t bytes) {
    for (int i = 0; i < model->count; i++) {
        if (standin_range_meets(model->tasks[i], address, bytes)) {
            return model->tasks[i]->function;
        }
    }
    return NULL;
}

int32_t standin_capture_begin(struct standin_stream *stream, int32_t mode) {
    if (standin_family() == STANDIN_310P) {
        return standin_error(ACL_ERROR_FEATURE_UNSUPPORTED, "aclmdlRICaptureBegin is not supported on %s.",
                             standin_setting("HEARTH_STANDIN_SOC", ""));
    }
    if (mode < GLOBAL || mode > RELAXED) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "there is no capture mode %d.", mode);
    }
    int32_t code = ACL_SUCCESS;
    pthread_mutex_lock(&standin_lock);
    size_t place = 0;
    while (place < 63 && recordings[place] != NULL) {
        place++;
    }
    if (stream->capturing != NULL || stream == stream->context->stream || recordings[place] != NULL) {
        code = standin_error(ACL_ERROR_RT_STREAM_CAPTURED, stream->capturing != NULL ? "the stream is being captured already."
                                                                                    : "the default stream cannot be captured.");
    } else {
        struct standin_model *model = standin_new(STANDIN_MODEL, sizeof *model);
        model->mode = mode;
        model->owner = pthread_self();
        model->recording = true;
        model->group_begin = -1;
        stream->capturing = model;
        recordings[place] = model;
    }
    pthread_mutex_unlock(&standin_lock);
    return code;
}

static void drop_model(struct standin_model *model) {
    for (int i = 0; i < model->count; i++) {
        standin_task_release(model->tasks[i]);
    }
    free(model->tasks);
    model->tasks = NULL;
    model->count = 0;
    standin_forget(model);
}

int32_t standin_capture_end(struct standin_stream *stream, aclmdlRI *out) {
    int32_t code = ACL_SUCCESS;
    pthread_mutex_lock(&standin_lock);
    struct standin_model *model = stream->capturing;
    if (out == NULL || model == NULL) {
        code = standin_error(ACL_ERROR_RT_PARAM_INVALID, out == NULL ? "modelRI is NULL." : "the stream is not being captured.");
    } else if (model->mode != RELAXED && !pthread_equal(model->owner, pthread_self())) {
        code = standin_error(ACL_ERROR_RT_PARAM_INVALID, "capture must end on the thread on which it began.");
    } else {
        for (struct standin_stream *other = standin_streams; other != NULL; other = other->next) {
            if (other->capturing == model) {
                other->capturing = NULL;
            }
        }
        for (size_t i = 0; i < sizeof recordings / sizeof recordings[0]; i++) {
            recordings[i] = recordings[i] == model ? NULL : recordings[i];
        }
        model->recording = false;
        if (model->invalid || model->group_begin >= 0) {
            drop_model(model);
            code = standin_error(ACL_ERROR_RT_CAPTURE_INVALIDATED, "something that must not be captured was called in between.");
        } else {
            *out = model;
        }
    }
    pthread_mutex_unlock(&standin_lock);
    return code;
}

int32_t standin_capture_info(struct standin_stream *stream, int32_t *status, aclmdlRI *model) {
    pthread_mutex_lock(&standin_lock);
    struct standin_model *now = stream->capturing;
    *status = now == NULL ? 0 : now->invalid ? 2 : 1;
    if (model != NULL) {
        *model = now;
    }
    pthread_mutex_unlock(&standin_lock);
    return ACL_SUCCESS;
}

int32_t standin_capture_exchange(int32_t *mode) {
    if (mode == NULL || *mode < GLOBAL || *mode > RELAXED) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "there is no such capture mode.");
    }
    int32_t before = thread_mode;
    thread_mode = *mode;
    *mode = before;
    return ACL_SUCCESS;
}

int32_t standin_replay(void *closure) {
    struct standin_model *model = closure;
    for (int i = 0;; i++) {
        pthread_mutex_lock(&standin_lock);
        struct standin_task *task = i < model->count ? model->tasks[i] : NULL;
        if (task != NULL) {
            task->references++;
        }
        pthread_mutex_unlock(&standin_lock);
        if (task == NULL) {
            return ACL_SUCCESS;
        }
        int32_t code = standin_perform(standin_own_stream(), task);
        pthread_mutex_lock(&standin_lock);
        standin_task_release(task);
        pthread_mutex_unlock(&standin_lock);
        if (code != ACL_SUCCESS) {
            return code;
        }
    }
}

int32_t standin_model_run(aclmdlRI handle, struct standin_stream *stream) {
    if (standin_alive(handle, STANDIN_MODEL) == 0 || ((struct standin_model *)handle)->recording) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "this model does not exist, or is still being captured.");
    }
    int32_t code = standin_captured(stream, "aclmdlRIExecuteAsync");
    if (code != ACL_SUCCESS) {
        return code;
    }
    return standin_enqueue(stream, standin_task("aclmdlRIExecuteAsync", standin_replay, NULL, handle, 0));
}

int32_t standin_model_destroy(aclmdlRI handle) {
    if (standin_alive(handle, STANDIN_MODEL) == 0) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "this model does not exist (any more).");
    }
    struct standin_model *model = handle;
    int32_t code = ACL_SUCCESS;
    pthread_mutex_lock(&standin_lock);
    for (struct standin_stream *stream = standin_streams; stream != NULL; stream = stream->next) {
        for (struct standin_node *node = stream->first; node != NULL; node = node->next) {
            if (node->task->closure == model) {
                code = standin_error(ACL_ERROR_RT_PARAM_INVALID, "the model is destroyed while it is queued.");
            }
        }
    }
    if (code == ACL_SUCCESS) {
        drop_model(model);
    }
    pthread_mutex_unlock(&standin_lock);
    return code;
}

int32_t standin_group_begin(struct standin_stream *stream) {
    int32_t code = ACL_SUCCESS;
    pthread_mutex_lock(&standin_lock);
    struct standin_model *model = stream->capturing;
    if (model == NULL || model->group_begin >= 0) {
        code = standin_error(ACL_ERROR_RT_PARAM_INVALID, model == NULL ? "the stream is not being captured." : "a group is open.");
    } else {
        model->group_begin = model->count;
    }
    pthread_mutex_unlock(&standin_lock);
    return code;
}

int32_t standin_group_end(struct standin_stream *stream, aclrtTaskGrp *out) {
    int32_t code = ACL_SUCCESS;
    pthread_mutex_lock(&standin_lock);
    struct standin_model *model = stream->capturing;
    if (out == NULL || model == NULL || model->group_begin < 0) {
        code = standin_error(ACL_ERROR_RT_PARAM_INVALID, "no group of tasks is open on this stream.");
    } else {
        struct standin_group *group = standin_new(STANDIN_GROUP, sizeof *group);
        group->model = model;
        group->begin = model->group_begin;
        group->end = model->count;
        model->group_begin = -1;
        *out = group;
    }
    pthread_mutex_unlock(&standin_lock);
    return code;
}

int32_t standin_update_begin(struct standin_stream *stream, aclrtTaskGrp handle) {
    struct standin_group *group = handle;
    if (standin_alive(group, STANDIN_GROUP) == 0 || standin_alive(group->model, STANDIN_MODEL) == 0 || group->model->recording) {
        return standin_error(ACL_ERROR_RT_PARAM_INVALID, "this group of tasks, or its model, does not exist (any more).");
    }
    pthread_mutex_lock(&standin_lock);
    group->next = group->begin;
    stream->updating = group;
    pthread_mutex_unlock(&standin_lock);
    return ACL_SUCCESS;
}

int32_t standin_update(struct standin_stream *stream, struct standin_task *task) {
    struct standin_group *group = stream->updating;
    if (group->next == group->end || strcmp(group->model->tasks[group->next]->function, task->function) != 0) {
        int32_t code = standin_error(ACL_ERROR_RT_PARAM_INVALID, "%s was not captured at this place of the group.", task->function);
        standin_task_release(task);
        return code;
    }
    standin_task_release(group->model->tasks[group->next]);
    group->model->tasks[group->next++] = task;
    return ACL_SUCCESS;
}

int32_t standin_update_end(struct standin_stream *stream) {
    pthread_mutex_lock(&standin_lock);
    struct standin_group *group = stream->updating;
    stream->updating = NULL;
    int32_t code = group == NULL || group->next != group->end
                       ? standin_error(ACL_ERROR_RT_PARAM_INVALID, "not all tasks of the group were updated, or no update was begun.")
                       : ACL_SUCCESS;
    pthread_mutex_unlock(&standin_lock);
    return code;
}
