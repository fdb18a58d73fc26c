// The driver, its cards and their contexts.
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <string>

#include "card.h"
#include "../emulator/emulator_c.h"

namespace card {

State& state() {
    static auto* all = new State();
    return *all;
}

namespace {

thread_local Context* currentContext;

bool known(int device) { return device >= 0 && device < cards(); }

int attribute(CUdevice_attribute which, int device) {
    auto capability = static_cast<int>(setting("HEARTH_EMULATED_CAPABILITY", 90));
    switch (which) {
        case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
        case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X:
        case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y: return 1024;
        case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z: return 64;
        case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X: return 0x7fffffff;
        case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y:
        case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z: return 65535;
        case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK: return 48 * 1024;
        case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN: return mostShared();
        case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR: return mostShared() + 1024;
        case CU_DEVICE_ATTRIBUTE_WARP_SIZE: return 32;
        case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK:
        case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR: return 65536;
        case CU_DEVICE_ATTRIBUTE_CLOCK_RATE: return 1'000'000;
        case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
            return static_cast<int>(setting("HEARTH_EMULATED_MULTIPROCESSORS", 16));
        case CU_DEVICE_ATTRIBUTE_COMPUTE_MODE: return static_cast<int>(setting("HEARTH_EMULATED_COMPUTE_MODE", 0));
        case CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS:
        case CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING:
        case CU_DEVICE_ATTRIBUTE_STREAM_PRIORITIES_SUPPORTED: return 1;
        case CU_DEVICE_ATTRIBUTE_PCI_BUS_ID: return 1 + device;
        case CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE: return 1'000'000;
        case CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH: return 64;
        case CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE: return 4 << 20;
        case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR: return 2048;
        case CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT: return 2;
        case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR: return capability / 10;
        case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR: return capability % 10;
        case CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR: return 32;
    }
    return 0;
}

// What a context held when it was given up is gone with it.
void destroy(Context* context) {
    finishAll(context);
    State& all = state();
    std::unique_ptr<Context> gone;
    std::vector<std::unique_ptr<Stream>> streams;
    {
        std::lock_guard<std::mutex> lock(all.mutex);
        for (auto entry = all.streams.begin(); entry != all.streams.end();) {
            if (entry->first->context != context) {
                ++entry;
                continue;
            }
            streams.push_back(std::move(entry->second));
            entry = all.streams.erase(entry);
        }
        for (auto entry = all.modules.begin(); entry != all.modules.end();) {
            if ((*entry)->context != context) {
                ++entry;
                continue;
            }
            for (auto& function : (*entry)->functions) all.functions.erase(function.second.get());
            delete *entry;
            entry = all.modules.erase(entry);
        }
        for (auto entry = all.events.begin(); entry != all.events.end();) {
            if ((*entry)->context != context) {
                ++entry;
                continue;
            }
            delete *entry;
            entry = all.events.erase(entry);
        }
        gone = std::move(all.contexts[context->device]);
        all.contexts.erase(context->device);
    }
    releaseMemory(context->device);
}

CUresult started() {
    std::lock_guard<std::mutex> lock(state().mutex);
    return state().initialised ? CUDA_SUCCESS : CUDA_ERROR_NOT_INITIALIZED;
}

}  // namespace

CUresult current(Context*& context) {
    State& all = state();
    std::lock_guard<std::mutex> lock(all.mutex);
    if (!all.initialised) return CUDA_ERROR_NOT_INITIALIZED;
    context = currentContext;
    for (auto& entry : all.contexts) {
        if (entry.second.get() == context) return context->sticky;
    }
    return CUDA_ERROR_INVALID_CONTEXT;
}

}  // namespace card

using namespace card;

CU_API CUresult cuInit(unsigned flags) {
    if (flags != 0) return CUDA_ERROR_INVALID_VALUE;
    if (setting("HEARTH_EMULATED_NO_DEVICE", 0) != 0 || cards() == 0) return CUDA_ERROR_NO_DEVICE;
    hearth_emulator_catch_faults();
    std::lock_guard<std::mutex> lock(state().mutex);
    state().initialised = true;
    return CUDA_SUCCESS;
}

CU_API CUresult cuDriverGetVersion(int* version) {
    *version = static_cast<int>(setting("HEARTH_EMULATED_DRIVER_VERSION", 13000));
    return CUDA_SUCCESS;
}

CU_API CUresult cuDeviceGetCount(int* count) {
    if (CUresult wrong = started()) return wrong;
    *count = cards();
    return CUDA_SUCCESS;
}

CU_API CUresult cuDeviceGet(CUdevice* device, int index) {
    if (CUresult wrong = started()) return wrong;
    if (!known(index)) return CUDA_ERROR_INVALID_DEVICE;
    *device = index;
    return CUDA_SUCCESS;
}

