/* The two phases of an operator, and executors in between. */
#include "executor.h"

#include <stdio.h>

/* The closure of phase 2. */
struct launch {
    const struct standin_operator *operator;
    struct standin_pack *pack;
    struct standin_call call;
};

/* Codes of the runtime do not leave operators; their texts do. */
static int32_t bound(const char *operator) {
    struct standin_context *context = standin_context();
    if (context == NULL) {
        return standin_error(ACLNN_ERR_RUNTIME_ERROR,
                             "%s: ctx is NULL (107002): this thread is bound to no device (aclrtSetDevice was not called on it).",
                             operator);
    }
    return standin_lost(context->device) == 0 ? ACLNN_SUCCESS : ACLNN_ERR_RUNTIME_ERROR;
}

/* Views that kernels cannot read as they are get copied, which takes workspace and forbids the executor's repetition. */
static void views(struct standin_pack *pack, struct standin_call *call) {
    for (int i = 0; i < pack->slot_count; i++) {
        const aclTensor *t = pack->slots[i].copy;
        if (t != NULL && t->format != ACL_FORMAT_FRACTAL_NZ && !standin_contiguous(t) && !standin_transposed(t)) {
            call->not_repeatable = true;
            call->workspace += ((size_t)standin_count(t) * standin_size(t->type) + 511) / 512 * 512;
        }
    }
}

static int32_t first(const struct standin_operator *operator, const void *arguments, uint64_t *workspace_size,
                     aclOpExecutor **executor) {
    STANDIN_CHECK(workspace_size != NULL && executor != NULL, ACLNN_ERR_PARAM_NULLPTR, "workspaceSize or executor is NULL.");
    STANDIN_CHECK(!operator->traits.no_310p || standin_family() != STANDIN_310P, ACLNN_ERR_INNER_FIND_KERNEL_ERROR,
                  "there is no kernel of this operator for this processor.");
    struct standin_pack *pack = standin_pack_new(operator, arguments, true);
    struct standin_call call = {
        .operator = operator->name,
        .detail = operator->traits.detail,
        .family = standin_family(),
        .deterministic = standin_deterministic(),
        .not_repeatable = operator->traits.not_repeatable,
    };
    int32_t code = pack->failure != 0 ? pack->failure : operator->check(pack->arguments, &call);
    if (code != ACLNN_SUCCESS) {
        standin_pack_drop(pack);
        return code;
    }
    views(pack, &call);
    aclOpExecutor *made = standin_new(STANDIN_EXECUTOR, sizeof *made);
    made->operator = operator;
    made->pack = pack;
    made->call = call;
    *workspace_size = call.workspace;
    *executor = made;
    return ACLNN_SUCCESS;
}

aclnnStatus standin_phase_one(const struct standin_operator *operator, const void *arguments, uint64_t *workspace_size,
                              aclOpExecutor **executor) {
    char name[128];
    snprintf(name, sizeof name, "%sGetWorkspaceSize", operator->name);
    int32_t code = standin_fault(name, true);
    if (code == ACLNN_SUCCESS) {
        code = bound(name);
    }
    if (code != ACLNN_SUCCESS) {
        return code;
    }
    standin_error_prefix(operator->name);
    code = first(operator, arguments, workspace_size, executor);
    standin_error_prefix(NULL);
    return code;
}

static int32_t check_workspace(const aclOpExecutor *executor, const void *workspace, uint64_t size) {
    if (executor->call.workspace == 0) {
        return ACLNN_SUCCESS;
    }
    STANDIN_CHECK(workspace != NULL, ACLNN_ERR_PARAM_NULLPTR, "workspace is NULL, but %llu bytes are needed.",
                  (unsigned long long)executor->call.workspace);
    STANDIN_CHECK(size >= executor->call.workspace, ACLNN_ERR_PARAM_INVALID, "workspaceSize is %llu, but %llu bytes are needed.",
                  (unsigned long long)size, (unsigned long long)executor->call.workspace);
    STANDIN_CHECK((uintptr_t)workspace % 32 == 0, ACLNN_ERR_PARAM_INVALID, "the address %p of workspace is not a multiple of 32.",
                  workspace);
    STANDIN_CHECK(standin_allocated(workspace, size), ACLNN_ERR_PARAM_INVALID,
                  "workspace takes %llu bytes at %p, which are not within one allocation of the device.", (unsigned long long)size,
                  workspace);
    return ACLNN_SUCCESS;
}

