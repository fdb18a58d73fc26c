package io.hearth.engine.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * One tensor of a mapped safetensors file.
 *
 * @param name  its name in the file
 * @param type  element type
 * @param shape sizes, outermost first; empty for a scalar
 * @param data  the elements, row-major, little-endian, read-only; valid until the file is closed. It need not be
 *              aligned: read it with unaligned layouts
 * @param file  the file it lies in, for messages
 */
public record StoredTensor(String name, StoredType type, long[] shape, MemorySegment data, Path file) {
    public StoredTensor {
        shape = shape.clone();
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    /** Number of elements; 1 for a scalar. */
    public long elements() {
        return data.byteSize() / type.bytes();
    }

    /** Whether the tensor has exactly these sizes. */
    public boolean hasShape(long... expected) {
        return Arrays.equals(shape, expected);
    }

    /** Writes the elements as f32 into {@code target}; see {@link TensorConversion#convert}. */
    public void toF32(MemorySegment target) {
        convertTo(StoredType.F32, target);
    }

    /** Writes the elements as bf16 (nearest, ties to even) into {@code target}; see {@link TensorConversion#convert}. */
    public void toBf16(MemorySegment target) {
        convertTo(StoredType.BF16, target);
    }

    /**
     * Writes the elements as {@code targetType} into {@code target}.
     *
     * @param targetType F32, F16 or BF16
     * @param target     at least {@code elements() * targetType.bytes()} bytes
     * @throws CheckpointException if this tensor does not hold F32, F16 or BF16
     */
    public void convertTo(StoredType targetType, MemorySegment target) {
        if (!type.isWeight()) {
            throw new CheckpointException(
                    "%s: tensor %s has type %s, but weights must be F32, F16 or BF16.".formatted(file, name, type));
        }
        TensorConversion.convert(data, type, target, targetType, elements());
    }

    @Override
    public String toString() {
        return "%s %s%s in %s".formatted(name, type, Arrays.toString(shape), file);
    }
}
