// The checked build: every access to memory of a kernel is looked at.
//
// The compiler calls a function before each access (-fsanitize=thread); instead of ThreadSanitizer's, these here are linked.
// Unlike a run of it, what they find does not depend on the schedule:
//   - races: two threads reach the same byte, one of them writes it, and nothing orders the two. Threads of a block are
//     ordered by __syncthreads, lanes of a warp also by __syncwarp, and shuffles order nothing; blocks of a launch are not
//     ordered, launches are;
//   - accesses next to an allocation of the card, which would not fault.
//   - accesses whose address is not a multiple of what their type wants (-fsanitize=alignment, again with a function of ours).
// Shadow memory remembers for each byte who wrote it last, and who has read it since.
#ifdef HEARTH_EMULATOR_CHECKED

#include "checker.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <memory>
#include <string>
#include <unordered_map>

#include "block.h"
#include "emulator_c.h"

namespace emulator {
namespace {

constexpr uintptr_t PAGE = 4096;
// Stands for all lanes of a warp, in instructions that read for each other.
constexpr uint16_t WHOLE_WARP = 0x4000;
constexpr uint16_t ATOMIC = 0x8000;

// Somebody who has accessed a byte, and when.
struct Access {
    uint32_t launch, block, barriers, warpSyncs;
    uint32_t from;  // offset of the instruction in its library
    uint16_t thread, warp;
};

struct Byte {
    Access write, read;
    // Whether others than the last reader have read it since the last barrier or write: of other blocks, of other warps,
    // other lanes since the warp's last synchronisation.
    bool blocksRead, warpsRead, lanesRead;
};

struct Page {
    Byte bytes[PAGE];
};

// What an address belongs to.
enum class Kind : uint8_t { OTHER, SHARED, CARD };

struct Known {
    uintptr_t page = 0;
    uint64_t generation = 0;
    Kind kind;
    uintptr_t begin, end;
};

int (*findAllocation)(const void*, size_t*, size_t*) = nullptr;
std::atomic<uint64_t> generation{1};
std::unordered_map<uintptr_t, std::unique_ptr<Page>> pages;
Known known[1024];
Page* lastPage = nullptr;
uintptr_t lastPageAt = 0;

Page& shadow(uintptr_t page) {
    if (page != lastPageAt) {
        auto& entry = pages[page];
        if (entry == nullptr) entry = std::make_unique<Page>();
        lastPage = entry.get();
        lastPageAt = page;
    }
    return *lastPage;
}

const Known& classify(uintptr_t address) {
    uintptr_t page = address / PAGE;
    Known& entry = known[page % 1024];
    if (entry.page != page || entry.generation != generation) {
        size_t begin = 0, end = 0;
        bool card = findAllocation != nullptr && findAllocation(reinterpret_cast<void*>(address), &begin, &end) != 0;
        entry = {page, generation, card ? Kind::CARD : Kind::OTHER, begin, end};
    }
    return entry;
}

// File and line of an instruction, and what it is inlined into, if the machine has a tool that knows.
std::string describe(uint32_t offset) {
    Dl_info library;
    if (dladdr(Block::current().kernelAddress(), &library) == 0) return "?";
    char command[700], line[400];
    std::snprintf(command, sizeof command, "addr2line -s -i -e '%s' 0x%x 2>/dev/null", library.dli_fname, offset);
    std::string text;
    if (FILE* tool = popen(command, "r")) {
        while (std::fgets(line, sizeof line, tool) != nullptr) {
            std::string place(line, std::strcspn(line, " \n"));
            if (place[0] != '?') text += (text.empty() ? "" : " in ") + place;
        }
        pclose(tool);
    }
    return text.empty() ? "offset " + std::to_string(offset) + " of " + library.dli_fname : text;
}

uint32_t offsetOf(void* instruction) {
    static uintptr_t base = 0;
    static uintptr_t of = 0;
    auto kernel = reinterpret_cast<uintptr_t>(Block::current().kernelAddress());
    if (of != kernel) {
        Dl_info library;
        of = kernel;
        base = dladdr(Block::current().kernelAddress(), &library) != 0 ? reinterpret_cast<uintptr_t>(library.dli_fbase) : 0;
    }
    return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(instruction) - 1 - base);
}

bool sameLane(const Access& a, const Access& b) {
    return a.warp == b.warp && !((a.thread | b.thread) & WHOLE_WARP) && (a.thread & ~ATOMIC) == (b.thread & ~ATOMIC);
}

// Whether nothing orders an earlier access and this one.
bool concurrent(const Access& before, const Access& now) {
    if (before.launch != now.launch) return false;
    if (before.block != now.block) return true;
    if (before.barriers != now.barriers || sameLane(before, now)) return false;
    if (before.thread & now.thread & ATOMIC) return false;
    return before.warp != now.warp || before.warpSyncs >= now.warpSyncs;
}

// `earlier` is how the byte was accessed before, `write` how it is now.
[[noreturn]] void race(const char* earlier, const Access& before, bool write, const Access& now, uintptr_t address,
                       Kind kind) {
    char other[100];
    if (before.block != now.block) {
        std::snprintf(other, sizeof other, "block %u of the grid", before.block);
    } else if (before.thread & WHOLE_WARP) {
        std::snprintf(other, sizeof other, "warp %u", before.warp);
    } else {
        std::snprintf(other, sizeof other, "thread %u", before.thread & ~ATOMIC);
    }
    fail({"", 0}, "%s: race: %s %p in %s memory; nothing orders this and %s by %s at %s", describe(now.from).c_str(),
         write ? "writes" : "reads", reinterpret_cast<void*>(address), kind == Kind::SHARED ? "shared" : "the card's",
         earlier, other, describe(before.from).c_str());
}

void noteRead(Byte& byte, const Access& now, bool fresh) {
    if (fresh) {
        byte.blocksRead = byte.warpsRead = byte.lanesRead = false;
    } else {
        const Access& read = byte.read;
        if (read.block != now.block) byte.blocksRead = true;
        if (read.block == now.block && read.barriers == now.barriers) {
            if (read.warp != now.warp) byte.warpsRead = true;
            if (read.warp == now.warp && !sameLane(read, now) && read.warpSyncs >= now.warpSyncs) byte.lanesRead = true;
        } else {
            byte.warpsRead = byte.lanesRead = false;
        }
    }
    byte.read = now;
}

void checkByte(uintptr_t address, const Access& now, bool write, Kind kind) {
    Byte& byte = shadow(address / PAGE).bytes[address % PAGE];
    if (concurrent(byte.write, now)) race("a write", byte.write, write, now, address, kind);
    const Access& read = byte.read;
    bool hasRead = read.launch == now.launch;
    if (!write) {
        noteRead(byte, now, !hasRead);
        return;
    }
    if (hasRead) {
        bool sinceBarrier = read.block == now.block && read.barriers == now.barriers;
        bool sinceWarpSync = sinceBarrier && read.warp == now.warp && read.warpSyncs >= now.warpSyncs;
        if (concurrent(read, now)) race("a read", read, true, now, address, kind);
        if (byte.blocksRead) race("reads of several blocks, the last", read, true, now, address, kind);
        if (sinceBarrier && byte.warpsRead) race("reads of several warps, the last", read, true, now, address, kind);
        if (sinceWarpSync && byte.lanesRead) race("reads of several lanes, the last", read, true, now, address, kind);
    }
    byte.write = now;
    byte.read.launch = 0;
}

void check(const void* pointer, size_t bytes, bool write, uint16_t flags, void* instruction) {
    if (self == nullptr) return;
    Block& block = Block::current();
    if (block.isStack(pointer)) return;
    auto address = reinterpret_cast<uintptr_t>(pointer);
    Access now{};
    now.from = offsetOf(instruction);
    now.thread = static_cast<uint16_t>(self->threadIndex.x | flags);
    now.warp = static_cast<uint16_t>(self->warp);
    now.barriers = block.barriersPassed();
    now.warpSyncs = block.warpSyncsPassed();
    Kind kind = Kind::SHARED;
    if (block.isShared(pointer, bytes)) {
        now.launch = block.numberOfRun();
    } else {
        const Known& place = classify(address);
        if (place.kind == Kind::OTHER) return;
        kind = Kind::CARD;
        if (address < place.begin || address + bytes > place.end) {
            fail({"", 0}, "%s: %s %zu bytes at %p, which is not in the allocation of %zu bytes at %p",
                 describe(now.from).c_str(), write ? "writes" : "reads", bytes, pointer,
                 static_cast<size_t>(place.end - place.begin), reinterpret_cast<void*>(place.begin));
        }
        now.launch = block.numberOfLaunch();
        now.block = block.numberInLaunch();
    }
    for (size_t i = 0; i < bytes; i++) checkByte(address + i, now, write, kind);
}

}  // namespace

