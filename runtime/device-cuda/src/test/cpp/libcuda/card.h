// An emulated card: contexts, streams that work in the background, memory with gaps around it, recorded work.
//
// The stand-in is stricter than the driver. It refuses what a card would do slowly or wrongly: asynchronous copies of memory
// that is not pinned, copies that do not lie in one allocation, kernels given addresses of no allocation, use of a stream in
// another card's context. What it refuses is told on standard error and by hearth_emulated_failure().
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "cuda.h"

namespace card {

// ---- Settings -----------------------------------------------------------------------------------------------------------

// A number from the environment, looked up at each use so that tests can change it.
int64_t setting(const char* name, int64_t otherwise);
int cards();
size_t memoryOfCard();
// Most dynamic shared memory that a block can ask for with the emulated capability.
int mostShared();

// ---- Failures -----------------------------------------------------------------------------------------------------------

// Notes why a call is refused, and returns the result.
CUresult refuse(CUresult result, const char* format, ...) __attribute__((format(printf, 2, 3)));

// Counts what tests ask for, see hearth_emulated_count().
void count(const char* what);

// ---- Work ---------------------------------------------------------------------------------------------------------------

// Something that a stream does. Not success is a failure that stays with the context.
using Work = std::function<CUresult()>;

struct Capture;

// A queue whose work is done in order by a thread of its own; or at once, with HEARTH_EMULATED_ASYNC=0.
struct Stream {
    Stream(Context* context, bool nonBlocking, bool background);
    ~Stream();

    void enqueue(Work work);
    void synchronize();
    bool idle();

    Context* const context;
    const bool nonBlocking;  // runs beside the default stream
    std::shared_ptr<Capture> capture;

private:
    void loop();
    void perform(const Work& work);

    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Work> queue;
    bool busy = false, closing = false;
    std::thread thread;
};

struct Context {
    int device;
    int references = 0;
    CUresult sticky = CUDA_SUCCESS;  // guarded by `mutex` of state()
    std::unique_ptr<Stream> defaultStream;
};

// One recording of an event: what waits for the event waits for this.
struct Moment {
    std::mutex mutex;
    std::condition_variable changed;
    bool reached = false;
    double milliseconds = 0;
    void reach();
    void wait();
    bool isReached();
};

struct Event {
    Context* context;
    bool timed;
    std::shared_ptr<Moment> last;
    std::shared_ptr<Capture> captured;  // the recording in which the event was last recorded, else null
    Stream* capturedOn = nullptr;
    size_t capturedAt = 0;
};

// A recording under way.
struct Capture {
    Stream* origin;
    CUstreamCaptureMode mode;
    std::thread::id thread;
    bool invalid = false;
    std::vector<Work> works;
    std::map<Stream*, size_t> unjoined;  // streams that joined, and how much was recorded when they last did something
};

struct Graph {
    std::vector<Work> works;
};
struct GraphExecutable {
    std::vector<Work> works;
};

struct Function {
    Context* context;
    std::string name;
    int parameters;
    size_t sizes[64];
    char pointers[64];
    int mostShared = 48 * 1024;
};

struct Module {
    Context* context;
    std::map<std::string, std::unique_ptr<Function>> functions;
};

// Everything that exists, guarded by one mutex that no work is done under.
struct State {
    std::mutex mutex;
    bool initialised = false;
    std::map<int, std::unique_ptr<Context>> contexts;
    std::map<Stream*, std::unique_ptr<Stream>> streams;
    std::set<Event*> events;
    std::set<Module*> modules;
    std::set<Function*> functions;
    std::set<Graph*> graphs;
    std::set<GraphExecutable*> executables;
    std::set<std::shared_ptr<Capture>> captures;
};
State& state();

// The context of the calling thread. Answers why there is none, or the context's failure that stays.
CUresult current(Context*& context);

// Whether a handle is a stream of the current context; null is its default stream. `stream` gets the stream to use.
CUresult resolve(Context* context, CUstream handle, Stream*& stream);

// Queues work on a stream, or records it if the stream is being recorded.
CUresult submit(Stream* stream, Work work);

// Refuses a call that would wait, allocate or free while a recording of this thread is under way.
CUresult refuseWhileCapturing(const char* call);

// Refuses, and spoils the recording of a stream that is asked to wait.
CUresult refuseWaiting(Stream* stream, const char* call);

// Waits for everything that was queued in a context.
void finishAll(Context* context);

// ---- Memory -------------------------------------------------------------------------------------------------------------

// Whether `bytes` from an address lie within one allocation of a card.
bool onCard(CUdeviceptr address, size_t bytes);
// Whether they lie in pinned memory.
bool pinned(const void* address, size_t bytes);
// Frees what a context still holds.
void releaseMemory(int device);
// Bytes allocated on a card.
size_t allocatedOn(int device);

}  // namespace card
