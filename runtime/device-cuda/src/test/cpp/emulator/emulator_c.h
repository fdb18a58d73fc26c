// The emulator as tests and the stand-in driver see it.
#pragma once

#include <stddef.h>

#define HEARTH_EMULATOR_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

// Runs a kernel to its end. `parameters` are addresses of the values, as for cuLaunchKernel. 0, or not and then
// hearth_emulator_error() says why.
HEARTH_EMULATOR_API int hearth_emulator_launch(const char* kernel, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned threads,
                           size_t sharedBytes, void** parameters);

// Why the last launch of this thread failed.
HEARTH_EMULATOR_API const char* hearth_emulator_error(void);

// The schedule of the launches to come, see Order in block.h: 0 forward, 1 backward, 2 shuffled from the seed, 3 and 4 a warp
// at a time. It holds for the process; the variables HEARTH_EMULATOR_ORDER and HEARTH_EMULATOR_SEED give the first one.
HEARTH_EMULATOR_API void hearth_emulator_schedule(int order, unsigned seed);

// Number of parameters of a kernel, -1 if there is none of that name; `sizes` gets up to 64 sizes in bytes, and `pointers`
// 1 for each that is a pointer.
HEARTH_EMULATOR_API int hearth_emulator_parameters(const char* kernel, size_t* sizes, char* pointers);

// Loads a library whose kernels take the place of those of the same names, until the result is given back; null if it cannot
// be loaded.
HEARTH_EMULATOR_API void* hearth_emulator_replace(const char* library);
HEARTH_EMULATOR_API void hearth_emulator_restore(void* replacement);

// From now on, a kernel that accesses memory where there is none ends with a failure instead of ending the process.
HEARTH_EMULATOR_API void hearth_emulator_catch_faults(void);

// The names of all kernels, sorted; `at` counts from 0; null behind the last one.
HEARTH_EMULATOR_API const char* hearth_emulator_name(int at);

// How the checked build asks for the card's allocation that a page of memory belongs to, gaps around it included: not 0, and
// its first byte and its end. And that what it has been told is out of date.
HEARTH_EMULATOR_API void hearth_emulator_find_allocation(int (*find)(const void* address, size_t* begin, size_t* end));
HEARTH_EMULATOR_API void hearth_emulator_allocations_changed(void);

#ifdef __cplusplus
}
#endif
