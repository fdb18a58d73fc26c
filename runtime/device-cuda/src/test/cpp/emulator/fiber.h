// Fibers: functions that run on stacks of their own and hand the processor to each other.
#pragma once

#include <cstddef>

#if defined(__x86_64__) || defined(__aarch64__)
#define HEARTH_FIBER_ASSEMBLY 1
#else
#include <ucontext.h>
#endif

#include <sanitizer/asan_interface.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#define HEARTH_FIBER_ASAN 1
#endif

namespace emulator {

// One flow of control: a fiber, or the thread of the operating system that switches between fibers.
class Fiber {
public:
    // Makes this fiber begin `entry` at the top of the stack when it is switched to; what it did before is forgotten.
    // `entry` never returns.
    void begin(char* stack, size_t bytes, void (*entry)());

    // Goes on with `to`; returns when something switches back to this one. A fiber on which nothing was begun is the
    // caller itself.
    void switchTo(Fiber& to);

    // The first thing that `entry` calls.
    static void entered();

private:
#ifdef HEARTH_FIBER_ASSEMBLY
    void* stackPointer = nullptr;
#else
    ucontext_t context;
#endif
#ifdef HEARTH_FIBER_ASAN
    const void* bottom = nullptr;
    size_t size = 0;
#endif
};

}  // namespace emulator
