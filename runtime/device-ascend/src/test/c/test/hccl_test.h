/* What the tests of collectives share: HCCL's interface, and processes that each are a rank on a card of their own. */
#ifndef STANDIN_HCCL_TEST_H
#define STANDIN_HCCL_TEST_H

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

enum { FP16 = 3, FP32 = 4, FP64 = 10, BFP16 = 11, SUM = 0, PROD = 1, MAX = 2, LIMIT = 20000 };

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
static inline void in_processes(uint32_t n, void (*as)(void)) {
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

static inline float *floats_of(int n, float (*value)(int)) {
    float *host = malloc((size_t) n * sizeof *host), *memory = device_memory((size_t) n * sizeof *host);
    for (int i = 0; i < n; i++) {
        host[i] = value(i);
    }
    OK(aclrtMemcpy(memory, (size_t) n * sizeof *host, host, (size_t) n * sizeof *host, ACL_MEMCPY_HOST_TO_DEVICE));
    free(host);
    return memory;
}

static inline float by_rank(int i) { return (float) (100 * rank + (uint32_t) i % 97); }

static inline void synchronized(void) { OK(aclrtSynchronizeStreamWithTimeout(stream, LIMIT)); }

#endif
