// Kernels that access memory where there is none: their launch fails, and the process goes on.
#include <csignal>
#include <cstdio>
#include <ucontext.h>

#include "emulator.h"
#include "emulator_c.h"

namespace emulator {
namespace {

struct sigaction before[2];
__thread void* faultAddress;

struct sigaction& beforeOf(int signal) { return before[signal == SIGBUS]; }

// Runs on the fiber that caused the fault, in place of what it was doing.
void faulted() { fail({"", 0}, "accesses the address %p, where there is no memory", faultAddress); }

void handle(int signal, siginfo_t* info, void* context) {
    if (self != nullptr) {
        faultAddress = info->si_addr;
        auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
        // As after a call, past what the interrupted function may keep below its stack pointer.
        registers.gregs[REG_RSP] = ((registers.gregs[REG_RSP] - 256) & ~15ll) - 8;
        registers.gregs[REG_RIP] = reinterpret_cast<greg_t>(&faulted);
        return;
#elif defined(__aarch64__)
        registers.sp = (registers.sp - 256) & ~15ull;
        registers.pc = reinterpret_cast<uint64_t>(&faulted);
        return;
#else
        (void)registers;
#endif
    }
    const struct sigaction& old = beforeOf(signal);
    if (old.sa_flags & SA_SIGINFO) {
        old.sa_sigaction(signal, info, context);
    } else if (old.sa_handler == SIG_DFL || old.sa_handler == SIG_IGN) {
        sigaction(signal, &old, nullptr);  // the instruction is tried again, and this time it ends the process
    } else {
        old.sa_handler(signal);
    }
}

}  // namespace
}  // namespace emulator

void hearth_emulator_catch_faults(void) {
#if !defined(__SANITIZE_ADDRESS__)
    static bool caught = false;
    if (caught) return;
    caught = true;
    for (int signal : {SIGSEGV, SIGBUS}) {
        struct sigaction action {};
        action.sa_sigaction = emulator::handle;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART;
        sigemptyset(&action.sa_mask);
        sigaction(signal, &action, &emulator::beforeOf(signal));
    }
#endif
}
