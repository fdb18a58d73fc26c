/*
 * What the tests of operators share: tensors of random layouts, calls in two phases, comparison with plain double precision.
 * A program takes a seed, prints the one it used, and ends with 1 and a line for what went wrong.
 */
#ifndef HEARTH_NN_TEST_H
#define HEARTH_NN_TEST_H

#include "acl_types.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

aclError aclInit(const char *);
aclError aclrtSetDevice(int32_t);
aclError aclrtSetSysParamOpt(int, int64_t);
aclError aclrtCreateStream(aclrtStream *);
aclError aclrtSynchronizeStream(aclrtStream);
aclError aclrtMalloc(void **, size_t, int);
aclError aclrtFree(void *);
aclError aclrtMemcpy(void *, size_t, const void *, size_t, int);
const char *aclGetRecentErrMsg(void);
aclTensor *aclCreateTensor(const int64_t *, uint64_t, aclDataType, const int64_t *, int64_t, aclFormat, const int64_t *, uint64_t, void *);
aclScalar *aclCreateScalar(void *, aclDataType);
aclIntArray *aclCreateIntArray(const int64_t *, uint64_t);
aclTensorList *aclCreateTensorList(const aclTensor *const *, uint64_t);
aclnnStatus aclDestroyTensor(const aclTensor *);
aclnnStatus aclDestroyScalar(const aclScalar *);
aclnnStatus aclDestroyIntArray(const aclIntArray *);
aclnnStatus aclDestroyTensorList(const aclTensorList *);

/* Both functions of an operator, from the types of its arguments. Weak: the 8.x face lacks some. */
#define OPERATOR(name, ...)                                                                                              \
    __attribute__((weak)) aclnnStatus name##GetWorkspaceSize(__VA_ARGS__, uint64_t *, aclOpExecutor **);                 \
    __attribute__((weak)) aclnnStatus name(void *, uint64_t, aclOpExecutor *, aclrtStream);

typedef const aclTensor *cT;
typedef const aclScalar *cS;
typedef const aclIntArray *cIA;
typedef const aclTensorList *cTL;
typedef int64_t i64;

enum { GUARD = 0xa7, MOST = 8 };

/* ---- random numbers ----------------------------------------------------------------------------------------------------- */

static uint64_t random_state;
static aclrtStream test_stream;
static int failures;
static const char *current = "";

