// Modules, functions and launches. Every image is accepted; the kernels are the emulator's, found by name.
#include <cstring>

#include "card.h"
#include "../emulator/emulator_c.h"

namespace card {
namespace {

CUresult resolveFunction(CUfunction function) {
    std::lock_guard<std::mutex> lock(state().mutex);
    return state().functions.count(function) != 0 ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}

// The values of a launch's parameters, copied when it is queued.
struct Parameters {
    uint64_t values[64];
};

// Kernels may be given no address, one of a card's allocation or its end, or pinned memory.
CUresult checkPointers(const Function& function, const Parameters& parameters) {
    for (int i = 0; i < function.parameters; i++) {
        CUdeviceptr address = parameters.values[i];
        if (!function.pointers[i] || address == 0 || onCard(address, 0) ||
            pinned(reinterpret_cast<const void*>(address), 0)) {
            continue;
        }
        return refuse(CUDA_ERROR_ILLEGAL_ADDRESS, "%s: parameter %d points to %#llx, which is in no allocation",
                      function.name.c_str(), i, static_cast<unsigned long long>(address));
    }
    return CUDA_SUCCESS;
}

}  // namespace
}  // namespace card

using namespace card;

CU_API CUresult cuModuleLoadData(CUmodule* module, const void* image) {
    Context* context;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = refuseWhileCapturing("cuModuleLoadData")) return wrong;
    if (image == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *module = new Module{context, {}};
    std::lock_guard<std::mutex> lock(state().mutex);
    state().modules.insert(*module);
    return CUDA_SUCCESS;
}

CU_API CUresult cuModuleLoadDataEx(CUmodule* module, const void* image, unsigned, int*, void**) {
    return cuModuleLoadData(module, image);
}

CU_API CUresult cuModuleUnload(CUmodule module) {
    Context* context;
    CUresult wrong = current(context);
    if (wrong == CUDA_ERROR_NOT_INITIALIZED || wrong == CUDA_ERROR_INVALID_CONTEXT) return wrong;
    finishAll(context);
    std::lock_guard<std::mutex> lock(state().mutex);
    if (state().modules.erase(module) == 0) return CUDA_ERROR_INVALID_HANDLE;
    for (auto& function : module->functions) state().functions.erase(function.second.get());
    delete module;
    return wrong;
}

CU_API CUresult cuModuleGetFunction(CUfunction* function, CUmodule module, const char* name) {
    Context* context;
    if (CUresult wrong = current(context)) return wrong;
    std::lock_guard<std::mutex> lock(state().mutex);
    if (state().modules.count(module) == 0) return CUDA_ERROR_INVALID_HANDLE;
    auto made = std::make_unique<Function>();
    made->context = context;
    made->name = name;
    made->parameters = hearth_emulator_parameters(name, made->sizes, made->pointers);
    if (made->parameters < 0) return CUDA_ERROR_NOT_FOUND;
    auto& entry = module->functions[name];
    if (entry == nullptr) entry = std::move(made);
    *function = entry.get();
    state().functions.insert(*function);
    return CUDA_SUCCESS;
}

CU_API CUresult cuFuncGetAttribute(int* value, CUfunction_attribute attribute, CUfunction function) {
    if (CUresult wrong = resolveFunction(function)) return wrong;
    switch (attribute) {
        case CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK: *value = 1024; break;
        case CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES: *value = function->mostShared; break;
        default: *value = 0;
    }
    return CUDA_SUCCESS;
}

CU_API CUresult cuFuncSetAttribute(CUfunction function, CUfunction_attribute attribute, int value) {
    if (CUresult wrong = resolveFunction(function)) return wrong;
    if (attribute == CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES) {
        if (value < 0 || value > mostShared()) {
            return refuse(CUDA_ERROR_INVALID_VALUE, "%s: %d bytes of shared memory are more than the card's %d",
                          function->name.c_str(), value, mostShared());
        }
        function->mostShared = value;
        return CUDA_SUCCESS;
    }
    return attribute == CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CU_API CUresult cuLaunchKernel(CUfunction function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX,
                               unsigned blockY, unsigned blockZ, unsigned sharedBytes, CUstream handle, void** parameters,
                               void** extra) {
    Context* context;
    Stream* stream;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = resolve(context, handle, stream)) return wrong;
    if (CUresult wrong = resolveFunction(function)) return wrong;
    const char* name = function->name.c_str();
    if (extra != nullptr) return refuse(CUDA_ERROR_NOT_SUPPORTED, "%s: extra parameters", name);
    if (function->context != context) return refuse(CUDA_ERROR_INVALID_HANDLE, "%s belongs to another context", name);
    if (blockX == 0 || blockX > 1024 || blockX % 32 != 0 || blockY != 1 || blockZ != 1) {
        return refuse(CUDA_ERROR_INVALID_VALUE, "%s: %u x %u x %u threads", name, blockX, blockY, blockZ);
    }
    if (gridX == 0 || gridX > 0x7fffffffu || gridY == 0 || gridY > 65535 || gridZ == 0 || gridZ > 65535) {
        return refuse(CUDA_ERROR_INVALID_VALUE, "%s: %u x %u x %u blocks", name, gridX, gridY, gridZ);
    }
    if (sharedBytes > static_cast<unsigned>(function->mostShared)) {
        return refuse(CUDA_ERROR_INVALID_VALUE, "%s: %u bytes of shared memory, but %d are set", name, sharedBytes,
                      function->mostShared);
    }
    auto copied = std::make_shared<Parameters>();
    for (int i = 0; i < function->parameters; i++) {
        copied->values[i] = 0;
        std::memcpy(&copied->values[i], parameters[i], function->sizes[i]);
    }
    count("launches");
    // The function is copied, for its module may be gone when a recording is played.
    auto kept = std::make_shared<Function>(*function);
    return submit(stream, [=] {
        if (CUresult wrong = checkPointers(*kept, *copied)) return wrong;
        void* pointers[64];
        for (int i = 0; i < kept->parameters; i++) pointers[i] = &copied->values[i];
        if (hearth_emulator_launch(kept->name.c_str(), gridX, gridY, gridZ, blockX, sharedBytes, pointers) == 0) {
            return CUDA_SUCCESS;
        }
        const char* why = hearth_emulator_error();
        bool address = std::strstr(why, "where there is no memory") != nullptr;
        return refuse(address ? CUDA_ERROR_ILLEGAL_ADDRESS : CUDA_ERROR_LAUNCH_FAILED, "%s", why);
    });
}
