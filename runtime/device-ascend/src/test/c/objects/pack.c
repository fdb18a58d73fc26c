/* Copies of the arguments of one call, so that the caller's objects are free once the second phase has returned. */
#include "executor.h"

static void *room(struct standin_pack *pack, size_t bytes) {
    struct standin_chunk *chunk = standin_memory(sizeof *chunk + bytes);
    chunk->next = pack->chunks;
    pack->chunks = chunk;
    return chunk->bytes;
}

static void *grown(void *old, int count, int *room, size_t size) {
    if (count < *room) {
        return old;
    }
    *room = *room == 0 ? 8 : *room * 2;
    void *more = realloc(old, (size_t)*room * size);
    if (more == NULL) {
        abort();
    }
    return more;
}

struct standin_pack *standin_pack_new(const struct standin_operator *operator, const void *arguments, bool fresh) {
    struct standin_pack *pack = standin_memory(sizeof *pack);
    pack->fresh = fresh;
    pack->arguments = room(pack, operator->arguments);
    operator->copy(pack, pack->arguments, arguments);
    return pack;
}

void standin_pack_drop(void *closure) {
    struct standin_pack *pack = closure;
    for (struct standin_chunk *chunk = pack->chunks; chunk != NULL;) {
        struct standin_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    free(pack->slots);
    free(pack->origins);
    free(pack);
}

/* Whether there is something to copy. Notes what is wrong with an object that is missing or was destroyed. */
static bool given(struct standin_pack *pack, const void *object, enum standin_kind kind, int role, const char *name) {
    if (pack->failure != 0) {
        return false;
    }
    if (object == NULL) {
        if ((role & STANDIN_ROLE_NULL) == 0) {
            pack->failure = standin_error(ACLNN_ERR_PARAM_NULLPTR, "%s must not be NULL.", name);
        }
        return false;
    }
    if (pack->fresh && kind != 0) {
        uint64_t serial = standin_alive(object, kind);
        if (serial == 0) {
            pack->failure = standin_error(ACLNN_ERR_PARAM_INVALID, "%s was destroyed, or is of another kind.", name);
            return false;
        }
        pack->origins = grown(pack->origins, pack->origin_count, &pack->origin_room, sizeof *pack->origins);
        pack->origins[pack->origin_count++] = (struct standin_origin){object, kind, serial, name};
    }
    return true;
}

static aclTensor *tensor(struct standin_pack *pack, const aclTensor *t, int role, const char *name, int relative) {
    aclTensor *copy = NULL;
    uint64_t serial = 0;
    if (given(pack, t, STANDIN_TENSOR, role, name)) {
        copy = room(pack, sizeof *copy);
        *copy = *t;
        if (pack->fresh) {
            serial = standin_alive(t, STANDIN_TENSOR);
            pack->failure = standin_check_tensor(t, name);
        }
    }
    pack->slots = grown(pack->slots, pack->slot_count, &pack->slot_room, sizeof *pack->slots);
    pack->slots[pack->slot_count++] = (struct standin_slot){
        copy, pack->fresh ? (aclTensor *)(uintptr_t)t : NULL, serial, role, name, pack->parameters, relative};
    return copy;
}

const aclTensor *standin_copy_tensor(struct standin_pack *pack, const aclTensor *t, int role, const char *name) {
    const aclTensor *copy = tensor(pack, t, role, name, 0);
    pack->parameters++;
    return copy;
}

const aclTensorList *standin_copy_list(struct standin_pack *pack, const aclTensorList *l, int role, const char *name) {
    aclTensorList *copy = NULL;
    if (given(pack, l, STANDIN_TENSOR_LIST, role, name)) {
        copy = room(pack, sizeof *copy);
        copy->size = l->size;
        copy->tensors = room(pack, (l->size + 1) * sizeof *copy->tensors);
        for (uint64_t i = 0; i < l->size; i++) {
            copy->tensors[i] = tensor(pack, l->tensors[i], role & ~STANDIN_ROLE_NULL, name, (int)i);
        }
    }
    pack->parameters++;
    return copy;
}

const aclScalar *standin_copy_scalar(struct standin_pack *pack, const aclScalar *s, int role, const char *name) {
    if (!given(pack, s, STANDIN_SCALAR_OBJECT, role, name)) {
        return NULL;
    }
    aclScalar *copy = room(pack, sizeof *copy);
    *copy = *s;
    return copy;
}

const aclScalarList *standin_copy_scalars(struct standin_pack *pack, const aclScalarList *l, int role, const char *name) {
    if (!given(pack, l, STANDIN_SCALAR_LIST, role, name)) {
        return NULL;
    }
    aclScalarList *copy = room(pack, sizeof *copy);
    copy->size = l->size;
    copy->scalars = room(pack, (l->size + 1) * sizeof *copy->scalars);
    for (uint64_t i = 0; i < l->size; i++) {
        copy->scalars[i] = standin_copy_scalar(pack, l->scalars[i], STANDIN_ROLE_IN, name);
    }
    return copy;
}

const aclIntArray *standin_copy_ints(struct standin_pack *pack, const aclIntArray *a, int role, const char *name) {
    if (!given(pack, a, STANDIN_INT_ARRAY, role, name)) {
        return NULL;
    }
    aclIntArray *copy = room(pack, sizeof *copy);
    copy->size = a->size;
    copy->values = room(pack, (a->size + 1) * sizeof *copy->values);
    memcpy(copy->values, a->values, a->size * sizeof *copy->values);
    return copy;
}

const aclFloatArray *standin_copy_floats(struct standin_pack *pack, const aclFloatArray *a, int role, const char *name) {
    if (!given(pack, a, STANDIN_FLOAT_ARRAY, role, name)) {
        return NULL;
    }
    aclFloatArray *copy = room(pack, sizeof *copy);
    copy->size = a->size;
    copy->values = room(pack, (a->size + 1) * sizeof *copy->values);
    memcpy(copy->values, a->values, a->size * sizeof *copy->values);
    return copy;
}

const char *standin_copy_text(struct standin_pack *pack, const char *text, int role, const char *name) {
    if (!given(pack, text, 0, role, name)) {
        return NULL;
    }
    size_t bytes = strlen(text) + 1;
    return memcpy(room(pack, bytes), text, bytes);
}
