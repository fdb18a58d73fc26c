/* Faults that the environment tells, and recorded work. */
#include "core_test.h"

enum { BYTES = 4096 };

static void a_call_fails_with_its_code(void) {
    aclrtStream stream = start();
    void *memory = device_memory(BYTES);
    EXPECT(507899, "HEARTH_STANDIN_FAIL", aclrtMemset(memory, BYTES, 0, BYTES));
    OK(aclrtMemset(memory, BYTES, 0, BYTES));
    OK(aclrtSynchronizeStream(stream));
}

static void work_fails_behind_its_call(void) {
    aclrtStream stream = start();
    void *memory = device_memory(BYTES);
    OK(aclrtMemsetAsync(memory, BYTES, 0, BYTES, stream));
    EXPECT(507015, "failed on its stream", aclrtSynchronizeStream(stream));
    EXPECT(507015, "failed on its stream", aclrtMemsetAsync(memory, BYTES, 0, BYTES, stream)); /* and goes on to */
    int status = 0;
    EXPECT(507015, NULL, aclrtStreamQuery(stream, &status));
    EXPECT(507015, NULL, aclrtSynchronizeDevice());
}

static void hung_work_ends_no_wait_but_a_bounded_one(void) {
    aclrtStream stream = start();
    void *memory = device_memory(BYTES);
    OK(aclrtMemsetAsync(memory, BYTES, 0, BYTES, stream));
    OK(aclrtMemsetAsync(memory, BYTES, 0, BYTES, stream));
    EXPECT(507046, "not come to its end", aclrtSynchronizeStreamWithTimeout(stream, 200));
    EXPECT(107000, "used by", aclrtFree(memory));
    OK(aclrtDestroyStream(stream));
    OK(aclrtFree(memory));
}

static void a_lost_device_answers_no_more(void) {
    aclrtStream stream = start();
    void *memory = device_memory(BYTES);
    OK(aclrtMemset(memory, BYTES, 0, BYTES));
    OK(aclrtMemsetAsync(memory, BYTES, 0, BYTES, stream)); /* hangs */
    double before = seconds();
    EXPECT(507010, "lost its heartbeat", aclrtSynchronizeStream(stream));
    HOLDS(seconds() - before < 5);
    EXPECT(507010, "lost its heartbeat", aclrtMemset(memory, BYTES, 0, BYTES));
    aclTensor *t = matrix(1, 4, memory);
    aclScalar *s = number(1);
    uint64_t size = 0;
    aclOpExecutor *executor = NULL;
    EXPECT(361001, "lost its heartbeat", aclnnInplaceFillScalarGetWorkspaceSize(t, s, &size, &executor));
    OK(aclrtSetDevice(1)); /* the other one is there */
}

static void versions_are_told(void) {
    char version[512];
    OK(aclsysGetCANNVersion(0, version));
    HOLDS(strcmp(version, "7.0.0") == 0);
    OK(aclsysGetCANNVersion(7, version));
    HOLDS(strcmp(version, "23.0.1") == 0);
    HOLDS(strcmp(aclrtGetSocName(), "Ascend910_9391") == 0);
}

static void recorded_work_is_done_when_it_is_replayed(void) {
    aclrtStream stream = start(), other = NULL;
    OK(aclrtCreateStream(&other));
    float *a = device_memory(BYTES), *b = device_memory(BYTES);
    fill(a, 8, 1, stream);
    fill(b, 8, 0, stream);
    aclTensor *ta = matrix(1, 8, a), *tb = matrix(1, 8, b);
    aclScalar *one = number(1);
    uint64_t size = 0;
    aclOpExecutor *executor = NULL;
    aclrtEvent event = NULL;
    OK(aclrtCreateEventWithFlag(&event, 0x1));
    aclmdlRI model = NULL;
    int status = 9;
    OK(aclmdlRICaptureBegin(stream, 1));
    OK(aclnnAddGetWorkspaceSize(ta, tb, one, tb, &size, &executor));
    OK(aclnnAdd(NULL, size, executor, stream));
    OK(aclrtRecordEvent(event, stream));
    OK(aclrtStreamWaitEvent(other, event));
    OK(aclnnAddGetWorkspaceSize(tb, tb, one, tb, &size, &executor));
    OK(aclnnAdd(NULL, size, executor, other));
    OK(aclrtRecordEvent(event, other));
    OK(aclrtStreamWaitEvent(stream, event));
    OK(aclmdlRICaptureGetInfo(stream, &status, NULL));
    HOLDS(status == 1);
    OK(aclmdlRICaptureEnd(stream, &model));
    HOLDS(first_of(b) == 0);
    OK(aclmdlRIExecuteAsync(model, stream));
    OK(aclmdlRIExecuteAsync(model, stream));
    OK(aclrtSynchronizeStream(stream));
    HOLDS(first_of(b) == 6); /* (0 + 1) * 2 = 2, (2 + 1) * 2 = 6 */
    OK(aclmdlRIDestroy(model));
    EXPECT(107000, "does not exist", aclmdlRIExecuteAsync(model, stream));
}

