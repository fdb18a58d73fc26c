/*
 * The ranks of a communicator: processes (or threads) of one machine, each connected with every other one by TCP on localhost.
 *     HCCL_CONNECT_TIMEOUT   seconds until all ranks must be there, 120 unless set
 *     HCCL_EXEC_TIMEOUT      seconds without progress after which an exchange fails, 1836 unless set
 *     HEARTH_STANDIN_HCCL_SILENT=1   a lost rank is not noticed, as between cards that reach into each other's memory: only the
 *                            time limit ends the exchange
 */
#ifndef HEARTH_STANDIN_HCCL_GROUP_H
#define HEARTH_STANDIN_HCCL_GROUP_H

#include <pthread.h>

#include "hccl.h"

/* What work on a stream fails with when an exchange does: a task's time limit. */
enum { STANDIN_TASK_TIMEOUT = 107020 };

struct standin_group {
    uint32_t size, rank;
    int32_t device;
    char name[HCCL_NAME_BYTES];
    int *sockets;      /* [size], -1 at the own place */
    uint64_t *sent;    /* messages to each rank, which number them */
    uint64_t *got;
    int64_t patience;  /* nanoseconds without progress */
    bool silent;

    pthread_mutex_t lock;
    pthread_cond_t freed;
    bool busy;         /* one exchange at a time, in the order of the streams */
    bool closed;       /* destroyed: exchanges end, nothing begins */
    HcclResult error;  /* HcclGetCommAsyncError */
    struct standin_group *next;
};

/* ---- meeting (meet.c) -------------------------------------------------------------------------------------------------------- */

/* Opens a port at which the ranks of one communicator find each other, and fills the bytes that they need for it. */
HcclResult standin_meet_open(HcclRootInfo *info);

/* Finds all other ranks: makes the group's connections. */
HcclResult standin_meet(const HcclRootInfo *info, uint32_t size, uint32_t rank, int32_t device, struct standin_group **group);

/* ---- groups (group.c) -------------------------------------------------------------------------------------------------------- */

struct standin_group *standin_group_new(uint32_t size, uint32_t rank, int32_t device, const char *name);
/* The group of a handle, or NULL if it is none or was destroyed. */
struct standin_group *standin_group_of(HcclComm comm);
/* Ends its exchanges, which fail, and its connections. */
void standin_group_close(struct standin_group *group);
HcclResult standin_group_status(struct standin_group *group);
double standin_group_seconds(const char *variable, double otherwise);

/* What a rank sends to another one and wants from it, at the same time. */
struct standin_transfer {
    bool sends, receives;
    const void *out;
    void *in;
    size_t out_bytes, in_bytes;
};

/* Makes the transfers with all ranks, [size]; `what` is the same number on all that make the same call. 0, or 107020. */
int32_t standin_group_exchange(struct standin_group *group, struct standin_transfer *transfers, uint32_t what, const char *function);

/* ---- numbers (reduce.c) ------------------------------------------------------------------------------------------------------ */

size_t standin_hccl_size(HcclDataType type);
/* Whether this card reduces such elements with this operation. */
bool standin_hccl_reduces(HcclDataType type, HcclReduceOp op);
bool standin_hccl_carries(HcclDataType type);
/* to = to op from, elementwise; 16-bit floats are rounded after each operation, as the DMA that adds into memory does. */
void standin_hccl_reduce(void *to, const void *from, uint64_t n, HcclDataType type, HcclReduceOp op);

#endif
