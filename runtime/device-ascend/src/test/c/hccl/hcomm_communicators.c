/* What makes, ends and describes communicators: libhccl.so in CANN 8.x, libhcomm.so in 9.x. */
#include "call.h"

#include <stdio.h>

STANDIN_EXPORT HcclResult HcclGetRootInfo(HcclRootInfo *rootInfo);
STANDIN_EXPORT HcclResult HcclCommInitRootInfo(uint32_t nRanks, const HcclRootInfo *rootInfo, uint32_t rank, HcclComm *comm);
STANDIN_EXPORT HcclResult HcclCommInitRootInfoConfig(uint32_t nRanks, const HcclRootInfo *rootInfo, uint32_t rank, const HcclCommConfig *config,
                                                     HcclComm *comm);
STANDIN_EXPORT HcclResult HcclCommInitClusterInfo(const char *clusterInfo, uint32_t rank, HcclComm *comm);
STANDIN_EXPORT HcclResult HcclCommInitAll(uint32_t ndev, int32_t *devices, HcclComm *comms);
STANDIN_EXPORT HcclResult HcclCommDestroy(HcclComm comm);
STANDIN_EXPORT HcclResult HcclGetRankSize(HcclComm comm, uint32_t *rankSize);
STANDIN_EXPORT HcclResult HcclGetRankId(HcclComm comm, uint32_t *rank);
STANDIN_EXPORT HcclResult HcclGetCommName(HcclComm comm, char *commName);
STANDIN_EXPORT HcclResult HcclGetCommAsyncError(HcclComm comm, HcclResult *asyncError);
STANDIN_EXPORT const char *HcclGetErrorString(HcclResult code);

HcclResult HcclGetRootInfo(HcclRootInfo *rootInfo) {
    STANDIN_HCCL_ENTER("HcclGetRootInfo");
    STANDIN_HCCL_CHECK(rootInfo, HCCL_E_PTR, "HcclGetRootInfo: rootInfo is NULL");
    return standin_meet_open(rootInfo);
}

static HcclResult init(uint32_t size, const HcclRootInfo *info, uint32_t rank, HcclComm *comm) {
    STANDIN_HCCL_CHECK(info && comm, HCCL_E_PTR, "HcclCommInitRootInfo: an argument is NULL");
    STANDIN_HCCL_CHECK(size > 0 && rank < size, HCCL_E_PARA, "HcclCommInitRootInfo: rank %u of %u", rank, size);
    struct standin_group *group = NULL;
    const HcclResult result = standin_meet(info, size, rank, standin_current_device(), &group);
    if (result == HCCL_SUCCESS) {
        *comm = group;
    }
    return result;
}

HcclResult HcclCommInitRootInfo(uint32_t nRanks, const HcclRootInfo *rootInfo, uint32_t rank, HcclComm *comm) {
    STANDIN_HCCL_ENTER("HcclCommInitRootInfo");
    return init(nRanks, rootInfo, rank, comm);
}

HcclResult HcclCommInitRootInfoConfig(uint32_t nRanks, const HcclRootInfo *rootInfo, uint32_t rank, const HcclCommConfig *config, HcclComm *comm) {
    STANDIN_HCCL_ENTER("HcclCommInitRootInfoConfig");
    STANDIN_HCCL_CHECK(config, HCCL_E_PTR, "HcclCommInitRootInfoConfig: config is NULL");
    STANDIN_HCCL_CHECK(config->magic == (uint32_t) HCCL_CONFIG_MAGIC && config->size > sizeof *config && config->version > 0 &&
                           config->version <= (standin_face() == 8 ? 5 : 10),
                       HCCL_E_PARA, "HcclCommInitRootInfoConfig: config was not made by HcclCommConfigInit of this version");
    return init(nRanks, rootInfo, rank, comm);
}

HcclResult HcclCommInitClusterInfo(const char *clusterInfo, uint32_t rank, HcclComm *comm) {
    STANDIN_HCCL_ENTER("HcclCommInitClusterInfo");
    STANDIN_HCCL_CHECK(clusterInfo && comm, HCCL_E_PTR, "HcclCommInitClusterInfo: an argument is NULL");
    STANDIN_HCCL_CHECK(false, HCCL_E_NOT_SUPPORT, "HcclCommInitClusterInfo: the stand-in reads no rank tables (rank %u)", rank);
}

/* One thread for each device, as each waits for the others. */
struct one {
    const HcclRootInfo *info;
    uint32_t size, rank;
    int32_t device;
    HcclResult result;
    struct standin_group *group;
    pthread_t thread;
};

