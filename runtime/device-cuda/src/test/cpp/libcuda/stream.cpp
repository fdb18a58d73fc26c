// Streams and events.
#include <chrono>

#include "card.h"
#include "hearth_emulated.h"

namespace card {

// ---- Streams ------------------------------------------------------------------------------------------------------------

Stream::Stream(Context* context, bool nonBlocking, bool background) : context(context), nonBlocking(nonBlocking) {
    if (background) thread = std::thread([this] { loop(); });
}

Stream::~Stream() {
    {
        std::lock_guard<std::mutex> lock(mutex);
        closing = true;
        changed.notify_all();
    }
    if (thread.joinable()) thread.join();
}

void Stream::enqueue(Work work) {
    if (!thread.joinable()) {
        perform(work);
        return;
    }
    std::lock_guard<std::mutex> lock(mutex);
    queue.push_back(std::move(work));
    changed.notify_all();
}

void Stream::synchronize() {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [this] { return queue.empty() && !busy; });
}

bool Stream::idle() {
    std::lock_guard<std::mutex> lock(mutex);
    return queue.empty() && !busy;
}

void Stream::loop() {
    std::unique_lock<std::mutex> lock(mutex);
    for (;;) {
        changed.wait(lock, [this] { return closing || !queue.empty(); });
        if (queue.empty()) return;
        Work work = std::move(queue.front());
        queue.pop_front();
        busy = true;
        lock.unlock();
        perform(work);
        lock.lock();
        busy = false;
        if (queue.empty()) changed.notify_all();
    }
}

// Nothing is done any more after a failure.
void Stream::perform(const Work& work) {
    if (int64_t delay = setting("HEARTH_EMULATED_DELAY", 0)) {
        std::this_thread::sleep_for(std::chrono::microseconds(delay));
    }
    {
        std::lock_guard<std::mutex> lock(state().mutex);
        if (context->sticky != CUDA_SUCCESS) return;
    }
    CUresult result = work();
    if (result != CUDA_SUCCESS) {
        std::lock_guard<std::mutex> lock(state().mutex);
        context->sticky = result;
    }
}

CUresult resolve(Context* context, CUstream handle, Stream*& stream) {
    // 1 and 2 are the driver's names for its default streams.
    if (reinterpret_cast<uintptr_t>(handle) <= 2) {
        stream = context->defaultStream.get();
        return CUDA_SUCCESS;
    }
    std::lock_guard<std::mutex> lock(state().mutex);
    if (state().streams.find(handle) == state().streams.end()) {
        return refuse(CUDA_ERROR_INVALID_HANDLE, "there is no stream %p", static_cast<void*>(handle));
    }
    if (handle->context != context) {
        return refuse(CUDA_ERROR_INVALID_HANDLE, "a stream of card %d is used in the context of card %d",
                      handle->context->device, context->device);
    }
    stream = handle;
    return CUDA_SUCCESS;
}

namespace {

void finish(Context* context, bool all) {
    std::vector<Stream*> streams;
    {
        std::lock_guard<std::mutex> lock(state().mutex);
        for (auto& entry : state().streams) {
            if (entry.first->context == context && (all || !entry.first->nonBlocking)) streams.push_back(entry.first);
        }
    }
    for (Stream* stream : streams) stream->synchronize();
}

}  // namespace

void finishAll(Context* context) { finish(context, true); }

CUresult submit(Stream* stream, Work work) {
    if (stream == stream->context->defaultStream.get()) {
        // Waits for the streams that were not made to run beside it.
        finish(stream->context, false);
    }
    {
        std::lock_guard<std::mutex> lock(state().mutex);
        if (auto capture = stream->capture) {
            if (capture->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
            capture->works.push_back(std::move(work));
            if (stream != capture->origin) capture->unjoined[stream] = capture->works.size();
            return CUDA_SUCCESS;
        }
    }
    stream->enqueue(std::move(work));
    return CUDA_SUCCESS;
}

// ---- Events -------------------------------------------------------------------------------------------------------------

void Moment::reach() {
    std::lock_guard<std::mutex> lock(mutex);
    milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
    reached = true;
    changed.notify_all();
}

void Moment::wait() {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [this] { return reached; });
}

bool Moment::isReached() {
    std::lock_guard<std::mutex> lock(mutex);
    return reached;
}

namespace {

CUresult resolveEvent(CUevent event) {
    std::lock_guard<std::mutex> lock(state().mutex);
    return state().events.count(event) != 0 ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}

}  // namespace
}  // namespace card

using namespace card;

CU_API CUresult cuStreamCreate(CUstream* stream, unsigned flags) {
    Context* context;
    if (CUresult wrong = current(context)) return wrong;
    if (flags > 1) return CUDA_ERROR_INVALID_VALUE;
    bool background = setting("HEARTH_EMULATED_ASYNC", 1) != 0;
    auto made = std::make_unique<Stream>(context, flags == 1, background);
    *stream = made.get();
    std::lock_guard<std::mutex> lock(state().mutex);
    state().streams[*stream] = std::move(made);
    return CUDA_SUCCESS;
}

CU_API CUresult cuStreamCreateWithPriority(CUstream* stream, unsigned flags, int) { return cuStreamCreate(stream, flags); }

CU_API CUresult cuStreamDestroy_v2(CUstream handle) {
    Context* context;
    CUresult wrong = current(context);
    if (wrong == CUDA_ERROR_NOT_INITIALIZED || wrong == CUDA_ERROR_INVALID_CONTEXT) return wrong;
    std::unique_ptr<Stream> gone;
    {
        std::lock_guard<std::mutex> lock(state().mutex);
        auto found = state().streams.find(handle);
        if (found == state().streams.end()) return CUDA_ERROR_INVALID_HANDLE;
        if (handle->capture != nullptr) return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
        gone = std::move(found->second);
        state().streams.erase(found);
    }
    return wrong;
}

