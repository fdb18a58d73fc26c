package io.hearth.device.ascend.aclnn;

import io.hearth.device.ascend.cann.ObjectCalls;
import io.hearth.device.ascend.cann.ReuseCalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * CANN's descriptions of the arguments of a call, and the executor that was made from them. Descriptions must be there when
 * the second phase is called; the stream does not need them.
 */
final class Prepared {
    private final Bound bound;
    private final LongList addresses;
    private final LongList attributes;
    private final long[] slots;
    /** Tensors in the order of the arguments, those of lists among them. */
    private final LongList tensors = new LongList();
    /** Tensors that no list owns. */
    private final LongList ownTensors = new LongList();

    private final LongList lists = new LongList();
    private final LongList scalars = new LongList();
    private final LongList arrays = new LongList();
    private long executor;
    private long workspaceBytes;

    Prepared(Bound bound, Arguments arguments, Native memory) {
        this.bound = bound;
        addresses = arguments.addresses.copy();
        attributes = arguments.attributes.copy();
        slots = new long[bound.operator().arguments() + 2];
        try {
            describe(arguments, memory, true);
        } catch (RuntimeException e) {
            destroy();
            throw e;
        }
    }

    /** Memory of the host in which arguments are handed over. */
    static final class Native {
        private final MemorySegment segment;
        private int used;

        Native(MemorySegment segment) {
            this.segment = segment;
        }

        long address() {
            return segment.address();
        }

        void clear() {
            used = 0;
        }

        /** Puts a number behind the last one, and tells where it is. */
        long put(long value) {
            if ((used + 1L) * Long.BYTES > segment.byteSize()) {
                throw new IllegalArgumentException("an argument of an operator has more than " + used + " numbers");
            }
            segment.setAtIndex(ValueLayout.JAVA_LONG, used, value);
            return segment.address() + (long) used++ * Long.BYTES;
        }

        long get(int index) {
            return segment.getAtIndex(ValueLayout.JAVA_LONG, index);
        }
    }

