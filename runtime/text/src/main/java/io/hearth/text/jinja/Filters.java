package io.hearth.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The filters on single values; those on sequences are in {@link SequenceFilters}. */
final class Filters {
    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

    private final Budget budget;
    private final Values values;
    private final Members members;
    private final Operators operators;
    private final StringMethods strings;
    private final SequenceFilters sequences;

    Filters(Budget budget, Values values, Members members, Tests tests, Operators operators) {
        this.budget = budget;
        this.values = values;
        this.members = members;
        this.operators = operators;
        this.strings = new StringMethods(budget, values);
        this.sequences = new SequenceFilters(budget, values, members, tests, operators, this);
    }

    Object apply(String name, Object value, Arguments arguments) {
        return switch (name) {
            case "tojson" -> Json.dumps(value, arguments, budget);
            case "default", "d" -> defaultValue(value, arguments);
            case "string" -> text(value);
            case "trim" -> {
                Object set = arguments.bind("trim", "chars").get("chars");
                String chars = set == null ? null : values.string(set);
                yield PythonText.lstrip(PythonText.rstrip(text(value), chars), chars);
            }
            case "upper" -> text(value).toUpperCase(Locale.ROOT);
            case "lower" -> text(value).toLowerCase(Locale.ROOT);
            case "capitalize" -> PythonText.capitalize(text(value));
            case "title" -> title(text(value));
            case "replace" -> {
                Map<String, Object> bound = arguments.bind("replace", "old", "new", "count");
                yield strings.replace(
                        text(value),
                        values.string(bound.get("old")),
                        values.string(bound.get("new")),
                        bound.get("count"));
            }
            case "indent" -> indent(text(value), arguments);
            case "format" -> format(text(value), arguments);
            case "escape", "e", "forceescape" -> escape(text(value));
            case "safe" -> text(value);
            case "urlencode" -> urlEncode(value);
            case "wordcount" -> WORD.matcher(text(value)).results().count();
            case "length", "count" -> values.length(value);
            case "abs" -> Numbers.compare(number(value), 0L) < 0 ? operators.sign("-", value) : value;
            case "int" -> toInteger(value, arguments);
            case "float" -> toReal(value, arguments);
            case "round" -> round(value, arguments);
            case "attr" ->
                attribute(value, values.string(arguments.bindAll("attr", "name").get("name")));
            case "items" -> items(value);
            case "dictsort" -> sequences.dictSort(value, arguments);
            default -> sequences.apply(name, value, arguments);
        };
    }

    private String text(Object value) {
        String text = values.string(value);
        budget.characters(text.length());
        return text;
    }

    private static Object number(Object value) {
        if (!Numbers.isNumber(value)) {
            throw value instanceof Undefined undefined
                    ? undefined.error()
                    : new JinjaException("a number is needed, got " + Values.typeName(value));
        }
        return value;
    }

    private static Object defaultValue(Object value, Arguments arguments) {
        Map<String, Object> bound = arguments.bind("default", "default_value", "boolean");
        boolean replace = value instanceof Undefined || Values.isTrue(bound.get("boolean")) && !Values.isTrue(value);
        return replace ? bound.getOrDefault("default_value", "") : value;
    }

    private Object attribute(Object value, String name) {
        return value instanceof Map ? Undefined.member(value, name) : members.attribute(value, name);
    }

    private Object items(Object value) {
        if (value instanceof Undefined) {
            return new OneShot(List.of());
        }
        if (value instanceof Map<?, ?> map) {
            return new OneShot(members.items(map));
        }
        throw new JinjaException("'items' needs a mapping, got " + Values.typeName(value));
    }

