/* What the entries of HCCL have in common. */
#ifndef HEARTH_STANDIN_HCCL_CALL_H
#define HEARTH_STANDIN_HCCL_CALL_H

#include "group.h"

/* A code of the runtime becomes "call runtime api fail"; one that a fault was told to give stays as it is. */
static inline HcclResult standin_hccl_result(int32_t code) { return code > 2000 ? HCCL_E_RUNTIME : code; }

#define STANDIN_HCCL_ENTER(function)                                \
    do {                                                            \
        const int32_t entered_ = standin_enter(function);           \
        if (entered_ != 0) {                                        \
            return standin_hccl_result(entered_);                   \
        }                                                           \
    } while (0)

#define STANDIN_HCCL_CHECK(condition, code, ...)  \
    do {                                          \
        if (!(condition)) {                       \
            standin_error((code), __VA_ARGS__);   \
            return (code);                        \
        }                                         \
    } while (0)

#define STANDIN_HCCL_GROUP(group, comm, function)                                      \
    STANDIN_HCCL_CHECK(comm, HCCL_E_PTR, "%s: comm is NULL", function);                \
    struct standin_group *group = standin_group_of(comm);                              \
    STANDIN_HCCL_CHECK(group, HCCL_E_PARA, "%s: this is no communicator, or it was destroyed", function)

int standin_face(void);

#endif
