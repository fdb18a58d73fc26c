/* Conversions between the types of elements, with rounding to nearest even, without help of the processor. */
#include "standin.h"

#include <math.h>

static uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float of_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint16_t narrow_bf16(uint32_t bits) {
    uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    uint32_t nan = (bits >> 16) | 0x40;
    return (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? nan : rounded);
}

float standin_bf16(uint16_t bits) {
    return of_bits((uint32_t)bits << 16);
}

uint16_t standin_to_bf16(float value) {
    return narrow_bf16(bits_of(value));
}

/* Exponent and fraction moved into place; multiplying by 2^112 puts the exponent right and makes subnormals normal. */
static inline float wide_f16(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    uint32_t rest = (uint32_t)(half & 0x7fff) << 13;
    float scaled = of_bits(rest) * 0x1p112f;
    uint32_t finite = bits_of(scaled), special = rest + (112u << 23) + (112u << 23);
    return of_bits(sign | ((half & 0x7c00) == 0x7c00 ? special : finite));
}

static inline uint16_t narrow_f16(float value) {
    uint32_t bits = bits_of(value), sign = (bits >> 16) & 0x8000, rest = bits & 0x7fffffff;
    uint32_t normal = (rest - (112u << 23) + 0xfff + ((rest >> 13) & 1)) >> 13;
    /* Adding 0.5 leaves a subnormal's multiple of 2^-24 in the last bits of the fraction, rounded by the addition. */
    uint32_t subnormal = bits_of(of_bits(rest) + 0.5f) - bits_of(0.5f);
    uint32_t finite = rest < (113u << 23) ? subnormal : normal;
    uint32_t nan = rest > 0x7f800000 ? 0x7e00u : 0x7c00u;
    return (uint16_t)(sign | (rest >= 0x47800000 ? nan : finite)); /* from 65536 on */
}

float standin_f16(uint16_t bits) {
    return wide_f16(bits);
}

uint16_t standin_to_f16(float value) {
    return narrow_f16(value);
}

float standin_rounded(float value, aclDataType type) {
    return type == ACL_BF16 ? standin_bf16(standin_to_bf16(value)) : type == ACL_FLOAT16 ? wide_f16(narrow_f16(value)) : value;
}

static int64_t whole(double value, double least, double most) {
    if (value != value) {
        return 0;
    }
    return value <= least ? (int64_t)least : value >= most ? (most >= 0x1p63 ? INT64_MAX : (int64_t)most) : (int64_t)value;
}

/* The value as an integer of the type, saturated. */
static int64_t clipped(int64_t value, aclDataType type) {
    switch (type) {
    case ACL_INT8: return value < INT8_MIN ? INT8_MIN : value > INT8_MAX ? INT8_MAX : value;
    case ACL_UINT8: return value < 0 ? 0 : value > UINT8_MAX ? UINT8_MAX : value;
    case ACL_INT16: return value < INT16_MIN ? INT16_MIN : value > INT16_MAX ? INT16_MAX : value;
    case ACL_UINT16: return value < 0 ? 0 : value > UINT16_MAX ? UINT16_MAX : value;
    case ACL_INT32: return value < INT32_MIN ? INT32_MIN : value > INT32_MAX ? INT32_MAX : value;
    case ACL_UINT32: return value < 0 ? 0 : value > (int64_t)UINT32_MAX ? (int64_t)UINT32_MAX : value;
    case ACL_BOOL: return value != 0;
    default: return value;
    }
}

double standin_get(const aclTensor *t, int64_t element) {
    const void *at = standin_at(t, element);
    switch (t->type) {
    case ACL_FLOAT: return *(const float *)at;
    case ACL_FLOAT16: return wide_f16(*(const uint16_t *)at);
    case ACL_BF16: return standin_bf16(*(const uint16_t *)at);
    case ACL_DOUBLE: return *(const double *)at;
    default: return (double)standin_get_int(t, element);
    }
}

