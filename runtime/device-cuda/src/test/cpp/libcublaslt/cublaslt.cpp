// Stand-in for libcublasLt.so.13. It computes on the host, in the order of the emulated stream, and is stricter than the
// library: it refuses an algorithm that was chosen for another problem or alignment, and memory that is not the card's.
#include "cublaslt.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "hearth_emulated.h"

namespace {

// What a fast algorithm would use. It is spoiled at each product, so that nobody else may keep anything there.
constexpr uint64_t WANTED_WORKSPACE = 1 << 20, SPOILED = 4096;

Status refuse(Status status, const char* format, ...) __attribute__((format(printf, 2, 3)));
Status refuse(Status status, const char* format, ...) {
    va_list values;
    va_start(values, format);
    fputs("emulated cuBLASLt: ", stderr);
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
    va_end(values);
    return status;
}

template <typename T>
Status set(T& member, const void* value, size_t bytes) {
    if (bytes != sizeof(T)) return refuse(INVALID_VALUE, "an attribute has %zu bytes, not %zu", sizeof(T), bytes);
    memcpy(&member, value, bytes);
    return SUCCESS;
}

uint64_t mix(uint64_t hash, uint64_t value) { return (hash ^ value) * 0x9e3779b97f4a7c15ull ^ hash >> 29; }

uint64_t mix(uint64_t hash, const Layout& layout) {
    return mix(mix(mix(mix(hash, layout.type), layout.rows), layout.columns), static_cast<uint64_t>(layout.stride));
}

uint64_t problem(const Desc& desc, const Layout& a, const Layout& b, const Layout& c, const Layout& d) {
    uint64_t hash = mix(mix(mix(7, desc.transposeA), desc.transposeB), desc.epilogue);
    return mix(mix(mix(mix(hash, a), b), c), d);
}

bool known(DataType type) { return type == R_32F || type == R_16F || type == R_16BF; }

// Sizes and types that belong together; sums are f32, so that the result has the type of the operands or is f32.
Status check(const Desc& desc, const Layout& a, const Layout& b, const Layout& c, const Layout& d) {
    const uint64_t m = desc.transposeA ? a.columns : a.rows, k = desc.transposeA ? a.rows : a.columns;
    const uint64_t n = desc.transposeB ? b.rows : b.columns, kB = desc.transposeB ? b.columns : b.rows;
    if (m != d.rows || n != d.columns || k != kB || c.rows != m || c.columns != n) {
        return refuse(INVALID_VALUE, "sizes do not match");
    }
    if (m == 0 || n == 0 || k == 0) return refuse(INVALID_VALUE, "an empty product");
    if (!known(a.type) || a.type != b.type || c.type != d.type || (d.type != R_32F && d.type != a.type)) {
        return NOT_SUPPORTED;
    }
    return SUCCESS;
}

bool onCard(const void* data, const Layout& layout) {
    const uint64_t elements = (layout.columns - 1) * static_cast<uint64_t>(layout.stride) + layout.rows;
    return hearth_emulated_on_card(data, elements * sizeOf(layout.type)) != 0;
}

bool aligned(const void* data, uint32_t bytes) { return reinterpret_cast<uintptr_t>(data) % bytes == 0; }

struct Queued {
    Product product;
    void* workspace;
    uint64_t workspaceBytes;
};

void run(void* data) {
    const Queued* queued = static_cast<const Queued*>(data);
    if (queued->workspaceBytes != 0) memset(queued->workspace, 0xff, queued->workspaceBytes);
    multiply(queued->product);
}

}  // namespace

LT_API size_t cublasLtGetVersion() { return 130100; }

LT_API const char* cublasLtGetStatusName(Status status) {
    switch (status) {
    case SUCCESS: return "CUBLAS_STATUS_SUCCESS";
    case NOT_INITIALIZED: return "CUBLAS_STATUS_NOT_INITIALIZED";
    case INVALID_VALUE: return "CUBLAS_STATUS_INVALID_VALUE";
    case EXECUTION_FAILED: return "CUBLAS_STATUS_EXECUTION_FAILED";
    case NOT_SUPPORTED: return "CUBLAS_STATUS_NOT_SUPPORTED";
    }
    return "<unknown>";
}

LT_API Status cublasLtCreate(void** handle) {
    *handle = new int(0);
    return SUCCESS;
}

LT_API Status cublasLtDestroy(void* handle) {
    delete static_cast<int*>(handle);
    return SUCCESS;
}

LT_API Status cublasLtMatmulDescCreate(Desc** desc, int compute, int scale) {
    if (compute != COMPUTE_32F || scale != R_32F) return refuse(NOT_SUPPORTED, "only sums in f32, without TF32");
    *desc = new Desc();
    return SUCCESS;
}

LT_API Status cublasLtMatmulDescDestroy(Desc* desc) {
    delete desc;
    return SUCCESS;
}

LT_API Status cublasLtMatmulDescSetAttribute(Desc* desc, int attribute, const void* value, size_t bytes) {
    switch (attribute) {
    case DESC_TRANSA: return set(desc->transposeA, value, bytes);
    case DESC_TRANSB: return set(desc->transposeB, value, bytes);
    case DESC_EPILOGUE: return set(desc->epilogue, value, bytes);
    case DESC_BIAS_POINTER: return set(desc->bias, value, bytes);
    default: return refuse(INVALID_VALUE, "no attribute %d of a product", attribute);
    }
}

