/* Threads, memory, copies, streams and events: whoever breaks a rule of theirs is told, or sees that nothing has happened yet. */
#include "core_test.h"

enum { BYTES = 4096 };

static void *without_device(void *stream) {
    void *memory = NULL;
    uint64_t size = 0;
    aclOpExecutor *executor = NULL;
    EXPECT(107002, "aclrtSetDevice was not called", aclrtMalloc(&memory, BYTES, 0));
    EXPECT(107002, "ctx is NULL", aclrtSynchronizeStream(stream));
    EXPECT(107002, "ctx is NULL", aclrtCreateStream(&memory));
    aclTensor *t = matrix(1, 4, NULL);
    aclScalar *s = number(1);
    EXPECT(361001, "107002", aclnnInplaceFillScalarGetWorkspaceSize(t, s, &size, &executor));
    OK(aclrtSetDevice(0));
    OK(aclrtMalloc(&memory, BYTES, 0));
    return NULL;
}

static void each_thread_is_bound_by_itself(void) {
    aclrtStream stream = start();
    pthread_t thread;
    pthread_create(&thread, NULL, without_device, stream);
    pthread_join(thread, NULL);
}

static void begins_with_init_and_a_device_that_is_there(void) {
    uint32_t count = 0;
    EXPECT(100001, "aclInit", aclrtSetDevice(0));
    OK(aclInit(NULL));
    EXPECT(100002, "before", aclInit(NULL));
    OK(aclrtGetDeviceCount(&count));
    HOLDS(count == 2);
    EXPECT(107001, "not one of 0 to 1", aclrtSetDevice(2));
    OK(aclrtSetDevice(1));
    EXPECT(107000, "reset more often", aclrtResetDevice(0));
    OK(aclrtResetDevice(1));
    void *memory = NULL;
    EXPECT(107002, NULL, aclrtMalloc(&memory, BYTES, 0));
    OK(aclFinalize());
    EXPECT(100037, NULL, aclFinalize());
}

static void no_device_is_an_error(void) {
    uint32_t count = 7;
    OK(aclInit(NULL));
    EXPECT(207004, "no device", aclrtGetDeviceCount(&count));
    EXPECT(207004, "no device", aclrtSetDevice(0));
}

static void a_stream_belongs_to_its_context(void) {
    aclrtStream stream = start();
    OK(aclrtSetDevice(1));
    EXPECT(107003, "another context", aclrtSynchronizeStream(stream));
    OK(aclrtSetDevice(0));
    OK(aclrtSynchronizeStream(stream));
    OK(aclrtDestroyStream(stream));
    EXPECT(107017, "does not exist", aclrtSynchronizeStream(stream));
}

static void the_text_belongs_to_the_error_and_is_given_once(void) {
    start();
    void *memory = NULL;
    HOLDS(aclrtMalloc(&memory, 0, 0) == 107000);
    const char *text = aclGetRecentErrMsg();
    HOLDS(text != NULL && strstr(text, "size is 0") != NULL);
    HOLDS(aclGetRecentErrMsg() == NULL);
}

static void memory_is_64_byte_aligned_and_not_zeroed(void) {
    start();
    unsigned char *memory = device_memory(100), byte = 0;
    HOLDS((uintptr_t)memory % 64 == 0);
    OK(aclrtMemcpy(&byte, 1, memory + 99, 1, ACL_MEMCPY_DEVICE_TO_HOST));
    HOLDS(byte != 0);
    size_t free_before = 0, free_after = 0, total = 0;
    OK(aclrtGetMemInfo(1, &free_before, &total));
    void *exact = NULL;
    OK(aclrtMallocAlign32(&exact, 100, 0));
    OK(aclrtGetMemInfo(1, &free_after, &total));
    HOLDS(free_before - free_after == 128); /* aclrtMalloc takes 32 more */
    HOLDS(total == (size_t)64 << 20);
}

static void memory_ends(void) {
    start();
    void *first = device_memory((size_t)48 << 20), *second = NULL;
    EXPECT(207001, "out of memory", aclrtMalloc(&second, (size_t)32 << 20, 0));
    OK(aclrtFree(first));
    OK(aclrtMalloc(&second, (size_t)32 << 20, 0));
}

