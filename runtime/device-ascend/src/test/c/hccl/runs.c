#include "runs.h"

/* The kinds of messages; a reduction to all has two. */
enum { ADD = 1, SHARE, TO_ROOT, GATHER, FROM_ROOT, SPREAD, PAIR, ALL_TO_ALL, MEET };

static uint32_t what(int kind, const struct standin_exchange *e) {
    return (uint32_t) kind | (uint32_t) e->type << 8 | (uint32_t) e->op << 14 | (kind == PAIR ? 0 : e->root) << 16;
}

static int32_t exchange(const struct standin_exchange *e, int kind, struct standin_transfer *transfers) {
    const int32_t code = standin_group_exchange(e->group, transfers, what(kind, e), e->function);
    free(transfers);
    return code;
}

static struct standin_transfer *transfers_of(const struct standin_exchange *e) {
    return standin_memory(e->group->size * sizeof(struct standin_transfer));
}

static void send_to(struct standin_transfer *t, const char *out, uint64_t bytes) {
    t->sends = true;
    t->out = out;
    t->out_bytes = bytes;
}

static void receive_from(struct standin_transfer *t, char *in, uint64_t bytes) {
    t->receives = true;
    t->in = in;
    t->in_bytes = bytes;
}

/* Adds up the parts of all ranks in the order of the ranks; the own one is `own`, the others are in `parts`. */
static void add_up(const struct standin_exchange *e, char *to, const char *own, const char *parts, uint64_t n) {
    const size_t bytes = n * standin_hccl_size(e->type);
    char *sum = standin_memory(bytes + 1);
    for (uint32_t i = 0; i < e->group->size; i++) {
        const char *part = i == e->group->rank ? own : parts + i * bytes;
        if (i == 0) {
            memcpy(sum, part, bytes);
        } else {
            standin_hccl_reduce(sum, part, n, e->type, e->op);
        }
    }
    memcpy(to, sum, bytes);
    free(sum);
}

/* Every rank adds up one stretch of the elements and gives the sums to all. */
int32_t standin_run_all_reduce(const struct standin_exchange *e) {
    const uint32_t size = e->group->size, rank = e->group->rank;
    const size_t unit = standin_hccl_size(e->type);
    const uint64_t from = e->count * rank / size, own = e->count * (rank + 1) / size - from;
    char *parts = standin_memory(own * unit * size + 1);
    struct standin_transfer *t = transfers_of(e);
    for (uint32_t i = 0; i < size; i++) {
        const uint64_t first = e->count * i / size, n = e->count * (i + 1) / size - first;
        send_to(&t[i], e->out + first * unit, n * unit);
        receive_from(&t[i], parts + i * own * unit, own * unit);
    }
    int32_t code = exchange(e, ADD, t);
    if (code == 0) {
        char *sums = standin_memory(own * unit + 1);
        add_up(e, sums, e->out + from * unit, parts, own);
        memcpy(e->in + from * unit, sums, own * unit);
        t = transfers_of(e);
        for (uint32_t i = 0; i < size; i++) {
            const uint64_t first = e->count * i / size, n = e->count * (i + 1) / size - first;
            send_to(&t[i], sums, own * unit);
            receive_from(&t[i], e->in + first * unit, n * unit);
        }
        code = exchange(e, SHARE, t);
        free(sums);
    }
    free(parts);
    return code;
}

int32_t standin_run_reduce_scatter(const struct standin_exchange *e) {
    const uint64_t bytes = e->count * standin_hccl_size(e->type);
    char *parts = standin_memory(bytes * e->group->size + 1);
    struct standin_transfer *t = transfers_of(e);
    for (uint32_t i = 0; i < e->group->size; i++) {
        send_to(&t[i], e->out + i * bytes, bytes);
        receive_from(&t[i], parts + i * bytes, bytes);
    }
    const int32_t code = exchange(e, ADD, t);
    if (code == 0) {
        add_up(e, e->in, e->out + e->group->rank * bytes, parts, e->count);
    }
    free(parts);
    return code;
}

