#include "fiber.h"

#include <cstdint>
#include <cstring>

#ifdef HEARTH_FIBER_ASSEMBLY

// Keeps the registers that a function must preserve on the stack of `*from`'s fiber, and goes on where `to` left off.
extern "C" void hearth_fiber_switch(void** from, void* to);

#if defined(__x86_64__)
asm(R"(
    .text
    .globl hearth_fiber_switch
    .hidden hearth_fiber_switch
    .type hearth_fiber_switch, @function
hearth_fiber_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size hearth_fiber_switch, . - hearth_fiber_switch
)");
// Six registers, the address to return to, and an empty return address for the entry.
static constexpr size_t FRAME = 8 * 8, RETURN = 6 * 8;
#else
asm(R"(
    .text
    .globl hearth_fiber_switch
    .hidden hearth_fiber_switch
    .type hearth_fiber_switch, %function
hearth_fiber_switch:
    sub sp, sp, #160
    stp x19, x20, [sp, #0]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    ret
    .size hearth_fiber_switch, . - hearth_fiber_switch
)");
static constexpr size_t FRAME = 160, RETURN = 88;
#endif
#endif

namespace emulator {

#ifdef HEARTH_FIBER_ASAN
static Fiber* left;
#endif

void Fiber::begin(char* stack, size_t bytes, void (*entry)()) {
    ASAN_UNPOISON_MEMORY_REGION(stack, bytes);
#ifdef HEARTH_FIBER_ASAN
    bottom = stack;
    size = bytes;
#endif
#ifdef HEARTH_FIBER_ASSEMBLY
    auto top = reinterpret_cast<uintptr_t>(stack + bytes) & ~static_cast<uintptr_t>(15);
    char* frame = reinterpret_cast<char*>(top) - FRAME;
    std::memset(frame, 0, FRAME);
    std::memcpy(frame + RETURN, &entry, sizeof entry);
    stackPointer = frame;
#else
    getcontext(&context);
    context.uc_stack.ss_sp = stack;
    context.uc_stack.ss_size = bytes;
    context.uc_link = nullptr;
    makecontext(&context, entry, 0);
#endif
}

void Fiber::switchTo(Fiber& to) {
#ifdef HEARTH_FIBER_ASAN
    void* fakeStack = nullptr;
    left = this;
    __sanitizer_start_switch_fiber(&fakeStack, to.bottom, to.size);
#endif
#ifdef HEARTH_FIBER_ASSEMBLY
    hearth_fiber_switch(&stackPointer, to.stackPointer);
#else
    swapcontext(&context, &to.context);
#endif
#ifdef HEARTH_FIBER_ASAN
    __sanitizer_finish_switch_fiber(fakeStack, &left->bottom, &left->size);
#endif
}

void Fiber::entered() {
#ifdef HEARTH_FIBER_ASAN
    __sanitizer_finish_switch_fiber(nullptr, &left->bottom, &left->size);
#endif
}

}  // namespace emulator
