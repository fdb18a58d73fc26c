package io.hearth.device.cpu.onednn;

import io.hearth.device.Bfloat16;
import io.hearth.device.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Compares a primitive with a plain product in double precision. */
final class MatmulCheck {
    private MatmulCheck() {}

    static boolean isRight(MatmulPrimitive primitive, MatmulShape s) {
        Random random = new Random(7);
        try (Arena arena = Arena.ofConfined()) {
            int aRows = s.transposeA() ? s.k() : s.m();
            int bRows = s.transposeB() ? s.n() : s.k();
            MemorySegment a = filled(arena, s.type(), aRows * s.aStride(), random);
            MemorySegment b = filled(arena, s.type(), bRows * s.bStride(), random);
            MemorySegment bias = filled(arena, s.type(), s.n(), random);
            MemorySegment out = filled(arena, s.outType(), s.m() * s.outStride(), random);
            MemorySegment before = arena.allocate(out.byteSize(), 64).copyFrom(out);
            MemorySegment scratch = arena.allocate(Math.max(64, primitive.scratchBytes()), 64);
            primitive.run(a.address(), b.address(), bias.address(), out.address(), scratch.address());
            for (int i = 0; i < s.m(); i++) {
                for (int j = 0; j < s.n(); j++) {
                    double expected = s.accumulate() ? get(before, s.outType(), i * s.outStride() + j) : 0;
                    expected += s.alpha() * (dot(a, b, s, i, j) + (s.biased() ? get(bias, s.type(), j) : 0));
                    double difference = Math.abs(expected - get(out, s.outType(), i * s.outStride() + j));
                    if (!(difference <= (s.outType() == DType.F32 ? 1e-4 : 2e-2) * (1 + Math.abs(expected)))) {
                        return false;
                    }
                }
            }
            return true;
        }
    }

    private static double dot(MemorySegment a, MemorySegment b, MatmulShape s, int i, int j) {
        double sum = 0;
        for (int p = 0; p < s.k(); p++) {
            sum += get(a, s.type(), s.transposeA() ? p * s.aStride() + i : i * s.aStride() + p)
                    * get(b, s.type(), s.transposeB() ? j * s.bStride() + p : p * s.bStride() + j);
        }
        return sum;
    }

    private static MemorySegment filled(Arena arena, DType type, long elements, Random random) {
        MemorySegment memory = arena.allocate(elements * type.bytes(), 64);
        for (long i = 0; i < elements; i++) {
            float value = (float) random.nextGaussian();
            switch (type) {
                case F32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
                case BF16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, i, Bfloat16.fromFloat(value));
                default -> memory.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(value));
            }
        }
        return memory;
    }

    private static double get(MemorySegment memory, DType type, long index) {
        return switch (type) {
            case F32 -> memory.getAtIndex(ValueLayout.JAVA_FLOAT, index);
            case BF16 -> Bfloat16.toFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, index));
            default -> Float.float16ToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, index));
        };
    }
}