void readByWarp(const void* address, size_t bytes) {
    check(address, bytes, false, WHOLE_WARP, __builtin_return_address(0));
}

void accessed(const void* address, size_t bytes, bool write, void* instruction) {
    check(address, bytes, write, 0, instruction);
}

}  // namespace emulator

void hearth_emulator_find_allocation(int (*find)(const void*, size_t*, size_t*)) { emulator::findAllocation = find; }

void hearth_emulator_allocations_changed(void) { emulator::generation++; }

// ---- What the compiler calls --------------------------------------------------------------------------------------------

#define HOOK extern "C" __attribute__((visibility("default")))

HOOK void __tsan_init() {}
HOOK void __tsan_func_entry(void*) {}
HOOK void __tsan_func_exit() {}

#define HEARTH_ACCESS(bytes)                                                                             \
    HOOK void __tsan_read##bytes(void* address) {                                                        \
        emulator::check(address, bytes, false, 0, __builtin_return_address(0));                          \
    }                                                                                                    \
    HOOK void __tsan_write##bytes(void* address) {                                                       \
        emulator::check(address, bytes, true, 0, __builtin_return_address(0));                           \
    }
HEARTH_ACCESS(1)
HEARTH_ACCESS(2)
HEARTH_ACCESS(4)
HEARTH_ACCESS(8)
HEARTH_ACCESS(16)