static void memory_is_freed_once(void) {
    start();
    char *memory = device_memory(BYTES);
    EXPECT(107000, "NULL", aclrtFree(NULL));
    EXPECT(107000, "nothing is allocated", aclrtFree(memory + 64));
    OK(aclrtFree(memory));
    EXPECT(107000, "nothing is allocated", aclrtFree(memory));
    void *pinned = pinned_memory(BYTES);
    EXPECT(107000, "nothing is allocated", aclrtFree(pinned));
    OK(aclrtFreeHost(pinned));
    EXPECT(107000, "nothing is allocated", aclrtFreeHost(pinned));
}

static void memory_of_queued_work_stays(void) {
    aclrtStream stream = start();
    void *memory = device_memory(BYTES), *pinned = pinned_memory(BYTES);
    OK(aclrtMemcpyAsync(memory, BYTES, pinned, BYTES, ACL_MEMCPY_HOST_TO_DEVICE, stream));
    EXPECT(107000, "used by aclrtMemcpyAsync", aclrtFree(memory));
    EXPECT(107000, "used by aclrtMemcpyAsync", aclrtFreeHost(pinned));
    OK(aclrtSynchronizeStream(stream));
    OK(aclrtFree(memory));
    OK(aclrtFreeHost(pinned));
}

static void copies_stay_within_their_memory(void) {
    start();
    char host[128] = {0}, *memory = device_memory(BYTES);
    EXPECT(107000, "do not fit", aclrtMemcpy(memory, 64, host, 128, ACL_MEMCPY_HOST_TO_DEVICE));
    EXPECT(107000, "the addresses say 1", aclrtMemcpy(memory, 128, host, 128, ACL_MEMCPY_DEVICE_TO_HOST));
    EXPECT(107000, "not within memory", aclrtMemcpy(memory + BYTES, 128, host, 128, ACL_MEMCPY_HOST_TO_DEVICE));
    EXPECT(107000, "not within memory", aclrtMemset(memory + BYTES, 128, 0, 128));
    OK(aclrtFree(memory));
    EXPECT(107000, "not within memory", aclrtMemcpy(host, 128, memory, 128, ACL_MEMCPY_DEVICE_TO_HOST));
}

static void copies_with_pinned_memory_come_later(void) {
    aclrtStream stream = start();
    int *memory = device_memory(BYTES), *pinned = pinned_memory(BYTES), *back = pinned_memory(BYTES);
    *pinned = 1;
    *back = 0;
    double before = seconds();
    OK(aclrtMemcpyAsync(memory, BYTES, pinned, BYTES, ACL_MEMCPY_HOST_TO_DEVICE, stream));
    OK(aclrtMemcpyAsync(back, BYTES, memory, BYTES, ACL_MEMCPY_DEVICE_TO_HOST, stream));
    int status = 0;
    OK(aclrtStreamQuery(stream, &status));
    HOLDS(status == 1);          /* nothing has happened, and nothing waits */
    HOLDS(seconds() - before < 0.25);
    OK(aclrtSynchronizeStream(stream));
    HOLDS(*back == 1);
    OK(aclrtStreamQuery(stream, &status));
    HOLDS(status == 0);
}

static void copies_with_pageable_memory_are_done_on_return(void) {
    aclrtStream stream = start();
    int *memory = device_memory(BYTES), value = 5, back = 0;
    OK(aclrtMemcpyAsync(memory, BYTES, &value, sizeof value, ACL_MEMCPY_HOST_TO_DEVICE, stream));
    value = 6;
    OK(aclrtMemcpyAsync(&back, sizeof back, memory, sizeof back, ACL_MEMCPY_DEVICE_TO_HOST, stream));
    HOLDS(back == 5);
    EXPECT(207000, "host to host", aclrtMemcpyAsync(&back, 4, &value, 4, ACL_MEMCPY_HOST_TO_HOST, stream));
}

