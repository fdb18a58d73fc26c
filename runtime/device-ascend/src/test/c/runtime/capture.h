/* Recorded work and events as the exported functions see them. */
#ifndef STANDIN_CAPTURE_H
#define STANDIN_CAPTURE_H

#include "core.h"

struct standin_model {
    int32_t mode;
    pthread_t owner;
    bool recording, invalid;
    struct standin_task **tasks;
    int count, room;
    int group_begin; /* -1: no group is open */
};

/* Tasks begin to end of a model, which may be replaced by others. */
struct standin_group {
    struct standin_model *model;
    int begin, end, next;
};

struct standin_event {
    uint32_t flags;
    uint64_t recorded, completed; /* how often */
    int64_t time;                 /* of the last completed record */
    struct standin_model *model;  /* the last record was captured */
    struct standin_stream *stream;
    int pending;
    bool dead;
};

int32_t standin_capture_begin(struct standin_stream *stream, int32_t mode);
int32_t standin_capture_end(struct standin_stream *stream, aclmdlRI *model);
int32_t standin_capture_info(struct standin_stream *stream, int32_t *status, aclmdlRI *model);
int32_t standin_capture_exchange(int32_t *mode);
int32_t standin_model_run(aclmdlRI model, struct standin_stream *stream);
int32_t standin_model_destroy(aclmdlRI model);
int32_t standin_group_begin(struct standin_stream *stream);
int32_t standin_group_end(struct standin_stream *stream, aclrtTaskGrp *group);
int32_t standin_update_begin(struct standin_stream *stream, aclrtTaskGrp group);
int32_t standin_update_end(struct standin_stream *stream);

int32_t standin_event_create(aclrtEvent *event, uint32_t flags);
int32_t standin_event_destroy(aclrtEvent event);
int32_t standin_event_record(aclrtEvent event, struct standin_stream *stream);
int32_t standin_event_wait(aclrtEvent event, struct standin_stream *stream);
int32_t standin_event_reset(aclrtEvent event);
int32_t standin_event_synchronise(aclrtEvent event);
int32_t standin_event_status(aclrtEvent event, int32_t *status);
int32_t standin_event_elapsed(float *ms, aclrtEvent from, aclrtEvent to);

#endif