int64_t standin_get_int(const aclTensor *t, int64_t element) {
    const void *at = standin_at(t, element);
    switch (t->type) {
    case ACL_INT8: return *(const int8_t *)at;
    case ACL_UINT8: return *(const uint8_t *)at;
    case ACL_BOOL: return *(const uint8_t *)at != 0;
    case ACL_INT16: return *(const int16_t *)at;
    case ACL_UINT16: return *(const uint16_t *)at;
    case ACL_INT32: return *(const int32_t *)at;
    case ACL_UINT32: return *(const uint32_t *)at;
    case ACL_INT64:
    case ACL_UINT64: return *(const int64_t *)at;
    default: return standin_is_float(t->type) ? whole(standin_get(t, element), -0x1p63, 0x1p63) : 0;
    }
}

void standin_set(const aclTensor *t, int64_t element, double value) {
    void *at = standin_at(t, element);
    switch (t->type) {
    case ACL_FLOAT: *(float *)at = (float)value; break;
    case ACL_FLOAT16: *(uint16_t *)at = narrow_f16((float)value); break;
    case ACL_BF16: *(uint16_t *)at = standin_to_bf16((float)value); break;
    case ACL_DOUBLE: *(double *)at = value; break;
    case ACL_BOOL: *(uint8_t *)at = value != 0; break;
    default:
        if (standin_is_int(t->type)) {
            standin_set_int(t, element, whole(value, -0x1p63, 0x1p63));
        }
    }
}

void standin_set_int(const aclTensor *t, int64_t element, int64_t value) {
    void *at = standin_at(t, element);
    int64_t v = clipped(value, t->type);
    switch (standin_size(t->type)) {
    case 1: *(int8_t *)at = (int8_t)v; break;
    case 2:
        if (standin_is_float(t->type)) {
            standin_set(t, element, (double)value);
        } else {
            *(int16_t *)at = (int16_t)v;
        }
        break;
    case 4:
        if (t->type == ACL_FLOAT) {
            *(float *)at = (float)value;
        } else {
            *(int32_t *)at = (int32_t)v;
        }
        break;
    default:
        if (t->type == ACL_DOUBLE) {
            *(double *)at = (double)value;
        } else {
            *(int64_t *)at = v;
        }
    }
}

void standin_widen(float *to, const void *from, aclDataType type, int64_t n) {
    if (type == ACL_FLOAT) {
        memcpy(to, from, (size_t)n * sizeof *to);
    } else if (type == ACL_BF16) {
        const uint16_t *halves = from;
        for (int64_t i = 0; i < n; i++) {
            to[i] = of_bits((uint32_t)halves[i] << 16);
        }
    } else if (type == ACL_FLOAT16) {
        const uint16_t *halves = from;
        for (int64_t i = 0; i < n; i++) {
            to[i] = wide_f16(halves[i]);
        }
    } else {
        aclTensor run = {.rank = 1, .type = type, .data = (void *)(uintptr_t)from};
        for (int64_t i = 0; i < n; i++) {
            to[i] = (float)standin_get(&run, i);
        }
    }
}

void standin_narrow(void *to, const float *from, aclDataType type, int64_t n) {
    if (type == ACL_FLOAT) {
        memcpy(to, from, (size_t)n * sizeof *from);
    } else if (type == ACL_BF16) {
        uint16_t *halves = to;
        for (int64_t i = 0; i < n; i++) {
            halves[i] = narrow_bf16(bits_of(from[i]));
        }
    } else if (type == ACL_FLOAT16) {
        uint16_t *halves = to;
        for (int64_t i = 0; i < n; i++) {
            halves[i] = narrow_f16(from[i]);
        }
    } else {
        aclTensor run = {.rank = 1, .type = type, .data = to};
        for (int64_t i = 0; i < n; i++) {
            standin_set(&run, i, from[i]);
        }
    }
}