static void a_copy_without_stream_waits_for_none(void) {
    aclrtStream stream = start();
    float *memory = device_memory(BYTES);
    OK(aclrtMemset(memory, BYTES, 0, BYTES));
    OK(aclrtMemsetAsync(memory, BYTES, 1, BYTES, stream));
    HOLDS(first_of(memory) == 0);
    OK(aclrtSynchronizeStream(stream));
    HOLDS(first_of(memory) != 0);
}

static void events_order_streams(void) {
    aclrtStream first = start(), second = NULL;
    OK(aclrtCreateStream(&second));
    char *memory = device_memory(BYTES), *pinned = pinned_memory(BYTES);
    aclrtEvent event = NULL, timing = NULL;
    OK(aclrtCreateEventWithFlag(&event, 0x1));
    OK(aclrtCreateEventWithFlag(&timing, 0x8));
    EXPECT(107000, "never recorded", aclrtStreamWaitEvent(second, event));
    OK(aclrtMemsetAsync(memory, BYTES, 7, BYTES, first));
    OK(aclrtRecordEvent(event, first));
    OK(aclrtStreamWaitEvent(second, event));
    OK(aclrtMemcpyAsync(pinned, BYTES, memory, BYTES, ACL_MEMCPY_DEVICE_TO_HOST, second));
    int status = 1;
    OK(aclrtQueryEventStatus(event, &status));
    HOLDS(status == 0);
    OK(aclrtSynchronizeStream(second));
    HOLDS(pinned[BYTES - 1] == 7);
    OK(aclrtQueryEventStatus(event, &status));
    HOLDS(status == 1);
    OK(aclrtRecordEvent(timing, first));
    EXPECT(107000, "ACL_EVENT_SYNC", aclrtStreamWaitEvent(second, timing));
    float ms = 0;
    EXPECT(107000, "ACL_EVENT_TIME_LINE", aclrtEventElapsedTime(&ms, event, timing));
    OK(aclrtSynchronizeEvent(timing));
    OK(aclrtEventElapsedTime(&ms, timing, timing));
    HOLDS(ms == 0);
    OK(aclrtDestroyEvent(event));
    EXPECT(107017, "does not exist", aclrtRecordEvent(event, first));
    EXPECT(107017, "does not exist", aclrtDestroyEvent(event));
    EXPECT(107000, "no event flags", aclrtCreateEventWithFlag(&event, 0));
}

static const struct test tests[] = {
    {"each_thread_is_bound_by_itself", each_thread_is_bound_by_itself, {NULL}},
    {"begins_with_init_and_a_device_that_is_there", begins_with_init_and_a_device_that_is_there, {"HEARTH_STANDIN_DEVICES=2"}},
    {"no_device_is_an_error", no_device_is_an_error, {"HEARTH_STANDIN_DEVICES=0"}},
    {"a_stream_belongs_to_its_context", a_stream_belongs_to_its_context, {"HEARTH_STANDIN_DEVICES=2"}},
    {"the_text_belongs_to_the_error_and_is_given_once", the_text_belongs_to_the_error_and_is_given_once, {NULL}},
    {"memory_is_64_byte_aligned_and_not_zeroed", memory_is_64_byte_aligned_and_not_zeroed, {"HEARTH_STANDIN_MEMORY_MIB=64"}},
    {"memory_ends", memory_ends, {"HEARTH_STANDIN_MEMORY_MIB=64"}},
    {"memory_is_freed_once", memory_is_freed_once, {NULL}},
    {"memory_of_queued_work_stays", memory_of_queued_work_stays, {"HEARTH_STANDIN_DELAY=200000"}},
    {"copies_stay_within_their_memory", copies_stay_within_their_memory, {NULL}},
    {"copies_with_pinned_memory_come_later", copies_with_pinned_memory_come_later, {"HEARTH_STANDIN_DELAY=500000"}},
    {"copies_with_pageable_memory_are_done_on_return", copies_with_pageable_memory_are_done_on_return, {NULL}},
    {"a_copy_without_stream_waits_for_none", a_copy_without_stream_waits_for_none, {"HEARTH_STANDIN_DELAY=200000"}},
    {"events_order_streams", events_order_streams, {"HEARTH_STANDIN_DELAY=100000"}},
};

MAIN(tests)
