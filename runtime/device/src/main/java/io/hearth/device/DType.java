package io.hearth.device;

/** Element types of a {@link Tensor}. Block-quantised weights are not element types; they come as prepared weights. */
public enum DType {
    F32(4),
    BF16(2),
    F16(2),
    I32(4),
    I8(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether kernels compute with it: f32, bf16 and f16. */
    public boolean isFloat() {
        return this == F32 || this == BF16 || this == F16;
    }
}