static void recorded_work_on_freed_memory_is_told(void) {
    aclrtStream stream = start();
    void *memory = device_memory(BYTES);
    aclmdlRI model = NULL;
    OK(aclmdlRICaptureBegin(stream, 2));
    OK(aclrtMemsetAsync(memory, BYTES, 0, BYTES, stream));
    OK(aclmdlRICaptureEnd(stream, &model));
    OK(aclmdlRIExecuteAsync(model, stream));
    EXPECT(107000, "used by aclrtMemsetAsync", aclrtFree(memory));
    EXPECT(107000, "while it is queued", aclmdlRIDestroy(model));
    OK(aclrtSynchronizeStream(stream));
    OK(aclrtFree(memory));
    OK(aclmdlRIExecuteAsync(model, stream));
    EXPECT(507015, "were freed before", aclrtSynchronizeStream(stream));
}

/* Begins a recording, does what voids it, and ends it. */
static void voids(int mode, int32_t code, const char *text, int32_t (*call)(aclrtStream, void *), aclrtStream stream, void *memory) {
    aclmdlRI model = NULL;
    OK(aclmdlRICaptureBegin(stream, mode));
    EXPECT(code, text, call(stream, memory));
    EXPECT(507903, NULL, aclmdlRICaptureEnd(stream, &model));
    HOLDS(model == NULL);
}

static int32_t copy_now(aclrtStream stream, void *memory) {
    (void)stream;
    return aclrtMemcpy(memory, 4, &(int){0}, 4, ACL_MEMCPY_HOST_TO_DEVICE);
}

static int32_t copy_pageable(aclrtStream stream, void *memory) {
    return aclrtMemcpyAsync(memory, 4, &(int){0}, 4, ACL_MEMCPY_HOST_TO_DEVICE, stream);
}

static int32_t set_now(aclrtStream stream, void *memory) {
    (void)stream;
    return aclrtMemset(memory, 4, 0, 4);
}

static int32_t allocate(aclrtStream stream, void *memory) {
    (void)stream;
    void *more = memory;
    return aclrtMalloc(&more, 64, 0);
}

static int32_t release(aclrtStream stream, void *memory) {
    (void)stream;
    return aclrtFree(memory);
}

static int32_t synchronise(aclrtStream stream, void *memory) {
    (void)memory;
    return aclrtSynchronizeStream(stream);
}

static void what_must_not_be_recorded_voids_the_recording(void) {
    aclrtStream stream = start();
    void *memory = device_memory(BYTES);
    for (int mode = 0; mode < 2; mode++) {
        voids(mode, 107030, "aclrtMemcpy is not allowed", copy_now, stream, memory);
        voids(mode, 107030, "aclrtMemcpyAsync is not allowed", copy_pageable, stream, memory);
        voids(mode, 107030, "aclrtMemset is not allowed", set_now, stream, memory);
        voids(mode, 107030, "aclrtMalloc is not allowed", allocate, stream, memory);
        voids(mode, 107030, "aclrtFree is not allowed", release, stream, memory);
        voids(mode, 107027, "is being captured", synchronise, stream, memory);
    }
}

static int elsewhere_code;

static void *elsewhere(void *memory) {
    OK(aclrtSetDevice(0));
    elsewhere_code = aclrtMemset(memory, 4, 0, 4);
    aclmdlRI model = NULL;
    aclrtStream stream = NULL;
    OK(aclrtCreateStream(&stream));
    EXPECT(107000, "not being captured", aclmdlRICaptureEnd(stream, &model));
    return NULL;
}