static inline uint64_t draw(void) {
    random_state += 0x9e3779b97f4a7c15u;
    uint64_t x = random_state;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static inline i64 between(i64 least, i64 most) { return least + (i64) (draw() % (uint64_t) (most - least + 1)); }

static inline double unit(void) { return (double) (draw() >> 11) * 0x1p-53; }

static inline void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
#include <stdarg.h>
static inline void complain(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    printf("%s: ", current);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
    failures++;
}

static inline void need(aclError code, const char *what) {
    if (code != 0) {
        const char *text = aclGetRecentErrMsg();
        printf("%s: %s gave %d: %s\n", current, what, code, text == NULL ? "" : text);
        exit(1);
    }
}

/* ---- elements: independent of the stand-in's own conversions --------------------------------------------------------------- */

static inline size_t size_of(aclDataType type) {
    switch (type) {
        case ACL_INT8: case ACL_UINT8: case ACL_BOOL: return 1;
        case ACL_FLOAT16: case ACL_BF16: case ACL_INT16: return 2;
        case ACL_DOUBLE: case ACL_INT64: return 8;
        default: return 4;
    }
}

/* The nearest value with so many bits of fraction and such a smallest exponent; ties to even. */
static inline double fitted(double x, int bits, int least, double largest) {
    if (x == 0 || !isfinite(x)) {
        return x;
    }
    int exponent;
    frexp(x, &exponent);
    exponent = exponent - 1 < least ? least : exponent - 1;
    double rounded = ldexp(nearbyint(ldexp(x, bits - exponent)), exponent - bits);
    return fabs(rounded) > largest ? copysign(INFINITY, x) : rounded;
}

static inline double rounded_to(double x, aclDataType type) {
    switch (type) {
        case ACL_FLOAT: return (float) x;
        case ACL_FLOAT16: return fitted((float) x, 10, -14, 65504);
        case ACL_BF16: return fitted((float) x, 7, -126, 3.3895313892515355e38);
        case ACL_DOUBLE: return x;
        case ACL_BOOL: return x != 0;
        default: return trunc(x);
    }
}

static inline void put(void *to, double x, aclDataType type) {
    if (type == ACL_FLOAT16 || type == ACL_BF16) {
        int bits = type == ACL_BF16 ? 7 : 10, bias = type == ACL_BF16 ? 127 : 15, exponent = 0;
        double magnitude = fabs(x);
        uint16_t code = 0;
        if (isinf(x)) {
            code = type == ACL_BF16 ? 0x7f80 : 0x7c00;
        } else if (magnitude != 0) {
            frexp(magnitude, &exponent);
            exponent = exponent - 1 < 1 - bias ? 1 - bias : exponent - 1;
            double fraction = ldexp(magnitude, bits - exponent); /* >= 2^bits unless subnormal */
            code = (uint16_t) (((exponent + bias - 1) << bits) + (int) fraction);
        }
        code = (uint16_t) (code | (signbit(x) ? 0x8000 : 0));
        memcpy(to, &code, 2);
        return;
    }
    switch (type) {
        case ACL_FLOAT: { float v = (float) x; memcpy(to, &v, 4); break; }
        case ACL_DOUBLE: memcpy(to, &x, 8); break;
        case ACL_INT64: { i64 v = (i64) x; memcpy(to, &v, 8); break; }
        case ACL_INT32: { int32_t v = (int32_t) x; memcpy(to, &v, 4); break; }
        case ACL_INT16: { int16_t v = (int16_t) x; memcpy(to, &v, 2); break; }
        default: { int8_t v = (int8_t) (int) x; memcpy(to, &v, 1); break; }
    }
}

static inline double get(const void *from, aclDataType type) {
    switch (type) {
        case ACL_FLOAT: { float v; memcpy(&v, from, 4); return v; }
        case ACL_DOUBLE: { double v; memcpy(&v, from, 8); return v; }
        case ACL_INT64: { i64 v; memcpy(&v, from, 8); return (double) v; }
        case ACL_INT32: { int32_t v; memcpy(&v, from, 4); return v; }
        case ACL_INT16: { int16_t v; memcpy(&v, from, 2); return v; }
        case ACL_INT8: return *(const int8_t *) from;
        case ACL_FLOAT16: case ACL_BF16: {
            uint16_t code;
            memcpy(&code, from, 2);
            int bits = type == ACL_BF16 ? 7 : 10, bias = type == ACL_BF16 ? 127 : 15, exponent = (code & 0x7fff) >> bits;
            int fraction = code & ((1 << bits) - 1), last = type == ACL_BF16 ? 255 : 31;
            double magnitude = exponent == last ? (fraction ? NAN : INFINITY)
                             : exponent == 0 ? ldexp(fraction, 1 - bias - bits) : ldexp(fraction + (1 << bits), exponent - bias - bits);
            return code & 0x8000 ? -magnitude : magnitude;
        }
        default: return *(const uint8_t *) from;
    }
}

/* ---- tensors --------------------------------------------------------------------------------------------------------------- */

typedef struct {
    aclDataType type;
    int rank;
    i64 dims[MOST], strides[MOST], offset, count, storage;
    double *values; /* row-major; what the tensor holds, or should hold */
    void *device;
    aclTensor *tensor;
} Tensor;

enum layout { DENSE, ANY }; /* ANY: permuted axes, gaps between rows and elements, an offset */

static inline i64 distance(const Tensor *t, i64 i) {
    i64 at = t->offset;
    for (int d = t->rank - 1; d >= 0; d--) {
        at += i % t->dims[d] * t->strides[d];
        i /= t->dims[d];
    }
    return at;
}

static inline void upload(const Tensor *t) {
    size_t bytes = (size_t) t->storage * size_of(t->type);
    char *memory = malloc(bytes);
    memset(memory, GUARD, bytes);
    for (i64 i = 0; i < t->count; i++) {
        put(memory + (size_t) distance(t, i) * size_of(t->type), t->values[i], t->type);
    }
    need(aclrtMemcpy(t->device, bytes, memory, bytes, 1), "aclrtMemcpy");
    free(memory);
}

/* A tensor whose values are to be set, then uploaded. */
static inline Tensor tensor_of(aclDataType type, enum layout layout, int rank, const i64 *dims) {
    Tensor t = {.type = type, .rank = rank, .count = 1};
    int order[MOST];
    i64 stride = layout == ANY && between(0, 3) == 0 ? 2 : 1;
    for (int i = 0; i < rank; i++) {
        t.dims[i] = dims[i];
        t.count *= dims[i];
        order[i] = i;
    }
    for (int i = 0; layout == ANY && between(0, 1) == 0 && i < rank - 1; i++) {
        int other = (int) between(i, rank - 1), kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    for (int i = rank - 1; i >= 0; i--) {
        t.strides[order[i]] = stride;
        stride *= dims[order[i]] + (layout == ANY && between(0, 2) == 0 ? between(1, 3) : 0);
    }
    t.offset = layout == ANY ? between(0, 5) : 0;
    t.storage = t.offset + (stride < 1 ? 1 : stride) + 1;
    t.values = calloc((size_t) t.count + 1, sizeof(double));
    need(aclrtMalloc(&t.device, (size_t) t.storage * size_of(type), 0), "aclrtMalloc");
    t.tensor = aclCreateTensor(t.dims, (uint64_t) rank, type, t.strides, t.offset, ACL_FORMAT_ND, &t.storage, 1, t.device);
    return t;
}

#define DIMS(...) (int) (sizeof((i64[]) {__VA_ARGS__}) / sizeof(i64)), (i64[]) {__VA_ARGS__}

/* Values in [least, most), rounded to the type. */
static inline Tensor random_tensor(aclDataType type, enum layout layout, int rank, const i64 *dims, double least, double most) {
    Tensor t = tensor_of(type, layout, rank, dims);
    for (i64 i = 0; i < t.count; i++) {
        t.values[i] = rounded_to(least + unit() * (most - least), type);
    }
    upload(&t);
    return t;
}

static inline Tensor output(aclDataType type, enum layout layout, int rank, const i64 *dims) {
    Tensor t = tensor_of(type, layout, rank, dims);
    upload(&t);
    return t;
}

static inline void drop(Tensor *t) {
    aclDestroyTensor(t->tensor);
    need(aclrtFree(t->device), "aclrtFree");
    free(t->values);
}

/* The largest difference relative to tolerance * (|expected| + scale); what lies around the elements must be untouched. */
static inline void expect(const Tensor *t, double tolerance, double scale) {
    size_t size = size_of(t->type), bytes = (size_t) t->storage * size;
    char *memory = malloc(bytes), *seen = calloc((size_t) t->storage, 1);
    need(aclrtMemcpy(memory, bytes, t->device, bytes, 2), "aclrtMemcpy");
    int told = 0;
    for (i64 i = 0; i < t->count; i++) {
        i64 at = distance(t, i);
        double actual = get(memory + (size_t) at * size, t->type), wanted = t->values[i];
        double step = t->type == ACL_BF16 ? 0x1p-8 : t->type == ACL_FLOAT16 ? 0x1p-11 : 0;
        double allowed = tolerance * (fabs(wanted) + scale) + step * fabs(wanted) * 1.001 + (t->type == ACL_FLOAT16 ? 0x1p-25 : 0);
        bool same = actual == wanted || (isnan(actual) && isnan(wanted)) || fabs(actual - wanted) <= allowed;
        if (!same && told++ < 3) {
            complain("element %lld of %lld is %.9g but should be %.9g", (long long) i, (long long) t->count, actual, wanted);
        }
        seen[at] = 1;
    }
    for (size_t i = 0; i < bytes; i++) {
        if (!seen[i / size] && (unsigned char) memory[i] != GUARD && told++ < 3) {
            complain("byte %zu beside the elements was written", i);
        }
    }
    free(memory);
    free(seen);
}

/* The element of t that is seen at place i of wider dims. */
static inline double seen_at(const Tensor *t, int rank, const i64 *dims, i64 i) {
    i64 at = 0, stride = 1;
    for (int d = rank - 1; d >= 0; d--) {
        i64 index = i % dims[d];
        int axis = d - (rank - t->rank);
        i /= dims[d];
        if (axis >= 0) {
            at += (t->dims[axis] == 1 ? 0 : index) * stride;
            stride *= t->dims[axis];
        }
    }
    return t->values[at];
}

/* ---- calls ------------------------------------------------------------------------------------------------------------------ */

static inline void finish(aclnnStatus (*operator)(void *, uint64_t, aclOpExecutor *, aclrtStream), uint64_t size, aclOpExecutor *executor) {
    void *workspace = NULL;
    if (size > 0) {
        need(aclrtMalloc(&workspace, size, 0), "aclrtMalloc of a workspace");
    }
    need(operator(workspace, size, executor, test_stream), "phase 2");
    need(aclrtSynchronizeStream(test_stream), "aclrtSynchronizeStream");
    if (size > 0) {
        need(aclrtFree(workspace), "aclrtFree");
    }
}

#define RUN(name, ...)                                                                              \
    do {                                                                                            \
        uint64_t size_ = 0;                                                                         \
        aclOpExecutor *executor_ = NULL;                                                            \
        current = #name;                                                                            \
        need(name##GetWorkspaceSize(__VA_ARGS__, &size_, &executor_), "phase 1");                   \
        finish(name, size_, executor_);                                                             \
    } while (0)

/* Phase 1 must refuse with this code and say why. */
#define REFUSED(code, name, ...)                                                                    \
    do {                                                                                            \
        uint64_t size_ = 0;                                                                         \
        aclOpExecutor *executor_ = NULL;                                                            \
        current = #name;                                                                            \
        aclnnStatus status_ = name##GetWorkspaceSize(__VA_ARGS__, &size_, &executor_);              \
        const char *text_ = aclGetRecentErrMsg();                                                   \
        if (status_ != (code)) {                                                                    \
            complain("gave %d, not %d, at line %d", status_, (code), __LINE__);                     \
        } else if (text_ == NULL || strstr(text_, #name) == NULL) {                                 \
            complain("gave the text \"%s\" at line %d", text_ == NULL ? "" : text_, __LINE__);      \
        }                                                                                           \
    } while (0)

static inline aclScalar *scalar(double value) {
    float single = (float) value;
    return aclCreateScalar(&single, ACL_FLOAT);
}

static inline aclIntArray *ints(int count, const i64 *values) { return aclCreateIntArray(values, (uint64_t) count); }

static inline void start(int argc, char **argv) {
    random_state = argc > 1 ? strtoull(argv[1], NULL, 10) : (uint64_t) time(NULL);
    printf("seed %llu\n", (unsigned long long) random_state);
    need(aclInit(NULL), "aclInit");
    need(aclrtSetDevice(0), "aclrtSetDevice");
    need(aclrtSetSysParamOpt(0, 1), "aclrtSetSysParamOpt");
    need(aclrtCreateStream(&test_stream), "aclrtCreateStream");
}

static inline int finished(void) {
    printf(failures == 0 ? "all as expected\n" : "%d differences\n", failures);
    return failures == 0 ? 0 : 1;
}

static inline aclDataType any_float(void) { return (aclDataType[]) {ACL_FLOAT, ACL_FLOAT16, ACL_BF16}[between(0, 2)]; }

#endif
