package io.hearth.device.conformance;

import io.hearth.device.Bfloat16;
import io.hearth.device.DType;
import java.util.function.DoubleUnaryOperator;

/** Values of a type, as doubles. */
final class Rounding {
    private Rounding() {}

    static double round(DType type, double value) {
        return switch (type) {
            case F32 -> (float) value;
            case BF16 -> Bfloat16.toFloat(Bfloat16.fromFloat((float) value));
            case F16 -> Float.float16ToFloat(Float.floatToFloat16((float) value));
            case I32, I8 -> Math.rint(value);
        };
    }

    static double[] round(DType type, double[] values) {
        double[] rounded = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = round(type, values[i]);
        }
        return rounded;
    }

    static DoubleUnaryOperator to(DType type) {
        return value -> round(type, value);
    }
}
