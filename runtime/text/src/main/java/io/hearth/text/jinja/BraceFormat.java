package io.hearth.text.jinja;

/** Python's {@code '{} and {name}'.format(...)}, for fields without a format specification. */
final class BraceFormat {
    private final Budget budget;
    private final Values values;

    BraceFormat(Budget budget, Values values) {
        this.budget = budget;
        this.values = values;
    }

    String format(String template, Arguments arguments) {
        StringBuilder out = new StringBuilder();
        int automatic = 0;
        for (int i = 0; i < template.length(); i++) {
            char c = template.charAt(i);
            if (c != '{' && c != '}') {
                out.append(c);
            } else if (i + 1 < template.length() && template.charAt(i + 1) == c) {
                out.append(c);
                i++;
            } else {
                int close = template.indexOf('}', i);
                if (c == '}' || close < 0) {
                    throw new JinjaException("a format has a brace without its partner");
                }
                String field = template.substring(i + 1, close);
                Object value = value(field.isEmpty() ? Integer.toString(automatic++) : field, arguments);
                String text = values.string(value);
                budget.characters(text.length());
                out.append(text);
                i = close;
            }
        }
        return out.toString();
    }

    private static Object value(String field, Arguments arguments) {
        if (field.matches("\\d{1,6}")
                && Integer.parseInt(field) < arguments.positional().size()) {
            return arguments.positional().get(Integer.parseInt(field));
        }
        if (arguments.named().containsKey(field)) {
            return arguments.named().get(field);
        }
        throw new JinjaException("a format has the unknown field '{" + field + "}'");
    }
}