    /** Makes descriptions: of everything, or of scalars and arrays alone. */
    private void describe(Arguments arguments, Native memory, boolean tensorsToo) {
        Arguments.Reader reader = arguments.reader();
        int argument = 0;
        LongList list = null;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case TENSOR -> {
                    if (tensorsToo) {
                        long tensor = tensor(reader, memory);
                        tensors.add(tensor);
                        if (list == null) {
                            ownTensors.add(tensor);
                            slots[argument] = tensor;
                        } else {
                            list.add(tensor);
                        }
                    } else {
                        skip(reader);
                    }
                    argument += list == null ? 1 : 0;
                }
                case LIST -> list = new LongList();
                case LIST_END -> {
                    if (tensorsToo) {
                        slots[argument] = list(list, memory);
                        lists.add(slots[argument]);
                    }
                    list = null;
                    argument++;
                }
                case NONE -> slots[argument++] = 0;
                case SCALAR -> {
                    memory.clear();
                    long value = memory.put(reader.attribute());
                    slots[argument] = made(
                            ObjectCalls.aclCreateScalar(value, reader.type().code()), "scalar");
                    scalars.add(slots[argument++]);
                }
                case ARRAY -> {
                    slots[argument] = array(reader, memory);
                    arrays.add(slots[argument++]);
                }
                case VALUE -> slots[argument++] = reader.attribute();
            }
        }
    }

    private static void skip(Arguments.Reader reader) {
        for (int i = 0; i < 2 * reader.rank() + 1 + reader.storageRank(); i++) {
            reader.description();
        }
        reader.address();
    }

    private static long tensor(Arguments.Reader reader, Native memory) {
        memory.clear();
        int rank = reader.rank();
        int storageRank = reader.storageRank();
        long shape = memory.address();
        long strides = shape + (long) rank * Long.BYTES;
        for (int i = 0; i < 2 * rank; i++) {
            memory.put(reader.description());
        }
        long offset = reader.description();
        long storage = strides + (long) rank * Long.BYTES;
        for (int i = 0; i < storageRank; i++) {
            memory.put(reader.description());
        }
        return made(
                ObjectCalls.aclCreateTensor(
                        shape,
                        rank,
                        reader.type().code(),
                        strides,
                        offset,
                        reader.format().code(),
                        storage,
                        storageRank,
                        reader.address()),
                "tensor");
    }

    private static long list(LongList tensors, Native memory) {
        memory.clear();
        for (int i = 0; i < tensors.size(); i++) {
            memory.put(tensors.get(i));
        }
        return made(ObjectCalls.aclCreateTensorList(memory.address(), tensors.size()), "list of tensors");
    }

    private static long array(Arguments.Reader reader, Native memory) {
        memory.clear();
        long count = reader.attribute();
        for (long i = 0; i < count; i++) {
            memory.put(reader.attribute());
        }
        return made(ObjectCalls.aclCreateIntArray(memory.address(), count), "array");
    }

    private static long made(long handle, String what) {
        if (handle == 0) {
            throw new IllegalStateException("CANN could not describe a " + what);
        }
        return handle;
    }

    Bound bound() {
        return bound;
    }

    /** The executor of the last first phase; 0 if it has been used up. */
    long executor() {
        return executor;
    }

    long workspaceBytes() {
        return workspaceBytes;
    }

    /** Whether scalars, arrays and other values are those that this was prepared for. */
    boolean hasAttributes(LongList others) {
        return attributes.sameAs(others);
    }

    /** Takes over other scalars, arrays and values; what was prepared is void. */
    void attributes(Arguments arguments, Native memory) {
        dropExecutor();
        destroyValues();
        attributes.clear();
        attributes.addAll(arguments.attributes);
        describe(arguments, memory, false);
    }

    boolean hasAddresses(LongList others) {
        return addresses.sameAs(others);
    }

    /**
     * Takes over other addresses.
     *
     * @param inExecutor whether the executor is told as well; else what was prepared is void
     * @return CANN's code
     */
    int addresses(LongList others, boolean inExecutor) {
        if (!inExecutor) {
            dropExecutor();
        }
        for (int i = 0; i < others.size(); i++) {
            if (addresses.get(i) != others.get(i)) {
                int code = inExecutor
                        ? ReuseCalls.aclSetTensorAddr(executor, i, tensors.get(i), others.get(i))
                        : ReuseCalls.aclSetRawTensorAddr(tensors.get(i), others.get(i));
                if (code != 0) {
                    return code;
                }
                addresses.set(i, others.get(i));
            }
        }
        return 0;
    }

    /**
     * The first phase.
     *
     * @return CANN's code
     */
    int prepare(Native memory) {
        memory.clear();
        slots[slots.length - 2] = memory.put(0);
        slots[slots.length - 1] = memory.put(0);
        int code = bound.prepare(slots);
        if (code == 0) {
            workspaceBytes = memory.get(0);
            executor = memory.get(1);
        }
        return code;
    }

    /** Whether the executor may be run any number of times, from now on. */
    boolean keep() {
        return ReuseCalls.aclSetAclOpExecutorRepeatable(executor) == 0;
    }

    /** Forgets an executor that the second phase has used up. */
    void usedUp() {
        executor = 0;
    }

    private void dropExecutor() {
        if (executor != 0) {
            ReuseCalls.aclDestroyAclOpExecutor(executor);
            executor = 0;
        }
    }

    private void destroyValues() {
        for (int i = 0; i < scalars.size(); i++) {
            ObjectCalls.aclDestroyScalar(scalars.get(i));
        }
        for (int i = 0; i < arrays.size(); i++) {
            ObjectCalls.aclDestroyIntArray(arrays.get(i));
        }
        scalars.clear();
        arrays.clear();
    }

    /** Destroys everything. A list takes its tensors with it. */
    void destroy() {
        dropExecutor();
        destroyValues();
        for (int i = 0; i < lists.size(); i++) {
            ObjectCalls.aclDestroyTensorList(lists.get(i));
        }
        for (int i = 0; i < ownTensors.size(); i++) {
            ObjectCalls.aclDestroyTensor(ownTensors.get(i));
        }
    }
}
