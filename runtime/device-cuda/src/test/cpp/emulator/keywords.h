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

// All fibers of a block run on one thread of the operating system, so thread-local is what a block shares. AddressSanitizer
// only puts room between ordinary variables; its build runs blocks one after another.
#if defined(__SANITIZE_ADDRESS__)
#define __shared__ static
#else
#define __shared__ static thread_local
#endif

// Leads to the memory that holds the shared variables of a kernel's library.
namespace {
__attribute__((used)) __shared__ char hearthSharedAnchor;
inline void* hearthAnchor() { return &hearthSharedAnchor; }
}  // namespace

#define HEARTH_EXPORT(name) \
    static ::emulator::Registration<&name> hearthRegistration_##name(#name, &hearthAnchor);
#define HEARTH_DYNAMIC_SHARED(type, name) type* name = static_cast<type*>(::emulator::dynamicShared())
