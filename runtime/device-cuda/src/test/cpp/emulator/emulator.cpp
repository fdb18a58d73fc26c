// Launches: the registry of kernels, the limits of a card, and the order of blocks.
#include "emulator.h"

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <dlfcn.h>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "block.h"
#include "emulator_c.h"

namespace emulator {
namespace {

constexpr unsigned MOST_THREADS = 1024;
constexpr size_t MOST_SHARED = 227 * 1024;
constexpr unsigned MOST_BLOCKS_YZ = 65535;

int setting(const char* name, int otherwise) {
    const char* value = std::getenv(name);
    return value == nullptr || *value == 0 ? otherwise : std::atoi(value);
}

// The kernels of each name, the one that counts last. Never taken down: kernels' libraries may outlive everything else.
std::map<std::string, std::vector<Kernel*>>& kernels() {
    static auto* all = new std::map<std::string, std::vector<Kernel*>>();
    return *all;
}

bool replacing = false;

const Kernel* find(const char* name) {
    auto found = kernels().find(name);
    return found == kernels().end() ? nullptr : found->second.back();
}

std::atomic<int> scheduleOrder{setting("HEARTH_EMULATOR_ORDER", 0)};
std::atomic<unsigned> scheduleSeed{static_cast<unsigned>(setting("HEARTH_EMULATOR_SEED", 1))};
thread_local std::string lastError;

// The blocks of one launch, taken one after the other by one or two threads.
struct Blocks {
    const Launch& launch;
    std::vector<size_t> positions;  // empty: in order
    size_t count;
    std::atomic<size_t> next{0};
    std::atomic<bool> failed{false};
    std::mutex mutex;
    size_t failedAt = 0;
    std::string failure;

    explicit Blocks(const Launch& launch)
        : launch(launch), count(static_cast<size_t>(launch.grid.x) * launch.grid.y * launch.grid.z) {
        if (launch.order == Order::SHUFFLED) {
            std::minstd_rand random(launch.seed * 40503u + 7);
            positions.resize(count);
            for (size_t i = 0; i < count; i++) positions[i] = i;
            for (size_t i = count - 1; i > 0; i--) std::swap(positions[i], positions[random() % (i + 1)]);
        }
    }

    // Blocks are taken in order, so the failure of the first one that fails is found whoever runs the others.
    void run() {
        std::string text;
        while (!failed) {
            size_t at = next++;
            if (at >= count) return;
            bool backward = launch.order == Order::BACKWARD || launch.order == Order::WARPS_BACKWARD;
            size_t i = !positions.empty() ? positions[at] : backward ? count - 1 - at : at;
            uint3 index{static_cast<unsigned>(i % launch.grid.x), static_cast<unsigned>(i / launch.grid.x % launch.grid.y),
                        static_cast<unsigned>(i / launch.grid.x / launch.grid.y)};
            Block::current().run(launch, index, text);
            if (!text.empty()) {
                std::lock_guard<std::mutex> lock(mutex);
                if (!failed || at < failedAt) {
                    failedAt = at;
                    failure = text;
                }
                failed = true;
            }
        }
    }
};

#ifndef HEARTH_EMULATOR_ONE_THREAD
// A second thread that helps with launches of many blocks.
class Helper {
public:
    static Helper& instance() {
        static auto* helper = new Helper();
        return *helper;
    }

    // Runs the blocks on two threads; on one if the helper is busy with another launch.
    void run(Blocks& blocks) {
        std::unique_lock<std::mutex> turn(busy, std::try_to_lock);
        if (turn.owns_lock()) {
            std::lock_guard<std::mutex> lock(mutex);
            work = &blocks;
            changed.notify_all();
        }
        blocks.run();
        if (turn.owns_lock()) {
            std::unique_lock<std::mutex> lock(mutex);
            if (work == &blocks) work = nullptr;
            changed.wait(lock, [this] { return !working; });
        }
    }

private:
    Helper() { std::thread([this] { loop(); }).detach(); }

