package io.hearth.device.ascend.aclnn;

import com.sun.jna.Pointer;
import java.util.Arrays;

/**
 * The arguments of a call as numbers: which of them stand where and how tensors look ({@code shapes}), where tensors lie
 * ({@code addresses}), and everything else ({@code attributes}). Calls with the same shapes can use the same descriptions of
 * tensors, whatever the rest is.
 */
final class Arguments {
    /** What comes next in {@code shapes}. */
    enum Mark {
        TENSOR,
        LIST,
        LIST_END,
        NONE,
        SCALAR,
        ARRAY,
        /** Any number, truth, type or text. */
        VALUE
    }

    /** CANN wants storage to begin at a multiple of so many bytes. */
    private static final long ALIGNMENT = 32;

    private static final Mark[] MARKS = Mark.values();

    final LongList shapes = new LongList();
    final LongList addresses = new LongList();
    final LongList attributes = new LongList();

    private boolean missing;

    void clear() {
        missing = false;
        shapes.clear();
        addresses.clear();
        attributes.clear();
    }

    /**
     * A tensor. Its storage begins at the last multiple of 32 bytes before its address; the rest is its offset.
     *
     * @param storage dimensions as they lie in memory from the address on
     */
    void tensor(
            long address, AclType type, AclFormat format, long[] shape, long[] strides, long offset, long... storage) {
        long rest = address % ALIGNMENT / type.bytes();
        head(Mark.TENSOR, type, format, shape.length, storage.length);
        shapes.addAll(shape);
        shapes.addAll(strides);
        shapes.add(offset + rest);
        for (int i = 0; i < storage.length; i++) {
            shapes.add(storage[i] + (i == 0 && storage.length == 1 ? rest : 0));
        }
        if (rest != 0 && storage.length != 1) {
            throw new IllegalArgumentException(
                    "a tensor of " + format + " begins at a multiple of 32 bytes, not at " + address);
        }
        addresses.add(address - address % ALIGNMENT);
    }

    private void head(Mark mark, AclType type, AclFormat format, int rank, int storageRank) {
        shapes.add(mark.ordinal() | type.ordinal() << 8 | format.ordinal() << 16 | rank << 20 | storageRank << 26);
    }

    void mark(Mark mark) {
        missing |= mark == Mark.NONE;
        shapes.add(mark.ordinal());
    }

    void scalar(AclType type, long bits) {
        shapes.add(Mark.SCALAR.ordinal() | type.ordinal() << 8);
        attributes.add(bits);
    }

    /** Begins an array; its values are added to the attributes. */
    void array(int count) {
        mark(Mark.ARRAY);
        attributes.add(count);
    }

    void value(long bits) {
        mark(Mark.VALUE);
        attributes.add(bits);
    }

    /** Whether an argument is NULL: it may take a place among the tensors of an executor, or none. */
    boolean hasMissing() {
        return missing;
    }

    /** Reads arguments from the first on. */
    final class Reader {
        private int shape;
        private int address;
        private int attribute;
        private long head;

        boolean hasNext() {
            return shape < shapes.size();
        }

        Mark next() {
            head = shapes.get(shape++);
            return MARKS[(int) (head & 0xff)];
        }

        AclType type() {
            return AclType.values()[(int) (head >> 8 & 0xff)];
        }

        AclFormat format() {
            return AclFormat.values()[(int) (head >> 16 & 0xf)];
        }

        int rank() {
            return (int) (head >> 20 & 0x3f);
        }

        int storageRank() {
            return (int) (head >> 26 & 0x1f);
        }

        /** The next number of a tensor's description. */
        long description() {
            return shapes.get(shape++);
        }

        long address() {
            return addresses.get(address++);
        }

        long attribute() {
            return attributes.get(attribute++);
        }
    }

    Reader reader() {
        return new Reader();
    }

    /** The arguments in words, by the names that the operator gives them; for messages. */
    String describe(Operator operator) {
        StringBuilder text = new StringBuilder();
        Reader reader = reader();
        int argument = 0;
        boolean inList = false;
        while (reader.hasNext()) {
            Mark mark = reader.next();
            String what = switch (mark) {
                case TENSOR -> tensor(reader);
                case LIST, LIST_END -> "";
                case NONE -> "NULL";
                case SCALAR -> reader.type() + " " + scalarText(reader.type(), reader.attribute());
                case ARRAY -> array(reader);
                case VALUE -> value(operator.kind(argument), reader.attribute());
            };
            if (mark == Mark.LIST_END) {
                inList = false;
                text.append(']');
                argument++;
            } else {
                text.append(text.isEmpty() ? "" : inList && text.charAt(text.length() - 1) == '[' ? "" : ", ");
                if (!inList) {
                    text.append(operator.parameter(argument)).append(' ');
                    argument += mark == Mark.LIST ? 0 : 1;
                }
                inList |= mark == Mark.LIST;
                text.append(mark == Mark.LIST ? "[" : what);
            }
        }
        return text.toString();
    }

    private static String scalarText(AclType type, long bits) {
        return switch (type) {
            case FLOAT -> Float.toString(Float.intBitsToFloat((int) bits));
            case DOUBLE -> Double.toString(Double.longBitsToDouble(bits));
            default -> Long.toString(bits);
        };
    }

    private static String value(Kind kind, long bits) {
        return switch (kind) {
            case FLOAT -> Float.toString(Float.intBitsToFloat((int) bits));
            case DOUBLE -> Double.toString(Double.longBitsToDouble(bits));
            case TEXT -> bits == 0 ? "NULL" : "\"" + new Pointer(bits).getString(0) + "\"";
            default -> Long.toString(bits);
        };
    }

    private static String array(Reader reader) {
        long[] values = new long[(int) reader.attribute()];
        Arrays.setAll(values, i -> reader.attribute());
        return values.length <= 16
                ? Arrays.toString(values)
                : Arrays.toString(Arrays.copyOf(values, 16)).replace("]", ", ...]");
    }

    private static String tensor(Reader reader) {
        long[] shape = new long[reader.rank()];
        Arrays.setAll(shape, i -> reader.description());
        long[] strides = new long[shape.length];
        Arrays.setAll(strides, i -> reader.description());
        long offset = reader.description();
        for (int i = 0; i < reader.storageRank(); i++) {
            reader.description();
        }
        reader.address();
        return reader.type()
                + Arrays.toString(shape)
                + (Arrays.equals(strides, contiguous(shape)) ? "" : " strides " + Arrays.toString(strides))
                + (offset == 0 ? "" : " offset " + offset)
                + (reader.format() == AclFormat.ND ? "" : " " + reader.format());
    }

    /** Strides of a tensor without gaps, in elements. */
    static long[] contiguous(long[] shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= Math.max(1, shape[axis]);
        }
        return strides;
    }
}
