package io.hearth.text.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Python's {@code json.dumps}, which templates reach as {@code tojson}. */
final class Json {
    private final Budget budget;
    private final boolean asciiOnly;
    private final String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean sortKeys;
    private final StringBuilder out = new StringBuilder();
    private int level;

    /** @param indent whitespace of one level, or null for a single line */
    private Json(
            Budget budget,
            boolean asciiOnly,
            String indent,
            String itemSeparator,
            String keySeparator,
            boolean sortKeys) {
        this.budget = budget;
        this.asciiOnly = asciiOnly;
        this.indent = indent;
        this.itemSeparator = itemSeparator;
        this.keySeparator = keySeparator;
        this.sortKeys = sortKeys;
    }

    /** The filter {@code tojson(ensure_ascii=false, indent=none, separators=none, sort_keys=false)}. */
    static String dumps(Object value, Arguments arguments, Budget budget) {
        Map<String, Object> options = arguments.bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        String indent = switch (options.get("indent")) {
            case null -> null;
            case String s -> s;
            case Object number -> {
                int width = Math.max(0, Numbers.index(number, "indent"));
                budget.characters(width);
                yield " ".repeat(width);
            }
        };
        String itemSeparator = indent == null ? ", " : ",";
        String keySeparator = ": ";
        if (options.get("separators") instanceof List<?> pair) {
            if (pair.size() != 2 || !(pair.get(0) instanceof String item) || !(pair.get(1) instanceof String key)) {
                throw new JinjaException("'separators' of tojson must be two strings");
            }
            itemSeparator = item;
            keySeparator = key;
        }
        Json json = new Json(
                budget,
                Values.isTrue(options.get("ensure_ascii")),
                indent,
                itemSeparator,
                keySeparator,
                Values.isTrue(options.get("sort_keys")));
        json.write(value);
        return json.out.toString();
    }

    private void write(Object value) {
        budget.step();
        switch (value) {
            case null -> out.append("null");
            case Boolean b -> out.append(b ? "true" : "false");
            case Long l -> out.append(l);
            case BigInteger b -> out.append(b);
            case Double d -> out.append(number(d));
            case String s -> quote(s);
            case List<?> list -> writeList(list);
            case Map<?, ?> map -> writeMap(map);
            case Undefined u -> throw u.error();
            default -> throw new JinjaException(Values.typeName(value) + " cannot be written as JSON");
        }
        budget.characters(8);
    }

    private static String number(double value) {
        return Double.isNaN(value)
                ? "NaN"
                : Double.isInfinite(value) ? (value < 0 ? "-Infinity" : "Infinity") : Numbers.repr(value);
    }

    private void writeList(List<?> list) {
        open('[', list.isEmpty());
        for (int i = 0; i < list.size(); i++) {
            separate(i == 0);
            write(list.get(i));
        }
        close(']', list.isEmpty());
    }

    private void writeMap(Map<?, ?> map) {
        open('{', map.isEmpty());
        boolean first = true;
        for (Map.Entry<?, ?> entry : entries(map)) {
            separate(first);
            first = false;
            quote(key(entry.getKey()));
            out.append(keySeparator);
            write(entry.getValue());
        }
        close('}', map.isEmpty());
    }

    private List<Map.Entry<?, ?>> entries(Map<?, ?> map) {
        List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
        if (sortKeys) {
            Values values = new Values(budget);
            entries.sort((a, b) -> values.compare(a.getKey(), b.getKey()));
        }
        return entries;
    }

    private static String key(Object key) {
        return switch (key) {
            case null -> "null";
            case String s -> s;
            case Boolean b -> b ? "true" : "false";
            case Double d -> number(d);
            default -> key.toString();
        };
    }

    private void open(char bracket, boolean empty) {
        budget.enter();
        out.append(bracket);
        level++;
        if (!empty) {
            newLine();
        }
    }

    private void separate(boolean first) {
        if (!first) {
            out.append(itemSeparator);
            budget.characters(itemSeparator.length());
            newLine();
        }
    }

    private void close(char bracket, boolean empty) {
        level--;
        if (!empty) {
            newLine();
        }
        out.append(bracket);
        budget.leave();
    }

    private void newLine() {
        if (indent != null) {
            budget.characters(1 + (long) indent.length() * level);
            out.append('\n').append(indent.repeat(level));
        }
    }

    private void quote(String text) {
        budget.characters(text.length());
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < 0x20 || asciiOnly && c > 0x7e) {
                        budget.characters(6);
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
