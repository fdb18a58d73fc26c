// The part of NCCL's interface that the stand-in offers: types and numbers as NCCL's documentation gives them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cuda.h"

#define NCCL_API extern "C" __attribute__((visibility("default")))

enum Result : int {
    SUCCESS = 0,
    INTERNAL_ERROR = 3,
    INVALID_ARGUMENT = 4,
    INVALID_USAGE = 5,
    REMOTE_ERROR = 6,
    IN_PROGRESS = 7,
};

enum NcclType : int { INT8 = 0, FLOAT16 = 6, FLOAT32 = 7, BFLOAT16 = 9 };

enum Operation : int { SUM = 0 };

struct UniqueId {
    char bytes[128];
};

// How the configuration begins; later fields are not looked at.
struct Config {
    size_t size;
    unsigned magic;
    unsigned version;
    int blocking;
};
constexpr unsigned CONFIG_MAGIC = 0xcafebeef;
