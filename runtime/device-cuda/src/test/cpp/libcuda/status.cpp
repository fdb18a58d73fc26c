// Settings, failures, and what tests may ask.
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include "card.h"
#include "hearth_emulated.h"

namespace card {

int64_t setting(const char* name, int64_t otherwise) {
    const char* value = std::getenv(name);
    return value == nullptr || *value == 0 ? otherwise : std::atoll(value);
}

int cards() { return static_cast<int>(setting("HEARTH_EMULATED_CARDS", 1)); }

size_t memoryOfCard() { return static_cast<size_t>(setting("HEARTH_EMULATED_MEMORY", 4ll << 30)); }

int mostShared() {
    switch (setting("HEARTH_EMULATED_CAPABILITY", 90)) {
        case 75: return 64 * 1024;
        case 80: case 87: return 163 * 1024;
        case 86: case 89: case 120: return 99 * 1024;
        default: return 227 * 1024;
    }
}

namespace {
std::mutex mutex;
std::string lastFailure;
std::map<std::string, long long>& counts() {
    static auto* all = new std::map<std::string, long long>();
    return *all;
}
}  // namespace

CUresult refuse(CUresult result, const char* format, ...) {
    char text[1000];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    std::lock_guard<std::mutex> lock(mutex);
    lastFailure = text;
    if (setting("HEARTH_EMULATED_QUIET", 0) == 0) std::fprintf(stderr, "emulated card: %s\n", text);
    return result;
}

void count(const char* what) {
    std::lock_guard<std::mutex> lock(mutex);
    counts()[what]++;
}

}  // namespace card

CU_API long long hearth_emulated_count(const char* what) {
    std::lock_guard<std::mutex> lock(card::mutex);
    auto found = card::counts().find(what);
    return found == card::counts().end() ? 0 : found->second;
}

CU_API const char* hearth_emulated_failure() {
    static thread_local std::string text;
    std::lock_guard<std::mutex> lock(card::mutex);
    text = card::lastFailure;
    return text.c_str();
}

CU_API void hearth_emulated_forget_failure() {
    std::lock_guard<std::mutex> lock(card::mutex);
    card::lastFailure.clear();
}

CU_API int hearth_emulated_on_card(const void* address, size_t bytes) {
    return card::onCard(reinterpret_cast<CUdeviceptr>(address), bytes);
}

#define HEARTH_ERRORS(WITH)                                                                   \
    WITH(CUDA_SUCCESS, "no error")                                                            \
    WITH(CUDA_ERROR_INVALID_VALUE, "invalid argument")                                        \
    WITH(CUDA_ERROR_OUT_OF_MEMORY, "out of memory")                                           \
    WITH(CUDA_ERROR_NOT_INITIALIZED, "initialization error")                                  \
    WITH(CUDA_ERROR_DEVICE_UNAVAILABLE, "CUDA-capable device(s) is/are busy or unavailable")  \
    WITH(CUDA_ERROR_NO_DEVICE, "no CUDA-capable device is detected")                          \
    WITH(CUDA_ERROR_INVALID_DEVICE, "invalid device ordinal")                                 \
    WITH(CUDA_ERROR_INVALID_IMAGE, "device kernel image is invalid")                          \
    WITH(CUDA_ERROR_INVALID_CONTEXT, "invalid device context")                                \
    WITH(CUDA_ERROR_INVALID_HANDLE, "invalid resource handle")                                \
    WITH(CUDA_ERROR_NOT_FOUND, "named symbol not found")                                      \
    WITH(CUDA_ERROR_NOT_READY, "device not ready")                                            \
    WITH(CUDA_ERROR_ILLEGAL_ADDRESS, "an illegal memory access was encountered")              \
    WITH(CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES, "too many resources requested for launch")       \
    WITH(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED, "part or all of the requested memory range is already mapped") \
    WITH(CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED, "pointer does not correspond to a registered memory region")       \
    WITH(CUDA_ERROR_LAUNCH_FAILED, "unspecified launch failure")                              \
    WITH(CUDA_ERROR_NOT_SUPPORTED, "operation not supported")                                 \
    WITH(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "operation not permitted when stream is capturing")                \
    WITH(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "operation failed due to a previous error during capture")         \
    WITH(CUDA_ERROR_STREAM_CAPTURE_MERGE, "operation would result in a merge of separate capture sequences")       \
    WITH(CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, "capture was not ended in the same stream as it began")              \
    WITH(CUDA_ERROR_STREAM_CAPTURE_UNJOINED, "capturing stream has unjoined work")            \
    WITH(CUDA_ERROR_STREAM_CAPTURE_ISOLATION, "dependency created on uncaptured work in another stream")           \
    WITH(CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, "operation would make the legacy stream depend on a capturing blocking stream") \
    WITH(CUDA_ERROR_CAPTURED_EVENT, "operation not permitted on an event last recorded in a capturing stream")     \
    WITH(CUDA_ERROR_UNKNOWN, "unknown error")

CU_API CUresult cuGetErrorName(CUresult error, const char** name) {
    switch (error) {
#define WITH(code, text) \
    case code: *name = #code; return CUDA_SUCCESS;
        HEARTH_ERRORS(WITH)
#undef WITH
    }
    *name = nullptr;
    return CUDA_ERROR_INVALID_VALUE;
}

CU_API CUresult cuGetErrorString(CUresult error, const char** string) {
    switch (error) {
#define WITH(code, text) \
    case code: *string = text; return CUDA_SUCCESS;
        HEARTH_ERRORS(WITH)
#undef WITH
    }
    *string = nullptr;
    return CUDA_ERROR_INVALID_VALUE;
}
