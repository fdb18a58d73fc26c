#include "block.h"

#include "checker.h"

#include <cstdarg>
#include <cstdlib>
#include <memory>

namespace emulator {

__thread ThreadView* self;

__thread Block* Block::here;

// The block goes with the thread that it belongs to.
Block& Block::create() {
    static thread_local std::unique_ptr<Block> owned;
    owned = std::make_unique<Block>();
    return *(here = owned.get());
}

Block::~Block() {
    here = nullptr;
    releaseStacks();
    releaseShared();
}

// ---- Running ------------------------------------------------------------------------------------------------------------

void Block::run(const Launch& what, uint3 index, std::string& result) {
    failure = &result;
    prepare(what, index);
    cursor = -1;
    random = what.seed * 0x9e3779b97f4a7c15ull + numberInLaunch() + 1;
    if (what.order == Order::SHUFFLED) shuffleOrder();
    Thread* first = next();
    running = first;
    self = first;
    scheduler.switchTo(first->fiber);
    self = nullptr;
    if (alive > 0 && failure->empty()) reportDeadlock();
    unfinished = !failure->empty();
    if (!unfinished) checkGuards();
}

void Block::shuffleOrder() {
    for (int i = count - 1; i > 0; i--) {
        random = random * 6364136223846793005ull + 1442695040888963407ull;
        std::swap(order[i], order[(random >> 33) % static_cast<unsigned>(i + 1)]);
    }
}

// The thread that runs next, or null if none can.
Thread* Block::next() {
    bool byWarps = launch->order == Order::WARPS_FORWARD || launch->order == Order::WARPS_BACKWARD;
    if (byWarps && cursor >= 0) {
        int first = cursor / WARP * WARP;
        for (int i = 0; i < WARP; i++) {
            int at = first + (cursor + 1 + i) % WARP;
            if (threads[order[at]].state == State::READY) return &threads[order[cursor = at]];
        }
    }
    for (int i = 0; i < count; i++) {
        if (++cursor == count) {
            cursor = 0;
            if (launch->order == Order::SHUFFLED) shuffleOrder();
        }
        if (threads[order[cursor]].state == State::READY) return &threads[order[cursor]];
    }
    if (launch->order == Order::SHUFFLED) {
        // The order has changed under the search.
        for (cursor = 0; cursor < count; cursor++) {
            if (threads[order[cursor]].state == State::READY) return &threads[order[cursor]];
        }
        cursor = 0;
    }
    return nullptr;
}

// Leaves a thread that cannot go on to the next one that can; to run() if there is none.
void Block::goOn(Thread& from) {
    Thread* to = failure->empty() ? next() : nullptr;
    if (to == nullptr) {
        from.fiber.switchTo(scheduler);
    } else {
        running = to;
        self = to;
        from.fiber.switchTo(to->fiber);
    }
}

void Block::prepare(const Launch& what, uint3 index) {
    bool sameLaunch = launchId == what.id;
    launch = &what;
    launchId = what.id;
    static std::atomic<unsigned> runs{0};
    runNumber = ++runs;
    barriers = 0;
    view = BlockView{index, dim3{what.threads, 1, 1}, what.grid};
    if (!sameLaunch || count != static_cast<int>(what.threads)) {
        count = static_cast<int>(what.threads);
        if (count > stackCount) makeStacks(count);
        for (int i = 0; i < count; i++) {
            threads[i].threadIndex = {static_cast<unsigned>(i), 0, 0};
            threads[i].lane = i % WARP;
            threads[i].warp = i / WARP;
            threads[i].block = &view;
        }
        makeShared(what.sharedBytes);
        findStaticShared(*what.kernel);
    }
    order.resize(count);
    bool backward = what.order == Order::BACKWARD || what.order == Order::WARPS_BACKWARD;
    for (int i = 0; i < count; i++) order[i] = backward ? count - 1 - i : i;
    spoilShared();
    if (unfinished) {
        for (auto& warp : gatherings) {
            for (Gathering& gathering : warp) gathering.arrived = 0;
        }
    }
    for (int i = 0; i < count; i++) {
        Thread& thread = threads[i];
        thread.fiber.begin(stacks + STACK * i, STACK, entry);
        thread.state = State::READY;
        thread.copyGroup = 0;
        thread.warpSyncs = 0;
        thread.copies.clear();
    }
    alive = count;
    atBarrier = 0;
}

void Block::entry() {
    Fiber::entered();
    Block& block = current();
    block.launch->kernel->call(block.launch->parameters);
    Thread& thread = *block.running;
    for (const PendingCopy& copy : thread.copies) {
        if (copy.present) block.fail({"", 0}, "ends while an asynchronous copy is under way that nothing waits for");
    }
    thread.state = State::DONE;
    block.alive--;
    if (block.alive > 0 && block.atBarrier == block.alive) block.releaseBarrier();
    block.goOn(thread);
    std::abort();
}

// ---- Waiting ------------------------------------------------------------------------------------------------------------

void Block::wait(State state, const char* name, Place place) {
    Thread& thread = *running;
    thread.state = state;
    thread.waitsIn = name;
    thread.place = place;
    auto* frame = static_cast<char*>(__builtin_frame_address(0));
    if (frame < stacks + STACK * thread.threadIndex.x + STACK_LEFT) fail(place, "the thread has too many local variables");
    goOn(thread);
}

bool Block::samePlace(Place a, Place b) {
    return a.line == b.line && (a.file == b.file || std::strcmp(a.file, b.file) == 0);
}

int Block::barrier(Vote kind, int predicate, const char* name, Place place) {
    if (atBarrier == 0) {
        barrierPlace = place;
        barrierName = name;
        vote = kind;
        votes = 0;
    } else if (!samePlace(barrierPlace, place)) {
        char text[400];
        std::snprintf(text, sizeof text, "%s, while another thread of the block waits in %s at %s:%d", name,
                      barrierName, barrierPlace.file, barrierPlace.line);
        fail(place, text);
    }
    votes += predicate;
    if (++atBarrier == alive) {
        releaseBarrier();
    } else {
        wait(State::AT_BARRIER, name, place);
    }
    return voted;
}

void Block::releaseBarrier() {
    voted = vote == Vote::COUNT ? votes : vote == Vote::AND ? votes == atBarrier : votes > 0;
    atBarrier = 0;
    barriers++;
    for (int i = 0; i < count; i++) {
        if (threads[i].state == State::AT_BARRIER) threads[i].state = State::READY;
    }
}

void Block::together(unsigned mask, const char* name, Place place, void* operands, Perform perform) {
    Thread& thread = *running;
    char text[400];
    if (!(mask >> thread.lane & 1)) {
        std::snprintf(text, sizeof text, "%s is called by lane %d, which is not in the mask %08x", name, thread.lane, mask);
        fail(place, text);
    }
    Gathering& gathering = gatherings[thread.warp][__builtin_ctz(mask)];
    if (gathering.arrived == 0) {
        gathering.mask = mask;
        gathering.name = name;
        gathering.place = place;
    } else if (gathering.mask != mask || !samePlace(gathering.place, place)) {
        std::snprintf(text, sizeof text, "%s with mask %08x, while another lane of the warp waits in %s with mask %08x at %s:%d",
                      name, mask, gathering.name, gathering.mask, gathering.place.file, gathering.place.line);
        fail(place, text);
    }
    gathering.operands[thread.lane] = operands;
    gathering.arrived |= 1u << thread.lane;
    if (gathering.arrived != mask) {
        wait(State::TOGETHER, name, place);
        return;
    }
    perform(gathering.operands, mask);
    gathering.arrived = 0;
    Thread* warp = &threads[thread.warp * WARP];
    for (int lane = 0; lane < WARP; lane++) {
        if ((mask >> lane & 1) && lane != thread.lane) warp[lane].state = State::READY;
    }
}

void Block::orderWarp(unsigned mask) {
    Thread* warp = &threads[running->warp * WARP];
    unsigned latest = 0;
    for (int lane = 0; lane < WARP; lane++) {
        if (mask >> lane & 1) latest = std::max(latest, warp[lane].warpSyncs);
    }
    for (int lane = 0; lane < WARP; lane++) {
        if (mask >> lane & 1) warp[lane].warpSyncs = latest + 1;
    }
}

// ---- Asynchronous copies ------------------------------------------------------------------------------------------------

void Block::copyAsync(const PendingCopy& copy, Place place, void* instruction) {
    if (reinterpret_cast<uintptr_t>(copy.global) % static_cast<size_t>(copy.bytes) != 0) {
        fail(place, "cp.async: the address in global memory is not aligned");
    }
    running->copies.push_back(copy);
    running->copies.back().group = running->copyGroup;
    // Nobody knows what stands there until the copy is done.
    accessed(copy.shared, copy.bytes, true, instruction);
    std::memset(copy.shared, 0xff, copy.bytes);
}

void Block::copyAsyncCommit() { running->copyGroup++; }

void Block::copyAsyncWait(int pending, void* instruction) {
    auto& copies = running->copies;
    size_t done = 0;
    while (done < copies.size() && copies[done].group < running->copyGroup - pending) {
        const PendingCopy& copy = copies[done++];
        accessed(copy.shared, copy.bytes, true, instruction);
        if (copy.present) {
            accessed(copy.global, copy.bytes, false, instruction);
            std::memcpy(copy.shared, copy.global, copy.bytes);
        } else {
            std::memset(copy.shared, 0, copy.bytes);
        }
    }
    copies.erase(copies.begin(), copies.begin() + static_cast<ptrdiff_t>(done));
}

// ---- Failures -----------------------------------------------------------------------------------------------------------

void Block::fail(Place place, const char* message) {
    char text[1300];
    uint3 block = view.blockIndex;
    char where[300] = "";
    if (place.line > 0) std::snprintf(where, sizeof where, "%s:%d: ", place.file, place.line);
    std::snprintf(text, sizeof text, "%s%s (%s, block %u,%u,%u, thread %u)", where, message, launch->kernel->name,
                  block.x, block.y, block.z, running->threadIndex.x);
    if (failure->empty()) *failure = text;
    running->fiber.switchTo(scheduler);
    std::abort();
}

void Block::reportDeadlock() {
    const Thread* first = nullptr;
    const Thread* other = nullptr;
    for (int i = 0; i < count; i++) {
        const Thread& thread = threads[i];
        if (thread.state == State::TOGETHER && first == nullptr) first = &thread;
        if (thread.state == State::AT_BARRIER && other == nullptr) other = &thread;
    }
    if (first == nullptr) std::swap(first, other);
    char text[900];
    uint3 block = view.blockIndex;
    int length = std::snprintf(text, sizeof text,
                               "%s:%d: deadlock: thread %u waits in %s for threads that never get there (%s, block %u,%u,%u)",
                               first->place.file, first->place.line, first->threadIndex.x, first->waitsIn,
                               launch->kernel->name, block.x, block.y, block.z);
    if (other != nullptr) {
        std::snprintf(text + length, sizeof text - length, "; thread %u waits in %s at %s:%d", other->threadIndex.x,
                      other->waitsIn, other->place.file, other->place.line);
    }
    *failure = text;
}

// ---- What kernels call --------------------------------------------------------------------------------------------------

int barrier(Vote vote, int predicate, const char* name, Place place) {
    return Block::current().barrier(vote, predicate, name, place);
}

void together(unsigned mask, const char* name, Place place, void* operands, Perform perform) {
    Block::current().together(mask, name, place, operands, perform);
}

void* dynamicShared() { return Block::current().dynamicShared(); }

bool isShared(const void* address, size_t bytes) { return Block::current().isShared(address, bytes); }

void copyAsync(void* shared, const void* global, int bytes, bool present, Place place) {
    Block::current().copyAsync({shared, global, bytes, 0, present}, place, __builtin_return_address(0));
}

void copyAsyncCommit() { Block::current().copyAsyncCommit(); }

void copyAsyncWait(int pending) { Block::current().copyAsyncWait(pending, __builtin_return_address(0)); }

void syncWarp(unsigned mask, Place place) {
    Block::current().together(mask, "__syncwarp", place, nullptr,
                              [](void* const*, unsigned lanes) { Block::current().orderWarp(lanes); });
}

void fail(Place place, const char* format, ...) {
    char text[900];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    Block::current().fail(place, text);
}

}  // namespace emulator
