/* Objects and executors: whoever breaks a rule of theirs is told. */
#include "core_test.h"

static aclrtStream stream;
static float *a, *b, *c;
static aclTensor *ta, *tb, *tc;
static aclScalar *one;
static uint64_t size;
static aclOpExecutor *executor;

static void begin(void) {
    stream = start();
    a = device_memory(256);
    b = device_memory(256);
    c = device_memory(256);
    fill(a, 8, 3, stream);
    fill(b, 8, 4, stream);
    ta = matrix(2, 4, a);
    tb = matrix(2, 4, b);
    tc = matrix(2, 4, c);
    one = number(1);
}

static int32_t phase_one(void) {
    return aclnnAddGetWorkspaceSize(ta, tb, one, tc, &size, &executor);
}

static void computes_in_two_phases(void) {
    begin();
    OK(phase_one());
    OK(aclnnAdd(NULL, size, executor, stream));
    OK(aclrtSynchronizeStream(stream));
    HOLDS(first_of(c) == 7);
}

static void null_is_refused(void) {
    begin();
    EXPECT(161001, "self must not be NULL", aclnnAddGetWorkspaceSize(NULL, tb, one, tc, &size, &executor));
    EXPECT(161001, "alpha must not be NULL", aclnnAddGetWorkspaceSize(ta, tb, NULL, tc, &size, &executor));
    EXPECT(161001, "executor is NULL", aclnnAddGetWorkspaceSize(ta, tb, one, tc, &size, NULL));
    EXPECT(561103, "executor is NULL", aclnnAdd(NULL, 0, NULL, stream));
}

static void wrong_shape_and_type_are_refused(void) {
    begin();
    aclTensor *other = matrix(3, 4, c);
    EXPECT(161002, "aclnnAdd", aclnnAddGetWorkspaceSize(ta, tb, one, other, &size, &executor));
    int64_t dims[] = {2, 4};
    aclTensor *unknown = aclCreateTensor(dims, 2, (aclDataType)5, NULL, 0, ACL_FORMAT_ND, dims, 2, a);
    EXPECT(161002, "no known data type", aclnnAddGetWorkspaceSize(unknown, tb, one, tc, &size, &executor));
}

static void an_executor_is_used_once(void) {
    begin();
    OK(phase_one());
    OK(aclnnAdd(NULL, size, executor, stream));
    EXPECT(561103, "used already", aclnnAdd(NULL, size, executor, stream));
    EXPECT(561000, "used or destroyed", aclDestroyAclOpExecutor(executor));
    EXPECT(561000, "right after the first phase", aclSetAclOpExecutorRepeatable(executor));
}

static void a_repeatable_executor_is_used_again_with_other_addresses(void) {
    begin();
    OK(phase_one());
    OK(aclSetAclOpExecutorRepeatable(executor));
    OK(aclnnAdd(NULL, size, executor, stream));
    float *d = device_memory(256);
    fill(d, 8, 10, stream);
    OK(aclSetTensorAddr(executor, 0, ta, d));
    OK(aclSetInputTensorAddr(executor, 1, tb, d));
    OK(aclSetOutputTensorAddr(executor, 0, tc, c));
    OK(aclnnAdd(NULL, size, executor, stream));
    OK(aclrtSynchronizeStream(stream));
    HOLDS(first_of(c) == 20);
    EXPECT(161002, "none of index 3", aclSetTensorAddr(executor, 3, ta, a));
    EXPECT(161002, "not the tensor", aclSetTensorAddr(executor, 1, ta, a));
    EXPECT(161002, "multiple of 32", aclSetTensorAddr(executor, 0, ta, (char *)a + 16));
    EXPECT(561103, "NULL", aclSetTensorAddr(executor, 0, NULL, a));
    OK(aclDestroyAclOpExecutor(executor));
    EXPECT(561103, "destroyed", aclnnAdd(NULL, size, executor, stream));
    EXPECT(561000, "destroyed before", aclDestroyAclOpExecutor(executor));
}

static void addresses_are_those_of_the_second_phase(void) {
    begin();
    float *far = device_memory(256);
    OK(phase_one());
    OK(aclSetAclOpExecutorRepeatable(executor));
    OK(aclnnAdd(NULL, size, executor, stream));
    OK(aclSetTensorAddr(executor, 2, tc, far)); /* what was queued before still goes to c */
    OK(aclnnAdd(NULL, size, executor, stream));
    OK(aclrtSynchronizeStream(stream));
    HOLDS(first_of(c) == 7 && first_of(far) == 7);
}

