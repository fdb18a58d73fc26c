package io.hearth.text.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The tests that follow {@code is}. */
final class Tests {
    private static final Set<String> WITH_ARGUMENT = Set.of(
            "eq",
            "equalto",
            "==",
            "ne",
            "!=",
            "lt",
            "lessthan",
            "<",
            "le",
            "<=",
            "gt",
            "greaterthan",
            ">",
            "ge",
            ">=",
            "in",
            "sameas",
            "divisibleby");

    private final Values values;

    Tests(Values values) {
        this.values = values;
    }

    boolean holds(String name, Object value, Arguments arguments) {
        if (!WITH_ARGUMENT.contains(name)) {
            arguments.bind(name);
            return plain(name, value);
        }
        Object other = arguments.bindAll(name, "other").get("other");
        return switch (name) {
            case "eq", "equalto", "==" -> values.equal(value, other);
            case "ne", "!=" -> !values.equal(value, other);
            case "lt", "lessthan", "<" -> values.compare(value, other) < 0;
            case "le", "<=" -> values.compare(value, other) <= 0;
            case "gt", "greaterthan", ">" -> values.compare(value, other) > 0;
            case "ge", ">=" -> values.compare(value, other) >= 0;
            case "in" -> values.contains(other, value);
            case "sameas" -> value == other || value instanceof Boolean && value.equals(other);
            default -> {
                if (!Numbers.isNumber(value) || !Numbers.isNumber(other)) {
                    throw new JinjaException("'divisibleby' needs numbers");
                }
                yield Numbers.real(Numbers.arithmetic("%", value, other)) == 0;
            }
        };
    }

    private boolean plain(String name, Object value) {
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value == null;
            case "string" -> value instanceof String;
            case "mapping" -> value instanceof Map;
            case "sequence" -> value instanceof String || value instanceof List || value instanceof Map;
            case "iterable" -> Values.isIterable(value);
            case "number" -> Numbers.isNumber(value);
            case "integer" -> Numbers.isInteger(value) && !(value instanceof Boolean);
            case "float" -> value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "callable" -> value instanceof Callable;
            case "even", "odd" -> {
                if (!Numbers.isNumber(value)) {
                    throw new JinjaException("'" + name + "' needs a number, got " + Values.typeName(value));
                }
                yield Numbers.real(Numbers.arithmetic("%", value, 2L)) == (name.equals("odd") ? 1 : 0);
            }
            case "lower" -> {
                String text = values.string(value);
                yield !text.equals(text.toUpperCase(Locale.ROOT)) && text.equals(text.toLowerCase(Locale.ROOT));
            }
            case "upper" -> {
                String text = values.string(value);
                yield !text.equals(text.toLowerCase(Locale.ROOT)) && text.equals(text.toUpperCase(Locale.ROOT));
            }
            default -> throw new JinjaException("the test '" + name + "' is not known");
        };
    }
}
