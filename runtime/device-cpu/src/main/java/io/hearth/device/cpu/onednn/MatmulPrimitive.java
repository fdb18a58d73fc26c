package io.hearth.device.cpu.onednn;

import io.hearth.device.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A oneDNN primitive for one {@link MatmulShape}, with the memory objects of its arguments. */
final class MatmulPrimitive implements AutoCloseable {
    private final OneDnn library;
    private final String implementation;
    private final long scratchBytes;
    private final long primitive;
    private final long source;
    private final long weights;
    private final long bias;
    private final long target;
    private final long scratchpad;
    private final Arena arena = Arena.ofShared();
    private final long arguments;
    private final int count;

    MatmulPrimitive(OneDnn library, MatmulShape s) {
        this.library = library;
        long a = s.transposeA()
                ? library.matrix(s.type(), s.m(), s.k(), 1, s.aStride())
                : library.matrix(s.type(), s.m(), s.k(), s.aStride(), 1);
        long b = s.transposeB()
                ? library.matrix(s.type(), s.k(), s.n(), 1, s.bStride())
                : library.matrix(s.type(), s.k(), s.n(), s.bStride(), 1);
        long c = library.matrix(s.outType(), s.m(), s.n(), s.outStride(), 1);
        long d = s.biased() ? library.matrix(biasType(s), 1, s.n(), s.n(), 1) : 0;
        long description = 0;
        try {
            description = library.matmul(a, b, d, c, s.alpha(), s.accumulate());
            implementation = library.implementation(description);
            long scratch = library.scratchpad(description);
            scratchBytes = library.size(scratch);
            primitive = library.primitive(description);
            source = library.memory(a);
            weights = library.memory(b);
            target = library.memory(c);
            bias = d == 0 ? 0 : library.memory(d);
            scratchpad = scratchBytes == 0 ? 0 : library.memory(scratch);
        } finally {
            if (description != 0) {
                library.destroyPrimitiveDesc(description);
            }
            library.destroyDesc(a);
            library.destroyDesc(b);
            library.destroyDesc(c);
            if (d != 0) {
                library.destroyDesc(d);
            }
        }
        MemorySegment list = arena.allocate(16 * 5L, 8);
        int n = put(list, 0, OneDnn.ARG_SOURCE, source);
        n = put(list, n, OneDnn.ARG_WEIGHTS, weights);
        n = put(list, n, OneDnn.ARG_TARGET, target);
        n = bias == 0 ? n : put(list, n, OneDnn.ARG_BIAS, bias);
        n = scratchpad == 0 ? n : put(list, n, OneDnn.ARG_SCRATCHPAD, scratchpad);
        arguments = list.address();
        count = n;
    }

    private static DType biasType(MatmulShape s) {
        return s.type();
    }

    private static int put(MemorySegment list, int at, int number, long memory) {
        list.set(ValueLayout.JAVA_INT, 16L * at, number);
        list.set(ValueLayout.JAVA_LONG, 16L * at + 8, memory);
        return at + 1;
    }

    /** Name of the code behind it, such as {@code brg_matmul:avx512_core_bf16}. */
    String implementation() {
        return implementation;
    }

    /** Scratch memory that {@link #run} needs. */
    long scratchBytes() {
        return scratchBytes;
    }

    /** Computes; all arguments are addresses, biasAt 0 without a bias. */
    void run(long a, long b, long biasAt, long out, long scratch) {
        library.place(source, a);
        library.place(weights, b);
        library.place(target, out);
        if (bias != 0) {
            library.place(bias, biasAt);
        }
        if (scratchpad != 0) {
            library.place(scratchpad, scratch);
        }
        library.run(primitive, count, arguments);
    }

    @Override
    public void close() {
        library.destroyPrimitive(primitive);
        library.destroyMemory(source);
        library.destroyMemory(weights);
        library.destroyMemory(target);
        if (bias != 0) {
            library.destroyMemory(bias);
        }
        if (scratchpad != 0) {
            library.destroyMemory(scratchpad);
        }
        arena.close();
    }
}