static void raw_addresses_change_outside_of_the_phases(void) {
    begin();
    OK(aclSetRawTensorAddr(ta, b));
    OK(phase_one());
    OK(aclSetRawTensorAddr(ta, a));
    EXPECT(161002, "changed between the two phases", aclnnAdd(NULL, size, executor, stream));
    OK(aclSetRawTensorAddr(ta, b));
    OK(aclnnAdd(NULL, size, executor, stream));
    OK(aclrtSynchronizeStream(stream));
    HOLDS(first_of(c) == 8);
}

static void addresses_of_an_executor_that_is_not_repeatable_stay(void) {
    begin();
    OK(phase_one());
    EXPECT(161002, "not set to be repeatable", aclSetTensorAddr(executor, 0, ta, b));
}

static void repeatable_is_refused_for_views_that_are_copied(void) {
    begin();
    int64_t dims[] = {2, 2}, strides[] = {4, 2}, storage[] = {8};
    aclTensor *view = aclCreateTensor(dims, 2, ACL_FLOAT, strides, 0, ACL_FORMAT_ND, storage, 1, a);
    aclTensor *right = matrix(2, 2, b), *out = matrix(2, 2, c);
    OK(aclnnAddGetWorkspaceSize(view, right, one, out, &size, &executor));
    HOLDS(size > 0);
    EXPECT(561000, "cannot be repeatable", aclSetAclOpExecutorRepeatable(executor));
    EXPECT(161001, "workspace is NULL", aclnnAdd(NULL, size, executor, stream));
}

static void objects_outlive_the_second_phase(void) {
    begin();
    OK(phase_one());
    OK(aclDestroyTensor(tb));
    EXPECT(161002, "other was destroyed between the two phases", aclnnAdd(NULL, size, executor, stream));
    EXPECT(161002, "other was destroyed", phase_one());
}

static void objects_may_go_before_the_work_is_done(void) {
    begin();
    OK(phase_one());
    OK(aclnnAdd(NULL, size, executor, stream));
    OK(aclDestroyTensor(ta));
    OK(aclDestroyTensor(tb));
    OK(aclDestroyTensor(tc));
    OK(aclDestroyScalar(one));
    OK(aclrtSynchronizeStream(stream));
    HOLDS(first_of(c) == 7);
}

static void nothing_is_destroyed_twice(void) {
    begin();
    OK(aclDestroyTensor(NULL));
    OK(aclDestroyTensor(ta));
    EXPECT(161002, "destroyed before", aclDestroyTensor(ta));
    OK(aclDestroyScalar(one));
    EXPECT(161002, "destroyed before", aclDestroyScalar(one));
    int64_t values[] = {1, 2};
    aclIntArray *array = aclCreateIntArray(values, 2);
    OK(aclDestroyIntArray(array));
    EXPECT(161002, "destroyed before", aclDestroyIntArray(array));
    EXPECT(161002, "destroyed before", aclDestroyScalar((aclScalar *)tb));
}

static void a_list_takes_its_tensors_with_it(void) {
    begin();
    const aclTensor *tensors[] = {ta, tb};
    aclTensorList *list = aclCreateTensorList(tensors, 2);
    aclTensor *out = matrix(4, 4, c);
    OK(aclnnCatGetWorkspaceSize(list, 0, out, &size, &executor));
    OK(aclnnCat(size == 0 ? NULL : device_memory(size), size, executor, stream));
    OK(aclDestroyTensorList(list));
    EXPECT(161002, "destroyed before (perhaps with its list)", aclDestroyTensor(ta));
    EXPECT(161002, "destroyed", aclnnAddGetWorkspaceSize(ta, tb, one, tc, &size, &executor));
    EXPECT(161002, "destroyed before", aclDestroyTensorList(list));
    OK(aclrtSynchronizeStream(stream));
}

static void addresses_within_lists_are_found_by_their_place(void) {
    begin();
    const aclTensor *tensors[] = {ta, tb};
    aclTensorList *list = aclCreateTensorList(tensors, 2);
    aclTensor *out = matrix(4, 4, c);
    OK(aclnnCatGetWorkspaceSize(list, 0, out, &size, &executor));
    OK(aclSetAclOpExecutorRepeatable(executor));
    OK(aclSetDynamicInputTensorAddr(executor, 0, 0, list, b));
    OK(aclSetDynamicTensorAddr(executor, 0, 1, list, a));
    OK(aclSetTensorAddr(executor, 2, out, c));
    EXPECT(161002, "none of index 2", aclSetDynamicInputTensorAddr(executor, 0, 2, list, b));
    EXPECT(161002, "not the list", aclSetDynamicInputTensorAddr(executor, 1, 0, list, b));
    OK(aclnnCat(size == 0 ? NULL : device_memory(size), size, executor, stream));
    OK(aclrtSynchronizeStream(stream));
    HOLDS(first_of(c) == 4 && first_of(c + 8) == 3);
}