int32_t standin_run_reduce(const struct standin_exchange *e) {
    const uint64_t bytes = e->count * standin_hccl_size(e->type);
    const bool root = e->group->rank == e->root;
    char *parts = standin_memory(root ? bytes * e->group->size + 1 : 1);
    struct standin_transfer *t = transfers_of(e);
    for (uint32_t i = 0; i < e->group->size && root; i++) {
        receive_from(&t[i], parts + i * bytes, bytes);
    }
    if (!root) {
        send_to(&t[e->root], e->out, bytes);
    }
    const int32_t code = exchange(e, TO_ROOT, t);
    if (code == 0 && root) {
        add_up(e, e->in, e->out, parts, e->count);
    }
    free(parts);
    return code;
}

int32_t standin_run_all_gather(const struct standin_exchange *e) {
    const uint64_t bytes = e->count * standin_hccl_size(e->type);
    struct standin_transfer *t = transfers_of(e);
    memmove(e->in + e->group->rank * bytes, e->out, bytes);
    for (uint32_t i = 0; i < e->group->size; i++) {
        send_to(&t[i], e->in + e->group->rank * bytes, bytes);
        receive_from(&t[i], e->in + i * bytes, bytes);
    }
    return exchange(e, GATHER, t);
}

int32_t standin_run_broadcast(const struct standin_exchange *e) {
    const uint64_t bytes = e->count * standin_hccl_size(e->type);
    struct standin_transfer *t = transfers_of(e);
    for (uint32_t i = 0; i < e->group->size; i++) {
        if (e->group->rank == e->root) {
            send_to(&t[i], e->out, bytes);
        } else if (i == e->root) {
            receive_from(&t[i], e->out, bytes);
        }
    }
    return exchange(e, FROM_ROOT, t);
}

int32_t standin_run_scatter(const struct standin_exchange *e) {
    const uint64_t bytes = e->count * standin_hccl_size(e->type);
    struct standin_transfer *t = transfers_of(e);
    for (uint32_t i = 0; i < e->group->size; i++) {
        if (e->group->rank == e->root) {
            send_to(&t[i], e->out + i * bytes, bytes);
        } else if (i == e->root) {
            receive_from(&t[i], e->in, bytes);
        }
    }
    const int32_t code = exchange(e, SPREAD, t);
    if (e->group->rank == e->root) {
        memmove(e->in, e->out + e->root * bytes, bytes);
    }
    return code;
}

int32_t standin_run_pair(const struct standin_exchange *e) {
    const uint64_t bytes = e->count * standin_hccl_size(e->type);
    struct standin_transfer *t = transfers_of(e);
    if (e->out) {
        send_to(&t[e->root], e->out, bytes);
    } else {
        receive_from(&t[e->root], e->in, bytes);
    }
    return exchange(e, PAIR, t);
}

int32_t standin_run_all_to_all(const struct standin_exchange *e) {
    const uint64_t unit = standin_hccl_size(e->type);
    const uint32_t rank = e->group->rank;
    struct standin_transfer *t = transfers_of(e);
    for (uint32_t i = 0; i < e->group->size; i++) {
        send_to(&t[i], e->out + e->out_places[i] * unit, e->out_counts[i] * unit);
        receive_from(&t[i], e->in + e->in_places[i] * unit, e->in_counts[i] * unit);
    }
    memmove(t[rank].in, t[rank].out, t[rank].in_bytes);
    return exchange(e, ALL_TO_ALL, t);
}

/* At most one message each way with each rank; what goes to oneself is a copy. */
int32_t standin_run_batch(const struct standin_exchange *e) {
    struct standin_transfer *t = transfers_of(e);
    for (uint32_t i = 0; i < e->item_count; i++) {
        const HcclSendRecvItem *item = &e->items[i];
        const uint64_t bytes = item->count * standin_hccl_size(item->dataType);
        if (item->sendRecvType == 0) {
            send_to(&t[item->remoteRank], item->buf, bytes);
        } else {
            receive_from(&t[item->remoteRank], item->buf, bytes);
        }
    }
    const struct standin_transfer *own = &t[e->group->rank];
    if (own->sends && own->receives) {
        memmove(own->in, own->out, own->in_bytes);
    }
    return exchange(e, PAIR, t);
}

int32_t standin_run_barrier(const struct standin_exchange *e) {
    struct standin_transfer *t = transfers_of(e);
    for (uint32_t i = 0; i < e->group->size; i++) {
        t[i].sends = t[i].receives = true;
    }
    return exchange(e, MEET, t);
}
