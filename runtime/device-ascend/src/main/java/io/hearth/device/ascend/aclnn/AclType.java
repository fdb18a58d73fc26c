package io.hearth.device.ascend.aclnn;

import io.hearth.device.DType;

/** Element types of CANN: {@code aclDataType}. */
public enum AclType {
    FLOAT(0, 4),
    FLOAT16(1, 2),
    INT8(2, 1),
    INT32(3, 4),
    UINT8(4, 1),
    INT16(6, 2),
    UINT16(7, 2),
    UINT32(8, 4),
    INT64(9, 8),
    UINT64(10, 8),
    DOUBLE(11, 8),
    BOOL(12, 1),
    BF16(27, 2);

    private final int code;
    private final int bytes;

    AclType(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /** The number by which CANN knows the type. */
    public int code() {
        return code;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** The type of a tensor's elements. */
    public static AclType of(DType type) {
        return switch (type) {
            case F32 -> FLOAT;
            case BF16 -> BF16;
            case F16 -> FLOAT16;
            case I32 -> INT32;
            case I8 -> INT8;
        };
    }
}