static void a_list_with_an_element_that_is_gone_is_told(void) {
    begin();
    const aclTensor *tensors[] = {ta, tb};
    aclTensorList *list = aclCreateTensorList(tensors, 2);
    OK(aclDestroyTensor(tb));
    EXPECT(161002, "destroyed", aclnnCatGetWorkspaceSize(list, 0, tc, &size, &executor));
    EXPECT(161002, "destroyed before", aclDestroyTensorList(list));
    HOLDS(aclCreateTensorList(tensors, 2) == NULL);
}

static void strides_are_elements_within_the_storage(void) {
    begin();
    int64_t dims[] = {2, 4}, bytes[] = {16, 4}, storage[] = {8};
    aclTensor *in_bytes = aclCreateTensor(dims, 2, ACL_FLOAT, bytes, 0, ACL_FORMAT_ND, storage, 1, a);
    EXPECT(161002, "(strides and offset are in elements)", aclnnAddGetWorkspaceSize(in_bytes, tb, one, tc, &size, &executor));
    aclTensor *moved = aclCreateTensor(dims, 2, ACL_FLOAT, NULL, 1, ACL_FORMAT_ND, storage, 1, a);
    EXPECT(161002, "reaches element 8 of a storage of 8", aclnnAddGetWorkspaceSize(moved, tb, one, tc, &size, &executor));
    int64_t negative[] = {-4, 1};
    HOLDS(aclCreateTensor(dims, 2, ACL_FLOAT, negative, 0, ACL_FORMAT_ND, storage, 1, a) == NULL);
    HOLDS(aclCreateTensor(NULL, 2, ACL_FLOAT, NULL, 0, ACL_FORMAT_ND, storage, 1, a) == NULL);
}

static void addresses_are_multiples_of_32(void) {
    begin();
    aclTensor *crooked = matrix(2, 4, (char *)a + 8);
    EXPECT(161002, "not a multiple of 32", aclnnAddGetWorkspaceSize(crooked, tb, one, tc, &size, &executor));
    int64_t dims[] = {2, 4}, storage[] = {10};
    aclTensor *offset = aclCreateTensor(dims, 2, ACL_FLOAT, NULL, 2, ACL_FORMAT_ND, storage, 1, a);
    fill(a, 10, 3, stream);
    OK(aclnnAddGetWorkspaceSize(offset, tb, one, tc, &size, &executor));
    OK(aclnnAdd(size == 0 ? NULL : device_memory(size), size, executor, stream));
    OK(aclrtSynchronizeStream(stream));
}

static void tensors_lie_within_memory_of_the_device(void) {
    begin();
    aclTensor *large = matrix(10, 8, a), *right = matrix(10, 8, device_memory(512)), *out = matrix(10, 8, device_memory(512));
    OK(aclnnAddGetWorkspaceSize(large, right, one, out, &size, &executor));
    EXPECT(161002, "not within one allocation", aclnnAdd(NULL, size, executor, stream)); /* a has 288 bytes */
    aclTensor *on_host = matrix(2, 4, pinned_memory(64));
    OK(aclnnAddGetWorkspaceSize(on_host, tb, one, tc, &size, &executor));
    EXPECT(161002, "not within one allocation", aclnnAdd(NULL, size, executor, stream));
    OK(phase_one());
    OK(aclrtFree(a));
    EXPECT(161002, "not within one allocation", aclnnAdd(NULL, size, executor, stream));
}

