/* aclnnNpuFormatCast: a tensor in the other one of ND and FRACTAL_NZ; and the storage that the result needs. */
#include "fractal.h"

#define CHECK(condition, ...) STANDIN_CHECK(condition, ACLNN_ERR_PARAM_INVALID, __VA_ARGS__)

#define FORMAT_CAST(A) A(IN, srcTensor) A(OUT, dstTensor)
STANDIN_ARGUMENTS(format_cast, FORMAT_CAST)

static bool type_is_known(aclDataType type) {
    return type == ACL_FLOAT16 || type == ACL_BF16 || type == ACL_INT8 || type == ACL_FLOAT;
}

static bool is_fractal(const aclTensor *t) { return t->format == ACL_FORMAT_FRACTAL_NZ; }

/* The matrices of a tensor's last two dimensions. */
static int64_t matrices(const aclTensor *t) { return standin_count(t) / (t->dims[t->rank - 1] * t->dims[t->rank - 2]); }

static int64_t padded_count(const aclTensor *t) { return fractal_count(t->dims[t->rank - 2], t->dims[t->rank - 1], t->type); }

static aclnnStatus check_storage(const aclTensor *t, const char *name) {
    const int64_t rows = t->dims[t->rank - 2], columns = t->dims[t->rank - 1], width = fractal_width(t->type);
    const int last = t->storage_rank;
    CHECK(last == t->rank + 2 && t->storage[last - 4] == fractal_up(columns, width) / width &&
              t->storage[last - 3] == fractal_up(rows, FRACTAL_ROWS) / FRACTAL_ROWS && t->storage[last - 2] == FRACTAL_ROWS &&
              t->storage[last - 1] == width,
          "the storage of %s must be what aclnnNpuFormatCastCalculateSizeAndFormat gives for %s", name, standin_shape(t));
    return ACLNN_SUCCESS;
}

static aclnnStatus check_format_cast(const struct format_cast *a, struct standin_call *call) {
    const aclTensor *s = a->srcTensor, *d = a->dstTensor;
    CHECK(type_is_known(s->type) && d->type == s->type, "srcTensor (%s) and dstTensor (%s) must have one type of FLOAT16, BFLOAT16, INT8 and FLOAT",
          standin_type_name(s->type), standin_type_name(d->type));
    CHECK(s->rank >= 2 && s->rank <= 6 && standin_same_shape(s, d) && standin_count(s) > 0, "srcTensor %s and dstTensor %s must have one shape of 2 to 6 dimensions",
          standin_shape(s), standin_shape(d));
    CHECK(is_fractal(s) != is_fractal(d), "one of srcTensor and dstTensor must be ND and the other one FRACTAL_NZ");
    call->not_repeatable = !is_fractal(s) && !standin_contiguous(s);
    return is_fractal(s) ? check_storage(s, "srcTensor") : check_storage(d, "dstTensor");
}

static void compute_format_cast(const struct format_cast *a, struct standin_call *call) {
    (void) call;
    const aclTensor *plain = is_fractal(a->srcTensor) ? a->dstTensor : a->srcTensor, *other = is_fractal(a->srcTensor) ? a->srcTensor : a->dstTensor;
    const int64_t rows = plain->dims[plain->rank - 2], columns = plain->dims[plain->rank - 1], width = fractal_width(plain->type);
    const size_t size = standin_size(plain->type);
    if (other == a->dstTensor) {
        memset(standin_at(other, 0), 0, (size_t) (matrices(plain) * padded_count(plain)) * size);
    }
    for (int64_t m = 0; m < matrices(plain); m++) {
        for (int64_t i = 0; i < rows; i++) {
            for (int64_t j = 0; j < columns; j++) {
                char *p = standin_at(plain, standin_distance(plain, (m * rows + i) * columns + j));
                char *q = standin_at(other, m * padded_count(plain) + fractal_at(i, j, rows, width));
                memcpy(other == a->dstTensor ? q : p, other == a->dstTensor ? p : q, size);
            }
        }
    }
}

STANDIN_OPERATOR(aclnnNpuFormatCast, format_cast, FORMAT_CAST, check_format_cast, compute_format_cast)
STANDIN_NINE_ONLY(aclnnNpuFormatCast)

STANDIN_EXPORT aclnnStatus aclnnNpuFormatCastCalculateSizeAndFormat(const aclTensor *srcTensor, const int dstFormat, const int additionalDtype,
                                                                    int64_t **dstShape, uint64_t *dstShapeSize, int *actualFormat);

/* The caller frees the shape. */
STANDIN_EXPORT aclnnStatus aclnnNpuFormatCastCalculateSizeAndFormat(const aclTensor *srcTensor, const int dstFormat, const int additionalDtype,
                                                                    int64_t **dstShape, uint64_t *dstShapeSize, int *actualFormat) {
    STANDIN_CHECK(srcTensor && dstShape && dstShapeSize && actualFormat, ACLNN_ERR_PARAM_NULLPTR, "an argument is NULL");
    CHECK(dstFormat == ACL_FORMAT_FRACTAL_NZ && !is_fractal(srcTensor), "the stand-in makes FRACTAL_NZ (29) of ND, not %d", dstFormat);
    CHECK(srcTensor->rank >= 2 && srcTensor->rank <= 6 && type_is_known(srcTensor->type), "srcTensor is %s of %s", standin_shape(srcTensor),
          standin_type_name(srcTensor->type));
    CHECK(additionalDtype == -1 || additionalDtype == (int) srcTensor->type, "additionalDtype must be -1 or srcTensor's own");
    const int64_t rows = srcTensor->dims[srcTensor->rank - 2], columns = srcTensor->dims[srcTensor->rank - 1];
    const int64_t width = fractal_width(srcTensor->type);
    const int outer = srcTensor->rank - 2;
    int64_t *shape = malloc((size_t) (outer + 4) * sizeof *shape);
    STANDIN_CHECK(shape, ACLNN_ERR_RUNTIME_ERROR, "no memory");
    memcpy(shape, srcTensor->dims, (size_t) outer * sizeof *shape);
    shape[outer] = fractal_up(columns, width) / width;
    shape[outer + 1] = fractal_up(rows, FRACTAL_ROWS) / FRACTAL_ROWS;
    shape[outer + 2] = FRACTAL_ROWS;
    shape[outer + 3] = width;
    *dstShape = shape;
    *dstShapeSize = (uint64_t) outer + 4;
    *actualFormat = ACL_FORMAT_FRACTAL_NZ;
    return ACLNN_SUCCESS;
}

extern const char standin_nine_aclnnNpuFormatCastCalculateSizeAndFormat;
const char standin_nine_aclnnNpuFormatCastCalculateSizeAndFormat __attribute__((used)) = 9;
