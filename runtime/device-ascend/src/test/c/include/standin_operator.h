/* The macros that make two exported functions of a list of arguments; see standin.h. */
#ifndef STANDIN_OPERATOR_H
#define STANDIN_OPERATOR_H

/* The arguments of one call, copied, with what they were copied from. */
struct standin_pack;

/* What the core is told about an operator. */
struct standin_operator {
    const char *name;
    struct standin_traits traits;
    size_t arguments; /* bytes of the struct */
    void (*copy)(struct standin_pack *pack, void *to, const void *from);
    aclnnStatus (*check)(const void *arguments, struct standin_call *call);
    void (*compute)(const void *arguments, struct standin_call *call);
};

aclnnStatus standin_phase_one(const struct standin_operator *operator, const void *arguments, uint64_t *workspace_size,
                              aclOpExecutor **executor);
aclnnStatus standin_phase_two(const struct standin_operator *operator, void *workspace, uint64_t workspace_size,
                              aclOpExecutor *executor, aclrtStream stream);

enum { STANDIN_ROLE_IN = 1, STANDIN_ROLE_OUT = 2, STANDIN_ROLE_NULL = 4 };
const aclTensor *standin_copy_tensor(struct standin_pack *pack, const aclTensor *t, int role, const char *name);
const aclTensorList *standin_copy_list(struct standin_pack *pack, const aclTensorList *l, int role, const char *name);
const aclScalar *standin_copy_scalar(struct standin_pack *pack, const aclScalar *s, int role, const char *name);
const aclScalarList *standin_copy_scalars(struct standin_pack *pack, const aclScalarList *l, int role, const char *name);
const aclIntArray *standin_copy_ints(struct standin_pack *pack, const aclIntArray *a, int role, const char *name);
const aclFloatArray *standin_copy_floats(struct standin_pack *pack, const aclFloatArray *a, int role, const char *name);
const char *standin_copy_text(struct standin_pack *pack, const char *text, int role, const char *name);

#define STANDIN_TYPE_IN const aclTensor *
#define STANDIN_TYPE_OUT const aclTensor *
#define STANDIN_TYPE_INOUT const aclTensor *
#define STANDIN_TYPE_IN_OR_NULL const aclTensor *
#define STANDIN_TYPE_OUT_OR_NULL const aclTensor *
#define STANDIN_TYPE_INS const aclTensorList *
#define STANDIN_TYPE_OUTS const aclTensorList *
#define STANDIN_TYPE_INS_OR_NULL const aclTensorList *
#define STANDIN_TYPE_OUTS_OR_NULL const aclTensorList *
#define STANDIN_TYPE_SCALAR const aclScalar *
#define STANDIN_TYPE_SCALAR_OR_NULL const aclScalar *
#define STANDIN_TYPE_SCALARS const aclScalarList *
#define STANDIN_TYPE_INTS const aclIntArray *
#define STANDIN_TYPE_INTS_OR_NULL const aclIntArray *
#define STANDIN_TYPE_FLOATS const aclFloatArray *
#define STANDIN_TYPE_FLOATS_OR_NULL const aclFloatArray *
#define STANDIN_TYPE_TEXT const char *
#define STANDIN_TYPE_TEXT_OR_NULL const char *
#define STANDIN_TYPE_I64 int64_t
#define STANDIN_TYPE_U64 uint64_t
#define STANDIN_TYPE_I32 int
#define STANDIN_TYPE_I8 int8_t
#define STANDIN_TYPE_F64 double
#define STANDIN_TYPE_F32 float
#define STANDIN_TYPE_BOOLEAN bool
#define STANDIN_TYPE_TYPE aclDataType

