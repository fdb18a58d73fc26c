/* Types, values and codes of HCCL's C interface that the stand-in answers: identical in CANN 8.x and 9.x. */
#ifndef HEARTH_STANDIN_HCCL_H
#define HEARTH_STANDIN_HCCL_H

#include "standin.h"

typedef void *HcclComm;
typedef int HcclResult;
typedef int HcclDataType;
typedef int HcclReduceOp;

enum { HCCL_ROOT_INFO_BYTES = 4108, HCCL_NAME_BYTES = 128 };

typedef struct {
    char internal[HCCL_ROOT_INFO_BYTES];
} HcclRootInfo;

typedef struct {
    int sendRecvType; /* 0 sends, 1 receives */
    void *buf;
    uint64_t count;
    int dataType;
    uint32_t remoteRank;
} HcclSendRecvItem;

/* The beginning of HcclCommConfig, in all its versions. */
typedef struct {
    size_t size;
    uint32_t magic;
    uint32_t version;
    uint64_t reserved;
} HcclCommConfig;

enum { HCCL_CONFIG_MAGIC = (int) 0xf0f0f0f0 };

enum {
    HCCL_SUCCESS = 0,
    HCCL_E_PARA = 1,
    HCCL_E_PTR = 2,
    HCCL_E_MEMORY = 3,
    HCCL_E_INTERNAL = 4,
    HCCL_E_NOT_SUPPORT = 5,
    HCCL_E_NOT_FOUND = 6,
    HCCL_E_UNAVAIL = 7,
    HCCL_E_SYSCALL = 8,
    HCCL_E_TIMEOUT = 9,
    HCCL_E_OPEN_FILE_FAILURE = 10,
    HCCL_E_TCP_CONNECT = 11,
    HCCL_E_TCP_TRANSFER = 13,
    HCCL_E_RUNTIME = 15,
    HCCL_E_NETWORK = 19,
    HCCL_E_AGAIN = 20,
    HCCL_E_REMOTE = 21
};

enum {
    HCCL_INT8 = 0,
    HCCL_INT16 = 1,
    HCCL_INT32 = 2,
    HCCL_FP16 = 3,
    HCCL_FP32 = 4,
    HCCL_INT64 = 5,
    HCCL_UINT64 = 6,
    HCCL_UINT8 = 7,
    HCCL_UINT16 = 8,
    HCCL_UINT32 = 9,
    HCCL_FP64 = 10,
    HCCL_BFP16 = 11
};

enum { HCCL_SUM = 0, HCCL_PROD = 1, HCCL_MAX = 2, HCCL_MIN = 3 };

#endif
