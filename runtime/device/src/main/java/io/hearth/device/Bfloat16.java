package io.hearth.device;

/** The upper half of an IEEE single-precision number: 8 bits of exponent, 7 of fraction. */
public final class Bfloat16 {
    private Bfloat16() {}

    /** The number that 16 bits stand for; exact. */
    public static float toFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** Rounds to the nearest, to even if two are equally near. Not-a-number stays so. */
    public static short fromFloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (value != value) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }
}