#define STANDIN_COPY_IN(p, v, n) standin_copy_tensor(p, v, STANDIN_ROLE_IN, n)
#define STANDIN_COPY_OUT(p, v, n) standin_copy_tensor(p, v, STANDIN_ROLE_OUT, n)
#define STANDIN_COPY_INOUT(p, v, n) standin_copy_tensor(p, v, STANDIN_ROLE_IN | STANDIN_ROLE_OUT, n)
#define STANDIN_COPY_IN_OR_NULL(p, v, n) standin_copy_tensor(p, v, STANDIN_ROLE_IN | STANDIN_ROLE_NULL, n)
#define STANDIN_COPY_OUT_OR_NULL(p, v, n) standin_copy_tensor(p, v, STANDIN_ROLE_OUT | STANDIN_ROLE_NULL, n)
#define STANDIN_COPY_INS(p, v, n) standin_copy_list(p, v, STANDIN_ROLE_IN, n)
#define STANDIN_COPY_OUTS(p, v, n) standin_copy_list(p, v, STANDIN_ROLE_OUT, n)
#define STANDIN_COPY_INS_OR_NULL(p, v, n) standin_copy_list(p, v, STANDIN_ROLE_IN | STANDIN_ROLE_NULL, n)
#define STANDIN_COPY_OUTS_OR_NULL(p, v, n) standin_copy_list(p, v, STANDIN_ROLE_OUT | STANDIN_ROLE_NULL, n)
#define STANDIN_COPY_SCALAR(p, v, n) standin_copy_scalar(p, v, STANDIN_ROLE_IN, n)
#define STANDIN_COPY_SCALAR_OR_NULL(p, v, n) standin_copy_scalar(p, v, STANDIN_ROLE_IN | STANDIN_ROLE_NULL, n)
#define STANDIN_COPY_SCALARS(p, v, n) standin_copy_scalars(p, v, STANDIN_ROLE_IN, n)
#define STANDIN_COPY_INTS(p, v, n) standin_copy_ints(p, v, STANDIN_ROLE_IN, n)
#define STANDIN_COPY_INTS_OR_NULL(p, v, n) standin_copy_ints(p, v, STANDIN_ROLE_IN | STANDIN_ROLE_NULL, n)
#define STANDIN_COPY_FLOATS(p, v, n) standin_copy_floats(p, v, STANDIN_ROLE_IN, n)
#define STANDIN_COPY_FLOATS_OR_NULL(p, v, n) standin_copy_floats(p, v, STANDIN_ROLE_IN | STANDIN_ROLE_NULL, n)
#define STANDIN_COPY_TEXT(p, v, n) standin_copy_text(p, v, STANDIN_ROLE_IN, n)
#define STANDIN_COPY_TEXT_OR_NULL(p, v, n) standin_copy_text(p, v, STANDIN_ROLE_IN | STANDIN_ROLE_NULL, n)
#define STANDIN_COPY_I64(p, v, n) (v)
#define STANDIN_COPY_U64(p, v, n) (v)
#define STANDIN_COPY_I32(p, v, n) (v)
#define STANDIN_COPY_I8(p, v, n) (v)
#define STANDIN_COPY_F64(p, v, n) (v)
#define STANDIN_COPY_F32(p, v, n) (v)
#define STANDIN_COPY_BOOLEAN(p, v, n) (v)
#define STANDIN_COPY_TYPE(p, v, n) (v)

#define STANDIN_FIELD(kind, name) STANDIN_TYPE_##kind name;
#define STANDIN_PARAMETER(kind, name) STANDIN_TYPE_##kind name,
#define STANDIN_VALUE(kind, name) .name = name,
#define STANDIN_COPY(kind, name) to->name = STANDIN_COPY_##kind(pack, from->name, #name);

/* struct <arguments>, and how it is copied. Operators of the same arguments share one. */
#define STANDIN_ARGUMENTS(arguments, LIST)                                                                     \
    struct arguments {                                                                                         \
        LIST(STANDIN_FIELD)                                                                                    \
    };                                                                                                         \
    static void standin_copy_##arguments(struct standin_pack *pack, void *to_, const void *from_) {            \
        struct arguments *to = to_;                                                                            \
        const struct arguments *from = from_;                                                                  \
        LIST(STANDIN_COPY)                                                                                     \
        (void)pack;                                                                                            \
    }

#define STANDIN_EXPORT __attribute__((visibility("default")))

/* Exports name and nameGetWorkspaceSize; what follows compute are fields of struct standin_traits. */
#define STANDIN_OPERATOR(name, arguments, LIST, check_, compute_, ...)                                         \
    static aclnnStatus standin_check_##name(const void *a, struct standin_call *call) {                        \
        return check_((const struct arguments *)a, call);                                                      \
    }                                                                                                          \
    static void standin_compute_##name(const void *a, struct standin_call *call) {                             \
        compute_((const struct arguments *)a, call);                                                           \
    }                                                                                                          \
    static const struct standin_operator standin_operator_##name = {                                           \
        #name, {__VA_ARGS__}, sizeof(struct arguments), standin_copy_##arguments, standin_check_##name,        \
        standin_compute_##name};                                                                               \
    STANDIN_EXPORT aclnnStatus name##GetWorkspaceSize(LIST(STANDIN_PARAMETER) uint64_t *workspaceSize,         \
                                                      aclOpExecutor **executor);                               \
    STANDIN_EXPORT aclnnStatus name##GetWorkspaceSize(LIST(STANDIN_PARAMETER) uint64_t *workspaceSize,         \
                                                      aclOpExecutor **executor) {                              \
        struct arguments arguments_ = {LIST(STANDIN_VALUE)};                                                   \
        return standin_phase_one(&standin_operator_##name, &arguments_, workspaceSize, executor);              \
    }                                                                                                          \
    STANDIN_EXPORT aclnnStatus name(void *workspace, uint64_t workspaceSize, aclOpExecutor *executor,          \
                                    aclrtStream stream);                                                       \
    STANDIN_EXPORT aclnnStatus name(void *workspace, uint64_t workspaceSize, aclOpExecutor *executor,          \
                                    aclrtStream stream) {                                                      \
        return standin_phase_two(&standin_operator_##name, workspace, workspaceSize, executor, stream);        \
    }

/* After an operator that only the 9.x face has ([9 only] of the fact sheet). */
#define STANDIN_NINE_ONLY(name)                                      \
    extern const char standin_nine_##name;                           \
    const char standin_nine_##name __attribute__((used)) = 9;

#endif
