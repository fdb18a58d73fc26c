package io.hearth.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TensorConversionTest {
    private static final int ALL = 1 << 16;

    @Test
    void everyBf16PatternWidensExactlyAndComesBack() {
        MemorySegment wide = allPatternsWidened(StoredType.BF16);
        MemorySegment back = converted(wide, StoredType.F32, StoredType.BF16);
        for (int bits = 0; bits < ALL; bits++) {
            float value = wide.getAtIndex(ValueLayout.JAVA_FLOAT, bits);
            double expected = decoded(bits, 8, 7);
            if (Double.isNaN(expected)) {
                assertThat(value).isNaN();
                assertSameSignedNaN(back, bits, 0x7F80);
            } else {
                assertSameBits(value, expected);
                assertThat(pattern(back, bits)).isEqualTo(bits);
            }
        }
    }

    @Test
    void everyF16PatternWidensExactlyAndComesBack() {
        MemorySegment wide = allPatternsWidened(StoredType.F16);
        MemorySegment back = converted(wide, StoredType.F32, StoredType.F16);
        for (int bits = 0; bits < ALL; bits++) {
            float value = wide.getAtIndex(ValueLayout.JAVA_FLOAT, bits);
            double expected = decoded(bits, 5, 10);
            if (Double.isNaN(expected)) {
                assertThat(value).isNaN();
                assertSameSignedNaN(back, bits, 0x7C00);
            } else {
                assertSameBits(value, expected);
                assertThat(pattern(back, bits)).isEqualTo(bits);
            }
        }
    }

    @Test
    void everyF16PatternBecomesTheNearestBf16() {
        MemorySegment wide = allPatternsWidened(StoredType.F16);
        MemorySegment direct = converted(allPatterns(), StoredType.F16, StoredType.BF16);
        for (int bits = 0; bits < ALL; bits++) {
            short expected = TensorConversion.floatToBf16(wide.getAtIndex(ValueLayout.JAVA_FLOAT, bits));
            assertThat(pattern(direct, bits)).isEqualTo(Short.toUnsignedInt(expected));
        }
    }

    @Test
    void narrowingToBf16RoundsToNearestEven() {
        assertRounded(1f, 0x3F80);
        assertRounded(Float.intBitsToFloat(0x3F80_8000), 0x3F80); // tie, even below
        assertRounded(Float.intBitsToFloat(0x3F81_8000), 0x3F82); // tie, even above
        assertRounded(Float.intBitsToFloat(0x3F80_8001), 0x3F81);
        assertRounded(Float.intBitsToFloat(0x3F80_7FFF), 0x3F80);
        assertRounded(Float.MAX_VALUE, 0x7F80); // rounds up to infinity
        assertRounded(-Float.MAX_VALUE, 0xFF80);
        assertRounded(Float.MIN_VALUE, 0x0000);
        assertRounded(-Float.MIN_VALUE, 0x8000);
        assertRounded(Float.intBitsToFloat(0x0000_8001), 0x0001); // smallest subnormal
        assertRounded(Float.intBitsToFloat(0x7F80_0001), 0x7FC0); // NaN whose payload would be cut off
        assertRounded(Float.intBitsToFloat(0xFFFF_FFFF), 0xFFFF); // must not wrap to zero
    }

    @Test
    void randomFloatsBecomeTheNearestBf16AndF16() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int count = 20_001; // several blocks and a remainder
        MemorySegment wide = Arena.ofAuto().allocate(4L * count, 4);
        for (int i = 0; i < count; i++) {
            // Every second one within the range of f16, subnormals included.
            float near = (float) Math.scalb(random.nextDouble(-1, 1), random.nextInt(-30, 17));
            wide.setAtIndex(
                    ValueLayout.JAVA_FLOAT,
                    i,
                    i % 2 == 0 ? near : Float.intBitsToFloat(random.nextInt() & 0xFEFF_FFFF));
        }
        assertNearest(wide, count, StoredType.BF16, 8, 7, seed);
        assertNearest(wide, count, StoredType.F16, 5, 10, seed);
    }

    /** The result must be at least as near as both its neighbours, and even where it ties with one. */
    private static void assertNearest(
            MemorySegment wide, int count, StoredType type, int exponentBits, int mantissaBits, long seed) {
        MemorySegment narrow = converted(wide, StoredType.F32, type);
        int infinity = ((1 << exponentBits) - 1) << mantissaBits;
        double beyond = Math.scalb(1.0, 1 << (exponentBits - 1));
        for (int i = 0; i < count; i++) {
            float value = wide.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            int bits = pattern(narrow, i);
            assertThat(bits >>> 15)
                    .as("sign of %s, seed %d", value, seed)
                    .isEqualTo(Float.floatToRawIntBits(value) >>> 31);
            int magnitude = bits & 0x7FFF;
            BigDecimal exact = new BigDecimal(Math.abs((double) value));
            BigDecimal error = distance(magnitude, infinity, beyond, exponentBits, mantissaBits, exact);
            for (int neighbour : new int[] {magnitude - 1, magnitude + 1}) {
                if (neighbour >= 0 && neighbour <= infinity) {
                    int order =
                            error.compareTo(distance(neighbour, infinity, beyond, exponentBits, mantissaBits, exact));
                    assertThat(order < 0 || order == 0 && magnitude % 2 == 0)
                            .as("%s to %s gave %04x, seed %d", value, type, bits, seed)
                            .isTrue();
                }
            }
        }
    }

    /** Infinity counts as the power of two that would follow the largest number, as IEEE 754 rounds. */
    private static BigDecimal distance(
            int magnitude, int infinity, double beyond, int exponentBits, int mantissaBits, BigDecimal exact) {
        double value = magnitude == infinity ? beyond : decoded(magnitude, exponentBits, mantissaBits);
        return new BigDecimal(value).subtract(exact).abs();
    }

    @Test
    void refusesSegmentsThatAreTooSmallAndTypesThatAreNoWeights() {
        MemorySegment small = MemorySegment.ofArray(new byte[7]);
        MemorySegment large = MemorySegment.ofArray(new byte[16]);
        assertThatThrownBy(() -> TensorConversion.convert(large, StoredType.F32, small, StoredType.BF16, 4))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TensorConversion.convert(small, StoredType.F32, large, StoredType.BF16, 2))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TensorConversion.convert(large, StoredType.I32, large, StoredType.F32, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertRounded(float value, int expected) {
        MemorySegment wide = Arena.ofAuto().allocate(4, 4);
        wide.set(ValueLayout.JAVA_FLOAT, 0, value);
        assertThat(pattern(converted(wide, StoredType.F32, StoredType.BF16), 0)).isEqualTo(expected);
    }

    /** The value of a pattern by the definition of IEEE formats. */
    private static double decoded(int bits, int exponentBits, int mantissaBits) {
        int mantissa = bits & ((1 << mantissaBits) - 1);
        int exponent = (bits >>> mantissaBits) & ((1 << exponentBits) - 1);
        int bias = (1 << (exponentBits - 1)) - 1;
        double magnitude;
        if (exponent == (1 << exponentBits) - 1) {
            magnitude = mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else if (exponent == 0) {
            magnitude = Math.scalb((double) mantissa, 1 - bias - mantissaBits);
        } else {
            magnitude = Math.scalb((double) (mantissa | 1 << mantissaBits), exponent - bias - mantissaBits);
        }
        return bits >>> 15 == 0 ? magnitude : -magnitude;
    }

    private static void assertSameBits(float value, double expected) {
        assertThat(Double.doubleToRawLongBits(value)).isEqualTo(Double.doubleToRawLongBits(expected));
    }

    private static void assertSameSignedNaN(MemorySegment patterns, int bits, int infinity) {
        assertThat(pattern(patterns, bits) & 0x7FFF).isGreaterThan(infinity);
        assertThat(pattern(patterns, bits) >>> 15).isEqualTo(bits >>> 15);
    }

    private static int pattern(MemorySegment patterns, int index) {
        return Short.toUnsignedInt(patterns.getAtIndex(ValueLayout.JAVA_SHORT, index));
    }

    private static MemorySegment allPatterns() {
        MemorySegment patterns = Arena.ofAuto().allocate(2L * ALL, 2);
        for (int bits = 0; bits < ALL; bits++) {
            patterns.setAtIndex(ValueLayout.JAVA_SHORT, bits, (short) bits);
        }
        return patterns;
    }

    private static MemorySegment allPatternsWidened(StoredType type) {
        return converted(allPatterns(), type, StoredType.F32);
    }

    private static MemorySegment converted(MemorySegment source, StoredType from, StoredType to) {
        long elements = source.byteSize() / from.bytes();
        MemorySegment target = Arena.ofAuto().allocate(elements * to.bytes(), 4);
        TensorConversion.convert(source, from, target, to, elements);
        return target;
    }
}
