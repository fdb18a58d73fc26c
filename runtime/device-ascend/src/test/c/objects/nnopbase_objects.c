/* Exported: tensors, scalars, arrays, lists. */
#include "acl.h"
#include "executor.h"

static bool dims_given(const int64_t *dims, uint64_t count, const char *what) {
    if (count > STANDIN_DIMS || (dims == NULL && count > 0)) {
        standin_error(ACLNN_ERR_PARAM_INVALID, "aclCreateTensor: %s are NULL, or more than %d.", what, STANDIN_DIMS);
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        if (dims[i] < 0) {
            standin_error(ACLNN_ERR_PARAM_INVALID, "aclCreateTensor: %s have a negative number.", what);
            return false;
        }
    }
    return true;
}

aclTensor *aclCreateTensor(const int64_t *viewDims, uint64_t viewDimsNum, aclDataType dataType, const int64_t *stride, int64_t offset,
                           aclFormat format, const int64_t *storageDims, uint64_t storageDimsNum, void *tensorData) {
    if (standin_fault(__func__, true) != 0 || !dims_given(viewDims, viewDimsNum, "viewDims")
        || !dims_given(storageDims, storageDimsNum, "storageDims") || (stride != NULL && !dims_given(stride, viewDimsNum, "strides"))) {
        return NULL;
    }
    if (offset < 0) {
        standin_error(ACLNN_ERR_PARAM_INVALID, "aclCreateTensor: the offset is negative.");
        return NULL;
    }
    aclTensor *t = standin_new(STANDIN_TENSOR, sizeof *t);
    t->rank = (int)viewDimsNum;
    t->type = dataType;
    t->format = format;
    t->offset = offset;
    t->data = tensorData;
    t->storage_rank = (int)storageDimsNum;
    int64_t dense = 1;
    for (int i = t->rank - 1; i >= 0; i--) {
        t->dims[i] = viewDims[i];
        t->strides[i] = stride != NULL ? stride[i] : dense;
        dense *= viewDims[i];
    }
    for (int i = 0; i < t->storage_rank; i++) {
        t->storage[i] = storageDims[i];
    }
    return t;
}

aclScalar *aclCreateScalar(void *value, aclDataType dataType) {
    if (standin_fault(__func__, true) != 0) {
        return NULL;
    }
    if (value == NULL || standin_size(dataType) == 0) {
        standin_error(ACLNN_ERR_PARAM_INVALID, "aclCreateScalar: value is NULL, or there is no type %d.", (int)dataType);
        return NULL;
    }
    aclScalar *s = standin_new(STANDIN_SCALAR_OBJECT, sizeof *s);
    const aclTensor one = {.type = dataType, .data = value};
    s->type = dataType;
    s->real = standin_get(&one, 0);
    s->integral = standin_get_int(&one, 0);
    return s;
}

/* The values of an array, copied; NULL if they are missing. */
static void *values(const char *function, const void *from, uint64_t size, size_t each) {
    if (from == NULL && size > 0) {
        standin_error(ACLNN_ERR_PARAM_NULLPTR, "%s: value is NULL.", function);
        return NULL;
    }
    void *to = standin_memory((size + 1) * each);
    if (size > 0) {
        memcpy(to, from, size * each);
    }
    return to;
}

#define ARRAY(Name, KIND, type)                                           \
    acl##Name *aclCreate##Name(const type *value, uint64_t size) {        \
        void *copy = standin_fault(__func__, true) != 0 ? NULL : values(__func__, value, size, sizeof *value); \
        if (copy == NULL) {                                               \
            return NULL;                                                  \
        }                                                                 \
        acl##Name *a = standin_new(KIND, sizeof *a);                      \
        a->size = size;                                                   \
        a->values = copy;                                                 \
        return a;                                                         \
    }                                                                     \
    aclnnStatus aclDestroy##Name(const acl##Name *array) {                \
        if (array == NULL) {                                              \
            return ACLNN_SUCCESS;                                         \
        }                                                                 \
        int32_t code = alive(__func__, array, KIND);                      \
        if (code == ACLNN_SUCCESS) {                                      \
            free(array->values);                                          \
            standin_forget((void *)(uintptr_t)array);                     \
        }                                                                 \
        return code;                                                      \
    }

