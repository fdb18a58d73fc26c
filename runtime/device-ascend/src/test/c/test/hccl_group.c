/* Collectives between processes: what they compute, and what those see whose rank is gone, late, or makes another call. */
#include "core_test.h"

#include <signal.h>
#include <sys/mman.h>

typedef void *HcclComm;
typedef struct {
    char internal[4108];
} HcclRootInfo;
typedef struct {
    int sendRecvType;
    void *buf;
    uint64_t count;
    int dataType;
    uint32_t remoteRank;
} HcclSendRecvItem;

int HcclGetRootInfo(HcclRootInfo *);
int HcclCommInitRootInfo(uint32_t, const HcclRootInfo *, uint32_t, HcclComm *);
int HcclCommInitAll(uint32_t, int32_t *, HcclComm *);
int HcclCommDestroy(HcclComm);
int HcclGetRankSize(HcclComm, uint32_t *);
int HcclGetRankId(HcclComm, uint32_t *);
int HcclGetCommAsyncError(HcclComm, int *);
const char *HcclGetErrorString(int);
int HcclBarrier(HcclComm, aclrtStream);
int HcclAllReduce(void *, void *, uint64_t, int, int, HcclComm, aclrtStream);
int HcclAllGather(void *, void *, uint64_t, int, HcclComm, aclrtStream);
int HcclReduceScatter(void *, void *, uint64_t, int, int, HcclComm, aclrtStream);
int HcclBroadcast(void *, uint64_t, int, uint32_t, HcclComm, aclrtStream);
int HcclReduce(void *, void *, uint64_t, int, int, uint32_t, HcclComm, aclrtStream);
int HcclScatter(void *, void *, uint64_t, int, uint32_t, HcclComm, aclrtStream);
int HcclSend(void *, uint64_t, int, uint32_t, HcclComm, aclrtStream);
int HcclRecv(void *, uint64_t, int, uint32_t, HcclComm, aclrtStream);
int HcclAlltoAll(const void *, uint64_t, int, const void *, uint64_t, int, HcclComm, aclrtStream);
int HcclAlltoAllV(const void *, const void *, const void *, int, const void *, const void *, const void *, int, HcclComm, aclrtStream);
int HcclBatchSendRecv(HcclSendRecvItem *, uint32_t, HcclComm, aclrtStream);

enum { INT32 = 2, FP16 = 3, FP32 = 4, FP64 = 10, BFP16 = 11, SUM = 0, PROD = 1, MAX = 2, LIMIT = 20000 };

/* Between the processes of a test. */
struct shared {
    HcclRootInfo info;
    volatile int ready, gone;
};

static struct shared *shared;
static uint32_t size, rank;
static aclrtStream stream;
static HcclComm comm;

