/*
 * What the parts of the stand-in of CANN share, and how an operator is written.
 *
 *     #define MM(A) A(IN, self) A(IN, mat2) A(OUT, out) A(I8, cubeMathType)
 *     STANDIN_ARGUMENTS(mm, MM)                                   // struct mm { const aclTensor *self; ... };
 *     static aclnnStatus check_mm(const struct mm *a, struct standin_call *call) {
 *         STANDIN_CHECK(a->self->rank == 2, ACLNN_ERR_PARAM_INVALID, "self must have 2 dimensions, not %d", a->self->rank);
 *         call->workspace = 4096;                                 // bytes that phase 2 must be given; 0 unless set
 *         return ACLNN_SUCCESS;
 *     }
 *     static void compute_mm(const struct mm *a, struct standin_call *call) { ... }
 *     STANDIN_OPERATOR(aclnnMm, mm, MM, check_mm, compute_mm, .no_310p = true)
 *
 * exports aclnnMmGetWorkspaceSize and aclnnMm. The list follows the signature, in order, with these kinds:
 *     IN OUT INOUT           const aclTensor *: NULL is refused; which of them it is decides what aclSetInputTensorAddr counts
 *     IN_OR_NULL OUT_OR_NULL the same, NULL allowed
 *     INS OUTS INS_OR_NULL OUTS_OR_NULL      const aclTensorList *
 *     SCALAR SCALAR_OR_NULL  const aclScalar *
 *     SCALARS                const aclScalarList *
 *     INTS INTS_OR_NULL      const aclIntArray *
 *     FLOATS FLOATS_OR_NULL  const aclFloatArray *
 *     TEXT TEXT_OR_NULL      const char *
 *     I64 U64 I32 I8 F64 F32 BOOLEAN TYPE    by value: int64_t, uint64_t, int, int8_t, double, float, bool, aclDataType
 *
 * Phase 1 calls check with copies of the arguments, on the caller's thread. Phase 2 queues compute on the stream's worker. What
 * holds for every operator is looked at by the core: NULL, use after destruction, strides and offset against the storage,
 * 32-byte alignment, memory against what is allocated, bfloat16 on a 310P, the workspace, the executor's single use. While
 * compute runs, the memory of all tensors is there, and call->memory is the workspace, filled with rubbish.
 *
 * A file whose name begins with math_, nn_ or tf_ belongs to libopapi_math.so, libopapi_nn.so or libopapi_transformer.so in the
 * 9.x face, in whatever folder it is; in the 8.x face all belong to libopapi.so. Files without such a prefix are helpers of the
 * files in their folder, and define no operator. In hccl/, hccl_ is libhccl.so, hcomm_ is libhcomm.so in the 9.x face, and files
 * without a prefix go to the core, which all libraries of a face share: what others call there is declared like here.
 */
#ifndef STANDIN_H
#define STANDIN_H

#include "acl_types.h"

#include <stdlib.h>
#include <string.h>

#pragma GCC visibility push(default) /* the shared core exports what is declared here */

enum { STANDIN_DIMS = 8 };

struct aclTensor {
    int rank;
    int64_t dims[STANDIN_DIMS];
    int64_t strides[STANDIN_DIMS]; /* elements */
    int64_t offset;                /* elements from data to the first one */
    aclDataType type;
    aclFormat format;
    int storage_rank;
    int64_t storage[STANDIN_DIMS];
    void *data; /* base of the storage */
};

struct aclScalar {
    aclDataType type;
    double real;      /* the value, if it is not an integer of 64 bits exact in double */
    int64_t integral; /* the value, rounded towards zero */
};

struct aclIntArray {
    uint64_t size;
    int64_t *values;
};

struct aclFloatArray {
    uint64_t size;
    float *values;
};

struct aclBoolArray {
    uint64_t size;
    bool *values;
};

struct aclTensorList {
    uint64_t size;
    const aclTensor **tensors;
};

struct aclScalarList {
    uint64_t size;
    const aclScalar **scalars;
};

enum standin_family { STANDIN_A2, STANDIN_A3, STANDIN_310P };

/* What an operator needs to say about itself. */
struct standin_traits {
    bool no_310p;          /* phase 1 refuses with 561003 on a 310P */
    bool not_repeatable;   /* aclSetAclOpExecutorRepeatable refuses */
    long detail;           /* handed to check and compute, for families that share them */
};

/* One call of an operator, in check and in compute. */
struct standin_call {
    const char *operator;   /* "aclnnMm" */
    long detail;            /* of the traits */
    enum standin_family family;
    bool deterministic;     /* ACL_OPT_DETERMINISTIC is set; else sums may come in any order, and here do */
    uint64_t workspace;     /* set by check: bytes that phase 2 must be given */
    bool not_repeatable;    /* may be set by check, where it depends on the arguments (copies of views inside) */
    void *memory;           /* in compute: the workspace */
    int32_t failure;        /* in compute: set by standin_fail */
};

/* ---- errors ---------------------------------------------------------------------------------------------------------------- */

