/* What the parts of the core share. One lock guards all state: the stand-in is to be right, not quick to be called. */
#ifndef STANDIN_CORE_H
#define STANDIN_CORE_H

#include "standin.h"

#include <pthread.h>
#include <time.h>

/* ---- faults told by the environment (faults.c) -------------------------------------------------------------------------------- */

/* The code with which this call must fail now, or 0; counts the call. Never returns if it is told to hang and wait is set. */
int32_t standin_fault(const char *function, bool wait);
/* standin_enter for a function that queues nothing: a call that is told to hang does so here. */
int32_t standin_enter_now(const char *function);
/* How often a function was called in this process. */
int64_t standin_calls(const char *function);
/* For work that is queued: what the last standin_fault of this thread left for later. */
struct standin_later {
    int32_t code;
    bool hang;
};
struct standin_later standin_take_later(void);
/* The code of a lost device, if it is lost by now, else 0. */
int32_t standin_lost(int32_t device);
void standin_lost_begins(void);
const char *standin_setting(const char *name, const char *otherwise);
long standin_setting_number(const char *name, long otherwise);

/* standin_error for what callers do not look at the code of, and CANN would corrupt its memory by: also goes to stderr. */
int32_t standin_misuse(int32_t code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- handles (handles.c) ------------------------------------------------------------------------------------------------------ */

enum standin_kind {
    STANDIN_CONTEXT = 1,
    STANDIN_STREAM,
    STANDIN_EVENT,
    STANDIN_MODEL,
    STANDIN_GROUP,
    STANDIN_TENSOR,
    STANDIN_SCALAR_OBJECT,
    STANDIN_INT_ARRAY,
    STANDIN_FLOAT_ARRAY,
    STANDIN_BOOL_ARRAY,
    STANDIN_TENSOR_LIST,
    STANDIN_SCALAR_LIST,
    STANDIN_EXECUTOR
};

/* Zeroed memory that is known as a live object of its kind. */
void *standin_new(enum standin_kind kind, size_t bytes);
/* The number that distinguishes this object from all that were at its address before; 0 if there is none of this kind. */
uint64_t standin_alive(const void *object, enum standin_kind kind);
/* Forgets the object; its memory is kept for a while, so that its address does not come back at once. */
void standin_forget(void *object);
/* Objects of a kind that are alive. */
int64_t standin_live(enum standin_kind kind);

/* ---- devices and threads (devices.c) ---------------------------------------------------------------------------------------- */

struct standin_stream;

struct standin_context {
    int32_t device;
    bool primary;
    int64_t parameters[4]; /* aclrtCtxSetSysParamOpt; -1 is unset */
    struct standin_stream *stream; /* the default one */
};

extern pthread_mutex_t standin_lock;
int32_t standin_devices(void);
uint64_t standin_device_memory(void);
/* The context of this thread, or NULL; the caller holds no lock. */
struct standin_context *standin_context(void);
bool standin_deterministic(void);
int standin_face(void); /* 8 or 9 (face.c) */

/* ---- memory (memory.c) ---------------------------------------------------------------------------------------------------------- */

enum standin_place { STANDIN_PAGEABLE, STANDIN_PINNED, STANDIN_CARD, STANDIN_NOWHERE };
/* Where a range lies; NOWHERE for addresses of a card that are not within one live allocation. */
enum standin_place standin_place(const void *address, size_t bytes);
/* Frees all memory of a device that was reset. */
void standin_memory_reset(int32_t device);

/* ---- streams (stream.c) --------------------------------------------------------------------------------------------------------- */

struct standin_range {
    const void *address;
    size_t bytes;
};

/* A piece of work. Tasks are shared between a queue and the models that recorded them. */
struct standin_task {
    int references;
    const char *function;
    int32_t (*run)(void *);
    void (*drop)(void *);
    void *closure;
    struct standin_later later;
    bool light; /* is done even on a stream that has failed: events */
    int ranges;
    struct standin_range range[];
};

struct standin_node {
    struct standin_node *next;
    struct standin_task *task;
};

struct standin_model;
struct standin_group;

struct standin_stream {
    struct standin_context *context;
    pthread_t worker;
    pthread_cond_t work;
    pthread_cond_t done;
    struct standin_node *first, *last;
    uint64_t issued, finished;
    bool stopping, cancelled;
    int32_t failure;
    char text[512];
    struct standin_model *capturing; /* the model that records this stream */
    struct standin_group *updating;  /* further work replaces the tasks of this group */
    struct standin_stream *next;     /* all streams */
};

extern struct standin_stream *standin_streams;
struct standin_task *standin_task(const char *function, int32_t (*run)(void *), void (*drop)(void *), void *closure, int ranges);
void standin_task_release(struct standin_task *task); /* lock held, if it was ever queued */
/* The stream of a handle (NULL is the default one), if this thread may use it; else NULL with the code. No lock held. */
struct standin_stream *standin_stream(aclrtStream handle, int32_t *code);
/* Puts the task on the stream, or into the model that records it; takes the reference. */
int32_t standin_enqueue(struct standin_stream *stream, struct standin_task *task);
/* Waits until the stream has come this far; milliseconds < 0 is for ever. */
int32_t standin_wait(struct standin_stream *stream, uint64_t until, int64_t milliseconds);
/* The number of the last piece of work that was put on the stream. */
uint64_t standin_issued(struct standin_stream *stream);
struct standin_stream *standin_stream_new(struct standin_context *context); /* lock held */
void standin_stream_delete(struct standin_stream *stream);
/* What of queued or running work uses any byte of the range (lock held), or NULL. */
const char *standin_in_use(const void *address, size_t bytes);
/* Does what the task is for; on the worker of the stream, without the lock. */
int32_t standin_perform(struct standin_stream *stream, struct standin_task *task);
/* The stream whose worker is the calling thread, or NULL. */
struct standin_stream *standin_own_stream(void);
bool standin_range_meets(const struct standin_task *task, const void *address, size_t bytes);

/* ---- recording (capture.c) ---------------------------------------------------------------------------------------------------- */

/* 0, or the code with which a call that capture forbids must fail (which also makes the recording void). No lock held. */
int32_t standin_forbidden_by_capture(const char *function);
/* The recording is void from here on; gives 107027 with a text. No lock held. */
int32_t standin_captured(struct standin_stream *stream, const char *function);
void standin_model_append(struct standin_model *model, struct standin_task *task); /* lock held */
/* Whether a model's tasks use any byte of the range (lock held). */
const char *standin_model_uses(const struct standin_model *model, const void *address, size_t bytes);
/* Lets the task take the place of the next one of the group that is being updated (lock held). */
int32_t standin_update(struct standin_stream *stream, struct standin_task *task);
int32_t standin_replay(void *model);

int64_t standin_now(void); /* nanoseconds */

#endif
