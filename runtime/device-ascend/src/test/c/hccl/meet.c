/*
 * How ranks find each other: the process that made the root information waits at a port for all of them, and tells each one the
 * ports of all. Then the higher of two ranks connects to the lower one.
 */
#include "group.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SECRET = 16, MAGIC = 8, SECOND = 1000000000, PAUSE_MICROSECONDS = 5000, GREETING_SECONDS = 5, MOST_RANKS = 1024 };

static const char magic[MAGIC + 1] = "HEARTHCL";

/* All bytes of the root information count: what was cut off or changed on its way is noticed. */
struct root {
    char magic[MAGIC];
    uint64_t sum;
    char host[64];
    uint16_t port;
    uint8_t secret[SECRET];
};

struct greeting {
    char magic[MAGIC];
    uint8_t secret[SECRET];
    uint32_t size, rank;
    int32_t device;
    uint16_t port;
};

/* Between two ranks. */
struct introduction {
    uint8_t secret[SECRET];
    uint32_t rank;
};

struct answer {
    HcclResult result;
    uint16_t ports[MOST_RANKS];
};

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t) t.tv_sec * SECOND + t.tv_nsec;
}

static int64_t connect_time(void) { return (int64_t) (standin_group_seconds("HCCL_CONNECT_TIMEOUT", 120) * SECOND); }

static uint64_t sum_of(const HcclRootInfo *info) {
    uint64_t sum = 14695981039346656037u;
    for (size_t i = 0; i < sizeof *info; i++) {
        const bool own = i >= offsetof(struct root, sum) && i < offsetof(struct root, sum) + sizeof(uint64_t);
        sum = (sum ^ (uint8_t) (own ? 0 : info->internal[i])) * 1099511628211u;
    }
    return sum;
}

/* ---- sockets ---------------------------------------------------------------------------------------------------------------- */

static struct sockaddr_in localhost(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int listen_anywhere(uint16_t *port) {
    const int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = localhost(0);
    socklen_t length = sizeof address;
    if (s < 0 || bind(s, (struct sockaddr *) &address, length) != 0 || listen(s, MOST_RANKS) != 0 ||
        getsockname(s, (struct sockaddr *) &address, &length) != 0) {
        if (s >= 0) {
            close(s);
        }
        return -1;
    }
    *port = ntohs(address.sin_port);
    return s;
}

/* Tries until the deadline; -1 then. */
static int connect_to(uint16_t port, int64_t deadline) {
    const struct sockaddr_in address = localhost(port);
    for (;;) {
        const int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (s < 0 || connect(s, (const struct sockaddr *) &address, sizeof address) == 0) {
            return s;
        }
        close(s);
        if (now() > deadline) {
            return -1;
        }
        usleep(PAUSE_MICROSECONDS);
    }
}

static int accept_until(int listening, int64_t deadline) {
    for (;;) {
        struct pollfd p = {listening, POLLIN, 0};
        poll(&p, 1, 20);
        const int s = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
        if (s >= 0 || now() > deadline) {
            return s;
        }
    }
}

/* False if it did not all come by the deadline, or the other side closed. */
static bool receive_all(int s, void *to, size_t bytes, int64_t deadline) {
    for (size_t done = 0; done < bytes;) {
        struct pollfd p = {s, POLLIN, 0};
        if (now() > deadline) {
            return false;
        }
        if (poll(&p, 1, 20) <= 0) {
            continue;
        }
        const ssize_t n = recv(s, (char *) to + done, bytes - done, 0);
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
            return false;
        }
        done += n > 0 ? (size_t) n : 0;
    }
    return true;
}

static bool send_all(int s, const void *from, size_t bytes) { return send(s, from, bytes, MSG_NOSIGNAL) == (ssize_t) bytes; }

/* ---- the port where ranks meet ------------------------------------------------------------------------------------------------ */

struct meeting {
    int listening;
    struct root root;
};

static HcclResult admit(const struct greeting *g, const struct greeting *first, const int *present, const int32_t *devices) {
    if (g->size != first->size || g->rank >= g->size || g->size > MOST_RANKS || present[g->rank] >= 0) {
        return HCCL_E_PARA;
    }
    for (uint32_t i = 0; i < g->size; i++) {
        if (present[i] >= 0 && devices[i] == g->device) {
            return HCCL_E_PARA; /* two ranks on one card */
        }
    }
    return HCCL_SUCCESS;
}

static void *serve(void *argument) {
    struct meeting *m = argument;
    int present[MOST_RANKS];
    int32_t devices[MOST_RANKS];
    struct answer answer = {0};
    struct greeting first = {0};
    uint32_t here = 0;
    int64_t deadline = INT64_MAX;
    memset(present, -1, sizeof present);
    while (answer.result == HCCL_SUCCESS && (here == 0 || here < first.size)) {
        const int s = accept_until(m->listening, deadline);
        struct greeting g;
        if (s < 0) {
            answer.result = HCCL_E_TIMEOUT;
            break;
        }
        if (!receive_all(s, &g, sizeof g, now() + (int64_t) GREETING_SECONDS * SECOND) || memcmp(g.magic, magic, MAGIC) != 0 ||
            memcmp(g.secret, m->root.secret, SECRET) != 0) {
            close(s);
            continue;
        }
        if (here == 0) {
            first = g;
            deadline = now() + connect_time();
        }
        answer.result = admit(&g, &first, present, devices);
        if (answer.result != HCCL_SUCCESS) {
            (void) !send_all(s, &answer, sizeof answer);
            close(s);
            break;
        }
        present[g.rank] = s;
        devices[g.rank] = g.device;
        answer.ports[g.rank] = g.port;
        here++;
    }
    for (uint32_t i = 0; i < MOST_RANKS; i++) {
        if (present[i] >= 0) {
            (void) !send_all(present[i], &answer, sizeof answer);
            close(present[i]);
        }
    }
    close(m->listening);
    free(m);
    return NULL;
}

