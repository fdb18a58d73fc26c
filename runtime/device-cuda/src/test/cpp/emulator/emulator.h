// CUDA's words in plain C++: kernels are compiled by g++ with this header and run on the processor, for tests without a card.
//
// How it works. Every thread of a block is a fiber of its own (fiber.h): it runs until it waits for others, in __syncthreads,
// __syncwarp, a shuffle or a matrix instruction. One thread of the operating system runs one block (block.h) in one of several
// orders ("schedules"). Shared memory holds not-a-number before each block, so that what is read before it is written shows.
//
// What it finds:
//   - threads that do not reach a barrier, lanes that do not take part in a shuffle or disagree about it, shuffles from lanes
//     outside of the mask, barriers on different lines: a failure that names file, line, kernel, block and thread;
//   - a missing __syncthreads or __syncwarp: results change with the schedule, mostly to not-a-number; the checked build
//     (checker.cpp) finds it in any schedule, with races between blocks and accesses outside of all memory;
//   - a missing wait for an asynchronous copy: copies happen at the matching wait, and their target is spoilt until then;
//   - instructions whose addresses are not aligned or not in shared memory; writes behind dynamic shared memory; launches that
//     no card accepts.
// What it does not find: errors in inline PTX (ptx.h has a plain twin of each), registers that do not suffice, slowness.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <type_traits>
#include <utility>

struct uint3 {
    unsigned x, y, z;
};
struct dim3 {
    unsigned x = 1, y = 1, z = 1;
};

#define HEARTH_VECTOR2(name, type)                                 \
    struct alignas(2 * sizeof(type)) name {                        \
        type x, y;                                                 \
    };                                                             \
    inline name make_##name(type x, type y) { return name{x, y}; }
#define HEARTH_VECTOR4(name, type)                                                           \
    struct alignas(4 * sizeof(type)) name {                                                  \
        type x, y, z, w;                                                                     \
    };                                                                                       \
    inline name make_##name(type x, type y, type z, type w) { return name{x, y, z, w}; }
HEARTH_VECTOR2(float2, float)
HEARTH_VECTOR2(int2, int)
HEARTH_VECTOR2(uint2, unsigned)
HEARTH_VECTOR4(float4, float)
HEARTH_VECTOR4(int4, int)
HEARTH_VECTOR4(uint4, unsigned)
HEARTH_VECTOR4(uchar4, unsigned char)
#undef HEARTH_VECTOR2
#undef HEARTH_VECTOR4

namespace emulator {

constexpr int WARP = 32;

// Where in a kernel something is asked for.
struct Place {
    const char* file;
    int line;
};
#define HEARTH_HERE (::emulator::Place{__FILE__, __LINE__})

struct BlockView {
    uint3 blockIndex;
    dim3 blockSize, gridSize;
};

// What a CUDA thread knows of itself.
struct ThreadView {
    uint3 threadIndex;
    int lane, warp;
    const BlockView* block;
};

#pragma GCC visibility push(default)

// The CUDA thread that runs now on this thread of the operating system.
extern __thread ThreadView* self __attribute__((tls_model("initial-exec")));

// Ends the launch: the first failure is what hearth_emulator_error() tells.
[[noreturn]] void fail(Place place, const char* format, ...) __attribute__((format(printf, 2, 3)));

enum class Vote { NONE, COUNT, AND, OR };

// Waits for all threads of the block that have not ended; the result is the vote of their predicates.
int barrier(Vote vote, int predicate, const char* name, Place place);

// Does an operation of several lanes: `operands[lane]` is what each has handed in.
using Perform = void (*)(void* const* operands, unsigned mask);

// Waits until all lanes of the mask are here, at the same place; the last one performs the operation for all.
void together(unsigned mask, const char* name, Place place, void* operands, Perform perform);

// Waits for the lanes of the mask, and orders their accesses to memory.
void syncWarp(unsigned mask, Place place);

void* dynamicShared();

// Whether bytes lie in this block's shared memory.
bool isShared(const void* address, size_t bytes);

// Asynchronous copies of the running thread, see ptx_emulated.h.
void copyAsync(void* shared, const void* global, int bytes, bool present, Place place);
void copyAsyncCommit();
void copyAsyncWait(int pending);

// Makes a kernel known by its name, before all others of that name, and forgets it; see HEARTH_EXPORT.
struct Kernel;
void enlist(Kernel* kernel);
void delist(Kernel* kernel);

#pragma GCC visibility pop

template <typename T>
struct Shuffle {
    T value, result;
    int source;
};

template <typename T>
inline T shuffle(unsigned mask, T value, int source, const char* name, Place place) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "shuffles move 4 or 8 bytes");
    if (!(mask >> source & 1)) {
        fail(place, "%s reads lane %d, which is not in the mask %08x", name, source, mask);
    }
    Shuffle<T> mine{value, value, source};
    together(mask, name, place, &mine, [](void* const* operands, unsigned lanes) {
        for (int lane = 0; lane < WARP; lane++) {
            if (lanes >> lane & 1) {
                auto* to = static_cast<Shuffle<T>*>(operands[lane]);
                to->result = static_cast<Shuffle<T>*>(operands[to->source])->value;
            }
        }
    });
    return mine.result;
}

