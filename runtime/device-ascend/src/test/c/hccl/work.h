/* Exchanges as work on a stream. */
#ifndef HEARTH_STANDIN_HCCL_WORK_H
#define HEARTH_STANDIN_HCCL_WORK_H

#include "call.h"

struct standin_exchange {
    struct standin_group *group;
    const char *function;
    int32_t (*run)(const struct standin_exchange *);
    char *out, *in;
    uint64_t count; /* elements; of which rank's share is said at each call */
    HcclDataType type;
    HcclReduceOp op;
    uint32_t root;  /* or the other rank */
    /* Of HcclAlltoAllV: counts and displacements in elements, [size] each. */
    uint64_t *out_counts, *out_places, *in_counts, *in_places;
    /* Of HcclBatchSendRecv. */
    HcclSendRecvItem *items;
    uint32_t item_count;
};

/* Memory that an exchange uses. */
struct standin_part {
    const void *address;
    size_t bytes;
};

/* Whether it is memory of a card, aligned to its elements; the function's name is for the text. */
HcclResult standin_hccl_memory(const char *function, const char *name, const void *address, uint64_t bytes, HcclDataType type);

/* Checks the stream and puts a copy of the exchange on it; takes the arrays that the exchange owns. */
HcclResult standin_hccl_queue(const struct standin_exchange *exchange, aclrtStream stream, int parts, const struct standin_part *part);

#endif
