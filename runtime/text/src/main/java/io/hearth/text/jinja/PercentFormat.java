package io.hearth.text.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code '%s and %d' % values}. */
final class PercentFormat {
    private static final Pattern DIRECTIVE =
            Pattern.compile("%(?:\\((\\w+)\\))?([-+ 0#]*)(\\d*)(?:\\.(\\d+))?(.)", Pattern.DOTALL);
    private static final int MAXIMUM_WIDTH = 10_000;
    private static final int MAXIMUM_PRECISION = 100;

    private final Budget budget;
    private final Values values;

    PercentFormat(Budget budget, Values values) {
        this.budget = budget;
        this.values = values;
    }

    /** Formats one value, a tuple of values, or a mapping for directives such as {@code %(name)s}. */
    String format(String template, Object argument) {
        List<?> items = argument instanceof Tuple tuple
                ? tuple
                : List.of(new Object[] {argument == null ? Null.NONE : argument});
        Map<?, ?> named = argument instanceof Map<?, ?> map ? map : Map.of();
        StringBuilder out = new StringBuilder();
        Matcher directive = DIRECTIVE.matcher(template);
        int position = 0;
        int used = 0;
        while (position < template.length()) {
            int percent = template.indexOf('%', position);
            if (percent < 0) {
                break;
            }
            out.append(template, position, percent);
            if (!directive.region(percent, template.length()).lookingAt()) {
                throw new JinjaException("a format ends within a directive");
            }
            if (directive.group(5).equals("%")) {
                out.append('%');
            } else if (directive.group(1) != null) {
                out.append(one(directive, named.get(directive.group(1))));
            } else if (used < items.size()) {
                Object item = items.get(used++);
                out.append(one(directive, item == Null.NONE ? null : item));
            } else {
                throw new JinjaException("a format has more directives than values");
            }
            budget.characters(out.length());
            position = directive.end();
        }
        if (used < items.size() && named.isEmpty()) {
            throw new JinjaException("a format has fewer directives than values");
        }
        return out.append(template, position, template.length()).toString();
    }

    private enum Null {
        NONE
    }

    private String one(Matcher directive, Object value) {
        String flags = directive.group(2);
        int width = bounded(directive.group(3), 0, MAXIMUM_WIDTH);
        int precision = bounded(directive.group(4), -1, MAXIMUM_PRECISION);
        boolean numeric = true;
        String text = switch (directive.group(5)) {
            case "d", "i", "u" -> whole(value).toString();
            case "x" -> Numbers.big(whole(value)).toString(16);
            case "X" -> Numbers.big(whole(value)).toString(16).toUpperCase(java.util.Locale.ROOT);
            case "o" -> Numbers.big(whole(value)).toString(8);
            case "f", "F" -> fixed(value, precision < 0 ? 6 : precision);
            case "s", "r", "c" -> {
                numeric = false;
                String shown = directive.group(5).equals("r") ? values.repr(value) : values.string(value);
                yield precision < 0 ? shown : PythonText.slice(shown, null, (long) precision, null);
            }
            default -> throw new JinjaException("a format has the unknown directive '" + directive.group() + "'");
        };
        if (numeric && !text.startsWith("-") && (flags.contains("+") || flags.contains(" "))) {
            text = (flags.contains("+") ? "+" : " ") + text;
        }
        return pad(text, width, flags.contains("-"), numeric && flags.contains("0"));
    }

    private static String pad(String text, int width, boolean left, boolean zeros) {
        int missing = width - text.codePointCount(0, text.length());
        if (missing <= 0) {
            return text;
        }
        if (left) {
            return text + " ".repeat(missing);
        }
        if (zeros) {
            int sign = !text.isEmpty() && "+- ".indexOf(text.charAt(0)) >= 0 ? 1 : 0;
            return text.substring(0, sign) + "0".repeat(missing) + text.substring(sign);
        }
        return " ".repeat(missing) + text;
    }

    private static Object whole(Object value) {
        if (value instanceof Double d && Double.isFinite(d)) {
            return Numbers.normal(new BigDecimal(d).toBigInteger());
        }
        if (!Numbers.isInteger(value)) {
            throw new JinjaException("a format needs a number, got " + Values.typeName(value));
        }
        return Numbers.normal(Numbers.big(value));
    }

    private static String fixed(Object value, int precision) {
        if (!Numbers.isNumber(value)) {
            throw new JinjaException("a format needs a number, got " + Values.typeName(value));
        }
        double real = Numbers.real(value);
        if (!Double.isFinite(real)) {
            return Numbers.repr(real);
        }
        String sign = real < 0 || 1 / real < 0 ? "-" : "";
        return sign
                + new BigDecimal(Math.abs(real))
                        .setScale(precision, RoundingMode.HALF_EVEN)
                        .toPlainString();
    }

    private static int bounded(String digits, int missing, int maximum) {
        if (digits == null || digits.isEmpty()) {
            return missing;
        }
        if (digits.length() > 6 || Integer.parseInt(digits) > maximum) {
            throw new JinjaException("a format has a width beyond " + maximum);
        }
        return Integer.parseInt(digits);
    }
}