static void a_recording_forbids_other_threads_if_it_is_global(void) {
    aclrtStream stream = start();
    void *memory = device_memory(BYTES);
    for (int mode = 0; mode < 3; mode++) {
        aclmdlRI model = NULL;
        pthread_t thread;
        OK(aclmdlRICaptureBegin(stream, mode));
        pthread_create(&thread, NULL, elsewhere, memory);
        pthread_join(thread, NULL);
        HOLDS(elsewhere_code == (mode == 0 ? 107030 : 0));
        EXPECT(mode == 0 ? 507903 : 0, NULL, aclmdlRICaptureEnd(stream, &model));
    }
}

static void tasks_of_a_group_are_replaced(void) {
    aclrtStream stream = start(), updates = NULL;
    OK(aclrtCreateStream(&updates));
    char *memory = device_memory(BYTES), *pinned = pinned_memory(BYTES);
    aclmdlRI model = NULL;
    aclrtTaskGrp group = NULL;
    OK(aclmdlRICaptureBegin(stream, 1));
    OK(aclmdlRICaptureTaskGrpBegin(stream));
    OK(aclrtMemsetAsync(memory, BYTES, 1, BYTES, stream));
    OK(aclmdlRICaptureTaskGrpEnd(stream, &group));
    OK(aclrtMemcpyAsync(pinned, BYTES, memory, BYTES, ACL_MEMCPY_DEVICE_TO_HOST, stream));
    OK(aclmdlRICaptureEnd(stream, &model));
    OK(aclmdlRICaptureTaskUpdateBegin(updates, group));
    EXPECT(107000, "was not captured at this place",
           aclrtMemcpyAsync(pinned, BYTES, memory, BYTES, ACL_MEMCPY_DEVICE_TO_HOST, updates));
    EXPECT(107000, "not all tasks", aclmdlRICaptureTaskUpdateEnd(updates));
    OK(aclmdlRICaptureTaskUpdateBegin(updates, group));
    OK(aclrtMemsetAsync(memory, BYTES, 2, BYTES, updates));
    OK(aclmdlRICaptureTaskUpdateEnd(updates));
    OK(aclmdlRIExecuteAsync(model, stream));
    OK(aclrtSynchronizeStream(stream));
    HOLDS(pinned[0] == 2);
}

static void a_310p_records_nothing(void) {
    aclrtStream stream = start();
    EXPECT(207000, "not supported", aclmdlRICaptureBegin(stream, 1));
}

static const struct test tests[] = {
    {"a_call_fails_with_its_code", a_call_fails_with_its_code, {"HEARTH_STANDIN_FAIL=aclrtMemset:1:507899,aclrtFree:9:107000"}},
    {"work_fails_behind_its_call", work_fails_behind_its_call, {"HEARTH_STANDIN_FAIL=aclrtMemsetAsync:1:507015:behind"}},
    {"hung_work_ends_no_wait_but_a_bounded_one", hung_work_ends_no_wait_but_a_bounded_one, {"HEARTH_STANDIN_HANG=aclrtMemsetAsync:1"}},
    {"a_lost_device_answers_no_more",
     a_lost_device_answers_no_more,
     {"HEARTH_STANDIN_LOST=0.5:0", "HEARTH_STANDIN_DEVICES=2", "HEARTH_STANDIN_HANG=aclrtMemsetAsync:1"}},
    {"versions_are_told",
     versions_are_told,
     {"HEARTH_STANDIN_VERSION=7.0.0", "HEARTH_STANDIN_DRIVER=23.0.1", "HEARTH_STANDIN_SOC=Ascend910_9391"}},
    {"recorded_work_is_done_when_it_is_replayed", recorded_work_is_done_when_it_is_replayed, {NULL}},
    {"recorded_work_on_freed_memory_is_told", recorded_work_on_freed_memory_is_told, {"HEARTH_STANDIN_DELAY=100000"}},
    {"what_must_not_be_recorded_voids_the_recording", what_must_not_be_recorded_voids_the_recording, {NULL}},
    {"a_recording_forbids_other_threads_if_it_is_global", a_recording_forbids_other_threads_if_it_is_global, {NULL}},
    {"tasks_of_a_group_are_replaced", tasks_of_a_group_are_replaced, {NULL}},
    {"a_310p_records_nothing", a_310p_records_nothing, {"HEARTH_STANDIN_SOC=Ascend310P3"}},
};

MAIN(tests)