CU_API CUresult cuStreamSynchronize(CUstream handle) {
    Context* context;
    Stream* stream;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = resolve(context, handle, stream)) return wrong;
    if (CUresult wrong = refuseWaiting(stream, "cuStreamSynchronize")) return wrong;
    count("synchronizations");
    stream->synchronize();
    return current(context);
}

CU_API CUresult cuStreamQuery(CUstream handle) {
    Context* context;
    Stream* stream;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = resolve(context, handle, stream)) return wrong;
    if (CUresult wrong = refuseWaiting(stream, "cuStreamQuery")) return wrong;
    if (!stream->idle()) return CUDA_ERROR_NOT_READY;
    return current(context);
}

CU_API CUresult cuEventCreate(CUevent* event, unsigned flags) {
    Context* context;
    if (CUresult wrong = current(context)) return wrong;
    constexpr unsigned DISABLE_TIMING = 2;
    *event = new Event{context, (flags & DISABLE_TIMING) == 0, nullptr, nullptr, nullptr, 0};
    std::lock_guard<std::mutex> lock(state().mutex);
    state().events.insert(*event);
    return CUDA_SUCCESS;
}

CU_API CUresult cuEventDestroy_v2(CUevent event) {
    std::lock_guard<std::mutex> lock(state().mutex);
    if (state().events.erase(event) == 0) return CUDA_ERROR_INVALID_HANDLE;
    delete event;
    return CUDA_SUCCESS;
}

CU_API CUresult cuEventRecord(CUevent event, CUstream handle) {
    Context* context;
    Stream* stream;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = resolve(context, handle, stream)) return wrong;
    if (CUresult wrong = resolveEvent(event)) return wrong;
    if (event->context != context) return CUDA_ERROR_INVALID_HANDLE;
    {
        std::lock_guard<std::mutex> lock(state().mutex);
        event->captured = stream->capture;
        event->capturedOn = stream;
        if (stream->capture != nullptr) {
            if (stream->capture->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
            event->capturedAt = stream->capture->works.size();
            return CUDA_SUCCESS;
        }
    }
    auto moment = std::make_shared<Moment>();
    event->last = moment;
    stream->enqueue([moment] {
        moment->reach();
        return CUDA_SUCCESS;
    });
    return CUDA_SUCCESS;
}

CU_API CUresult cuStreamWaitEvent(CUstream handle, CUevent event, unsigned) {
    Context* context;
    Stream* stream;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = resolve(context, handle, stream)) return wrong;
    if (CUresult wrong = resolveEvent(event)) return wrong;
    {
        std::lock_guard<std::mutex> lock(state().mutex);
        auto captured = event->captured;
        if (captured != nullptr) {
            if (stream->capture != nullptr && stream->capture != captured) return CUDA_ERROR_STREAM_CAPTURE_MERGE;
            stream->capture = captured;
            auto joined = captured->unjoined.find(event->capturedOn);
            if (joined != captured->unjoined.end() && joined->second <= event->capturedAt) captured->unjoined.erase(joined);
            if (stream != captured->origin) captured->unjoined[stream] = captured->works.size();
            return CUDA_SUCCESS;
        }
        if (stream->capture != nullptr) {
            stream->capture->invalid = true;
            return refuse(CUDA_ERROR_STREAM_CAPTURE_ISOLATION, "cuStreamWaitEvent: a recording cannot wait for what is not in it");
        }
    }
    if (auto moment = event->last) {
        stream->enqueue([moment] {
            moment->wait();
            return CUDA_SUCCESS;
        });
    }
    return CUDA_SUCCESS;
}

CU_API CUresult cuEventSynchronize(CUevent event) {
    Context* context;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = resolveEvent(event)) return wrong;
    if (event->captured != nullptr) return CUDA_ERROR_CAPTURED_EVENT;
    if (CUresult wrong = refuseWhileCapturing("cuEventSynchronize")) return wrong;
    count("synchronizations");
    if (auto moment = event->last) moment->wait();
    return current(context);
}

CU_API CUresult cuEventQuery(CUevent event) {
    Context* context;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = resolveEvent(event)) return wrong;
    if (event->captured != nullptr) return CUDA_ERROR_CAPTURED_EVENT;
    if (CUresult wrong = refuseWhileCapturing("cuEventQuery")) return wrong;
    return event->last == nullptr || event->last->isReached() ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
}

CU_API CUresult cuEventElapsedTime_v2(float* milliseconds, CUevent start, CUevent end) {
    Context* context;
    if (CUresult wrong = current(context)) return wrong;
    for (CUevent event : {start, end}) {
        if (CUresult wrong = resolveEvent(event)) return wrong;
        if (!event->timed || event->last == nullptr) return CUDA_ERROR_INVALID_HANDLE;
        if (!event->last->isReached()) return CUDA_ERROR_NOT_READY;
    }
    *milliseconds = static_cast<float>(end->last->milliseconds - start->last->milliseconds);
    return CUDA_SUCCESS;
}

CU_API CUresult cuEventElapsedTime(float* milliseconds, CUevent start, CUevent end) {
    return cuEventElapsedTime_v2(milliseconds, start, end);
}

CU_API CUresult hearth_enqueue(CUstream handle, void (*work)(void*), const void* data, size_t bytes) {
    Context* context;
    Stream* stream;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = resolve(context, handle, stream)) return wrong;
    count("enqueued");
    auto* first = static_cast<const char*>(data);
    auto kept = std::make_shared<std::vector<char>>(first, first + bytes);
    return submit(stream, [=] {
        work(kept->data());
        return CUDA_SUCCESS;
    });
}
