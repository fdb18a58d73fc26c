package io.hearth.device.conformance;

import io.hearth.device.DType;

/**
 * How far a result may be from the reference, relative to the largest of the wanted value, the root mean square of the
 * wanted tensor, and the smallest normal number of its type, below which a type loses digits.
 *
 * @param single allowed whatever the type: the rounding of f32 sums
 * @param roundings how many times a result may have been rounded to its type, half a unit in the last place each
 */
record Tolerance(double single, double roundings) {
    /** The very bits. */
    static final Tolerance EXACT = new Tolerance(0, 0);

    /** One f32 operation or a few, rounded once. */
    static final Tolerance ELEMENTWISE = new Tolerance(5e-7, 1);

    double of(DType type) {
        double unit = switch (type) {
            case BF16 -> 0x1p-8;
            case F16 -> 0x1p-11;
            case F32, I32, I8 -> 0;
        };
        return single + roundings * unit;
    }

    static double smallestNormal(DType type) {
        return type == DType.F16 ? 0x1p-14 : Float.MIN_NORMAL;
    }
}