CU_API CUresult cuDeviceGetName(char* name, int length, CUdevice device) {
    if (CUresult wrong = started()) return wrong;
    if (!known(device)) return CUDA_ERROR_INVALID_DEVICE;
    std::snprintf(name, static_cast<size_t>(length), "Emulated card");
    return CUDA_SUCCESS;
}

CU_API CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute which, CUdevice device) {
    if (CUresult wrong = started()) return wrong;
    if (!known(device)) return CUDA_ERROR_INVALID_DEVICE;
    *value = attribute(which, device);
    return CUDA_SUCCESS;
}

CU_API CUresult cuDeviceTotalMem_v2(size_t* bytes, CUdevice device) {
    if (CUresult wrong = started()) return wrong;
    if (!known(device)) return CUDA_ERROR_INVALID_DEVICE;
    *bytes = memoryOfCard();
    return CUDA_SUCCESS;
}

CU_API CUresult cuDeviceGetUuid(CUuuid* uuid, CUdevice device) {
    if (CUresult wrong = started()) return wrong;
    if (!known(device)) return CUDA_ERROR_INVALID_DEVICE;
    std::memcpy(uuid->bytes, "emulated card   ", sizeof uuid->bytes);
    uuid->bytes[15] = static_cast<unsigned char>(device);
    return CUDA_SUCCESS;
}

CU_API CUresult cuDeviceGetUuid_v2(CUuuid* uuid, CUdevice device) { return cuDeviceGetUuid(uuid, device); }

CU_API CUresult cuDeviceGetPCIBusId(char* id, int length, CUdevice device) {
    if (CUresult wrong = started()) return wrong;
    if (!known(device)) return CUDA_ERROR_INVALID_DEVICE;
    std::snprintf(id, static_cast<size_t>(length), "0000:%02x:00.0", 1 + device);
    return CUDA_SUCCESS;
}

CU_API CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
    if (CUresult wrong = started()) return wrong;
    if (!known(device)) return CUDA_ERROR_INVALID_DEVICE;
    if (setting("HEARTH_EMULATED_BUSY", 0) != 0) return CUDA_ERROR_DEVICE_UNAVAILABLE;
    std::lock_guard<std::mutex> lock(state().mutex);
    std::unique_ptr<Context>& entry = state().contexts[device];
    if (entry == nullptr) {
        entry = std::make_unique<Context>();
        entry->device = device;
        entry->defaultStream = std::make_unique<Stream>(entry.get(), false, false);
    }
    entry->references++;
    *context = entry.get();
    return CUDA_SUCCESS;
}

CU_API CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
    Context* unused = nullptr;
    {
        std::lock_guard<std::mutex> lock(state().mutex);
        auto found = state().contexts.find(device);
        if (found == state().contexts.end()) return CUDA_ERROR_INVALID_CONTEXT;
        if (--found->second->references == 0) unused = found->second.get();
    }
    if (unused != nullptr) destroy(unused);
    return CUDA_SUCCESS;
}

CU_API CUresult cuCtxSetCurrent(CUcontext context) {
    if (CUresult wrong = started()) return wrong;
    if (context != nullptr) {
        std::lock_guard<std::mutex> lock(state().mutex);
        bool alive = false;
        for (auto& entry : state().contexts) alive |= entry.second.get() == context;
        if (!alive) return CUDA_ERROR_INVALID_CONTEXT;
    }
    currentContext = context;
    return CUDA_SUCCESS;
}

CU_API CUresult cuCtxGetCurrent(CUcontext* context) {
    if (CUresult wrong = started()) return wrong;
    *context = currentContext;
    return CUDA_SUCCESS;
}

CU_API CUresult cuCtxGetDevice(CUdevice* device) {
    Context* context;
    if (CUresult wrong = current(context)) return wrong;
    *device = context->device;
    return CUDA_SUCCESS;
}

CU_API CUresult cuCtxSetLimit(int, size_t) {
    Context* context;
    return current(context);
}

CU_API CUresult cuCtxSynchronize() {
    Context* context;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = refuseWhileCapturing("cuCtxSynchronize")) return wrong;
    count("synchronizations");
    finishAll(context);
    return current(context);
}

// The newest form of a function, as the driver's own headers would choose it.
CU_API CUresult cuGetProcAddress_v2(const char* symbol, void** function, int, uint64_t, int* status) {
    Dl_info self;
    dladdr(reinterpret_cast<void*>(&cuInit), &self);
    void* library = dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD);
    *function = nullptr;
    if (std::strncmp(symbol, "cu", 2) == 0) {
        *function = dlsym(library, (std::string(symbol) + "_v2").c_str());
        if (*function == nullptr) *function = dlsym(library, symbol);
    }
    dlclose(library);
    if (status != nullptr) *status = *function == nullptr ? 1 : 0;
    return *function == nullptr ? CUDA_ERROR_NOT_FOUND : CUDA_SUCCESS;
}

CU_API CUresult cuGetProcAddress(const char* symbol, void** function, int version, uint64_t flags) {
    return cuGetProcAddress_v2(symbol, function, version, flags, nullptr);
}
