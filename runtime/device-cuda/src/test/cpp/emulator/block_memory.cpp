// The memory of a block: stacks of its fibers, and shared memory.
#include <cstdlib>
#include <link.h>
#include <sys/mman.h>

#include "block.h"

namespace emulator {
namespace {

constexpr int NAN_BYTE = 0xff, GUARD_BYTE = 0xa5;

}  // namespace

// ---- Stacks -------------------------------------------------------------------------------------------------------------

void Block::releaseStacks() {
    if (stacks == nullptr) return;
    size_t bytes = STACK * static_cast<size_t>(stackCount);
    ASAN_UNPOISON_MEMORY_REGION(stacks, bytes);
    munmap(stacks, bytes);
}

void Block::makeStacks(int number) {
    releaseStacks();
    stackCount = number;
    stacks = static_cast<char*>(mmap(nullptr, STACK * static_cast<size_t>(number), PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    if (stacks == MAP_FAILED) std::abort();
    threads.resize(number);
    gatherings.resize((number + WARP - 1) / WARP, std::vector<Gathering>(WARP));
}

bool Block::isStack(const void* address) const {
    auto* at = static_cast<const char*>(address);
    return at >= stacks && at < stacks + STACK * static_cast<size_t>(stackCount);
}

// ---- Dynamic shared memory ----------------------------------------------------------------------------------------------

void Block::makeShared(size_t bytes) {
    if (bytes + 2 * GUARD > sharedAreaBytes) {
        releaseShared();
        sharedAreaBytes = (bytes + 3 * GUARD - 1) / GUARD * GUARD;
        sharedArea = static_cast<char*>(std::aligned_alloc(GUARD, sharedAreaBytes));
    }
    sharedBytes = bytes;
    shared = sharedArea + GUARD;
    ASAN_UNPOISON_MEMORY_REGION(sharedArea, sharedAreaBytes);
    std::memset(sharedArea, GUARD_BYTE, GUARD);
    std::memset(shared + sharedBytes, GUARD_BYTE, GUARD);
    ASAN_POISON_MEMORY_REGION(sharedArea, GUARD);
    ASAN_POISON_MEMORY_REGION(shared + sharedBytes, GUARD);
}

void Block::releaseShared() {
    ASAN_UNPOISON_MEMORY_REGION(sharedArea, sharedAreaBytes);
    std::free(sharedArea);
}

// AddressSanitizer looks after what it keeps around shared memory by itself.
void Block::checkGuards() {
#if !defined(__SANITIZE_ADDRESS__)
    for (size_t i = 0; i < GUARD; i++) {
        if (static_cast<unsigned char>(sharedArea[i]) != GUARD_BYTE ||
            static_cast<unsigned char>(shared[sharedBytes + i]) != GUARD_BYTE) {
            uint3 block = view.blockIndex;
            char text[300];
            std::snprintf(text, sizeof text, "wrote outside of the %zu bytes of dynamic shared memory (%s, block %u,%u,%u)",
                          sharedBytes, launch->kernel->name, block.x, block.y, block.z);
            *failure = text;
            return;
        }
    }
#endif
}

// ---- Static shared memory -----------------------------------------------------------------------------------------------

#if defined(__SANITIZE_ADDRESS__)
// They are among the library's variables.
static char* sharedSegment(const dl_phdr_info& info, const ElfW(Phdr) & segment) {
    return segment.p_type == PT_LOAD && (segment.p_flags & PF_W) != 0
               ? reinterpret_cast<char*>(info.dlpi_addr + segment.p_vaddr)
               : nullptr;
}
#else
// They are the thread-local variables of the library.
static char* sharedSegment(const dl_phdr_info& info, const ElfW(Phdr) & segment) {
    return segment.p_type == PT_TLS ? static_cast<char*>(info.dlpi_tls_data) : nullptr;
}
#endif

// Finds the memory of the shared variables of the kernel's library.
void Block::findStaticShared(const Kernel& kernel) {
    struct Search {
        char *within, *begin;
        size_t bytes;
    } search{static_cast<char*>(kernel.anchor()), nullptr, 0};
    dl_iterate_phdr(
        [](dl_phdr_info* info, size_t, void* data) {
            auto* wanted = static_cast<Search*>(data);
            for (int i = 0; i < info->dlpi_phnum; i++) {
                char* begin = sharedSegment(*info, info->dlpi_phdr[i]);
                size_t bytes = info->dlpi_phdr[i].p_memsz;
                if (begin != nullptr && wanted->within >= begin && wanted->within < begin + bytes) {
                    wanted->begin = begin;
                    wanted->bytes = bytes;
                    return 1;
                }
            }
            return 0;
        },
        &search);
    staticShared = search.begin;
    staticSharedBytes = search.bytes;
}

// What is read before it is written is not a number. Among ordinary variables there may be others than shared ones.
void Block::spoilShared() {
    std::memset(shared, NAN_BYTE, sharedBytes);
#if !defined(__SANITIZE_ADDRESS__)
    std::memset(staticShared, NAN_BYTE, staticSharedBytes);
#endif
}

bool Block::isShared(const void* address, size_t bytes) const {
    auto* from = static_cast<const char*>(address);
    return (from >= shared && from + bytes <= shared + sharedBytes) ||
           (from >= staticShared && from + bytes <= staticShared + staticSharedBytes);
}

}  // namespace emulator
