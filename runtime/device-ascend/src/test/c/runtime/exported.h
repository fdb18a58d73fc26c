/* For the files whose functions are exported. */
#ifndef STANDIN_EXPORTED_H
#define STANDIN_EXPORTED_H

#include "acl.h"
#include "capture.h"
#include "copy.h"
#include "devices.h"
#include "memory.h"

/* Returns from the function if its call is not to come further. */
#define ENTER(enter)                             \
    do {                                         \
        int32_t entered = enter;                 \
        if (entered != ACL_SUCCESS) {            \
            return entered;                      \
        }                                        \
    } while (0)

#define NOT_NULL(pointer)                                                                                 \
    do {                                                                                                  \
        if ((pointer) == NULL) {                                                                          \
            return standin_error(ACL_ERROR_RT_PARAM_INVALID, "%s: %s is NULL.", __func__, #pointer);      \
        }                                                                                                 \
    } while (0)

/* The stream of a handle; returns from the function if this thread may not use it. */
#define STREAM(variable, handle)                             \
    int32_t variable##_code = ACL_SUCCESS;                   \
    struct standin_stream *variable = standin_stream(handle, &variable##_code); \
    if (variable == NULL) {                                  \
        return variable##_code;                              \
    }

const char *standin_recent_text(void);

#endif