HcclResult standin_meet_open(HcclRootInfo *info) {
    struct meeting *m = standin_memory(sizeof *m);
    m->listening = listen_anywhere(&m->root.port);
    pthread_t thread;
    if (m->listening < 0 || getrandom(info, sizeof *info, 0) != sizeof *info || getrandom(m->root.secret, SECRET, 0) != SECRET) {
        free(m);
        return HCCL_E_SYSCALL;
    }
    memcpy(m->root.magic, magic, MAGIC);
    snprintf(m->root.host, sizeof m->root.host, "127.0.0.1");
    memcpy(info, &m->root, sizeof m->root);
    m->root.sum = sum_of(info);
    memcpy(info, &m->root, sizeof m->root);
    if (pthread_create(&thread, NULL, serve, m) != 0) {
        close(m->listening);
        free(m);
        return HCCL_E_SYSCALL;
    }
    pthread_detach(thread);
    return HCCL_SUCCESS;
}

/* ---- one rank ------------------------------------------------------------------------------------------------------------------ */

static HcclResult ask(const struct root *root, const struct greeting *greeting, int64_t deadline, struct answer *answer) {
    const int s = connect_to(root->port, deadline);
    if (s < 0) {
        return HCCL_E_TIMEOUT;
    }
    const bool answered = send_all(s, greeting, sizeof *greeting) && receive_all(s, answer, sizeof *answer, deadline);
    close(s);
    return answered ? answer->result : now() > deadline ? HCCL_E_TIMEOUT : HCCL_E_TCP_TRANSFER;
}

static HcclResult connect_lower(struct standin_group *g, const struct root *root, const struct answer *answer, int64_t deadline) {
    struct introduction me = {{0}, g->rank};
    memcpy(me.secret, root->secret, SECRET);
    for (uint32_t i = 0; i < g->rank; i++) {
        g->sockets[i] = connect_to(answer->ports[i], deadline);
        if (g->sockets[i] < 0) {
            return HCCL_E_TIMEOUT;
        }
        if (!send_all(g->sockets[i], &me, sizeof me)) {
            return HCCL_E_TCP_CONNECT;
        }
    }
    return HCCL_SUCCESS;
}

static HcclResult accept_higher(struct standin_group *g, const struct root *root, int listening, int64_t deadline) {
    for (uint32_t missing = g->size - 1 - g->rank; missing > 0;) {
        const int s = accept_until(listening, deadline);
        struct introduction other;
        if (s < 0) {
            return HCCL_E_TIMEOUT;
        }
        if (!receive_all(s, &other, sizeof other, now() + (int64_t) GREETING_SECONDS * SECOND) ||
            memcmp(other.secret, root->secret, SECRET) != 0 || other.rank <= g->rank || other.rank >= g->size || g->sockets[other.rank] >= 0) {
            close(s);
            continue;
        }
        g->sockets[other.rank] = s;
        missing--;
    }
    return HCCL_SUCCESS;
}

HcclResult standin_meet(const HcclRootInfo *info, uint32_t size, uint32_t rank, int32_t device, struct standin_group **group) {
    struct root root;
    memcpy(&root, info, sizeof root);
    if (memcmp(root.magic, magic, MAGIC) != 0 || root.sum != sum_of(info)) {
        standin_error(HCCL_E_PARA, "the root information is not what HcclGetRootInfo gave: all %d bytes must reach every rank", HCCL_ROOT_INFO_BYTES);
        return HCCL_E_PARA;
    }
    const int64_t deadline = now() + connect_time();
    struct greeting greeting = {.size = size, .rank = rank, .device = device};
    struct answer answer = {0};
    const int listening = listen_anywhere(&greeting.port);
    if (listening < 0) {
        return HCCL_E_SYSCALL;
    }
    memcpy(greeting.magic, magic, MAGIC);
    memcpy(greeting.secret, root.secret, SECRET);
    HcclResult result = ask(&root, &greeting, deadline, &answer);
    char name[HCCL_NAME_BYTES];
    snprintf(name, sizeof name, "127.0.0.1%%lo_%u_0_%02x%02x%02x%02x", root.port, root.secret[0], root.secret[1], root.secret[2], root.secret[3]);
    struct standin_group *g = result == HCCL_SUCCESS ? standin_group_new(size, rank, device, name) : NULL;
    if (g) {
        result = connect_lower(g, &root, &answer, deadline);
        result = result == HCCL_SUCCESS ? accept_higher(g, &root, listening, deadline) : result;
        for (uint32_t i = 0; i < size; i++) {
            const int on = 1;
            if (g->sockets[i] >= 0) {
                setsockopt(g->sockets[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                fcntl(g->sockets[i], F_SETFL, O_NONBLOCK);
            }
        }
    }
    close(listening);
    if (result != HCCL_SUCCESS) {
        if (g) {
            standin_group_close(g);
        }
        standin_error(result, result == HCCL_E_PARA ? "rank %u of %u on card %d does not go with the others: ranks and cards must differ, and all name one size"
                                                    : "rank %u of %u on card %d did not find the others in HCCL_CONNECT_TIMEOUT",
                      rank, size, device);
        return result;
    }
    *group = g;
    return HCCL_SUCCESS;
}