static void *meet_one(void *argument) {
    struct one *one = argument;
    one->result = standin_meet(one->info, one->size, one->rank, one->device, &one->group);
    return NULL;
}

HcclResult HcclCommInitAll(uint32_t ndev, int32_t *devices, HcclComm *comms) {
    STANDIN_HCCL_ENTER("HcclCommInitAll");
    STANDIN_HCCL_CHECK(devices && comms, HCCL_E_PTR, "HcclCommInitAll: an argument is NULL");
    STANDIN_HCCL_CHECK(ndev > 0, HCCL_E_PARA, "HcclCommInitAll: no devices");
    HcclRootInfo info;
    HcclResult result = standin_meet_open(&info);
    struct one *ones = standin_memory(ndev * sizeof *ones);
    for (uint32_t i = 0; i < ndev && result == HCCL_SUCCESS; i++) {
        ones[i] = (struct one) {&info, ndev, i, devices[i], HCCL_E_INTERNAL, NULL, 0};
        pthread_create(&ones[i].thread, NULL, meet_one, &ones[i]);
    }
    for (uint32_t i = 0; i < ndev && ones[i].size > 0; i++) {
        pthread_join(ones[i].thread, NULL);
        result = result == HCCL_SUCCESS ? ones[i].result : result;
        comms[i] = ones[i].group;
    }
    for (uint32_t i = 0; i < ndev && result != HCCL_SUCCESS; i++) {
        if (ones[i].group) {
            standin_group_close(ones[i].group);
        }
        comms[i] = NULL;
    }
    free(ones);
    return result;
}

HcclResult HcclCommDestroy(HcclComm comm) {
    STANDIN_HCCL_ENTER("HcclCommDestroy");
    STANDIN_HCCL_GROUP(group, comm, "HcclCommDestroy");
    standin_group_close(group);
    return HCCL_SUCCESS;
}

HcclResult HcclGetRankSize(HcclComm comm, uint32_t *rankSize) {
    STANDIN_HCCL_GROUP(group, comm, "HcclGetRankSize");
    STANDIN_HCCL_CHECK(rankSize, HCCL_E_PTR, "HcclGetRankSize: rankSize is NULL");
    *rankSize = group->size;
    return HCCL_SUCCESS;
}

HcclResult HcclGetRankId(HcclComm comm, uint32_t *rank) {
    STANDIN_HCCL_GROUP(group, comm, "HcclGetRankId");
    STANDIN_HCCL_CHECK(rank, HCCL_E_PTR, "HcclGetRankId: rank is NULL");
    *rank = group->rank;
    return HCCL_SUCCESS;
}

HcclResult HcclGetCommName(HcclComm comm, char *commName) {
    STANDIN_HCCL_GROUP(group, comm, "HcclGetCommName");
    STANDIN_HCCL_CHECK(commName, HCCL_E_PTR, "HcclGetCommName: commName is NULL");
    memset(commName, 0, HCCL_NAME_BYTES);
    memcpy(commName, group->name, strlen(group->name));
    return HCCL_SUCCESS;
}

/* Needs no bound thread: watchers call it. */
HcclResult HcclGetCommAsyncError(HcclComm comm, HcclResult *asyncError) {
    STANDIN_HCCL_GROUP(group, comm, "HcclGetCommAsyncError");
    STANDIN_HCCL_CHECK(asyncError, HCCL_E_PTR, "HcclGetCommAsyncError: asyncError is NULL");
    *asyncError = standin_group_status(group);
    return HCCL_SUCCESS;
}

const char *HcclGetErrorString(HcclResult code) {
    switch (code) {
        case HCCL_SUCCESS: return "no error";
        case HCCL_E_PARA: return "parameter error";
        case HCCL_E_PTR: return "empty pointer";
        case HCCL_E_MEMORY: return "memory error";
        case HCCL_E_INTERNAL: return "internal error";
        case HCCL_E_NOT_SUPPORT: return "not support feature";
        case HCCL_E_NOT_FOUND: return "not found specific resource";
        case HCCL_E_UNAVAIL: return "resource unavailable";
        case HCCL_E_SYSCALL: return "call system interface error";
        case HCCL_E_TIMEOUT: return "timeout";
        case HCCL_E_TCP_CONNECT: return "tcp connect fail";
        case HCCL_E_TCP_TRANSFER: return "tcp transfer fail";
        case HCCL_E_RUNTIME: return "call runtime api fail";
        case HCCL_E_NETWORK: return "call network api fail";
        case HCCL_E_REMOTE: return "error cqe";
        default: return "unknow error";
    }
}