/* What was given in phase 1 must still be there, with the addresses that it had. */
static int32_t check_origins(const struct standin_pack *pack) {
    for (int i = 0; i < pack->origin_count; i++) {
        const struct standin_origin *origin = &pack->origins[i];
        STANDIN_CHECK(standin_alive(origin->object, origin->kind) == origin->serial, ACLNN_ERR_PARAM_INVALID,
                      "%s was destroyed between the two phases.", origin->name);
    }
    for (int i = 0; i < pack->slot_count; i++) {
        const struct standin_slot *slot = &pack->slots[i];
        if (slot->copy == NULL) {
            continue;
        }
        STANDIN_CHECK(slot->original->data == slot->copy->data, ACLNN_ERR_PARAM_INVALID,
                      "the address of %s was changed between the two phases, and not through this executor.", slot->name);
        int32_t code = standin_check_memory(slot->copy, slot->name);
        if (code != ACLNN_SUCCESS) {
            return code;
        }
    }
    return ACLNN_SUCCESS;
}

static int32_t run(void *closure) {
    struct launch *launch = closure;
    struct standin_call call = launch->call;
    if (call.memory != NULL) {
        memset(call.memory, 0xff, call.workspace);
    }
    launch->operator->compute(launch->pack->arguments, &call);
    return call.failure;
}

static void drop(void *closure) {
    struct launch *launch = closure;
    standin_pack_drop(launch->pack);
    free(launch);
}

static int32_t queue(const struct standin_operator *operator, struct standin_pack *pack, struct standin_call call,
                     struct standin_stream *stream) {
    struct launch *launch = standin_memory(sizeof *launch);
    *launch = (struct launch){operator, pack, call};
    struct standin_task *task = standin_task(operator->name, run, drop, launch, pack->slot_count + 1);
    task->ranges = 0;
    for (int i = 0; i < pack->slot_count; i++) {
        const aclTensor *t = pack->slots[i].copy;
        if (t != NULL && standin_count(t) > 0) {
            task->range[task->ranges++] = (struct standin_range){t->data, standin_storage_bytes(t)};
        }
    }
    if (call.memory != NULL) {
        task->range[task->ranges++] = (struct standin_range){call.memory, call.workspace};
    }
    return standin_enqueue(stream, task);
}

static int32_t second(const struct standin_operator *operator, void *workspace, uint64_t workspace_size, aclOpExecutor *executor,
                      aclrtStream handle) {
    STANDIN_CHECK(executor != NULL, ACLNN_ERR_INNER_NULLPTR, "executor is NULL.");
    STANDIN_CHECK(standin_alive(executor, STANDIN_EXECUTOR) != 0, ACLNN_ERR_INNER_NULLPTR,
                  "the executor has been used already (and was not set to be repeatable), or was destroyed.");
    STANDIN_CHECK(executor->operator == operator, ACLNN_ERR_PARAM_INVALID, "the executor belongs to %s.", executor->operator->name);
    int32_t code = check_workspace(executor, workspace, workspace_size);
    if (code == ACLNN_SUCCESS) {
        code = check_origins(executor->pack);
    }
    if (code != ACLNN_SUCCESS) {
        return code;
    }
    struct standin_stream *stream = standin_stream(handle, &code);
    if (stream == NULL) {
        return ACLNN_ERR_RUNTIME_ERROR;
    }
    struct standin_call call = executor->call;
    call.memory = call.workspace == 0 ? NULL : workspace;
    struct standin_pack *pack = executor->pack;
    if (executor->repeatable) {
        pack = standin_pack_new(operator, pack->arguments, false);
    } else {
        executor->pack = NULL;
        standin_forget(executor);
    }
    return queue(operator, pack, call, stream) == ACL_SUCCESS ? ACLNN_SUCCESS : ACLNN_ERR_RUNTIME_ERROR;
}

aclnnStatus standin_phase_two(const struct standin_operator *operator, void *workspace, uint64_t workspace_size,
                              aclOpExecutor *executor, aclrtStream stream) {
    int32_t code = standin_fault(operator->name, false);
    if (code == ACLNN_SUCCESS) {
        code = bound(operator->name);
    }
    if (code != ACLNN_SUCCESS) {
        return code;
    }
    standin_error_prefix(operator->name);
    code = second(operator, workspace, workspace_size, executor, stream);
    standin_error_prefix(NULL);
    return code;
}

int32_t standin_executor_repeat(aclOpExecutor *executor) {
    STANDIN_CHECK(executor != NULL, ACLNN_ERR_INNER_NULLPTR, "executor is NULL.");
    STANDIN_CHECK(standin_alive(executor, STANDIN_EXECUTOR) != 0, ACLNN_ERR_INNER,
                  "the executor was used or destroyed; it is set to be repeatable right after the first phase.");
    STANDIN_CHECK(!executor->call.not_repeatable, ACLNN_ERR_INNER,
                  "%s copies between host and device, or views, with these arguments: its executor cannot be repeatable.",
                  executor->operator->name);
    executor->repeatable = true;
    return ACLNN_SUCCESS;
}

