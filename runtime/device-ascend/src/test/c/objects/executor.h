/* Arguments and executors. */
#ifndef STANDIN_EXECUTOR_H
#define STANDIN_EXECUTOR_H

#include "core.h"

/* One tensor among the arguments; NULL ones and elements of lists count. */
struct standin_slot {
    aclTensor *copy;
    aclTensor *original; /* of the caller, in packs that were made of the caller's arguments */
    uint64_t serial;
    int role;
    const char *name;
    int parameter, relative; /* which of the parameters that are tensors or lists, and which element */
};

/* An object of the caller that must outlive the second phase. */
struct standin_origin {
    const void *object;
    enum standin_kind kind;
    uint64_t serial;
    const char *name;
};

struct standin_chunk {
    struct standin_chunk *next;
    char bytes[];
};

struct standin_pack {
    void *arguments;
    bool fresh; /* made of the caller's arguments */
    int32_t failure;
    struct standin_chunk *chunks;
    struct standin_slot *slots;
    int slot_count, slot_room;
    struct standin_origin *origins;
    int origin_count, origin_room;
    int parameters;
};

struct aclOpExecutor {
    const struct standin_operator *operator;
    struct standin_pack *pack;
    struct standin_call call;
    bool repeatable;
};

struct standin_pack *standin_pack_new(const struct standin_operator *operator, const void *arguments, bool fresh);
void standin_pack_drop(void *pack);
/* Bytes of the storage of a tensor. */
size_t standin_storage_bytes(const aclTensor *t);
/* 0, or 161002 with a text: strides, offset and address of a tensor by themselves. */
int32_t standin_check_tensor(const aclTensor *t, const char *name);
/* 0, or a code: the address of a tensor against what is allocated. */
int32_t standin_check_memory(const aclTensor *t, const char *name);

int32_t standin_executor_repeat(aclOpExecutor *executor);
int32_t standin_executor_destroy(aclOpExecutor *executor);
int32_t standin_executor_address(aclOpExecutor *executor, int role, size_t index, aclTensor *tensor, void *address);
int32_t standin_executor_list_address(aclOpExecutor *executor, int role, size_t parameter, size_t relative, aclTensorList *list,
                                      void *address);

void standin_error_prefix(const char *operator);

#endif