LT_API Status cublasLtMatrixLayoutCreate(Layout** layout, DataType type, uint64_t rows, uint64_t columns, int64_t stride) {
    if (stride < static_cast<int64_t>(rows)) return refuse(INVALID_VALUE, "columns that overlap");
    *layout = new Layout{type, rows, columns, stride};
    return SUCCESS;
}

LT_API Status cublasLtMatrixLayoutDestroy(Layout* layout) {
    delete layout;
    return SUCCESS;
}

LT_API Status cublasLtMatmulPreferenceCreate(Preference** preference) {
    *preference = new Preference();
    return SUCCESS;
}

LT_API Status cublasLtMatmulPreferenceDestroy(Preference* preference) {
    delete preference;
    return SUCCESS;
}

LT_API Status cublasLtMatmulPreferenceSetAttribute(Preference* preference, int attribute, const void* value, size_t bytes) {
    switch (attribute) {
    case PREF_MAX_WORKSPACE_BYTES: return set(preference->workspaceBytes, value, bytes);
    case PREF_REDUCTION_SCHEME_MASK: return set(preference->reductionSchemes, value, bytes);
    case PREF_MIN_ALIGNMENT_A_BYTES:
    case PREF_MIN_ALIGNMENT_B_BYTES:
    case PREF_MIN_ALIGNMENT_C_BYTES:
    case PREF_MIN_ALIGNMENT_D_BYTES:
        return set(preference->alignment[attribute - PREF_MIN_ALIGNMENT_A_BYTES], value, bytes);
    default: return refuse(INVALID_VALUE, "no preference %d", attribute);
    }
}

LT_API Status cublasLtMatmulAlgoGetHeuristic(void* handle, Desc* desc, Layout* a, Layout* b, Layout* c, Layout* d,
                                             Preference* preference, int wanted, HeuristicResult* results, int* found) {
    *found = 0;
    if (handle == nullptr || wanted < 1) return INVALID_VALUE;
    Status status = check(*desc, *a, *b, *c, *d);
    if (status != SUCCESS) return status;
    HeuristicResult& result = results[0];
    memset(&result, 0, sizeof(result));
    result.workspaceBytes = preference->workspaceBytes < WANTED_WORKSPACE ? 0 : WANTED_WORKSPACE;
    result.algorithm.problem = problem(*desc, *a, *b, *c, *d);
    result.algorithm.workspaceBytes = result.workspaceBytes;
    memcpy(result.algorithm.alignment, preference->alignment, sizeof(preference->alignment));
    result.waves = 1;
    *found = 1;
    return SUCCESS;
}

LT_API Status cublasLtMatmul(void* handle, Desc* desc, const float* alpha, const void* a, Layout* layoutA, const void* b,
                             Layout* layoutB, const float* beta, const void* c, Layout* layoutC, void* d, Layout* layoutD,
                             const Algorithm* algorithm, void* workspace, size_t workspaceBytes, CUstream stream) {
    if (handle == nullptr) return NOT_INITIALIZED;
    Status status = check(*desc, *layoutA, *layoutB, *layoutC, *layoutD);
    if (status != SUCCESS) return status;
    if (algorithm->problem != problem(*desc, *layoutA, *layoutB, *layoutC, *layoutD)) {
        return refuse(INVALID_VALUE, "the algorithm was chosen for another problem");
    }
    const bool biased = desc->epilogue == EPILOGUE_BIAS;
    const void* bias = biased ? reinterpret_cast<const void*>(desc->bias) : nullptr;
    if (!aligned(a, algorithm->alignment[0]) || !aligned(b, algorithm->alignment[1]) || !aligned(c, algorithm->alignment[2]) ||
        !aligned(d, algorithm->alignment[3]) || !aligned(bias, biased ? 16 : 1)) {
        return refuse(INVALID_VALUE, "the algorithm was chosen for another alignment");
    }
    if (!onCard(a, *layoutA) || !onCard(b, *layoutB) || !onCard(d, *layoutD) || (*beta != 0 && !onCard(c, *layoutC)) ||
        (biased && !hearth_emulated_on_card(bias, layoutD->rows * sizeOf(layoutD->type)))) {
        return refuse(EXECUTION_FAILED, "a matrix does not lie in the memory of the card");
    }
    if (workspaceBytes < algorithm->workspaceBytes || !hearth_emulated_on_card(workspace, workspaceBytes) ||
        !aligned(workspace, 256)) {
        return refuse(INVALID_VALUE, "the workspace is too small, not aligned or not on the card");
    }
    const uint64_t k = desc->transposeA ? layoutA->rows : layoutA->columns;
    const Queued queued = {{static_cast<int64_t>(layoutD->rows), static_cast<int64_t>(layoutD->columns),
                            static_cast<int64_t>(k),
                            {a, layoutA->type, layoutA->stride},
                            {b, layoutB->type, layoutB->stride},
                            {c, layoutC->type, layoutC->stride},
                            desc->transposeA == OP_T,
                            desc->transposeB == OP_T,
                            *alpha,
                            *beta,
                            bias,
                            d,
                            layoutD->stride},
                           workspace,
                           algorithm->workspaceBytes < SPOILED ? algorithm->workspaceBytes : SPOILED};
    return hearth_enqueue(stream, run, &queued, sizeof(queued)) == CUDA_SUCCESS ? SUCCESS : EXECUTION_FAILED;
}
