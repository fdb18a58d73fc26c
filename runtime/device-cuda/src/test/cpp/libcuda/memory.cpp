// Memory of the card and pinned memory of the host, fills and copies.
#include <cstdlib>
#include <cstring>
#include <sanitizer/asan_interface.h>
#include <sys/mman.h>
#include <unistd.h>

#include "card.h"
#include "../emulator/emulator_c.h"

namespace card {
namespace {

// Where nothing is: what runs over the end of an allocation faults.
constexpr size_t GAP = 64 * 1024;
constexpr size_t ALIGNMENT = 256;
// Fresh memory holds not-a-number, as far as that is quick.
constexpr size_t SPOILT = 64u << 20;

struct Allocation {
    size_t bytes;
    int device;
    char* area;
    size_t areaBytes;
};

struct Pinned {
    size_t bytes;
    bool registered;
};

std::mutex mutex;
std::map<CUdeviceptr, Allocation> allocations;
std::map<uintptr_t, Pinned> pins;

template <typename Map>
auto containing(Map& areas, uint64_t address, size_t bytes) {
    auto after = areas.upper_bound(address);
    if (after == areas.begin()) return areas.end();
    auto before = std::prev(after);
    uint64_t offset = address - before->first;
    return offset <= before->second.bytes && bytes <= before->second.bytes - offset ? before : areas.end();
}

void release(const Allocation& allocation) {
    ASAN_UNPOISON_MEMORY_REGION(allocation.area, allocation.areaBytes);
    munmap(allocation.area, allocation.areaBytes);
    hearth_emulator_allocations_changed();
}

// The allocation whose pages hold an address, with what lies around it.
int allocationAt(const void* pointer, size_t* begin, size_t* end) {
    auto* address = static_cast<const char*>(pointer);
    std::lock_guard<std::mutex> lock(mutex);
    auto after = allocations.upper_bound(reinterpret_cast<CUdeviceptr>(address) + GAP);
    for (int i = 0; i < 2 && after != allocations.begin(); i++) {
        --after;
        const Allocation& found = after->second;
        if (address >= found.area && address < found.area + found.areaBytes) {
            *begin = after->first;
            *end = after->first + found.bytes;
            return 1;
        }
    }
    return 0;
}

CUresult notOnCard(const char* call, CUdeviceptr address, size_t bytes) {
    return refuse(CUDA_ERROR_INVALID_VALUE, "%s: %zu bytes at %#llx do not lie in one allocation of a card", call, bytes,
                  static_cast<unsigned long long>(address));
}

}  // namespace

bool onCard(CUdeviceptr address, size_t bytes) {
    std::lock_guard<std::mutex> lock(mutex);
    return containing(allocations, address, bytes) != allocations.end();
}

bool pinned(const void* address, size_t bytes) {
    std::lock_guard<std::mutex> lock(mutex);
    return containing(pins, reinterpret_cast<uintptr_t>(address), bytes) != pins.end();
}

size_t allocatedOn(int device) {
    std::lock_guard<std::mutex> lock(mutex);
    size_t sum = 0;
    for (auto& entry : allocations) {
        if (entry.second.device == device) sum += entry.second.bytes;
    }
    return sum;
}

void releaseMemory(int device) {
    std::lock_guard<std::mutex> lock(mutex);
    for (auto entry = allocations.begin(); entry != allocations.end();) {
        if (entry->second.device == device) {
            release(entry->second);
            entry = allocations.erase(entry);
        } else {
            ++entry;
        }
    }
}

namespace {

// A copy that is queued: looks again whether its memory is there when it is done.
CUresult copy(CUstream handle, CUdeviceptr card, CUdeviceptr otherCard, const void* from, void* to, size_t bytes,
              const char* call, const char* counted, bool wait) {
    Context* context;
    Stream* stream;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = resolve(context, handle, stream)) return wrong;
    if (wait) {
        if (CUresult wrong = refuseWhileCapturing(call)) return wrong;
    }
    if (!onCard(card, bytes)) return notOnCard(call, card, bytes);
    if (otherCard != 0 && !onCard(otherCard, bytes)) return notOnCard(call, otherCard, bytes);
    count(counted);
    CUresult result = submit(stream, [=] {
        if (!onCard(card, bytes) || (otherCard != 0 && !onCard(otherCard, bytes))) {
            return refuse(CUDA_ERROR_ILLEGAL_ADDRESS, "%s: the memory was freed before the copy was done", call);
        }
        std::memmove(to, from, bytes);
        return CUDA_SUCCESS;
    });
    if (result == CUDA_SUCCESS && wait) {
        stream->synchronize();
        return current(context);
    }
    return result;
}

CUresult notPinned(Stream* stream, const char* call, const void* host) {
    return refuse(stream->capture != nullptr ? CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED : CUDA_ERROR_INVALID_VALUE,
                  "%s: the host memory at %p is not pinned, so the copy would not be asynchronous", call, host);
}

CUresult requirePinned(CUstream handle, const char* call, const void* host, size_t bytes) {
    Context* context;
    Stream* stream;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = resolve(context, handle, stream)) return wrong;
    return pinned(host, bytes) ? CUDA_SUCCESS : notPinned(stream, call, host);
}

