// What the stand-in driver offers beyond CUDA: to the stand-ins of NVIDIA's other libraries, and to tests.
#pragma once

#include "cuda.h"

// Queues `work(copy of data)` on a stream, or records it if the stream is being recorded: how a library's stand-in does its
// work on the host in the order of the stream.
CU_API CUresult hearth_enqueue(CUstream stream, void (*work)(void* data), const void* data, size_t bytes);

// Why the driver last refused something or a kernel last failed; empty if nothing has.
CU_API const char* hearth_emulated_failure();
CU_API void hearth_emulated_forget_failure();

// How often something has happened in this process: "launches", "graphLaunches", "synchronizations" (of streams, events and
// contexts), "allocations", "frees", "hostToCard", "cardToHost", "onCard", "fills", "enqueued".
CU_API long long hearth_emulated_count(const char* what);

// Whether the bytes lie within one allocation of a card.
CU_API int hearth_emulated_on_card(const void* address, size_t bytes);
