package io.hearth.device.cpu.portable;

import io.hearth.device.Bfloat16;
import io.hearth.device.DType;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A tensor's memory as rows of floats: the dimensions before the last are one number of rows, the last is the columns.
 * Numbers are converted as they are read and rounded to nearest even as they are written.
 */
final class Elements {
    final int rows;
    final int cols;
    private final MemorySegment memory;
    private final DType type;
    private final long rowBytes;

    private Elements(Tensor tensor) {
        rows = tensor.rows();
        cols = tensor.cols();
        type = tensor.type();
        rowBytes = tensor.rowStride() * type.bytes();
        memory = tensor.buffer().host().asSlice(tensor.byteOffset());
    }

    static Elements of(Tensor tensor) {
        return new Elements(tensor);
    }

    /** The same, or null for a tensor that was left out. */
    static Elements orNull(Tensor tensor) {
        return tensor == null ? null : new Elements(tensor);
    }

    float get(int row, int col) {
        long at = row * rowBytes + (long) col * type.bytes();
        return switch (type) {
            case F32 -> memory.get(ValueLayout.JAVA_FLOAT, at);
            case BF16 -> Bfloat16.toFloat(memory.get(ValueLayout.JAVA_SHORT, at));
            case F16 -> Float.float16ToFloat(memory.get(ValueLayout.JAVA_SHORT, at));
            case I32 -> memory.get(ValueLayout.JAVA_INT, at);
            case I8 -> memory.get(ValueLayout.JAVA_BYTE, at);
        };
    }

    void set(int row, int col, float value) {
        long at = row * rowBytes + (long) col * type.bytes();
        switch (type) {
            case F32 -> memory.set(ValueLayout.JAVA_FLOAT, at, value);
            case BF16 -> memory.set(ValueLayout.JAVA_SHORT, at, Bfloat16.fromFloat(value));
            case F16 -> memory.set(ValueLayout.JAVA_SHORT, at, Float.floatToFloat16(value));
            case I32 -> memory.set(ValueLayout.JAVA_INT, at, (int) value);
            case I8 -> memory.set(ValueLayout.JAVA_BYTE, at, (byte) value);
        }
    }

    int getInt(int row, int col) {
        return memory.get(ValueLayout.JAVA_INT, row * rowBytes + 4L * col);
    }

    void setInt(int row, int col, int value) {
        memory.set(ValueLayout.JAVA_INT, row * rowBytes + 4L * col, value);
    }

    /** Reads a whole row to {@code into[from ..]}. */
    void read(int row, float[] into, int from) {
        read(row, 0, cols, into, from);
    }

    void read(int row, int col, int count, float[] into, int from) {
        long at = row * rowBytes + (long) col * type.bytes();
        switch (type) {
            case F32 -> MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, at, into, from, count);
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    into[from + i] = Bfloat16.toFloat(memory.get(ValueLayout.JAVA_SHORT, at + 2L * i));
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    into[from + i] = Float.float16ToFloat(memory.get(ValueLayout.JAVA_SHORT, at + 2L * i));
                }
            }
            default -> {
                for (int i = 0; i < count; i++) {
                    into[from + i] = get(row, col + i);
                }
            }
        }
    }

    /** Writes a whole row from {@code values[from ..]}. */
    void write(int row, float[] values, int from) {
        write(row, 0, cols, values, from);
    }

    void write(int row, int col, int count, float[] values, int from) {
        long at = row * rowBytes + (long) col * type.bytes();
        switch (type) {
            case F32 -> MemorySegment.copy(values, from, memory, ValueLayout.JAVA_FLOAT, at, count);
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    memory.set(ValueLayout.JAVA_SHORT, at + 2L * i, Bfloat16.fromFloat(values[from + i]));
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    memory.set(ValueLayout.JAVA_SHORT, at + 2L * i, Float.floatToFloat16(values[from + i]));
                }
            }
            default -> {
                for (int i = 0; i < count; i++) {
                    set(row, col + i, values[from + i]);
                }
            }
        }
    }

    /** A whole row in an array of its own. */
    float[] row(int row) {
        float[] values = new float[cols];
        read(row, values, 0);
        return values;
    }

    /** What a value becomes when it is stored here. */
    float rounded(float value) {
        return switch (type) {
            case BF16 -> Bfloat16.toFloat(Bfloat16.fromFloat(value));
            case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
            default -> value;
        };
    }

    /** Copies a row's bytes from a tensor of the same type and width. */
    void copyRow(Elements source, int sourceRow, int row) {
        MemorySegment.copy(
                source.memory, sourceRow * source.rowBytes, memory, row * rowBytes, (long) cols * type.bytes());
    }
}
