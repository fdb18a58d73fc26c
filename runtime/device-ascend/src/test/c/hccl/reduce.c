#include "group.h"

size_t standin_hccl_size(HcclDataType type) {
    static const size_t sizes[] = {1, 2, 4, 2, 4, 8, 8, 1, 2, 4, 8, 2};
    return type >= 0 && type <= HCCL_BFP16 ? sizes[type] : 0;
}

bool standin_hccl_carries(HcclDataType type) {
    return standin_hccl_size(type) > 0 && (type != HCCL_BFP16 || standin_has_bf16());
}

bool standin_hccl_reduces(HcclDataType type, HcclReduceOp op) {
    if (op < HCCL_SUM || op > HCCL_MIN) {
        return false;
    }
    switch (type) {
        case HCCL_INT8: case HCCL_INT32: case HCCL_FP16: case HCCL_FP32: return true;
        case HCCL_INT64: return standin_family() != STANDIN_310P;
        case HCCL_INT16: return op != HCCL_PROD && (standin_family() != STANDIN_310P || op == HCCL_SUM);
        case HCCL_BFP16: return op != HCCL_PROD && standin_has_bf16();
        default: return false;
    }
}

#define LOOP(type, expression)                 \
    {                                          \
        type *a = to;                          \
        const type *b = from;                  \
        for (uint64_t i = 0; i < n; i++) {     \
            a[i] = (type) (expression);        \
        }                                      \
        break;                                 \
    }

/* Integers wrap: their sums and products are those of the unsigned type. */
#define INTEGERS(type, unsigned_type)                                                     \
    switch (op) {                                                                         \
        case HCCL_SUM: LOOP(type, (unsigned_type) a[i] + (unsigned_type) b[i])            \
        case HCCL_PROD: LOOP(type, (unsigned_type) a[i] * (unsigned_type) b[i])           \
        case HCCL_MAX: LOOP(type, a[i] > b[i] ? a[i] : b[i])                              \
        default: LOOP(type, a[i] < b[i] ? a[i] : b[i])                                    \
    }

static float of(float a, float b, HcclReduceOp op) {
    switch (op) {
        case HCCL_SUM: return a + b;
        case HCCL_PROD: return a * b;
        case HCCL_MAX: return a > b ? a : b;
        default: return a < b ? a : b;
    }
}

static void floats(float *a, const float *b, uint64_t n, HcclReduceOp op) {
    if (op == HCCL_SUM) {
        for (uint64_t i = 0; i < n; i++) {
            a[i] += b[i];
        }
        return;
    }
    for (uint64_t i = 0; i < n; i++) {
        a[i] = of(a[i], b[i], op);
    }
}

void standin_hccl_reduce(void *to, const void *from, uint64_t n, HcclDataType type, HcclReduceOp op) {
    switch (type) {
        case HCCL_INT8: INTEGERS(int8_t, uint8_t) break;
        case HCCL_INT16: INTEGERS(int16_t, uint32_t) break;
        case HCCL_INT32: INTEGERS(int32_t, uint32_t) break;
        case HCCL_INT64: INTEGERS(int64_t, uint64_t) break;
        case HCCL_FP32: floats(to, from, n, op); break;
        case HCCL_FP16: LOOP(uint16_t, standin_to_f16(of(standin_f16(a[i]), standin_f16(b[i]), op)))
        case HCCL_BFP16: LOOP(uint16_t, standin_to_bf16(of(standin_bf16(a[i]), standin_bf16(b[i]), op)))
        default: break;
    }
}
