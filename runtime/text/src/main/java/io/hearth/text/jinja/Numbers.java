package io.hearth.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/** Python's numbers: unbounded integers (Long, or BigInteger beyond it), doubles, and booleans that count as 0 and 1. */
final class Numbers {
    private static final int MAXIMUM_BITS = 4096;

    private Numbers() {}

    static boolean isInteger(Object value) {
        return value instanceof Long || value instanceof BigInteger || value instanceof Boolean;
    }

    static boolean isNumber(Object value) {
        return isInteger(value) || value instanceof Double;
    }

    /** The smallest representation of an integer. */
    static Object normal(BigInteger value) {
        if (value.bitLength() > MAXIMUM_BITS) {
            throw new JinjaException("a number has more than " + MAXIMUM_BITS + " bits");
        }
        return value.bitLength() < 64 ? (Object) value.longValue() : value;
    }

    static BigInteger big(Object value) {
        return switch (value) {
            case Long l -> BigInteger.valueOf(l);
            case Boolean b -> b ? BigInteger.ONE : BigInteger.ZERO;
            case BigInteger b -> b;
            default -> throw new JinjaException("an integer is needed, got " + Values.typeName(value));
        };
    }

    static double real(Object value) {
        return value instanceof Double d ? d : big(value).doubleValue();
    }

    /** An integer argument, such as an index or a width. */
    static int index(Object value, String what) {
        if (!isInteger(value)) {
            throw new JinjaException(what + " must be an integer, got " + Values.typeName(value));
        }
        BigInteger big = big(value);
        if (big.bitLength() > 31) {
            return big.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
        }
        return big.intValue();
    }

    static Object arithmetic(String operator, Object left, Object right) {
        if (left instanceof Double || right instanceof Double || operator.equals("/")) {
            return real(operator, real(left), real(right));
        }
        BigInteger a = big(left);
        BigInteger b = big(right);
        return switch (operator) {
            case "+" -> normal(a.add(b));
            case "-" -> normal(a.subtract(b));
            case "*" -> normal(a.multiply(b));
            case "//" -> normal(floorDivide(a, b));
            case "%" -> normal(a.subtract(floorDivide(a, b).multiply(b)));
            case "**" -> power(a, b);
            default -> throw new IllegalStateException(operator);
        };
    }

    private static Object real(String operator, double a, double b) {
        if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw new JinjaException("division by zero");
        }
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> Math.floor((a - floorModulo(a, b)) / b + 0.5);
            case "%" -> floorModulo(a, b);
            case "**" -> realPower(a, b);
            default -> throw new IllegalStateException(operator);
        };
    }

    private static double floorModulo(double a, double b) {
        double remainder = a % b;
        return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
    }

    private static double realPower(double a, double b) {
        if (a == 0 && b < 0) {
            throw new JinjaException("division by zero");
        }
        return Math.pow(a, b);
    }

    private static BigInteger floorDivide(BigInteger a, BigInteger b) {
        if (b.signum() == 0) {
            throw new JinjaException("division by zero");
        }
        BigInteger[] parts = a.divideAndRemainder(b);
        boolean adjust = parts[1].signum() != 0 && parts[1].signum() != b.signum();
        return adjust ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private static Object power(BigInteger a, BigInteger b) {
        if (b.signum() < 0) {
            return realPower(a.doubleValue(), b.doubleValue());
        }
        if (a.bitLength() > 1 && (b.bitLength() > 20 || (long) a.bitLength() * b.intValue() > 2L * MAXIMUM_BITS)) {
            throw new JinjaException("a number has more than " + MAXIMUM_BITS + " bits");
        }
        if (a.bitLength() <= 1) {
            return power(a.intValue(), b);
        }
        return normal(a.pow(b.intValue()));
    }

    /** Powers of -2 to 1, whose exponent may be any size except for -2. */
    private static Object power(int a, BigInteger b) {
        if (a == -2) {
            if (b.bitLength() > 12) {
                throw new JinjaException("a number has more than " + MAXIMUM_BITS + " bits");
            }
            return normal(BigInteger.TWO.negate().pow(b.intValue()));
        }
        if (b.signum() == 0 || a == 1) {
            return 1L;
        }
        return a == 0 ? 0L : b.testBit(0) ? -1L : 1L;
    }

    static int compare(Object left, Object right) {
        if (left instanceof Double || right instanceof Double) {
            double a = real(left);
            double b = real(right);
            return a < b ? -1 : a > b ? 1 : 0;
        }
        return big(left).compareTo(big(right));
    }

    /** {@code repr(float)}: the shortest digits that read back to the same number. */
    static String repr(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value < 0 ? "-inf" : "inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal decimal = shortest(Math.abs(value));
        String digits = decimal.unscaledValue().toString();
        int exponent = digits.length() - decimal.scale() - 1;
        StringBuilder out = new StringBuilder(value < 0 ? "-" : "");
        if (exponent < -4 || exponent >= 16) {
            out.append(digits.charAt(0));
            if (digits.length() > 1) {
                out.append('.').append(digits, 1, digits.length());
            }
            out.append('e').append(exponent < 0 ? '-' : '+');
            return out.append(Math.abs(exponent) < 10 ? "0" : "")
                    .append(Math.abs(exponent))
                    .toString();
        }
        if (exponent < 0) {
            return out.append("0.")
                    .append("0".repeat(-exponent - 1))
                    .append(digits)
                    .toString();
        }
        if (digits.length() <= exponent + 1) {
            return out.append(digits)
                    .append("0".repeat(exponent + 1 - digits.length()))
                    .append(".0")
                    .toString();
        }
        return out.append(digits, 0, exponent + 1)
                .append('.')
                .append(digits, exponent + 1, digits.length())
                .toString();
    }

    /** Java never gives fewer than two digits; Python does where one is enough. */
    private static BigDecimal shortest(double value) {
        BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        BigDecimal shorter =
                decimal.round(new MathContext(1, RoundingMode.HALF_EVEN)).stripTrailingZeros();
        return decimal.precision() == 2 && shorter.doubleValue() == value ? shorter : decimal;
    }
}