static void the_workspace_is_what_was_asked_for(void) {
    begin();
    int64_t dims[] = {8, 32}, row[] = {32}, rows[] = {8, 1};
    void *memory = device_memory(16384);
    char *at = memory;
    aclTensor *t[6];
    for (int i = 0; i < 6; i++) {
        const int64_t *shape = i == 2 ? rows : i == 3 || i == 5 ? row : dims;
        int rank = i == 3 || i == 5 ? 1 : 2;
        t[i] = aclCreateTensor(shape, (uint64_t)rank, ACL_FLOAT, NULL, 0, ACL_FORMAT_ND, shape, (uint64_t)rank, at + i * 2048);
    }
    OK(aclnnRmsNormGradGetWorkspaceSize(t[0], t[1], t[2], t[3], t[4], t[5], &size, &executor));
    HOLDS(size > 0);
    char *workspace = device_memory(size + 64);
    EXPECT(161001, "workspace is NULL", aclnnRmsNormGrad(NULL, size, executor, stream));
    EXPECT(161002, "are needed", aclnnRmsNormGrad(workspace, size - 1, executor, stream));
    EXPECT(161002, "multiple of 32", aclnnRmsNormGrad(workspace + 4, size, executor, stream));
    EXPECT(161002, "not within one allocation", aclnnRmsNormGrad(workspace, size + 4096, executor, stream));
    void *host = aligned_alloc(64, (size + 63) / 64 * 64);
    EXPECT(161002, "not within one allocation", aclnnRmsNormGrad(host, size, executor, stream));
    OK(aclnnRmsNormGrad(workspace, size, executor, stream));
    EXPECT(107000, "used by aclnnRmsNormGrad", aclrtFree(workspace));
    OK(aclrtSynchronizeStream(stream));
    OK(aclrtFree(workspace));
    free(host);
}

static void executors_belong_to_their_operator(void) {
    begin();
    OK(phase_one());
    EXPECT(161002, "belongs to aclnnAdd", aclnnMm(NULL, size, executor, stream));
}

static void bfloat16_is_not_for_310p(void) {
    begin();
    int64_t dims[] = {2, 4};
    aclTensor *t = aclCreateTensor(dims, 2, ACL_BF16, NULL, 0, ACL_FORMAT_ND, dims, 2, a);
    EXPECT(161002, "BFLOAT16, which this processor does not support", aclnnAddGetWorkspaceSize(t, t, one, t, &size, &executor));
    int32_t has = 1;
    OK(aclGetCannAttribute(1, &has));
    HOLDS(has == 0);
}

static const struct test tests[] = {
    {"computes_in_two_phases", computes_in_two_phases, {NULL}},
    {"null_is_refused", null_is_refused, {NULL}},
    {"wrong_shape_and_type_are_refused", wrong_shape_and_type_are_refused, {NULL}},
    {"an_executor_is_used_once", an_executor_is_used_once, {NULL}},
    {"a_repeatable_executor_is_used_again_with_other_addresses", a_repeatable_executor_is_used_again_with_other_addresses, {NULL}},
    {"addresses_are_those_of_the_second_phase", addresses_are_those_of_the_second_phase, {"HEARTH_STANDIN_DELAY=50000"}},
    {"raw_addresses_change_outside_of_the_phases", raw_addresses_change_outside_of_the_phases, {NULL}},
    {"addresses_of_an_executor_that_is_not_repeatable_stay", addresses_of_an_executor_that_is_not_repeatable_stay, {NULL}},
    {"repeatable_is_refused_for_views_that_are_copied", repeatable_is_refused_for_views_that_are_copied, {NULL}},
    {"objects_outlive_the_second_phase", objects_outlive_the_second_phase, {NULL}},
    {"objects_may_go_before_the_work_is_done", objects_may_go_before_the_work_is_done, {"HEARTH_STANDIN_DELAY=50000"}},
    {"nothing_is_destroyed_twice", nothing_is_destroyed_twice, {NULL}},
    {"a_list_takes_its_tensors_with_it", a_list_takes_its_tensors_with_it, {NULL}},
    {"addresses_within_lists_are_found_by_their_place", addresses_within_lists_are_found_by_their_place, {NULL}},
    {"a_list_with_an_element_that_is_gone_is_told", a_list_with_an_element_that_is_gone_is_told, {NULL}},
    {"strides_are_elements_within_the_storage", strides_are_elements_within_the_storage, {NULL}},
    {"addresses_are_multiples_of_32", addresses_are_multiples_of_32, {NULL}},
    {"tensors_lie_within_memory_of_the_device", tensors_lie_within_memory_of_the_device, {NULL}},
    {"the_workspace_is_what_was_asked_for", the_workspace_is_what_was_asked_for, {"HEARTH_STANDIN_DELAY=50000"}},
    {"executors_belong_to_their_operator", executors_belong_to_their_operator, {NULL}},
    {"bfloat16_is_not_for_310p", bfloat16_is_not_for_310p, {"HEARTH_STANDIN_SOC=Ascend310P3"}},
};

MAIN(tests)
