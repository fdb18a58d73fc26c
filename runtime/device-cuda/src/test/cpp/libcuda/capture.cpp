// Recording of streams, and recorded work.
#include "card.h"

namespace card {
namespace {

thread_local CUstreamCaptureMode threadMode = CU_STREAM_CAPTURE_MODE_GLOBAL;

void end(const std::shared_ptr<Capture>& capture) {
    for (auto& entry : state().streams) {
        if (entry.first->capture == capture) entry.first->capture = nullptr;
    }
    for (Event* event : state().events) {
        if (event->captured == capture) event->captured = nullptr;
    }
    state().captures.erase(capture);
}

}  // namespace

CUresult refuseWhileCapturing(const char* call) {
    std::lock_guard<std::mutex> lock(state().mutex);
    if (threadMode == CU_STREAM_CAPTURE_MODE_RELAXED) return CUDA_SUCCESS;
    for (const auto& capture : state().captures) {
        bool own = capture->thread == std::this_thread::get_id() && capture->mode != CU_STREAM_CAPTURE_MODE_RELAXED;
        bool others = capture->mode == CU_STREAM_CAPTURE_MODE_GLOBAL && threadMode == CU_STREAM_CAPTURE_MODE_GLOBAL;
        if (own || others) {
            capture->invalid = true;
            return refuse(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "%s is called while a stream is being recorded", call);
        }
    }
    return CUDA_SUCCESS;
}

CUresult refuseWaiting(Stream* stream, const char* call) {
    std::lock_guard<std::mutex> lock(state().mutex);
    if (stream->capture == nullptr) return CUDA_SUCCESS;
    stream->capture->invalid = true;
    return refuse(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "%s: the stream is being recorded", call);
}

}  // namespace card

using namespace card;

CU_API CUresult cuThreadExchangeStreamCaptureMode(CUstreamCaptureMode* mode) {
    std::swap(*mode, threadMode);
    return CUDA_SUCCESS;
}

CU_API CUresult cuStreamBeginCapture_v2(CUstream handle, CUstreamCaptureMode mode) {
    Context* context;
    Stream* stream;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = resolve(context, handle, stream)) return wrong;
    if (stream == context->defaultStream.get()) return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    std::lock_guard<std::mutex> lock(state().mutex);
    if (stream->capture != nullptr) return refuse(CUDA_ERROR_INVALID_VALUE, "the stream is being recorded already");
    auto capture = std::make_shared<Capture>();
    capture->origin = stream;
    capture->mode = mode;
    capture->thread = std::this_thread::get_id();
    stream->capture = capture;
    state().captures.insert(capture);
    return CUDA_SUCCESS;
}

CU_API CUresult cuStreamEndCapture(CUstream handle, CUgraph* graph) {
    Context* context;
    Stream* stream;
    *graph = nullptr;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = resolve(context, handle, stream)) return wrong;
    std::lock_guard<std::mutex> lock(state().mutex);
    auto capture = stream->capture;
    if (capture == nullptr) return refuse(CUDA_ERROR_INVALID_VALUE, "cuStreamEndCapture: the stream is not being recorded");
    if (capture->origin != stream) return CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
    bool unjoined = !capture->unjoined.empty();
    end(capture);
    if (capture->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    if (unjoined) return CUDA_ERROR_STREAM_CAPTURE_UNJOINED;
    *graph = new Graph{std::move(capture->works)};
    state().graphs.insert(*graph);
    return CUDA_SUCCESS;
}

CU_API CUresult cuStreamIsCapturing(CUstream handle, CUstreamCaptureStatus* status) {
    Context* context;
    Stream* stream;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = resolve(context, handle, stream)) return wrong;
    std::lock_guard<std::mutex> lock(state().mutex);
    *status = stream->capture == nullptr   ? CU_STREAM_CAPTURE_STATUS_NONE
              : stream->capture->invalid   ? CU_STREAM_CAPTURE_STATUS_INVALIDATED
                                           : CU_STREAM_CAPTURE_STATUS_ACTIVE;
    return CUDA_SUCCESS;
}

CU_API CUresult cuGraphInstantiateWithFlags(CUgraphExec* executable, CUgraph graph, uint64_t) {
    Context* context;
    if (CUresult wrong = current(context)) return wrong;
    std::lock_guard<std::mutex> lock(state().mutex);
    if (state().graphs.count(graph) == 0) return CUDA_ERROR_INVALID_VALUE;
    *executable = new GraphExecutable{graph->works};
    state().executables.insert(*executable);
    return CUDA_SUCCESS;
}

CU_API CUresult cuGraphInstantiate(CUgraphExec* executable, CUgraph graph, uint64_t flags) {
    return cuGraphInstantiateWithFlags(executable, graph, flags);
}

CU_API CUresult cuGraphLaunch(CUgraphExec executable, CUstream handle) {
    Context* context;
    Stream* stream;
    if (CUresult wrong = current(context)) return wrong;
    if (CUresult wrong = resolve(context, handle, stream)) return wrong;
    std::vector<Work> works;
    {
        std::lock_guard<std::mutex> lock(state().mutex);
        if (state().executables.count(executable) == 0) return CUDA_ERROR_INVALID_VALUE;
        works = executable->works;
    }
    count("graphLaunches");
    return submit(stream, [works = std::move(works)] {
        for (const Work& work : works) {
            if (CUresult failed = work()) return failed;
        }
        return CUDA_SUCCESS;
    });
}

CU_API CUresult cuGraphExecDestroy(CUgraphExec executable) {
    std::lock_guard<std::mutex> lock(state().mutex);
    if (state().executables.erase(executable) == 0) return CUDA_ERROR_INVALID_VALUE;
    delete executable;
    return CUDA_SUCCESS;
}

CU_API CUresult cuGraphDestroy(CUgraph graph) {
    std::lock_guard<std::mutex> lock(state().mutex);
    if (state().graphs.erase(graph) == 0) return CUDA_ERROR_INVALID_VALUE;
    delete graph;
    return CUDA_SUCCESS;
}