/* Runs `as` in n processes with a communicator, each on its own card; a rank that kills itself counts as well. */
static void in_processes(uint32_t n, void (*as)(void)) {
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (uint32_t i = 0; i < n; i++) {
        if (fork() == 0) {
            size = n;
            rank = i;
            OK(aclInit(NULL));
            OK(aclrtSetDevice((int32_t) i));
            OK(aclrtCreateStream(&stream));
            if (i == 0) {
                OK(HcclGetRootInfo(&shared->info));
                shared->ready = 1;
            }
            while (!shared->ready) {
                usleep(1000);
            }
            OK(HcclCommInitRootInfo(n, &shared->info, i, &comm));
            as();
            exit(wrong);
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        int status = 0;
        wait(&status);
        HOLDS((WIFEXITED(status) && WEXITSTATUS(status) == 0) || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
    }
}

static float *floats_of(int n, float (*value)(int)) {
    float *host = malloc((size_t) n * sizeof *host), *memory = device_memory((size_t) n * sizeof *host);
    for (int i = 0; i < n; i++) {
        host[i] = value(i);
    }
    OK(aclrtMemcpy(memory, (size_t) n * sizeof *host, host, (size_t) n * sizeof *host, ACL_MEMCPY_HOST_TO_DEVICE));
    free(host);
    return memory;
}

static float by_rank(int i) { return (float) (100 * rank + (uint32_t) i % 97); }

static float nothing(int i) { return (float) (i * 0 - 1); }

static void synchronized(void) { OK(aclrtSynchronizeStreamWithTimeout(stream, LIMIT)); }

static void compare(int line, const float *memory, int n, float (*wanted)(int)) {
    float *host = malloc((size_t) n * sizeof *host);
    OK(aclrtMemcpy(host, (size_t) n * sizeof *host, memory, (size_t) n * sizeof *host, ACL_MEMCPY_DEVICE_TO_HOST));
    for (int i = 0; i < n; i++) {
        if (host[i] != wanted(i)) {
            printf("line %d: rank %u has %g at %d, not %g\n", line, rank, (double) host[i], i, (double) wanted(i));
            wrong = 1;
            break;
        }
    }
    free(host);
}

#define COMPARE(memory, n, wanted) compare(__LINE__, memory, n, wanted)

/* ---- results ------------------------------------------------------------------------------------------------------------------ */

enum { N = 1001 };

static float total(int i) { return (float) (100 * (size * (size - 1) / 2) + size * ((uint32_t) i % 97)); }

static float share(int i) { return total((int) (rank * N) + i); }

static float gathered(int i) { return (float) (100 * (i / N) + i % N % 97); }

static float roots(int i) { return (float) (100 + i % 97); }

static float largest(int i) { return (float) (100 * (size - 1) + (uint32_t) i % 97); }

static float scattered(int i) { return (float) (100 + ((int) rank * N + i) % 97); }

static float of_neighbour(int i) { return (float) (100 * ((rank + size - 1) % size) + (uint32_t) i % 97); }

static float from_all(int i) { return (float) (100 * (i / N) + ((int) rank * N + i % N) % 97); }

static void collectives(void) {
    uint32_t is = 0;
    OK(HcclGetRankSize(comm, &is));
    HOLDS(is == size);
    OK(HcclGetRankId(comm, &is));
    HOLDS(is == rank);
    float *one = floats_of(N, by_rank), *to = floats_of(N, nothing), *many = floats_of(N * (int) size, by_rank), *all = floats_of(N * (int) size, nothing);
    OK(HcclAllReduce(one, to, N, FP32, SUM, comm, stream));
    synchronized();
    COMPARE(to, N, total);
    OK(HcclAllReduce(one, to, N, FP32, MAX, comm, stream));
    synchronized();
    COMPARE(to, N, largest);
    OK(HcclReduceScatter(many, to, N, FP32, SUM, comm, stream));
    synchronized();
    COMPARE(to, N, share);
    OK(HcclAllGather(one, all, N, FP32, comm, stream));
    synchronized();
    COMPARE(all, N * (int) size, gathered);
    OK(HcclAlltoAll(many, N, FP32, all, N, FP32, comm, stream));
    synchronized();
    COMPARE(all, N * (int) size, from_all);
    uint64_t counts[4], places[4];
    for (uint64_t i = 0; i < size; i++) {
        counts[i] = N;
        places[i] = i * N;
    }
    OK(HcclAlltoAllV(many, counts, places, FP32, all, counts, places, FP32, comm, stream));
    memset(counts, 0, sizeof counts); /* they were copied */
    synchronized();
    COMPARE(all, N * (int) size, from_all);
    if (size > 1) {
        HcclSendRecvItem items[] = {{0, one, N, FP32, (rank + 1) % size}, {1, to, N, FP32, (rank + size - 1) % size}};
        OK(HcclBatchSendRecv(items, 2, comm, stream));
        synchronized();
        COMPARE(to, N, of_neighbour);
        OK(HcclReduce(one, to, N, FP32, SUM, 1, comm, stream));
        synchronized();
        COMPARE(to, N, rank == 1 ? total : of_neighbour);
        OK(HcclScatter(rank == 1 ? many : NULL, to, N, FP32, 1, comm, stream));
        synchronized();
        COMPARE(to, N, scattered);
        OK(HcclBroadcast(one, N, FP32, 1, comm, stream));
        synchronized();
        COMPARE(one, N, roots);
    }
    if (rank < 2 && size > 1) {
        OK(rank == 0 ? HcclSend(one, N, FP32, 1, comm, stream) : HcclRecv(to, N, FP32, 0, comm, stream));
        synchronized();
        COMPARE(rank == 0 ? one : to, N, roots);
    }
    OK(HcclAllReduce(many, many, N, FP32, SUM, comm, stream)); /* in place */
    synchronized();
    COMPARE(many, N, total);
    OK(HcclBarrier(comm, stream));
    synchronized();
    int error = 1;
    OK(HcclGetCommAsyncError(comm, &error));
    HOLDS(error == 0);
    OK(HcclCommDestroy(comm));
    EXPECT(1, "destroyed", HcclCommDestroy(comm));
    EXPECT(1, "destroyed", HcclAllReduce(one, to, N, FP32, SUM, comm, stream));
}

static void one_process_alone(void) { in_processes(1, collectives); }

static void two_processes(void) { in_processes(2, collectives); }

static void four_processes(void) { in_processes(4, collectives); }

/* 16-bit sums are rounded after each addition, in the order of the ranks: 256 + 1 is 256 in bf16, and so it stays. */
static void short_sums(void) {
    uint16_t *x = device_memory(64), value = rank == 0 ? 0x4380 : 0x3f80, is = 0;
    OK(aclrtMemcpy(x, 2, &value, 2, ACL_MEMCPY_HOST_TO_DEVICE));
    OK(HcclAllReduce(x, x, 1, BFP16, SUM, comm, stream));
    synchronized();
    OK(aclrtMemcpy(&is, 2, x, 2, ACL_MEMCPY_DEVICE_TO_HOST));
    HOLDS(is == 0x4380);
    value = 0x3c00;
    OK(aclrtMemcpy(x, 2, &value, 2, ACL_MEMCPY_HOST_TO_DEVICE));
    OK(HcclAllReduce(x, x, 1, FP16, SUM, comm, stream));
    synchronized();
    OK(aclrtMemcpy(&is, 2, x, 2, ACL_MEMCPY_DEVICE_TO_HOST));
    HOLDS(is == 0x4400); /* 4 */
    OK(HcclCommDestroy(comm));
}

static void sums_of_16_bits_are_rounded_each_time(void) { in_processes(4, short_sums); }

static void wrong_arguments(void) {
    float *x = device_memory(256), host[4];
    EXPECT(2, "NULL", HcclAllReduce(NULL, x, 4, FP32, SUM, comm, stream));
    EXPECT(2, "NULL", HcclAllReduce(x, x, 4, FP32, SUM, NULL, stream));
    EXPECT(1, "no communicator", HcclAllReduce(x, x, 4, FP32, SUM, host, stream));
    EXPECT(1, "not within one allocation", HcclAllReduce(host, x, 4, FP32, SUM, comm, stream));
    EXPECT(1, "not within one allocation", HcclAllGather(x, x, 64, FP32, comm, stream));
    EXPECT(1, "aligned", HcclAllReduce((char *) x + 2, x, 4, FP32, SUM, comm, stream));
    EXPECT(5, "does not reduce", HcclAllReduce(x, x, 4, FP64, SUM, comm, stream));
    EXPECT(5, "does not reduce", HcclAllReduce(x, x, 4, BFP16, PROD, comm, stream));
    EXPECT(1, "no rank 9", HcclBroadcast(x, 4, FP32, 9, comm, stream));
    OK(HcclAllReduce(x, x, 0, FP32, SUM, comm, stream));
    HOLDS(strcmp(HcclGetErrorString(9), "timeout") == 0);
    OK(HcclBarrier(comm, stream));
    synchronized();
    OK(HcclCommDestroy(comm));
}

static void wrong_arguments_are_refused(void) { in_processes(2, wrong_arguments); }

/* ---- faults -------------------------------------------------------------------------------------------------------------------- */

/* The last rank goes; the stream of the others must fail with a time limit's code, and the communicator say why. */
static void after_a_death(int why, double least, double most) {
    float *x = floats_of(N, by_rank);
    OK(HcclAllReduce(x, x, N, FP32, SUM, comm, stream));
    synchronized();
    if (rank == size - 1) {
        shared->gone = 1;
        kill(getpid(), SIGKILL);
    }
    while (!shared->gone) {
        usleep(1000);
    }
    const double before = seconds();
    const int queued = HcclAllReduce(x, x, N, FP32, SUM, comm, stream);
    if (queued == 0) {
        EXPECT(107020, "HcclAllReduce", aclrtSynchronizeStreamWithTimeout(stream, LIMIT));
        HOLDS(seconds() - before >= least && seconds() - before < most);
    }
    int error = 0;
    OK(HcclGetCommAsyncError(comm, &error));
    HOLDS(error == why);
    EXPECT(why, "failed", HcclAllReduce(x, x, N, FP32, SUM, comm, stream));
    OK(HcclCommDestroy(comm));
}

static void noticed(void) { after_a_death(21, 0, 3); }

static void a_killed_rank_ends_the_others(void) { in_processes(3, noticed); }

static void unnoticed(void) { after_a_death(9, 0.9, 4); }

static void a_rank_that_is_lost_silently_ends_them_by_the_time_limit(void) { in_processes(3, unnoticed); }

static void late(void) {
    float *x = floats_of(N, by_rank);
    int error = 0;
    if (rank == 1) {
        usleep(2500000);
    } else {
        OK(HcclAllReduce(x, x, N, FP32, SUM, comm, stream));
        EXPECT(107020, "HCCL_EXEC_TIMEOUT", aclrtSynchronizeStreamWithTimeout(stream, LIMIT));
        OK(HcclGetCommAsyncError(comm, &error));
        HOLDS(error == 9);
    }
    OK(HcclCommDestroy(comm));
}

static void a_late_rank_ends_the_other_by_the_time_limit(void) { in_processes(2, late); }

static void idle(void) {
    if (rank == 1) {
        kill(getpid(), SIGKILL);
    }
    int error = 0;
    for (int i = 0; i < 3000 && error == 0; i++) {
        OK(HcclGetCommAsyncError(comm, &error));
        usleep(1000);
    }
    HOLDS(error == 21);
    OK(HcclCommDestroy(comm));
}

static void a_death_is_noticed_while_nothing_is_exchanged(void) { in_processes(2, idle); }

static void other_call(void) {
    float *x = floats_of(N, by_rank), *y = device_memory(N * 8);
    OK(rank == 0 ? HcclAllReduce(x, x, N, FP32, SUM, comm, stream) : HcclAllGather(x, y, N, FP32, comm, stream));
    EXPECT(107020, NULL, aclrtSynchronizeStreamWithTimeout(stream, LIMIT));
    int error = 0;
    OK(HcclGetCommAsyncError(comm, &error));
    HOLDS(error == 4 || error == 21); /* the second one may see that the first one has left */
    OK(HcclCommDestroy(comm));
}

static void ranks_that_make_other_calls_are_told(void) { in_processes(2, other_call); }

static void destroyed_within(void) {
    float *x = floats_of(N, by_rank);
    if (rank == 1) {
        while (!shared->gone) {
            usleep(1000);
        }
    } else {
        OK(HcclAllReduce(x, x, N, FP32, SUM, comm, stream));
        usleep(100000);
    }
    OK(HcclCommDestroy(comm));
    if (rank == 0) {
        EXPECT(107020, "destroyed", aclrtSynchronizeStreamWithTimeout(stream, LIMIT));
        shared->gone = 1;
    }
}

static void destroying_ends_what_is_exchanged(void) { in_processes(2, destroyed_within); }

static void freed(void) {
    float *x = floats_of(N, by_rank);
    if (rank == 0) {
        OK(HcclAllReduce(x, x, N, FP32, SUM, comm, stream));
        EXPECT(107000, "used by", aclrtFree(x));
        shared->gone = 1;
    } else {
        while (!shared->gone) {
            usleep(1000);
        }
        OK(HcclAllReduce(x, x, N, FP32, SUM, comm, stream));
    }
    synchronized();
    OK(HcclCommDestroy(comm));
}

static void memory_in_use_is_not_freed(void) { in_processes(2, freed); }

/* ---- meeting ------------------------------------------------------------------------------------------------------------------- */

static void changed_root_information_is_refused(void) {
    HcclRootInfo info;
    start();
    OK(HcclGetRootInfo(&info));
    memset(info.internal + 4000, 0, 108);
    EXPECT(1, "4108 bytes", HcclCommInitRootInfo(1, &info, 0, &comm));
    OK(HcclGetRootInfo(&info));
    EXPECT(1, "rank 2 of 2", HcclCommInitRootInfo(2, &info, 2, &comm));
}

static void a_missing_rank_is_a_time_limit(void) {
    HcclRootInfo info;
    start();
    OK(HcclGetRootInfo(&info));
    const double before = seconds();
    EXPECT(9, "HCCL_CONNECT_TIMEOUT", HcclCommInitRootInfo(2, &info, 0, &comm));
    HOLDS(seconds() - before < 4);
}

static void two_ranks_on_one_card_are_refused(void) {
    start();
    int32_t same[] = {1, 1}, other[] = {0, 1};
    HcclComm both[2];
    EXPECT(1, NULL, HcclCommInitAll(2, same, both));
    OK(HcclCommInitAll(2, other, both));
    OK(HcclCommDestroy(both[0]));
    OK(HcclCommDestroy(both[1]));
}

static void *unbound(void *argument) {
    HcclRootInfo info;
    EXPECT(15, "aclrtSetDevice", HcclGetRootInfo(&info));
    return argument;
}

static void threads_need_a_card(void) {
    start();
    pthread_t thread;
    pthread_create(&thread, NULL, unbound, NULL);
    pthread_join(thread, NULL);
}

static const struct test tests[] = {
    {"one_process_alone", one_process_alone, {"HEARTH_STANDIN_DEVICES=4"}},
    {"two_processes", two_processes, {"HEARTH_STANDIN_DEVICES=4"}},
    {"four_processes", four_processes, {"HEARTH_STANDIN_DEVICES=4"}},
    {"sums_of_16_bits_are_rounded_each_time", sums_of_16_bits_are_rounded_each_time, {"HEARTH_STANDIN_DEVICES=4"}},
    {"wrong_arguments_are_refused", wrong_arguments_are_refused, {"HEARTH_STANDIN_DEVICES=4"}},
    {"a_killed_rank_ends_the_others", a_killed_rank_ends_the_others, {"HEARTH_STANDIN_DEVICES=4"}},
    {"a_rank_that_is_lost_silently_ends_them_by_the_time_limit", a_rank_that_is_lost_silently_ends_them_by_the_time_limit,
     {"HEARTH_STANDIN_DEVICES=4", "HEARTH_STANDIN_HCCL_SILENT=1", "HCCL_EXEC_TIMEOUT=1"}},
    {"a_late_rank_ends_the_other_by_the_time_limit", a_late_rank_ends_the_other_by_the_time_limit,
     {"HEARTH_STANDIN_DEVICES=4", "HCCL_EXEC_TIMEOUT=1"}},
    {"a_death_is_noticed_while_nothing_is_exchanged", a_death_is_noticed_while_nothing_is_exchanged, {"HEARTH_STANDIN_DEVICES=4"}},
    {"ranks_that_make_other_calls_are_told", ranks_that_make_other_calls_are_told, {"HEARTH_STANDIN_DEVICES=4"}},
    {"destroying_ends_what_is_exchanged", destroying_ends_what_is_exchanged, {"HEARTH_STANDIN_DEVICES=4"}},
    {"memory_in_use_is_not_freed", memory_in_use_is_not_freed, {"HEARTH_STANDIN_DEVICES=4"}},
    {"changed_root_information_is_refused", changed_root_information_is_refused, {NULL}},
    {"a_missing_rank_is_a_time_limit", a_missing_rank_is_a_time_limit, {"HCCL_CONNECT_TIMEOUT=1"}},
    {"two_ranks_on_one_card_are_refused", two_ranks_on_one_card_are_refused, {"HEARTH_STANDIN_DEVICES=2"}},
    {"threads_need_a_card", threads_need_a_card, {NULL}},
};

MAIN(tests)
