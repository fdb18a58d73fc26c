// The part of cuBLASLt's interface that the stand-in offers: types and numbers as NVIDIA's documentation gives them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "product.h"

#define LT_API extern "C" __attribute__((visibility("default")))

enum Status : int {
    SUCCESS = 0,
    NOT_INITIALIZED = 1,
    INVALID_VALUE = 7,
    EXECUTION_FAILED = 13,
    NOT_SUPPORTED = 15,
};

enum ComputeType : int { COMPUTE_32F = 68 };
enum Operation : int { OP_N = 0, OP_T = 1 };
enum Epilogue : int { EPILOGUE_DEFAULT = 1, EPILOGUE_BIAS = 4 };

enum DescAttribute : int {
    DESC_TRANSA = 3,
    DESC_TRANSB = 4,
    DESC_EPILOGUE = 7,
    DESC_BIAS_POINTER = 8,
};

enum PreferenceAttribute : int {
    PREF_MAX_WORKSPACE_BYTES = 1,
    PREF_REDUCTION_SCHEME_MASK = 3,
    PREF_MIN_ALIGNMENT_A_BYTES = 5,
    PREF_MIN_ALIGNMENT_B_BYTES = 6,
    PREF_MIN_ALIGNMENT_C_BYTES = 7,
    PREF_MIN_ALIGNMENT_D_BYTES = 8,
};

struct Desc {
    int transposeA = OP_N, transposeB = OP_N, epilogue = EPILOGUE_DEFAULT;
    uint64_t bias = 0;
};

struct Layout {
    DataType type;
    uint64_t rows, columns;
    int64_t stride;
};

struct Preference {
    uint64_t workspaceBytes = 0;
    uint32_t reductionSchemes = 7;
    uint32_t alignment[4] = {256, 256, 256, 256};
};

// What was chosen, for one problem: the stand-in refuses to use it for another.
struct Algorithm {
    uint64_t problem;
    uint64_t workspaceBytes;
    uint32_t alignment[4];
    uint64_t unused[4];
};
static_assert(sizeof(Algorithm) == 64, "cublasLtMatmulAlgo_t has 64 bytes");

struct HeuristicResult {
    Algorithm algorithm;
    size_t workspaceBytes;
    Status state;
    float waves;
    int reserved[4];
};