// The lane that a shuffle within sections of `width` lanes reads; a lane reads itself where the section ends.
inline int laneAbsolute(int source, int width) { return (self->lane & ~(width - 1)) | (source & (width - 1)); }
inline int laneXor(int mask, int width) {
    int source = self->lane ^ mask;
    return source < (self->lane | (width - 1)) + 1 ? source : self->lane;
}
inline int laneUp(int delta, int width) {
    return (self->lane & (width - 1)) >= delta ? self->lane - delta : self->lane;
}
inline int laneDown(int delta, int width) {
    return (self->lane & (width - 1)) + delta < width ? self->lane + delta : self->lane;
}

struct Ballot {
    bool predicate;
    unsigned result;
};

inline unsigned ballot(unsigned mask, bool predicate, const char* name, Place place) {
    Ballot mine{predicate, 0};
    together(mask, name, place, &mine, [](void* const* operands, unsigned lanes) {
        unsigned result = 0;
        for (int lane = 0; lane < WARP; lane++) {
            if ((lanes >> lane & 1) && static_cast<Ballot*>(operands[lane])->predicate) result |= 1u << lane;
        }
        for (int lane = 0; lane < WARP; lane++) {
            if (lanes >> lane & 1) static_cast<Ballot*>(operands[lane])->result = result;
        }
    });
    return mine.result;
}

// ---- Registration -------------------------------------------------------------------------------------------------------

constexpr int MOST_PARAMETERS = 64;

// A kernel as the launcher knows it.
struct Kernel {
    const char* name;
    void (*call)(void** parameters);
    int parameters;
    size_t sizes[MOST_PARAMETERS];
    bool pointers[MOST_PARAMETERS];
    void* (*anchor)();  // an address in the memory of the shared variables of the kernel's library
};

template <typename... A>
struct Signature {
    template <void (*kernel)(A...), size_t... I>
    __attribute__((no_sanitize("thread"))) static void call(void** parameters, std::index_sequence<I...>) {
        (void)parameters;
        kernel(*static_cast<std::remove_cv_t<A>*>(parameters[I])...);
    }

    template <void (*kernel)(A...)>
    static void call(void** parameters) {
        call<kernel>(parameters, std::index_sequence_for<A...>{});
    }
};

template <auto kernel>
struct Registration;

template <typename... A, void (*kernel)(A...)>
struct Registration<kernel> {
    static_assert(sizeof...(A) <= MOST_PARAMETERS, "too many parameters");
    static_assert(((std::is_pointer_v<A> || std::is_same_v<A, long long> || std::is_same_v<A, int> ||
                    std::is_same_v<A, float>) && ...),
                  "parameters are pointers, i64, int or float");
    Kernel entry;
    Registration(const char* name, void* (*anchor)())
        : entry{name, &Signature<A...>::template call<kernel>, sizeof...(A), {sizeof(A)...}, {std::is_pointer_v<A>...}, anchor} {
        enlist(&entry);
    }
    ~Registration() { delist(&entry); }
};

}  // namespace emulator

// Only kernels speak CUDA.
#ifdef HEARTH_EMULATOR
#include "keywords.h"

#include "intrinsics.h"
#endif
