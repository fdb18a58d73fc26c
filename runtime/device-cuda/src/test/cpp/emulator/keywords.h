// The keywords of CUDA C++, what shared memory is, and how a kernel becomes known to the launcher.
#pragma once

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __launch_bounds__(...)
#define __constant__ static const
#define warpSize 32

// All fibers of a block run on one thread of the operating system, so thread-local is what a block shares. The checked and
// the sanitized builds run blocks one after another and want ordinary variables, which have room between them.
#ifdef HEARTH_EMULATOR_ONE_THREAD
#define __shared__ static __attribute__((section("hearth_shared")))
#else
#define __shared__ static thread_local
#endif

// Where the shared variables of the kernel's library are: between two addresses; or in the thread-local memory that holds the
// first one, and then the second is null.
#ifdef HEARTH_EMULATOR_ONE_THREAD
extern "C" char __start_hearth_shared[] __attribute__((visibility("hidden")));
extern "C" char __stop_hearth_shared[] __attribute__((visibility("hidden")));
#endif
namespace {
__attribute__((used)) __shared__ char hearthSharedAnchor;
inline void hearthFindShared(char** begin, char** end) {
#ifdef HEARTH_EMULATOR_ONE_THREAD
    *begin = __start_hearth_shared;
    *end = __stop_hearth_shared;
#else
    *begin = &hearthSharedAnchor;
    *end = nullptr;
#endif
}
}  // namespace

#define HEARTH_EXPORT(name) \
    static ::emulator::Registration<&name> hearthRegistration_##name(#name, &hearthFindShared);
#define HEARTH_DYNAMIC_SHARED(type, name) type* name = static_cast<type*>(::emulator::dynamicShared())