static int32_t alive(const char *function, const void *object, enum standin_kind kind) {
    int32_t code = standin_fault(function, true);
    if (code == ACLNN_SUCCESS && standin_alive(object, kind) == 0) {
        code = standin_misuse(ACLNN_ERR_PARAM_INVALID, "%s: this was destroyed before (perhaps with its list), or never made.", function);
    }
    return code;
}

ARRAY(IntArray, STANDIN_INT_ARRAY, int64_t)
ARRAY(FloatArray, STANDIN_FLOAT_ARRAY, float)
ARRAY(BoolArray, STANDIN_BOOL_ARRAY, bool)

static aclnnStatus destroy(const char *function, const void *object, enum standin_kind kind) {
    if (object == NULL) {
        return ACLNN_SUCCESS;
    }
    int32_t code = alive(function, object, kind);
    if (code == ACLNN_SUCCESS) {
        standin_forget((void *)(uintptr_t)object);
    }
    return code;
}

aclnnStatus aclDestroyTensor(const aclTensor *tensor) {
    return destroy(__func__, tensor, STANDIN_TENSOR);
}

aclnnStatus aclDestroyScalar(const aclScalar *scalar) {
    return destroy(__func__, scalar, STANDIN_SCALAR_OBJECT);
}

/* The elements of a list, copied, if all of them live. */
static void *elements(const char *function, const void *const *value, uint64_t size, enum standin_kind kind) {
    if (standin_fault(function, true) != 0) {
        return NULL;
    }
    for (uint64_t i = 0; value != NULL && i < size; i++) {
        if (alive(function, value[i], kind) != ACLNN_SUCCESS) {
            return NULL;
        }
    }
    return values(function, value, size, sizeof *value);
}

aclTensorList *aclCreateTensorList(const aclTensor *const *value, uint64_t size) {
    void *copy = elements(__func__, (const void *const *)value, size, STANDIN_TENSOR);
    if (copy == NULL) {
        return NULL;
    }
    aclTensorList *list = standin_new(STANDIN_TENSOR_LIST, sizeof *list);
    list->size = size;
    list->tensors = copy;
    return list;
}

aclScalarList *aclCreateScalarList(const aclScalar *const *value, uint64_t size) {
    void *copy = elements(__func__, (const void *const *)value, size, STANDIN_SCALAR_OBJECT);
    if (copy == NULL) {
        return NULL;
    }
    aclScalarList *list = standin_new(STANDIN_SCALAR_LIST, sizeof *list);
    list->size = size;
    list->scalars = copy;
    return list;
}

/* A list ends with its elements. */
static int32_t destroy_list(const char *function, const void *list, enum standin_kind kind, void *elements, uint64_t size,
                            enum standin_kind element) {
    int32_t code = ACLNN_SUCCESS;
    void **objects = elements;
    for (uint64_t i = 0; i < size; i++) {
        int32_t one = destroy(function, objects[i], element);
        code = code == ACLNN_SUCCESS ? one : code;
    }
    free(elements);
    int32_t own = destroy(function, list, kind);
    return code == ACLNN_SUCCESS ? own : code;
}

aclnnStatus aclDestroyTensorList(const aclTensorList *array) {
    if (array == NULL) {
        return ACLNN_SUCCESS;
    }
    int32_t code = alive(__func__, array, STANDIN_TENSOR_LIST);
    return code != ACLNN_SUCCESS
               ? code
               : destroy_list(__func__, array, STANDIN_TENSOR_LIST, array->tensors, array->size, STANDIN_TENSOR);
}

aclnnStatus aclDestroyScalarList(const aclScalarList *array) {
    if (array == NULL) {
        return ACLNN_SUCCESS;
    }
    int32_t code = alive(__func__, array, STANDIN_SCALAR_LIST);
    return code != ACLNN_SUCCESS
               ? code
               : destroy_list(__func__, array, STANDIN_SCALAR_LIST, array->scalars, array->size, STANDIN_SCALAR_OBJECT);
}

aclnnStatus aclGetViewShape(const aclTensor *tensor, int64_t **viewDims, uint64_t *viewDimsNum) {
    STANDIN_CHECK(tensor != NULL && viewDims != NULL && viewDimsNum != NULL, ACLNN_ERR_PARAM_NULLPTR,
                  "aclGetViewShape: something is NULL.");
    *viewDims = values(__func__, tensor->dims, (uint64_t)tensor->rank, sizeof tensor->dims[0]);
    *viewDimsNum = (uint64_t)tensor->rank;
    return ACLNN_SUCCESS;
}
