// What the checked build is told beyond the accesses that the compiler shows it; nothing in the others.
#pragma once

#include <cstddef>

namespace emulator {
#ifdef HEARTH_EMULATOR_CHECKED
#pragma GCC visibility push(default)
// All lanes of the running thread's warp read for each other.
void readByWarp(const void* address, size_t bytes);
// The running thread reads or writes, asked for by an instruction of the kernel.
void accessed(const void* address, size_t bytes, bool write, void* instruction);
#pragma GCC visibility pop
#else
inline void readByWarp(const void*, size_t) {}
inline void accessed(const void*, size_t, bool, void*) {}
#endif
}  // namespace emulator