/* Sets the text of aclGetRecentErrMsg of this thread ("EZ9999: ..."), and returns code. */
int32_t standin_error(int32_t code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* In check: return code with a text, unless the condition holds. The text is preceded by the operator's name. */
#define STANDIN_CHECK(condition, code, ...)            \
    do {                                               \
        if (!(condition)) {                            \
            return standin_error((code), __VA_ARGS__); \
        }                                              \
    } while (0)

/* In compute: the stream fails with this code from here on (what a kernel would raise: 507015 for a bad index). */
void standin_fail(struct standin_call *call, int32_t code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* ---- shapes ---------------------------------------------------------------------------------------------------------------- */

/* Bytes of one element, 0 for a type that is not known. */
size_t standin_size(aclDataType type);
const char *standin_type_name(aclDataType type);
bool standin_is_float(aclDataType type); /* FLOAT FLOAT16 BF16 DOUBLE */
bool standin_is_int(aclDataType type);   /* all integers, not BOOL */

int64_t standin_count(const aclTensor *t);           /* elements of the view */
bool standin_contiguous(const aclTensor *t);         /* strides are those of the dims (dims of 1 do not count) */
bool standin_transposed(const aclTensor *t);         /* the last two dims are a swapped contiguous matrix */
bool standin_same_shape(const aclTensor *a, const aclTensor *b);
bool standin_has_shape(const aclTensor *t, int rank, const int64_t *dims);
bool standin_broadcasts(const aclTensor *from, int rank, const int64_t *dims); /* from can be seen in these dims */
bool standin_broadcast_shape(const aclTensor *a, const aclTensor *b, int *rank, int64_t *dims); /* of the two together */
bool standin_overlap(const aclTensor *a, const aclTensor *b); /* they share bytes (as far as the extents tell) */
/* A dimension that may be negative, as 0..rank-1; -1 if it is out of range. */
int standin_dim(int64_t dim, int rank);
/* "[2, 3, 5]" in memory of this thread that is overwritten by the eighth call from here. */
const char *standin_shape(const aclTensor *t);

/* ---- elements ---------------------------------------------------------------------------------------------------------------- */

float standin_bf16(uint16_t bits);
uint16_t standin_to_bf16(float value); /* nearest even; NaN stays NaN */
float standin_f16(uint16_t bits);
uint16_t standin_to_f16(float value); /* nearest even; overflow gives infinity */

/* Rounds to the type and back: what remains of a value once it has been stored. */
float standin_rounded(float value, aclDataType type);

/* The storage address of the element with this index relative to data. */
static inline void *standin_at(const aclTensor *t, int64_t element) {
    return (char *)t->data + (t->offset + element) * (int64_t)standin_size(t->type);
}

/* One element, at a distance in elements from the first one (what strides add up to). Integers read as doubles are exact up to
   2^53; stores round to nearest even, integers towards zero with saturation. */
double standin_get(const aclTensor *t, int64_t element);
int64_t standin_get_int(const aclTensor *t, int64_t element);
void standin_set(const aclTensor *t, int64_t element, double value);
void standin_set_int(const aclTensor *t, int64_t element, int64_t value);

/* Distance of the i-th element in row-major order, 0 <= i < standin_count. */
int64_t standin_distance(const aclTensor *t, int64_t i);
/* The same, for a tensor that is seen broadcast to these dims. */
int64_t standin_broadcast_distance(const aclTensor *t, int rank, const int64_t *dims, int64_t i);

/* All elements in row-major order, as fresh dense memory, to be freed by the caller (free). Quick for contiguous tensors. */
float *standin_floats(const aclTensor *t);
double *standin_doubles(const aclTensor *t);
int64_t *standin_integers(const aclTensor *t);
/* The same, seen broadcast to these dims. */
float *standin_floats_as(const aclTensor *t, int rank, const int64_t *dims);
/* Stores dense row-major values into a tensor, with the rounding of its type. */
void standin_store_floats(const aclTensor *t, const float *values);
void standin_store_doubles(const aclTensor *t, const double *values);
void standin_store_integers(const aclTensor *t, const int64_t *values);
/* A run of n dense elements of a type to floats and back. */
void standin_widen(float *to, const void *from, aclDataType type, int64_t n);
void standin_narrow(void *to, const float *from, aclDataType type, int64_t n);

/* Memory for the worker, zeroed; ends the process if there is none. */
void *standin_memory(size_t bytes);

/* ---- matmul ---------------------------------------------------------------------------------------------------------------- */

/* c [m, n] = a [m, k] b [k, n], dense row-major, sums in float in one order (k ascending); c += if accumulate. */
void standin_matmul(float *c, const float *a, const float *b, int64_t m, int64_t n, int64_t k, bool accumulate);

/* ---- the card ---------------------------------------------------------------------------------------------------------------- */

enum standin_family standin_family(void);
bool standin_has_bf16(void);
/* A random order of 0..n-1, for sums of operators that are not deterministic unless asked to be. Freed by the caller. */
int64_t *standin_shuffled(int64_t n);

/* For libraries beside the operators (collectives): the entry of every function that queues work. Gives 0, or the code that the
   call must return (107002, an injected fault, a lost device). standin_enter_now is for functions that queue nothing: there a
   call that was told to hang does so. */
int32_t standin_enter_now(const char *function);
int32_t standin_enter(const char *function);
/* Queues work on a stream: run gets the closure on the worker's thread and returns 0 or the code with which the stream fails;
   drop frees it. Memory that the work uses is given as pairs (address, bytes), so that freeing it meanwhile is found. Gives 0
   or the code that the caller must return (then drop was called). */
int32_t standin_queue(aclrtStream stream, const char *function, int32_t (*run)(void *), void (*drop)(void *), void *closure,
                      int ranges, void *const *addresses, const size_t *bytes);
/* Whether [address, address + bytes) lies within one live allocation of device memory. */
bool standin_allocated(const void *address, size_t bytes);
/* The device that this thread is bound to, or -1; the one that a stream belongs to, or -1. */
int32_t standin_current_device(void);
int32_t standin_stream_device(aclrtStream stream);
/* Stops waiting of the worker that runs the caller's closure: true once its stream was aborted or the process ends. */
bool standin_cancelled(void);

#include "standin_operator.h"

#pragma GCC visibility pop

#endif
