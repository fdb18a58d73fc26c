#include "group.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PAUSE_MILLISECONDS = 5, SECOND = 1000000000, GOODBYE = 0xffffffff };

/* Before the bytes of each transfer. */
struct header {
    uint32_t what, rank;
    uint64_t number, bytes;
};

/* One direction of a connection: first the header, then the bytes. */
struct progress {
    struct header header;
    char *data;
    size_t done, total;
};

static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static struct standin_group *all;

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t) t.tv_sec * SECOND + t.tv_nsec;
}

double standin_group_seconds(const char *variable, double otherwise) {
    const char *text = getenv(variable);
    char *end;
    const double value = text ? strtod(text, &end) : 0;
    return value > 0 ? value : otherwise;
}

struct standin_group *standin_group_new(uint32_t size, uint32_t rank, int32_t device, const char *name) {
    struct standin_group *g = standin_memory(sizeof *g);
    const char *silent = getenv("HEARTH_STANDIN_HCCL_SILENT");
    g->size = size;
    g->rank = rank;
    g->device = device;
    g->sockets = standin_memory(size * sizeof *g->sockets);
    g->sent = standin_memory(size * sizeof *g->sent);
    g->got = standin_memory(size * sizeof *g->got);
    g->patience = (int64_t) (standin_group_seconds("HCCL_EXEC_TIMEOUT", 1836) * SECOND);
    g->silent = silent && *silent == '1';
    snprintf(g->name, sizeof g->name, "%s", name);
    for (uint32_t i = 0; i < size; i++) {
        g->sockets[i] = -1;
    }
    pthread_mutex_init(&g->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&g->freed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_lock(&all_lock);
    g->next = all;
    all = g;
    pthread_mutex_unlock(&all_lock);
    return g;
}

/* Groups are never freed: work that is queued may come after their end. */
struct standin_group *standin_group_of(HcclComm comm) {
    pthread_mutex_lock(&all_lock);
    struct standin_group *g = all;
    while (g && g != comm) {
        g = g->next;
    }
    pthread_mutex_unlock(&all_lock);
    if (!g) {
        return NULL;
    }
    pthread_mutex_lock(&g->lock);
    const bool closed = g->closed;
    pthread_mutex_unlock(&g->lock);
    return closed ? NULL : g;
}

/* ---- one exchange ------------------------------------------------------------------------------------------------------------ */

static struct timespec soon(void) {
    const int64_t at = now() + (int64_t) PAUSE_MILLISECONDS * 1000000;
    return (struct timespec) {at / SECOND, at % SECOND};
}

/* Waits for its turn; false if the group cannot exchange any more. */
static bool begin(struct standin_group *g) {
    pthread_mutex_lock(&g->lock);
    while (g->busy && !g->closed && g->error == HCCL_SUCCESS) {
        const struct timespec at = soon();
        pthread_cond_timedwait(&g->freed, &g->lock, &at);
        pthread_mutex_unlock(&g->lock);
        const bool cancelled = standin_cancelled();
        pthread_mutex_lock(&g->lock);
        if (cancelled) {
            break;
        }
    }
    const bool begins = !g->busy && !g->closed && g->error == HCCL_SUCCESS;
    g->busy = g->busy || begins;
    pthread_mutex_unlock(&g->lock);
    return begins;
}

static void end(struct standin_group *g) {
    pthread_mutex_lock(&g->lock);
    g->busy = false;
    pthread_cond_broadcast(&g->freed);
    pthread_mutex_unlock(&g->lock);
}

static bool is_closed(struct standin_group *g) {
    pthread_mutex_lock(&g->lock);
    const bool closed = g->closed;
    pthread_mutex_unlock(&g->lock);
    return closed;
}

static void fail(struct standin_group *g, HcclResult error) {
    pthread_mutex_lock(&g->lock);
    if (g->error == HCCL_SUCCESS) {
        g->error = error;
    }
    pthread_mutex_unlock(&g->lock);
}

static bool complete(const struct progress *p) { return p->done == p->total; }

static void *place(struct progress *p) {
    return p->done < sizeof p->header ? (char *) &p->header + p->done : p->data + (p->done - sizeof p->header);
}

static size_t left(const struct progress *p) { return p->done < sizeof p->header ? sizeof p->header - p->done : p->total - p->done; }

static bool would_block(void) { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

enum outcome { MOVED, STUCK, BROKEN, ANOTHER_CALL };

static enum outcome send_some(struct standin_group *g, uint32_t to, struct progress *p) {
    const ssize_t n = send(g->sockets[to], place(p), left(p), MSG_NOSIGNAL);
    p->done += n > 0 ? (size_t) n : 0;
    return n > 0 ? MOVED : would_block() ? STUCK : BROKEN;
}

static enum outcome receive_some(struct standin_group *g, uint32_t from, struct progress *p, const struct header *wanted) {
    const bool in_header = p->done < sizeof p->header;
    const ssize_t n = recv(g->sockets[from], place(p), left(p), 0);
    if (n <= 0) {
        return n < 0 && would_block() ? STUCK : BROKEN;
    }
    p->done += (size_t) n;
    if (in_header && p->done >= sizeof p->header) {
        if (p->header.what == GOODBYE) {
            return BROKEN;
        }
        if (p->header.what != wanted->what || p->header.number != wanted->number || p->header.bytes != wanted->bytes) {
            return ANOTHER_CALL;
        }
    }
    return MOVED;
}

/* Moves what can be moved with the others, for at most a pause. */
static enum outcome move(struct standin_group *g, struct progress *out, struct progress *in, const struct header *wanted, uint32_t *with) {
    struct pollfd polled[g->size];
    uint32_t ranks[g->size], n = 0;
    for (uint32_t i = 0; i < g->size; i++) {
        const short events = (short) ((complete(&out[i]) ? 0 : POLLOUT) | (complete(&in[i]) ? 0 : POLLIN));
        if (events) {
            polled[n] = (struct pollfd) {g->sockets[i], events, 0};
            ranks[n++] = i;
        }
    }
    enum outcome whole = STUCK;
    if (poll(polled, n, PAUSE_MILLISECONDS) < 0 && !would_block()) {
        return BROKEN;
    }
    for (uint32_t i = 0; i < n; i++) {
        const bool trouble = polled[i].revents & (POLLERR | POLLHUP | POLLNVAL);
        enum outcome one = STUCK;
        *with = ranks[i];
        if (!complete(&in[ranks[i]]) && (trouble || polled[i].revents & POLLIN)) {
            one = receive_some(g, ranks[i], &in[ranks[i]], &wanted[ranks[i]]);
            whole = one == MOVED ? MOVED : whole;
        }
        if (one != BROKEN && one != ANOTHER_CALL && !complete(&out[ranks[i]]) && (trouble || polled[i].revents & POLLOUT)) {
            one = send_some(g, ranks[i], &out[ranks[i]]);
            whole = one == MOVED ? MOVED : whole;
        }
        if (one == BROKEN || one == ANOTHER_CALL) {
            return one;
        }
    }
    return whole;
}

static bool all_complete(const struct standin_group *g, const struct progress *out, const struct progress *in) {
    for (uint32_t i = 0; i < g->size; i++) {
        if (!complete(&out[i]) || !complete(&in[i])) {
            return false;
        }
    }
    return true;
}

/* Until all is there, or nobody moves for the group's patience. With `silent` a broken connection is only one that does not move. */
static int32_t until_complete(struct standin_group *g, struct progress *out, struct progress *in, const struct header *wanted,
                              const char *function) {
    int64_t moved = now();
    while (!all_complete(g, out, in)) {
        uint32_t with = 0;
        const enum outcome outcome = move(g, out, in, wanted, &with);
        moved = outcome == MOVED ? now() : moved;
        if (outcome == ANOTHER_CALL) {
            fail(g, HCCL_E_INTERNAL);
            return standin_error(STANDIN_TASK_TIMEOUT, "%s: rank %u makes another call, or the same one of another size", function, with);
        }
        if (outcome == BROKEN && !g->silent) {
            fail(g, HCCL_E_REMOTE);
            return standin_error(STANDIN_TASK_TIMEOUT, "%s: the connection with rank %u is broken", function, with);
        }
        if (is_closed(g) || standin_cancelled()) {
            fail(g, HCCL_E_UNAVAIL);
            return standin_error(STANDIN_TASK_TIMEOUT, "%s: the communicator was destroyed before the exchange was done", function);
        }
        if (now() - moved > g->patience) {
            fail(g, HCCL_E_TIMEOUT);
            return standin_error(STANDIN_TASK_TIMEOUT, "EI0002: %s waited for other ranks for longer than HCCL_EXEC_TIMEOUT", function);
        }
        if (outcome == BROKEN) {
            usleep(PAUSE_MILLISECONDS * 1000);
        }
    }
    return 0;
}

int32_t standin_group_exchange(struct standin_group *g, struct standin_transfer *transfers, uint32_t what, const char *function) {
    if (!begin(g)) {
        return standin_error(STANDIN_TASK_TIMEOUT, "%s: the communicator failed before or was destroyed", function);
    }
    struct progress out[g->size], in[g->size];
    struct header wanted[g->size];
    memset(out, 0, sizeof out);
    memset(in, 0, sizeof in);
    memset(wanted, 0, sizeof wanted);
    for (uint32_t i = 0; i < g->size; i++) {
        const struct standin_transfer *t = &transfers[i];
        if (i == g->rank) {
            continue;
        }
        if (t->sends) {
            out[i] = (struct progress) {{what, g->rank, g->sent[i]++, t->out_bytes}, (char *) t->out, 0, sizeof(struct header) + t->out_bytes};
        }
        if (t->receives) {
            wanted[i] = (struct header) {what, i, g->got[i]++, t->in_bytes};
            in[i].data = t->in;
            in[i].total = sizeof(struct header) + t->in_bytes;
        }
    }
    const int32_t code = until_complete(g, out, in, wanted, function);
    end(g);
    return code;
}

/* ---- end and status ------------------------------------------------------------------------------------------------------------- */

void standin_group_close(struct standin_group *g) {
    pthread_mutex_lock(&g->lock);
    g->closed = true;
    while (g->busy) {
        pthread_cond_wait(&g->freed, &g->lock);
    }
    for (uint32_t i = 0; i < g->size; i++) {
        const struct header goodbye = {GOODBYE, g->rank, 0, 0};
        if (g->sockets[i] >= 0 && g->error == HCCL_SUCCESS) {
            (void) !send(g->sockets[i], &goodbye, sizeof goodbye, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
        if (g->sockets[i] >= 0) {
            close(g->sockets[i]);
            g->sockets[i] = -1;
        }
    }
    pthread_mutex_unlock(&g->lock);
}

/* A rank that went without a goodbye is noticed although nothing is exchanged, as by HCCL's heartbeat. */
HcclResult standin_group_status(struct standin_group *g) {
    pthread_mutex_lock(&g->lock);
    for (uint32_t i = 0; i < g->size && !g->busy && !g->silent && g->error == HCCL_SUCCESS; i++) {
        char byte;
        if (g->sockets[i] >= 0) {
            const ssize_t n = recv(g->sockets[i], &byte, 1, MSG_PEEK | MSG_DONTWAIT);
            g->error = n == 0 || (n < 0 && !would_block()) ? HCCL_E_REMOTE : HCCL_SUCCESS;
        }
    }
    const HcclResult error = g->error;
    pthread_mutex_unlock(&g->lock);
    return error;
}