int32_t standin_executor_destroy(aclOpExecutor *executor) {
    STANDIN_CHECK(executor != NULL, ACLNN_ERR_INNER_NULLPTR, "executor is NULL.");
    if (standin_alive(executor, STANDIN_EXECUTOR) == 0) {
        return standin_misuse(ACLNN_ERR_INNER, "aclDestroyAclOpExecutor: the executor was used or destroyed before.");
    }
    standin_pack_drop(executor->pack);
    standin_forget(executor);
    return ACLNN_SUCCESS;
}

static int32_t repeatable(const aclOpExecutor *executor, const void *object) {
    STANDIN_CHECK(executor != NULL && object != NULL, ACLNN_ERR_INNER_NULLPTR, "executor or tensor is NULL.");
    STANDIN_CHECK(standin_alive(executor, STANDIN_EXECUTOR) != 0, ACLNN_ERR_INNER, "the executor was used or destroyed.");
    STANDIN_CHECK(executor->repeatable, ACLNN_ERR_PARAM_INVALID, "the executor was not set to be repeatable.");
    return ACLNN_SUCCESS;
}

/* The tensor of a place, if it is the one that phase 1 was given there. */
static bool is_at(const struct standin_slot *slot, const aclTensor *tensor) {
    return slot->copy != NULL && slot->original == tensor && standin_alive(tensor, STANDIN_TENSOR) == slot->serial;
}

static int32_t set(const aclOpExecutor *executor, aclTensor *tensor, void *address) {
    STANDIN_CHECK((uintptr_t)address % 32 == 0, ACLNN_ERR_PARAM_INVALID, "the address %p is not a multiple of 32.", address);
    tensor->data = address;
    for (int i = 0; i < executor->pack->slot_count; i++) {
        if (executor->pack->slots[i].original == tensor) {
            executor->pack->slots[i].copy->data = address;
        }
    }
    return ACLNN_SUCCESS;
}

int32_t standin_executor_address(aclOpExecutor *executor, int role, size_t index, aclTensor *tensor, void *address) {
    int32_t code = repeatable(executor, tensor);
    if (code != ACLNN_SUCCESS) {
        return code;
    }
    /* Whether arguments that are NULL count is told of no release: either way is taken, if it leads to this tensor. */
    size_t all = 0, present = 0;
    bool found = false;
    for (int i = 0; i < executor->pack->slot_count; i++) {
        const struct standin_slot *slot = &executor->pack->slots[i];
        if ((slot->role & role) == 0) {
            continue;
        }
        found = found || ((all == index || present == index) && is_at(slot, tensor));
        all++;
        present += slot->copy != NULL;
    }
    STANDIN_CHECK(index < all, ACLNN_ERR_PARAM_INVALID, "%s has %zu such tensors; there is none of index %zu.",
                  executor->operator->name, all, index);
    STANDIN_CHECK(found, ACLNN_ERR_PARAM_INVALID, "this is not the tensor that %s was given at index %zu.", executor->operator->name,
                  index);
    return set(executor, tensor, address);
}

int32_t standin_executor_list_address(aclOpExecutor *executor, int role, size_t parameter, size_t relative, aclTensorList *list,
                                      void *address) {
    int32_t code = repeatable(executor, list);
    if (code != ACLNN_SUCCESS) {
        return code;
    }
    STANDIN_CHECK(standin_alive(list, STANDIN_TENSOR_LIST) != 0, ACLNN_ERR_PARAM_INVALID, "the list was destroyed.");
    STANDIN_CHECK(relative < list->size, ACLNN_ERR_PARAM_INVALID, "the list has %llu tensors; there is none of index %zu.",
                  (unsigned long long)list->size, relative);
    aclTensor *tensor = (aclTensor *)(uintptr_t)list->tensors[relative];
    size_t counted = 0;
    int last = -1;
    for (int i = 0; i < executor->pack->slot_count; i++) {
        const struct standin_slot *slot = &executor->pack->slots[i];
        if ((slot->role & role) == 0) {
            continue;
        }
        counted += last >= 0 && slot->parameter != last;
        last = slot->parameter;
        if (counted == parameter && slot->relative == (int)relative && is_at(slot, tensor)) {
            return set(executor, tensor, address);
        }
    }
    return standin_error(ACLNN_ERR_PARAM_INVALID, "this is not the list that %s was given at index %zu.", executor->operator->name,
                         parameter);
}
