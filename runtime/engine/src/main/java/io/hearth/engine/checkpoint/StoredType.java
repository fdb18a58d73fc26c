package io.hearth.engine.checkpoint;

import java.util.Optional;

/** Element types of the safetensors format, named as in its header. Values are little-endian. */
public enum StoredType {
    BOOL(1),
    U8(1),
    I8(1),
    F8_E5M2(1),
    F8_E4M3(1),
    F8_E8M0(1),
    I16(2),
    U16(2),
    F16(2),
    BF16(2),
    I32(4),
    U32(4),
    F32(4),
    F64(8),
    I64(8),
    U64(8),
    C64(8);

    private final int bytes;

    StoredType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Whether weights may have this type: {@link #F32}, {@link #F16} or {@link #BF16}. */
    public boolean isWeight() {
        return this == F32 || this == F16 || this == BF16;
    }

    /** The type with this name in a safetensors header, or empty where the name is not known. */
    public static Optional<StoredType> named(String name) {
        for (StoredType type : values()) {
            if (type.name().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
