package io.hearth.text.jinja;

import java.time.Clock;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions that every template sees. */
final class Functions {
    private static final int MAXIMUM_RANGE = 100_000;

    private Functions() {}

    static void define(Scope scope, Clock clock, Budget budget, Values values) {
        scope.set("range", (Callable) arguments -> range(arguments, budget));
        scope.set("dict", (Callable) arguments -> dict(arguments, values));
        scope.set("namespace", (Callable) arguments -> {
            Namespace namespace = new Namespace();
            dict(arguments, values).forEach((key, value) -> namespace.fields.put(values.string(key), value));
            return namespace;
        });
        scope.set("raise_exception", (Callable) arguments -> {
            Object message = arguments.bindAll("raise_exception", "message").get("message");
            throw JinjaException.raised(values.string(message));
        });
        scope.set("strftime_now", (Callable) arguments -> {
            Object format = arguments.bindAll("strftime_now", "format").get("format");
            String text = values.string(format);
            budget.characters(16L * text.length());
            return TimeFormat.format(text, LocalDateTime.now(clock));
        });
    }

    private static Object range(Arguments arguments, Budget budget) {
        List<Object> bounds = arguments.positional();
        if (bounds.isEmpty() || bounds.size() > 3 || !arguments.named().isEmpty()) {
            throw new JinjaException("'range' takes one to three integers");
        }
        long start = bounds.size() == 1 ? 0 : Numbers.index(bounds.get(0), "the bound of a range");
        long stop = Numbers.index(bounds.get(bounds.size() == 1 ? 0 : 1), "the bound of a range");
        long step = bounds.size() == 3 ? Numbers.index(bounds.get(2), "the step of a range") : 1;
        if (step == 0) {
            throw new JinjaException("the step of a range must not be zero");
        }
        long count = Math.max(0, step > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step);
        if (count > MAXIMUM_RANGE) {
            throw new JinjaException("a range has more than " + MAXIMUM_RANGE + " numbers");
        }
        budget.steps(count);
        List<Object> numbers = new ArrayList<>((int) count);
        for (long i = 0; i < count; i++) {
            numbers.add(start + i * step);
        }
        return numbers;
    }

    private static Map<Object, Object> dict(Arguments arguments, Values values) {
        Map<Object, Object> map = new LinkedHashMap<>();
        if (arguments.positional().size() > 1) {
            throw new JinjaException("'dict' and 'namespace' take one mapping and named values");
        }
        for (Object source : arguments.positional()) {
            if (source instanceof Map<?, ?> given) {
                map.putAll(given);
                continue;
            }
            for (Object pair : values.iterate(source)) {
                if (!(pair instanceof List<?> two) || two.size() != 2) {
                    throw new JinjaException("'dict' and 'namespace' need pairs of key and value");
                }
                map.put(Values.key(two.get(0)), two.get(1));
            }
        }
        map.putAll(arguments.named());
        return map;
    }
}
