#include "rows.h"
#include "standin.h"

#include <math.h>
#include <string.h>

int64_t nn_size(int type) {
    switch (type) {
        case ACL_INT8: case ACL_UINT8: case ACL_BOOL: return 1;
        case ACL_FLOAT16: case ACL_BF16: case ACL_INT16: case ACL_UINT16: return 2;
        case ACL_FLOAT: case ACL_INT32: case ACL_UINT32: return 4;
        case ACL_DOUBLE: case ACL_INT64: case ACL_UINT64: return 8;
        default: return 0;
    }
}

bool nn_is_narrow(int type) { return type == ACL_FLOAT || type == ACL_FLOAT16 || type == ACL_BF16; }

bool nn_is_float(int type) { return nn_is_narrow(type) || type == ACL_DOUBLE; }

bool nn_is_integer(int type) { return nn_size(type) > 0 && !nn_is_float(type) && type != ACL_BOOL; }

static inline float bits_to_float(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t float_to_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Exponents move from a bias of 15 to one of 127 by a multiplication, which also gives subnormals their value. */
static inline float half_to_float(uint16_t half) {
    float magnitude = bits_to_float((uint32_t) (half & 0x7fff) << 13) * 0x1p112f;
    uint32_t special = (half & 0x7c00) == 0x7c00 ? 0x7f800000u : 0;
    return bits_to_float(float_to_bits(magnitude) | special | (uint32_t) (half & 0x8000) << 16);
}

/* Subnormal halves come from an addition in whose result the half's last place is the float's last place. */
static inline uint16_t float_to_half(float value) {
    uint32_t bits = float_to_bits(value), sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
    uint32_t normal = (magnitude - 0x38000000u + 0xfff + (magnitude >> 13 & 1)) >> 13;
    uint32_t subnormal = float_to_bits(bits_to_float(magnitude) + 0.5f) - 0x3f000000u;
    uint32_t half = magnitude < 0x38800000u ? subnormal : normal;
    half = magnitude >= 0x477ff000u ? 0x7c00 : half;
    half = magnitude > 0x7f800000u ? 0x7e00 : half;
    return (uint16_t) (sign | half);
}

static inline uint16_t float_to_bfloat(float value) {
    uint32_t bits = float_to_bits(value);
    uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    return (uint16_t) ((bits & 0x7fffffff) > 0x7f800000u ? bits >> 16 | 0x40 : rounded);
}

static inline int64_t to_integer(double value, double least, double most) {
    if (isnan(value)) {
        return 0;
    }
    double whole = trunc(value);
    return whole <= least ? (int64_t) least : whole >= most ? (int64_t) most : (int64_t) whole;
}

/* A contiguous loop beside the strided one, so that the compiler can vectorise it. */
#define LOAD(ctype, expression)                                                          \
    {                                                                                    \
        const ctype *p = (const ctype *) from;                                           \
        if (stride == 1) {                                                               \
            for (int64_t i = 0; i < n; i++) { ctype e = p[i]; to[i] = expression; }      \
        } else {                                                                         \
            for (int64_t i = 0; i < n; i++) { ctype e = p[i * stride]; to[i] = expression; } \
        }                                                                                \
        break;                                                                           \
    }

#define STORE(ctype, expression)                                                         \
    {                                                                                    \
        ctype *p = (ctype *) to;                                                         \
        if (stride == 1) {                                                               \
            for (int64_t i = 0; i < n; i++) { p[i] = (ctype) (expression); }             \
        } else {                                                                         \
            for (int64_t i = 0; i < n; i++) { p[i * stride] = (ctype) (expression); }    \
        }                                                                                \
        break;                                                                           \
    }

NN_FAST void nn_load_f(const char *from, int type, int64_t stride, int64_t n, float *to) {
    switch (type) {
        case ACL_FLOAT: LOAD(float, e)
        case ACL_FLOAT16: LOAD(uint16_t, half_to_float(e))
        case ACL_BF16: LOAD(uint16_t, bits_to_float((uint32_t) e << 16))
        case ACL_DOUBLE: LOAD(double, (float) e)
        case ACL_INT8: LOAD(int8_t, (float) e)
        case ACL_UINT8: LOAD(uint8_t, (float) e)
        case ACL_BOOL: LOAD(uint8_t, e ? 1.0f : 0.0f)
        case ACL_INT16: LOAD(int16_t, (float) e)
        case ACL_UINT16: LOAD(uint16_t, (float) e)
        case ACL_INT32: LOAD(int32_t, (float) e)
        case ACL_UINT32: LOAD(uint32_t, (float) e)
        case ACL_INT64: LOAD(int64_t, (float) e)
        case ACL_UINT64: LOAD(uint64_t, (float) e)
        default: break;
    }
}

void nn_load_d(const char *from, int type, int64_t stride, int64_t n, double *to) {
    switch (type) {
        case ACL_FLOAT: LOAD(float, e)
        case ACL_FLOAT16: LOAD(uint16_t, half_to_float(e))
        case ACL_BF16: LOAD(uint16_t, bits_to_float((uint32_t) e << 16))
        case ACL_DOUBLE: LOAD(double, e)
        case ACL_INT8: LOAD(int8_t, e)
        case ACL_UINT8: LOAD(uint8_t, e)
        case ACL_BOOL: LOAD(uint8_t, e ? 1 : 0)
        case ACL_INT16: LOAD(int16_t, e)
        case ACL_UINT16: LOAD(uint16_t, e)
        case ACL_INT32: LOAD(int32_t, e)
        case ACL_UINT32: LOAD(uint32_t, e)
        case ACL_INT64: LOAD(int64_t, (double) e)
        case ACL_UINT64: LOAD(uint64_t, (double) e)
        default: break;
    }
}

NN_FAST void nn_store_f(const float *from, char *to, int type, int64_t stride, int64_t n) {
    switch (type) {
        case ACL_FLOAT: STORE(float, from[i])
        case ACL_FLOAT16: STORE(uint16_t, float_to_half(from[i]))
        case ACL_BF16: STORE(uint16_t, float_to_bfloat(from[i]))
        case ACL_DOUBLE: STORE(double, from[i])
        case ACL_INT8: STORE(int8_t, to_integer(from[i], INT8_MIN, INT8_MAX))
        case ACL_UINT8: STORE(uint8_t, to_integer(from[i], 0, UINT8_MAX))
        case ACL_BOOL: STORE(uint8_t, from[i] != 0)
        case ACL_INT16: STORE(int16_t, to_integer(from[i], INT16_MIN, INT16_MAX))
        case ACL_UINT16: STORE(uint16_t, to_integer(from[i], 0, UINT16_MAX))
        case ACL_INT32: STORE(int32_t, to_integer(from[i], INT32_MIN, INT32_MAX))
        case ACL_UINT32: STORE(uint32_t, to_integer(from[i], 0, UINT32_MAX))
        case ACL_INT64: STORE(int64_t, to_integer(from[i], -0x1p62, 0x1p62))
        case ACL_UINT64: STORE(uint64_t, to_integer(from[i], 0, 0x1p62))
        default: break;
    }
}

void nn_store_d(const double *from, char *to, int type, int64_t stride, int64_t n) {
    switch (type) {
        case ACL_FLOAT: STORE(float, from[i])
        case ACL_FLOAT16: STORE(uint16_t, float_to_half((float) from[i]))
        case ACL_BF16: STORE(uint16_t, float_to_bfloat((float) from[i]))
        case ACL_DOUBLE: STORE(double, from[i])
        case ACL_INT8: STORE(int8_t, to_integer(from[i], INT8_MIN, INT8_MAX))
        case ACL_UINT8: STORE(uint8_t, to_integer(from[i], 0, UINT8_MAX))
        case ACL_BOOL: STORE(uint8_t, from[i] != 0)
        case ACL_INT16: STORE(int16_t, to_integer(from[i], INT16_MIN, INT16_MAX))
        case ACL_UINT16: STORE(uint16_t, to_integer(from[i], 0, UINT16_MAX))
        case ACL_INT32: STORE(int32_t, to_integer(from[i], INT32_MIN, INT32_MAX))
        case ACL_UINT32: STORE(uint32_t, to_integer(from[i], 0, UINT32_MAX))
        case ACL_INT64: STORE(int64_t, to_integer(from[i], -0x1p62, 0x1p62))
        case ACL_UINT64: STORE(uint64_t, to_integer(from[i], 0, 0x1p62))
        default: break;
    }
}

#define COPY(ctype)                                                                      \
    {                                                                                    \
        const ctype *p = (const ctype *) from;                                           \
        ctype *q = (ctype *) to;                                                         \
        for (int64_t i = 0; i < n; i++) { q[i * to_stride] = p[i * from_stride]; }       \
        break;                                                                           \
    }

void nn_copy_row(const char *from, int64_t from_stride, char *to, int64_t to_stride, int64_t size, int64_t n) {
    if (from_stride == 1 && to_stride == 1) {
        memmove(to, from, (size_t) (n * size));
        return;
    }
    switch (size) {
        case 1: COPY(uint8_t)
        case 2: COPY(uint16_t)
        case 4: COPY(uint32_t)
        case 8: COPY(uint64_t)
        default: break;
    }
}

int64_t nn_load_i(const char *from, int type) {
    switch (type) {
        case ACL_INT32: return *(const int32_t *) from;
        case ACL_INT64: return *(const int64_t *) from;
        case ACL_UINT8: case ACL_BOOL: return *(const uint8_t *) from;
        default: { double value = 0; nn_load_d(from, type, 1, 1, &value); return (int64_t) value; }
    }
}

void nn_store_i(int64_t value, char *to, int type) {
    if (type == ACL_INT64) {
        *(int64_t *) to = value;
    } else {
        *(int32_t *) to = (int32_t) value;
    }
}

float nn_round(float value, int type) {
    switch (type) {
        case ACL_FLOAT16: return half_to_float(float_to_half(value));
        case ACL_BF16: return bits_to_float((uint32_t) float_to_bfloat(value) << 16);
        default: return value;
    }
}
