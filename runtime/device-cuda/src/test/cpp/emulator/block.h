// One block of a launch: its fibers, its shared memory, and the order in which they run.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "emulator.h"
#include "fiber.h"

namespace emulator {

// The order in which the threads of a block run between two waits, and blocks within a launch.
enum class Order {
    FORWARD,         // thread 0 first; blocks in order
    BACKWARD,        // the last thread first; blocks from the last
    SHUFFLED,        // drawn anew for each round from the seed; blocks shuffled
    WARPS_FORWARD,   // each warp as far as it gets before the next one
    WARPS_BACKWARD,  // the same from the last warp and the last lane
};

constexpr int ORDERS = 5;

struct Launch {
    uint64_t id;  // no other launch of the process has it
    const Kernel* kernel;
    void** parameters;
    dim3 grid;
    unsigned threads;
    size_t sharedBytes;
    Order order;
    unsigned seed;
};

enum class State : unsigned char { READY, AT_BARRIER, TOGETHER, DONE };

struct PendingCopy {
    void* shared;
    const void* global;
    int bytes, group;
    bool present;
};

struct Thread : ThreadView {
    Fiber fiber;
    State state;
    const char* waitsIn;
    Place place;
    int copyGroup;
    unsigned warpSyncs;
    std::vector<PendingCopy> copies;
};

// Lanes that wait for each other.
struct Gathering {
    unsigned mask, arrived;
    const char* name;
    Place place;
    void* operands[WARP];
};

// Belongs to one thread of the operating system, and is used again for each block that it runs.
class Block {
public:
    // The block of this thread of the operating system.
    static Block& current() { return here != nullptr ? *here : create(); }

    Block() = default;
    Block(const Block&) = delete;
    ~Block();

    // Runs a block; what went wrong is left in `failure`, empty if nothing.
    void run(const Launch& launch, uint3 index, std::string& failure);

    int barrier(Vote vote, int predicate, const char* name, Place place);
    void together(unsigned mask, const char* name, Place place, void* operands, Perform perform);
    void orderWarp(unsigned mask);
    void copyAsync(const PendingCopy& copy, Place place, void* instruction);
    void copyAsyncCommit();
    void copyAsyncWait(int pending, void* instruction);
    [[noreturn]] void fail(Place place, const char* message);

    void* dynamicShared() const { return shared; }
    bool isShared(const void* address, size_t bytes) const;
    bool isStack(const void* address) const;

    // For the checked build: which run of a block this is, and how far the running thread is in it.
    void* kernelAddress() const { return reinterpret_cast<void*>(launch->kernel->call); }
    unsigned numberOfLaunch() const { return static_cast<unsigned>(launchId); }
    unsigned numberOfRun() const { return runNumber; }
    unsigned numberInLaunch() const {
        return view.blockIndex.x + view.gridSize.x * (view.blockIndex.y + view.gridSize.y * view.blockIndex.z);
    }
    unsigned barriersPassed() const { return barriers; }
    unsigned warpSyncsPassed() const { return running->warpSyncs; }

private:
    static __thread Block* here __attribute__((tls_model("initial-exec")));

    // Bytes of a stack: a little more than a power of two, so that the tops do not all fall into the same lines of the cache;
    // and how much of it must be free where a thread waits.
#if defined(__SANITIZE_ADDRESS__)
    static constexpr size_t STACK = 256 * 1024 + 192;
#else
    static constexpr size_t STACK = 64 * 1024 + 192;
#endif
    static constexpr size_t STACK_LEFT = 8 * 1024;

    // What stands before and after dynamic shared memory and must stay.
    static constexpr size_t GUARD = 128;

    static Block& create();
    static void entry();
    static bool samePlace(Place a, Place b);
    void prepare(const Launch& launch, uint3 index);
    void makeShared(size_t bytes);
    void releaseShared();
    void findStaticShared(const Kernel& kernel);
    void spoilShared();
    void makeStacks(int number);
    void releaseStacks();
    void shuffleOrder();
    Thread* next();
    void goOn(Thread& from);
    void wait(State state, const char* name, Place place);
    void releaseBarrier();
    void reportDeadlock();
    void checkGuards();

    const Launch* launch = nullptr;
    bool unfinished = false;  // the block before this one failed
    uint64_t launchId = 0;
    unsigned runNumber = 0, barriers = 0;
    BlockView view;
    std::vector<Thread> threads;
    std::vector<std::vector<Gathering>> gatherings;
    // The threads in the order of this round, and where in it the running thread is.
    std::vector<int> order;
    int cursor = 0;
    uint64_t random = 0;
    // Where run() waits for the block to end.
    Fiber scheduler;
    Thread* running = nullptr;
    int count = 0, alive = 0, atBarrier = 0;
    Vote vote = Vote::NONE;
    int votes = 0, voted = 0;
    Place barrierPlace{};
    const char* barrierName = nullptr;
    char* stacks = nullptr;
    int stackCount = 0;
    char* sharedArea = nullptr;
    char* shared = nullptr;
    size_t sharedAreaBytes = 0, sharedBytes = 0;
    char* staticShared = nullptr;
    size_t staticSharedBytes = 0;
    std::string* failure = nullptr;
};

}  // namespace emulator