template <typename T>
CUresult fill(CUstream handle, CUdeviceptr address, T value, size_t number, const char* call, bool wait) {
    Context* context;
    Stream* stream;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = resolve(context, handle, stream)) return wrong;
    if (wait) {
        if (CUresult wrong = refuseWhileCapturing(call)) return wrong;
    }
    if (address % sizeof(T) != 0) return refuse(CUDA_ERROR_INVALID_VALUE, "%s: the address is not aligned", call);
    if (!onCard(address, number * sizeof(T))) return notOnCard(call, address, number * sizeof(T));
    count("fills");
    CUresult result = submit(stream, [=] {
        if (!onCard(address, number * sizeof(T))) {
            return refuse(CUDA_ERROR_ILLEGAL_ADDRESS, "%s: the memory was freed before it was filled", call);
        }
        auto* elements = reinterpret_cast<T*>(address);
        for (size_t i = 0; i < number; i++) elements[i] = value;
        return CUDA_SUCCESS;
    });
    if (result == CUDA_SUCCESS && wait) {
        stream->synchronize();
        return current(context);
    }
    return result;
}

}  // namespace
}  // namespace card

using namespace card;

// ---- The card's ---------------------------------------------------------------------------------------------------------

CU_API CUresult cuMemGetInfo_v2(size_t* free, size_t* total) {
    Context* context;
    if (CUresult wrong = current(context)) return wrong;
    *total = memoryOfCard();
    size_t used = allocatedOn(context->device);
    *free = used > *total ? 0 : *total - used;
    return CUDA_SUCCESS;
}

CU_API CUresult cuMemAlloc_v2(CUdeviceptr* address, size_t bytes) {
    Context* context;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = refuseWhileCapturing("cuMemAlloc")) return wrong;
    if (bytes == 0) return CUDA_ERROR_INVALID_VALUE;
    size_t used = allocatedOn(context->device), all = memoryOfCard();
    if (bytes > all || used > all - bytes) return CUDA_ERROR_OUT_OF_MEMORY;
    auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    size_t held = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    size_t pages = (held + page - 1) / page * page;
    size_t areaBytes = GAP + pages + GAP;
    void* area = mmap(nullptr, areaBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (area == MAP_FAILED) return CUDA_ERROR_OUT_OF_MEMORY;
    char* begin = static_cast<char*>(area) + GAP;
    if (mprotect(begin, pages, PROT_READ | PROT_WRITE) != 0) {
        munmap(area, areaBytes);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    char* first = begin + pages - held;
    std::memset(first, 0xff, std::min(bytes, SPOILT));
    ASAN_POISON_MEMORY_REGION(begin, static_cast<size_t>(first - begin));
    ASAN_POISON_MEMORY_REGION(first + bytes, held - bytes);
    *address = reinterpret_cast<CUdeviceptr>(first);
    count("allocations");
    std::lock_guard<std::mutex> lock(mutex);
    allocations[*address] = {bytes, context->device, static_cast<char*>(area), areaBytes};
    hearth_emulator_find_allocation(allocationAt);
    hearth_emulator_allocations_changed();
    return CUDA_SUCCESS;
}

// Waits for what is queued, as the driver does.
CU_API CUresult cuMemFree_v2(CUdeviceptr address) {
    Context* context;
    CUresult wrong = current(context);
    if (wrong == CUDA_ERROR_NOT_INITIALIZED || wrong == CUDA_ERROR_INVALID_CONTEXT) return wrong;
    if (address == 0) return CUDA_SUCCESS;
    if (CUresult refused = refuseWhileCapturing("cuMemFree")) return refused;
    finishAll(context);
    std::lock_guard<std::mutex> lock(mutex);
    auto found = allocations.find(address);
    if (found == allocations.end()) {
        return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemFree: no allocation begins at %#llx",
                      static_cast<unsigned long long>(address));
    }
    release(found->second);
    allocations.erase(found);
    count("frees");
    return wrong;
}

// ---- The host's ---------------------------------------------------------------------------------------------------------

CU_API CUresult cuMemHostAlloc(void** address, size_t bytes, unsigned) {
    Context* context;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = refuseWhileCapturing("cuMemHostAlloc")) return wrong;
    if (bytes == 0) return CUDA_ERROR_INVALID_VALUE;
    if (posix_memalign(address, 4096, bytes) != 0) return CUDA_ERROR_OUT_OF_MEMORY;
    std::memset(*address, 0xff, std::min(bytes, SPOILT));
    std::lock_guard<std::mutex> lock(mutex);
    pins[reinterpret_cast<uintptr_t>(*address)] = {bytes, false};
    return CUDA_SUCCESS;
}