HOOK void __tsan_read_range(void* address, size_t bytes) {
    emulator::check(address, bytes, false, 0, __builtin_return_address(0));
}
HOOK void __tsan_write_range(void* address, size_t bytes) {
    emulator::check(address, bytes, true, 0, __builtin_return_address(0));
}

// Atomics do not race with each other; they do with everything else.
#define HEARTH_CHANGE(bits, name, builtin)                                                                \
    HOOK uint##bits##_t __tsan_atomic##bits##_##name(volatile void* address, uint##bits##_t value, int) { \
        emulator::check(const_cast<void*>(address), bits / 8, true, emulator::ATOMIC, __builtin_return_address(0)); \
        return builtin(static_cast<volatile uint##bits##_t*>(address), value, __ATOMIC_SEQ_CST);          \
    }
#define HEARTH_ATOMICS(bits)                                                                              \
    HEARTH_CHANGE(bits, exchange, __atomic_exchange_n)                                                    \
    HEARTH_CHANGE(bits, fetch_add, __atomic_fetch_add)                                                    \
    HEARTH_CHANGE(bits, fetch_sub, __atomic_fetch_sub)                                                    \
    HEARTH_CHANGE(bits, fetch_and, __atomic_fetch_and)                                                    \
    HEARTH_CHANGE(bits, fetch_or, __atomic_fetch_or)                                                      \
    HOOK uint##bits##_t __tsan_atomic##bits##_load(const volatile void* address, int) {                   \
        emulator::check(const_cast<void*>(address), bits / 8, true, emulator::ATOMIC, __builtin_return_address(0)); \
        return __atomic_load_n(static_cast<const volatile uint##bits##_t*>(address), __ATOMIC_SEQ_CST);   \
    }                                                                                                     \
    HOOK int __tsan_atomic##bits##_compare_exchange_strong(volatile void* address, void* expected,        \
                                                           uint##bits##_t value, int, int) {              \
        emulator::check(const_cast<void*>(address), bits / 8, true, emulator::ATOMIC, __builtin_return_address(0)); \
        return __atomic_compare_exchange_n(static_cast<volatile uint##bits##_t*>(address),                \
                                           static_cast<uint##bits##_t*>(expected), value, false,          \
                                           __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                           \
    }
HEARTH_ATOMICS(32)
HEARTH_ATOMICS(64)

// A pointer does not fit its type; the layout of what is told is the compiler's.
struct Mismatch {
    const char* file;
    uint32_t line, column;
    const struct {
        uint16_t kind, info;
        char name[1];
    } * type;
    unsigned char alignmentBits, access;
};

HOOK void __ubsan_handle_type_mismatch_v1(const Mismatch* mismatch, void* pointer) {
    std::string place = emulator::describe(emulator::offsetOf(__builtin_return_address(0)));
    emulator::fail({"", 0}, "%s: misaligned: %p is used as an address of %s, which wants a multiple of %d", place.c_str(),
                   pointer, mismatch->type->name, 1 << mismatch->alignmentBits);
}

HOOK void __tsan_atomic_thread_fence(int) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

#else

#include "emulator_c.h"

void hearth_emulator_find_allocation(int (*)(const void*, size_t*, size_t*)) {}

void hearth_emulator_allocations_changed(void) {}

#endif
