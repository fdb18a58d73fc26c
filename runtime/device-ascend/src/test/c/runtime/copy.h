/* Copies and fills, at once and queued. */
#ifndef STANDIN_COPY_H
#define STANDIN_COPY_H

#include "core.h"

int32_t standin_copy_now(const char *function, void *to, size_t most, const void *from, size_t bytes, int32_t kind);
int32_t standin_copy_queued(struct standin_stream *stream, const char *function, void *to, size_t most, const void *from,
                            size_t bytes, int32_t kind);
int32_t standin_set_now(void *to, size_t most, int32_t value, size_t bytes);
int32_t standin_set_queued(struct standin_stream *stream, void *to, size_t most, int32_t value, size_t bytes);

#endif
