/* The collectives: they check, and queue an exchange on the stream. */
#include "runs.h"

#define ENTER(name)                             \
    static const char function[] = name;        \
    STANDIN_HCCL_ENTER(function);               \
    STANDIN_HCCL_GROUP(group, comm, function)

#define MEMORY(address, bytes, type)                                                                                 \
    do {                                                                                                             \
        const HcclResult memory_ = standin_hccl_memory(function, #address, address, (uint64_t) (bytes), type);       \
        if (memory_ != HCCL_SUCCESS) {                                                                               \
            return memory_;                                                                                          \
        }                                                                                                            \
    } while (0)

#define CARRIES(type) STANDIN_HCCL_CHECK(standin_hccl_carries(type), HCCL_E_NOT_SUPPORT, "%s: this card does not send data type %d", function, type)
#define REDUCES(type, op)                                                                                             \
    STANDIN_HCCL_CHECK(op >= HCCL_SUM && op <= HCCL_MIN, HCCL_E_PARA, "%s: operation %d is not known", function, op); \
    STANDIN_HCCL_CHECK(standin_hccl_reduces(type, op), HCCL_E_NOT_SUPPORT, "%s: this card does not reduce data type %d with operation %d", \
                       function, type, op)
#define RANK(rank) STANDIN_HCCL_CHECK(rank < group->size, HCCL_E_PARA, "%s: there is no rank %u of %u", function, rank, group->size)
#define NOT_310P \
    STANDIN_HCCL_CHECK(standin_family() != STANDIN_310P, HCCL_E_NOT_SUPPORT, "%s: this card does not have it", function)
#define NOTHING_IF(condition)    \
    do {                         \
        if (condition) {         \
            return HCCL_SUCCESS; \
        }                        \
    } while (0)

STANDIN_EXPORT HcclResult HcclAllReduce(void *sendBuf, void *recvBuf, uint64_t count, HcclDataType dataType, HcclReduceOp op, HcclComm comm,
                                        aclrtStream stream);
STANDIN_EXPORT HcclResult HcclAllGather(void *sendBuf, void *recvBuf, uint64_t sendCount, HcclDataType dataType, HcclComm comm, aclrtStream stream);
STANDIN_EXPORT HcclResult HcclReduceScatter(void *sendBuf, void *recvBuf, uint64_t recvCount, HcclDataType dataType, HcclReduceOp op,
                                            HcclComm comm, aclrtStream stream);
STANDIN_EXPORT HcclResult HcclBroadcast(void *buf, uint64_t count, HcclDataType dataType, uint32_t root, HcclComm comm, aclrtStream stream);
STANDIN_EXPORT HcclResult HcclReduce(void *sendBuf, void *recvBuf, uint64_t count, HcclDataType dataType, HcclReduceOp op, uint32_t root,
                                     HcclComm comm, aclrtStream stream);
STANDIN_EXPORT HcclResult HcclScatter(void *sendBuf, void *recvBuf, uint64_t recvCount, HcclDataType dataType, uint32_t root, HcclComm comm,
                                      aclrtStream stream);
STANDIN_EXPORT HcclResult HcclSend(void *sendBuf, uint64_t count, HcclDataType dataType, uint32_t destRank, HcclComm comm, aclrtStream stream);
STANDIN_EXPORT HcclResult HcclRecv(void *recvBuf, uint64_t count, HcclDataType dataType, uint32_t srcRank, HcclComm comm, aclrtStream stream);
STANDIN_EXPORT HcclResult HcclAlltoAll(const void *sendBuf, uint64_t sendCount, HcclDataType sendType, const void *recvBuf, uint64_t recvCount,
                                       HcclDataType recvType, HcclComm comm, aclrtStream stream);
STANDIN_EXPORT HcclResult HcclAlltoAllV(const void *sendBuf, const void *sendCounts, const void *sdispls, HcclDataType sendType,
                                        const void *recvBuf, const void *recvCounts, const void *rdispls, HcclDataType recvType, HcclComm comm,
                                        aclrtStream stream);
STANDIN_EXPORT HcclResult HcclBatchSendRecv(HcclSendRecvItem *sendRecvInfo, uint32_t itemNum, HcclComm comm, aclrtStream stream);

static HcclResult queue(const struct standin_exchange *e, aclrtStream stream, uint64_t out_bytes, uint64_t in_bytes) {
    struct standin_part parts[2];
    int n = 0;
    if (e->out && out_bytes > 0) {
        parts[n++] = (struct standin_part) {e->out, out_bytes};
    }
    if (e->in && in_bytes > 0) {
        parts[n++] = (struct standin_part) {e->in, in_bytes};
    }
    return standin_hccl_queue(e, stream, n, parts);
}

HcclResult HcclAllReduce(void *sendBuf, void *recvBuf, uint64_t count, HcclDataType dataType, HcclReduceOp op, HcclComm comm, aclrtStream stream) {
    ENTER("HcclAllReduce");
    REDUCES(dataType, op);
    NOTHING_IF(count == 0);
    const uint64_t bytes = count * standin_hccl_size(dataType);
    MEMORY(sendBuf, bytes, dataType);
    MEMORY(recvBuf, bytes, dataType);
    return queue(&(struct standin_exchange) {.group = group, .function = function, .run = standin_run_all_reduce, .out = sendBuf, .in = recvBuf,
                                             .count = count, .type = dataType, .op = op}, stream, bytes, bytes);
}

HcclResult HcclReduceScatter(void *sendBuf, void *recvBuf, uint64_t recvCount, HcclDataType dataType, HcclReduceOp op, HcclComm comm,
                             aclrtStream stream) {
    ENTER("HcclReduceScatter");
    REDUCES(dataType, op);
    NOTHING_IF(recvCount == 0);
    const uint64_t bytes = recvCount * standin_hccl_size(dataType);
    MEMORY(sendBuf, bytes * group->size, dataType);
    MEMORY(recvBuf, bytes, dataType);
    return queue(&(struct standin_exchange) {.group = group, .function = function, .run = standin_run_reduce_scatter, .out = sendBuf,
                                             .in = recvBuf, .count = recvCount, .type = dataType, .op = op}, stream, bytes * group->size, bytes);
}

HcclResult HcclReduce(void *sendBuf, void *recvBuf, uint64_t count, HcclDataType dataType, HcclReduceOp op, uint32_t root, HcclComm comm,
                      aclrtStream stream) {
    ENTER("HcclReduce");
    NOT_310P;
    REDUCES(dataType, op);
    RANK(root);
    NOTHING_IF(count == 0);
    const uint64_t bytes = count * standin_hccl_size(dataType), received = group->rank == root ? bytes : 0;
    MEMORY(sendBuf, bytes, dataType);
    if (received > 0) {
        MEMORY(recvBuf, bytes, dataType);
    }
    return queue(&(struct standin_exchange) {.group = group, .function = function, .run = standin_run_reduce, .out = sendBuf, .in = recvBuf,
                                             .count = count, .type = dataType, .op = op, .root = root}, stream, bytes, received);
}

HcclResult HcclAllGather(void *sendBuf, void *recvBuf, uint64_t sendCount, HcclDataType dataType, HcclComm comm, aclrtStream stream) {
    ENTER("HcclAllGather");
    CARRIES(dataType);
    NOTHING_IF(sendCount == 0);
    const uint64_t bytes = sendCount * standin_hccl_size(dataType);
    MEMORY(sendBuf, bytes, dataType);
    MEMORY(recvBuf, bytes * group->size, dataType);
    return queue(&(struct standin_exchange) {.group = group, .function = function, .run = standin_run_all_gather, .out = sendBuf, .in = recvBuf,
                                             .count = sendCount, .type = dataType}, stream, bytes, bytes * group->size);
}

HcclResult HcclBroadcast(void *buf, uint64_t count, HcclDataType dataType, uint32_t root, HcclComm comm, aclrtStream stream) {
    ENTER("HcclBroadcast");
    NOT_310P;
    CARRIES(dataType);
    RANK(root);
    NOTHING_IF(count == 0);
    const uint64_t bytes = count * standin_hccl_size(dataType);
    MEMORY(buf, bytes, dataType);
    return queue(&(struct standin_exchange) {.group = group, .function = function, .run = standin_run_broadcast, .out = buf, .count = count,
                                             .type = dataType, .root = root}, stream, bytes, 0);
}

HcclResult HcclScatter(void *sendBuf, void *recvBuf, uint64_t recvCount, HcclDataType dataType, uint32_t root, HcclComm comm, aclrtStream stream) {
    ENTER("HcclScatter");
    NOT_310P;
    CARRIES(dataType);
    RANK(root);
    NOTHING_IF(recvCount == 0);
    const uint64_t bytes = recvCount * standin_hccl_size(dataType), sent = group->rank == root ? bytes * group->size : 0;
    MEMORY(recvBuf, bytes, dataType);
    if (sent > 0) {
        MEMORY(sendBuf, sent, dataType);
    }
    return queue(&(struct standin_exchange) {.group = group, .function = function, .run = standin_run_scatter, .out = sendBuf, .in = recvBuf,
                                             .count = recvCount, .type = dataType, .root = root}, stream, sent, bytes);
}

HcclResult HcclSend(void *sendBuf, uint64_t count, HcclDataType dataType, uint32_t destRank, HcclComm comm, aclrtStream stream) {
    ENTER("HcclSend");
    NOT_310P;
    CARRIES(dataType);
    RANK(destRank);
    STANDIN_HCCL_CHECK(destRank != group->rank, HCCL_E_PARA, "%s: a rank cannot send to itself", function);
    NOTHING_IF(count == 0);
    const uint64_t bytes = count * standin_hccl_size(dataType);
    MEMORY(sendBuf, bytes, dataType);
    return queue(&(struct standin_exchange) {.group = group, .function = function, .run = standin_run_pair, .out = sendBuf, .count = count,
                                             .type = dataType, .root = destRank}, stream, bytes, 0);
}

HcclResult HcclRecv(void *recvBuf, uint64_t count, HcclDataType dataType, uint32_t srcRank, HcclComm comm, aclrtStream stream) {
    ENTER("HcclRecv");
    NOT_310P;
    CARRIES(dataType);
    RANK(srcRank);
    STANDIN_HCCL_CHECK(srcRank != group->rank, HCCL_E_PARA, "%s: a rank cannot receive from itself", function);
    NOTHING_IF(count == 0);
    const uint64_t bytes = count * standin_hccl_size(dataType);
    MEMORY(recvBuf, bytes, dataType);
    return queue(&(struct standin_exchange) {.group = group, .function = function, .run = standin_run_pair, .in = recvBuf, .count = count,
                                             .type = dataType, .root = srcRank}, stream, 0, bytes);
}

/* ---- everyone to everyone ------------------------------------------------------------------------------------------------------ */

static uint64_t *copied(const uint64_t *from, uint32_t n) {
    uint64_t *to = standin_memory(n * sizeof *to);
    memcpy(to, from, n * sizeof *to);
    return to;
}

/* The elements up to which a buffer is used. */
static uint64_t extent(const uint64_t *counts, const uint64_t *places, uint32_t n) {
    uint64_t most = 0;
    for (uint32_t i = 0; i < n; i++) {
        most = counts[i] > 0 && places[i] + counts[i] > most ? places[i] + counts[i] : most;
    }
    return most;
}

static HcclResult all_to_all(const char *function, struct standin_group *group, const void *sendBuf, const uint64_t *out_counts,
                             const uint64_t *out_places, const void *recvBuf, const uint64_t *in_counts, const uint64_t *in_places,
                             HcclDataType type, aclrtStream stream) {
    const uint32_t n = group->size;
    const uint64_t unit = standin_hccl_size(type), sent = extent(out_counts, out_places, n) * unit, received = extent(in_counts, in_places, n) * unit;
    STANDIN_HCCL_CHECK(out_counts[group->rank] == in_counts[group->rank], HCCL_E_PARA, "%s: a rank's share for itself has two sizes", function);
    if (sent > 0) {
        MEMORY(sendBuf, sent, type);
    }
    if (received > 0) {
        MEMORY(recvBuf, received, type);
    }
    return queue(&(struct standin_exchange) {.group = group, .function = function, .run = standin_run_all_to_all, .out = (char *) sendBuf,
                                             .in = (char *) recvBuf, .type = type, .out_counts = copied(out_counts, n),
                                             .out_places = copied(out_places, n), .in_counts = copied(in_counts, n),
                                             .in_places = copied(in_places, n)}, stream, sent, received);
}

HcclResult HcclAlltoAll(const void *sendBuf, uint64_t sendCount, HcclDataType sendType, const void *recvBuf, uint64_t recvCount,
                        HcclDataType recvType, HcclComm comm, aclrtStream stream) {
    ENTER("HcclAlltoAll");
    CARRIES(sendType);
    STANDIN_HCCL_CHECK(sendType == recvType && sendCount == recvCount, HCCL_E_PARA, "%s: what is sent and received differs in type or count", function);
    NOTHING_IF(sendCount == 0);
    uint64_t counts[group->size], places[group->size];
    for (uint32_t i = 0; i < group->size; i++) {
        counts[i] = sendCount;
        places[i] = i * sendCount;
    }
    return all_to_all(function, group, sendBuf, counts, places, recvBuf, counts, places, sendType, stream);
}

HcclResult HcclAlltoAllV(const void *sendBuf, const void *sendCounts, const void *sdispls, HcclDataType sendType, const void *recvBuf,
                         const void *recvCounts, const void *rdispls, HcclDataType recvType, HcclComm comm, aclrtStream stream) {
    ENTER("HcclAlltoAllV");
    CARRIES(sendType);
    STANDIN_HCCL_CHECK(sendCounts && sdispls && recvCounts && rdispls, HCCL_E_PTR, "%s: counts or displacements are NULL", function);
    STANDIN_HCCL_CHECK(sendType == recvType, HCCL_E_PARA, "%s: what is sent and received differs in type", function);
    return all_to_all(function, group, sendBuf, sendCounts, sdispls, recvBuf, recvCounts, rdispls, sendType, stream);
}

HcclResult HcclBatchSendRecv(HcclSendRecvItem *sendRecvInfo, uint32_t itemNum, HcclComm comm, aclrtStream stream) {
    ENTER("HcclBatchSendRecv");
    NOT_310P;
    STANDIN_HCCL_CHECK(sendRecvInfo, HCCL_E_PTR, "%s: sendRecvInfo is NULL", function);
    STANDIN_HCCL_CHECK(itemNum > 0, HCCL_E_PARA, "%s: no items", function);
    struct standin_part parts[itemNum];
    bool ways[2][group->size];
    memset(ways, 0, sizeof ways);
    for (uint32_t i = 0; i < itemNum; i++) {
        const HcclSendRecvItem *item = &sendRecvInfo[i];
        CARRIES(item->dataType);
        RANK(item->remoteRank);
        STANDIN_HCCL_CHECK(item->sendRecvType == 0 || item->sendRecvType == 1, HCCL_E_PARA, "%s: item %u neither sends nor receives", function, i);
        STANDIN_HCCL_CHECK(!ways[item->sendRecvType][item->remoteRank], HCCL_E_PARA, "%s: two items of one way with rank %u", function, item->remoteRank);
        ways[item->sendRecvType][item->remoteRank] = true;
        parts[i] = (struct standin_part) {item->buf, item->count * standin_hccl_size(item->dataType)};
        MEMORY(item->buf, parts[i].bytes, item->dataType);
    }
    HcclSendRecvItem *items = standin_memory(itemNum * sizeof *items);
    memcpy(items, sendRecvInfo, itemNum * sizeof *items);
    return standin_hccl_queue(&(struct standin_exchange) {.group = group, .function = function, .run = standin_run_batch, .items = items,
                                                          .item_count = itemNum}, stream, (int) itemNum, parts);
}