    /** Upper case at the start of every word, where words are parted by space, hyphen or an opening bracket. */
    private static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean start = true;
        for (int c : text.codePoints().toArray()) {
            out.appendCodePoint(start ? Character.toUpperCase(c) : Character.toLowerCase(c));
            start = PythonText.isSpace(c) || "-({[<".indexOf(c) >= 0;
        }
        return out.toString();
    }

    private String indent(String text, Arguments arguments) {
        Map<String, Object> bound = arguments.bind("indent", "width", "first", "blank");
        Object width = bound.getOrDefault("width", 4L);
        String indent = width instanceof String s ? s : spaces(Numbers.index(width, "a width"));
        boolean blank = Values.isTrue(bound.get("blank"));
        StringBuilder out = new StringBuilder(Values.isTrue(bound.get("first")) ? indent : "");
        String[] lines = text.split("\n", -1);
        budget.characters((long) indent.length() * lines.length);
        for (int i = 0; i < lines.length; i++) {
            if (i > 0) {
                out.append('\n').append(blank || !lines[i].isEmpty() ? indent : "");
            }
            out.append(lines[i]);
        }
        return out.toString();
    }

    private String spaces(int count) {
        budget.characters(Math.max(0, count));
        return " ".repeat(Math.max(0, count));
    }

    private Object format(String text, Arguments arguments) {
        if (!arguments.named().isEmpty()) {
            Map<Object, Object> named = new LinkedHashMap<>(arguments.named());
            return operators.format().format(text, named);
        }
        return operators.format().format(text, Tuple.copyOf(arguments.positional()));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }

    private String urlEncode(Object value) {
        if (value instanceof Map<?, ?> map) {
            return String.join(
                    "&",
                    map.entrySet().stream()
                            .map(entry -> quotePlus(text(entry.getKey())) + "=" + quotePlus(text(entry.getValue())))
                            .toList());
        }
        return quote(text(value));
    }

    private static String quote(String text) {
        return quotePlus(text).replace("+", "%20").replace("%2F", "/");
    }

    private static String quotePlus(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    private Object toInteger(Object value, Arguments arguments) {
        Map<String, Object> bound = arguments.bind("int", "default", "base");
        Object otherwise = bound.getOrDefault("default", 0L);
        int radix = Numbers.index(bound.getOrDefault("base", 10L), "a base");
        return switch (value) {
            case Double d -> Double.isFinite(d) ? Numbers.normal(new BigDecimal(d).toBigInteger()) : otherwise;
            case String s -> parseInteger(s, radix, otherwise);
            case Object number when Numbers.isInteger(number) -> Numbers.normal(Numbers.big(number));
            case Undefined undefined -> throw undefined.error();
            case null, default -> otherwise;
        };
    }

    private static Object parseInteger(String text, int radix, Object otherwise) {
        String digits = PythonText.lstrip(PythonText.rstrip(text, null), null).replace("_", "");
        try {
            if (digits.length() <= 400 && radix >= 2 && radix <= 36) {
                return Numbers.normal(new BigInteger(digits, radix));
            }
        } catch (NumberFormatException e) {
            // Not an integer as it stands; Python then tries it as a float.
        }
        Object real = parseReal(digits, null);
        return real instanceof Double d && Double.isFinite(d)
                ? Numbers.normal(new BigDecimal(d).toBigInteger())
                : otherwise;
    }

    private static Object parseReal(String text, Object otherwise) {
        if (!text.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,6})?") || text.length() > 400) {
            return otherwise;
        }
        return Double.parseDouble(text);
    }

    private Object toReal(Object value, Arguments arguments) {
        Object otherwise = arguments.bind("float", "default").getOrDefault("default", 0.0);
        return switch (value) {
            case String s -> parseReal(PythonText.lstrip(PythonText.rstrip(s, null), null), otherwise);
            case Object number when Numbers.isNumber(number) -> Numbers.real(number);
            case Undefined undefined -> throw undefined.error();
            case null, default -> otherwise;
        };
    }

    private static Object round(Object value, Arguments arguments) {
        Map<String, Object> bound = arguments.bind("round", "precision", "method");
        int precision = Math.clamp(Numbers.index(bound.getOrDefault("precision", 0L), "a precision"), -400, 400);
        double real = Numbers.real(number(value));
        if (!Double.isFinite(real)) {
            return real;
        }
        RoundingMode mode = switch (String.valueOf(bound.getOrDefault("method", "common"))) {
            case "common" -> RoundingMode.HALF_EVEN;
            case "ceil" -> RoundingMode.CEILING;
            case "floor" -> RoundingMode.FLOOR;
            default -> throw new JinjaException("'round' knows common, ceil and floor");
        };
        double rounded = new BigDecimal(real).setScale(precision, mode).doubleValue();
        boolean keepsInteger = Numbers.isInteger(value) && mode == RoundingMode.HALF_EVEN;
        return keepsInteger
                ? (Object) Numbers.normal(BigDecimal.valueOf(rounded).toBigInteger())
                : rounded;
    }
}