    void loop() {
        std::unique_lock<std::mutex> lock(mutex);
        for (;;) {
            changed.wait(lock, [this] { return work != nullptr; });
            Blocks* blocks = work;
            work = nullptr;
            working = true;
            lock.unlock();
            blocks->run();
            lock.lock();
            working = false;
            changed.notify_all();
        }
    }

    std::mutex busy, mutex;
    std::condition_variable changed;
    Blocks* work = nullptr;
    bool working = false;
};
#endif

void runBlocks(Blocks& blocks) {
#ifndef HEARTH_EMULATOR_ONE_THREAD
    static const int threads =
        setting("HEARTH_EMULATOR_THREADS", static_cast<int>(std::min(2u, std::thread::hardware_concurrency())));
    if (threads > 1 && blocks.count > 1 && blocks.count * blocks.launch.threads >= 512) {
        Helper::instance().run(blocks);
        return;
    }
#endif
    blocks.run();
}

std::string limits(const Launch& launch) {
    dim3 grid = launch.grid;
    if (launch.threads == 0 || launch.threads > MOST_THREADS || launch.threads % WARP != 0) {
        return std::to_string(launch.threads) + " threads: not a multiple of 32 up to 1024";
    }
    if (launch.sharedBytes > MOST_SHARED) {
        return std::to_string(launch.sharedBytes) + " bytes of shared memory: more than 227 KiB";
    }
    if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7fffffffu || grid.y > MOST_BLOCKS_YZ ||
        grid.z > MOST_BLOCKS_YZ) {
        return "a grid of " + std::to_string(grid.x) + " x " + std::to_string(grid.y) + " x " + std::to_string(grid.z) +
               " blocks, which no card takes";
    }
    return "";
}

}  // namespace

void enlist(Kernel* kernel) {
    auto& same = kernels()[kernel->name];
    if (!same.empty() && !replacing) {
        std::fprintf(stderr, "Two kernels are named %s.\n", kernel->name);
        std::abort();
    }
    same.push_back(kernel);
}

void delist(Kernel* kernel) {
    auto found = kernels().find(kernel->name);
    auto& same = found->second;
    same.erase(std::find(same.begin(), same.end(), kernel));
    if (same.empty()) kernels().erase(found);
}

}  // namespace emulator

using namespace emulator;

int hearth_emulator_launch(const char* name, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned threads,
                           size_t sharedBytes, void** parameters) {
    const Kernel* kernel = find(name);
    if (kernel == nullptr) {
        lastError = std::string("no kernel is named ") + name;
        return 1;
    }
    static std::atomic<uint64_t> ids{1};
    Launch launch{ids++,   kernel, parameters,  dim3{gridX, gridY, gridZ}, threads, sharedBytes,
                  static_cast<Order>(scheduleOrder % ORDERS), scheduleSeed};
    std::string wrong = limits(launch);
    if (!wrong.empty()) {
        lastError = std::string(name) + ": " + wrong;
        return 1;
    }
    Blocks blocks(launch);
    runBlocks(blocks);
    if (blocks.failed) {
        lastError = blocks.failure;
        return 1;
    }
    return 0;
}

const char* hearth_emulator_error(void) { return lastError.c_str(); }

void hearth_emulator_schedule(int order, unsigned seed) {
    scheduleOrder = order;
    scheduleSeed = seed;
}

int hearth_emulator_parameters(const char* name, size_t* sizes, char* pointers) {
    const Kernel* kernel = find(name);
    if (kernel == nullptr) return -1;
    for (int i = 0; i < kernel->parameters; i++) {
        sizes[i] = kernel->sizes[i];
        pointers[i] = kernel->pointers[i];
    }
    return kernel->parameters;
}

void* hearth_emulator_replace(const char* library) {
    replacing = true;
    void* handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    replacing = false;
    if (handle == nullptr) lastError = dlerror();
    return handle;
}

void hearth_emulator_restore(void* replacement) { dlclose(replacement); }

const char* hearth_emulator_name(int at) {
    auto entry = kernels().begin();
    for (; at > 0 && entry != kernels().end(); at--) ++entry;
    return entry == kernels().end() ? nullptr : entry->first.c_str();
}