CU_API CUresult cuMemFreeHost(void* address) {
    Context* context;
    CUresult wrong = current(context);
    if (wrong == CUDA_ERROR_NOT_INITIALIZED || wrong == CUDA_ERROR_INVALID_CONTEXT) return wrong;
    if (address == nullptr) return CUDA_SUCCESS;
    if (CUresult refused = refuseWhileCapturing("cuMemFreeHost")) return refused;
    finishAll(context);
    std::lock_guard<std::mutex> lock(mutex);
    auto found = pins.find(reinterpret_cast<uintptr_t>(address));
    if (found == pins.end() || found->second.registered) {
        return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemFreeHost: %p was not allocated by cuMemHostAlloc", address);
    }
    std::free(address);
    pins.erase(found);
    return wrong;
}

CU_API CUresult cuMemHostRegister_v2(void* address, size_t bytes, unsigned) {
    Context* context;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = refuseWhileCapturing("cuMemHostRegister")) return wrong;
    if (address == nullptr || bytes == 0) return CUDA_ERROR_INVALID_VALUE;
    auto begin = reinterpret_cast<uintptr_t>(address);
    std::lock_guard<std::mutex> lock(mutex);
    auto next = pins.lower_bound(begin);
    bool overlaps = next != pins.end() && next->first < begin + bytes;
    if (next != pins.begin()) {
        auto before = std::prev(next);
        overlaps |= before->first + before->second.bytes > begin;
    }
    if (overlaps) return CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED;
    pins[begin] = {bytes, true};
    return CUDA_SUCCESS;
}

CU_API CUresult cuMemHostUnregister(void* address) {
    Context* context;
    CUresult wrong = current(context);
    if (wrong == CUDA_ERROR_NOT_INITIALIZED || wrong == CUDA_ERROR_INVALID_CONTEXT) return wrong;
    finishAll(context);
    std::lock_guard<std::mutex> lock(mutex);
    auto found = pins.find(reinterpret_cast<uintptr_t>(address));
    if (found == pins.end() || !found->second.registered) return CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED;
    pins.erase(found);
    return wrong;
}

CU_API CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr* card, void* host, unsigned) {
    if (!pinned(host, 0)) return CUDA_ERROR_INVALID_VALUE;
    *card = reinterpret_cast<CUdeviceptr>(host);
    return CUDA_SUCCESS;
}

// ---- Copies and fills ---------------------------------------------------------------------------------------------------

static void* pointer(CUdeviceptr address) { return reinterpret_cast<void*>(address); }

CU_API CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void* from, size_t bytes) {
    return copy(nullptr, to, 0, from, pointer(to), bytes, "cuMemcpyHtoD", "hostToCard", true);
}

CU_API CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t bytes, CUstream stream) {
    if (CUresult wrong = requirePinned(stream, "cuMemcpyHtoDAsync", from, bytes)) return wrong;
    return copy(stream, to, 0, from, pointer(to), bytes, "cuMemcpyHtoDAsync", "hostToCard", false);
}

CU_API CUresult cuMemcpyDtoH_v2(void* to, CUdeviceptr from, size_t bytes) {
    return copy(nullptr, from, 0, pointer(from), to, bytes, "cuMemcpyDtoH", "cardToHost", true);
}

CU_API CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t bytes, CUstream stream) {
    if (CUresult wrong = requirePinned(stream, "cuMemcpyDtoHAsync", to, bytes)) return wrong;
    return copy(stream, from, 0, pointer(from), to, bytes, "cuMemcpyDtoHAsync", "cardToHost", false);
}

CU_API CUresult cuMemcpyDtoD_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes) {
    return copy(nullptr, to, from, pointer(from), pointer(to), bytes, "cuMemcpyDtoD", "onCard", true);
}

CU_API CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
    return copy(stream, to, from, pointer(from), pointer(to), bytes, "cuMemcpyDtoDAsync", "onCard", false);
}

CU_API CUresult cuMemsetD8_v2(CUdeviceptr to, unsigned char value, size_t number) {
    return fill(nullptr, to, value, number, "cuMemsetD8", true);
}
CU_API CUresult cuMemsetD16_v2(CUdeviceptr to, unsigned short value, size_t number) {
    return fill(nullptr, to, value, number, "cuMemsetD16", true);
}
CU_API CUresult cuMemsetD32_v2(CUdeviceptr to, unsigned value, size_t number) {
    return fill(nullptr, to, value, number, "cuMemsetD32", true);
}
CU_API CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t number, CUstream stream) {
    return fill(stream, to, value, number, "cuMemsetD8Async", false);
}
CU_API CUresult cuMemsetD16Async(CUdeviceptr to, unsigned short value, size_t number, CUstream stream) {
    return fill(stream, to, value, number, "cuMemsetD16Async", false);
}
CU_API CUresult cuMemsetD32Async(CUdeviceptr to, unsigned value, size_t number, CUstream stream) {
    return fill(stream, to, value, number, "cuMemsetD32Async", false);
}
