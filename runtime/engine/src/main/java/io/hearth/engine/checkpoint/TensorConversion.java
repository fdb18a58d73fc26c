package io.hearth.engine.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Conversion between the three floating-point types that weights come in. Widening is exact. Narrowing rounds to
 * nearest, ties to even; too large becomes infinity; a NaN stays a NaN of the same sign; subnormals are kept.
 *
 * <p>Works in blocks that fit the first-level cache, over plain arrays, because that is the form the JIT turns into
 * vector instructions.
 */
public final class TensorConversion {
    private static final int BLOCK = 4096;
    private static final ValueLayout.OfShort SHORTS =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOATS =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private TensorConversion() {}

    /**
     * Converts {@code elements} values from the start of {@code source} to the start of {@code target}. The two must
     * not overlap, unless the types are equal.
     *
     * @throws IllegalArgumentException if a type is not F32, F16 or BF16, or a segment is too small
     */
    public static void convert(
            MemorySegment source, StoredType sourceType, MemorySegment target, StoredType targetType, long elements) {
        requireRoom(source, sourceType, elements);
        requireRoom(target, targetType, elements);
        if (sourceType == targetType) {
            MemorySegment.copy(source, 0, target, 0, elements * sourceType.bytes());
            return;
        }
        float[] values = new float[BLOCK];
        short[] halves = new short[BLOCK];
        for (long start = 0; start < elements; start += BLOCK) {
            int count = (int) Math.min(BLOCK, elements - start);
            read(source, sourceType, start, values, halves, count);
            write(target, targetType, start, values, halves, count);
        }
    }

    private static void requireRoom(MemorySegment segment, StoredType type, long elements) {
        if (!type.isWeight()) {
            throw new IllegalArgumentException("Cannot convert " + type);
        }
        if (elements < 0 || segment.byteSize() / type.bytes() < elements) {
            throw new IllegalArgumentException(
                    "%d elements of %s do not fit %d bytes".formatted(elements, type, segment.byteSize()));
        }
    }

    private static void read(
            MemorySegment source, StoredType type, long start, float[] values, short[] halves, int count) {
        if (type == StoredType.F32) {
            MemorySegment.copy(source, FLOATS, start * Float.BYTES, values, 0, count);
            return;
        }
        MemorySegment.copy(source, SHORTS, start * Short.BYTES, halves, 0, count);
        if (type == StoredType.BF16) {
            for (int i = 0; i < count; i++) {
                values[i] = bf16ToFloat(halves[i]);
            }
        } else {
            for (int i = 0; i < count; i++) {
                values[i] = Float.float16ToFloat(halves[i]);
            }
        }
    }

    private static void write(
            MemorySegment target, StoredType type, long start, float[] values, short[] halves, int count) {
        if (type == StoredType.F32) {
            MemorySegment.copy(values, 0, target, FLOATS, start * Float.BYTES, count);
            return;
        }
        if (type == StoredType.BF16) {
            for (int i = 0; i < count; i++) {
                halves[i] = floatToBf16(values[i]);
            }
        } else {
            for (int i = 0; i < count; i++) {
                halves[i] = Float.floatToFloat16(values[i]);
            }
        }
        MemorySegment.copy(halves, 0, target, SHORTS, start * Short.BYTES, count);
    }

    /** The value of a bf16 bit pattern; exact. */
    public static float bf16ToFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The bf16 bit pattern nearest to a value, ties to even; a NaN stays a (quiet) NaN. */
    public static short floatToBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int rounded = (bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16;
        // Cutting a NaN's payload short could leave an infinity, so its quiet bit is set.
        int nan = (bits >>> 16) | 0x40;
        return (short) ((bits & 0x7FFF_FFFF) > 0x7F80_0000 ? nan : rounded);
    }
}
