package io.hearth.text.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The filters on sequences. */
final class SequenceFilters {
    private final Budget budget;
    private final Values values;
    private final Members members;
    private final Tests tests;
    private final Operators operators;
    private final Filters filters;

    SequenceFilters(Budget budget, Values values, Members members, Tests tests, Operators operators, Filters filters) {
        this.budget = budget;
        this.values = values;
        this.members = members;
        this.tests = tests;
        this.operators = operators;
        this.filters = filters;
    }

    Object apply(String name, Object value, Arguments arguments) {
        return switch (name) {
            case "list" -> new ArrayList<>(values.iterate(value));
            case "join" -> join(value, arguments);
            case "first" -> {
                List<Object> items = values.iterate(value);
                yield items.isEmpty() ? new Undefined("the sequence is empty and has no first item") : items.getFirst();
            }
            case "last" -> {
                List<Object> items = values.iterate(value);
                yield items.isEmpty() ? new Undefined("the sequence is empty and has no last item") : items.getLast();
            }
            case "reverse" -> reverse(value);
            case "sort" -> sort(value, arguments);
            case "unique" -> unique(value, arguments);
            case "min", "max" -> extreme(value, arguments, name);
            case "sum" -> sum(value, arguments);
            case "map" -> map(value, arguments);
            case "select" -> select(value, arguments, true);
            case "reject" -> select(value, arguments, false);
            case "selectattr" -> selectAttribute(value, arguments, true);
            case "rejectattr" -> selectAttribute(value, arguments, false);
            case "groupby" -> groupBy(value, arguments);
            case "batch" -> batch(value, arguments);
            default -> throw new JinjaException("the filter '" + name + "' is not known");
        };
    }

    private Object join(Object value, Arguments arguments) {
        Map<String, Object> bound = arguments.bind("join", "d", "attribute");
        String separator = values.string(bound.getOrDefault("d", ""));
        List<Object> items = values.iterate(value);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < items.size(); i++) {
            Object item = bound.get("attribute") == null ? items.get(i) : path(items.get(i), bound.get("attribute"));
            String text = values.string(item);
            budget.characters(text.length() + (long) separator.length());
            out.append(i == 0 ? "" : separator).append(text);
        }
        return out.toString();
    }

    private Object reverse(Object value) {
        if (value instanceof String s) {
            budget.characters(s.length());
            return new StringBuilder(s).reverse().toString();
        }
        return new OneShot(new ArrayList<>(values.iterate(value)).reversed());
    }

    /** {@code a.b.0} within an item, as the {@code attribute} parameters of filters take it. */
    private Object path(Object item, Object attribute) {
        if (Numbers.isInteger(attribute)) {
            return members.item(item, attribute);
        }
        Object value = item;
        for (String part : values.string(attribute).split("\\.")) {
            budget.step();
            value = members.item(value, part.matches("\\d{1,9}") ? (Object) Long.parseLong(part) : part);
        }
        return value;
    }

    private Object keyOf(Object item, Object attribute, boolean caseSensitive) {
        Object key = attribute == null ? item : path(item, attribute);
        return !caseSensitive && key instanceof String s ? s.toLowerCase(Locale.ROOT) : key;
    }

    private Object sort(Object value, Arguments arguments) {
        Map<String, Object> bound = arguments.bind("sort", "reverse", "case_sensitive", "attribute");
        boolean caseSensitive = Values.isTrue(bound.get("case_sensitive"));
        Object attribute = bound.get("attribute");
        List<Object> sorted = new ArrayList<>(values.iterate(value));
        Comparator<Object> order =
                (a, b) -> values.compare(keyOf(a, attribute, caseSensitive), keyOf(b, attribute, caseSensitive));
        sorted.sort(Values.isTrue(bound.get("reverse")) ? order.reversed() : order);
        return sorted;
    }

    Object dictSort(Object value, Arguments arguments) {
        Map<String, Object> bound = arguments.bind("dictsort", "case_sensitive", "by", "reverse");
        if (!(value instanceof Map<?, ?> map)) {
            throw new JinjaException("'dictsort' needs a mapping, got " + Values.typeName(value));
        }
        boolean caseSensitive = Values.isTrue(bound.get("case_sensitive"));
        long by = "value".equals(bound.get("by")) ? 1 : 0;
        List<Object> sorted = members.items(map);
        Comparator<Object> order = (a, b) -> values.compare(keyOf(a, by, caseSensitive), keyOf(b, by, caseSensitive));
        sorted.sort(Values.isTrue(bound.get("reverse")) ? order.reversed() : order);
        return sorted;
    }

    private Object unique(Object value, Arguments arguments) {
        Map<String, Object> bound = arguments.bind("unique", "case_sensitive", "attribute");
        boolean caseSensitive = Values.isTrue(bound.get("case_sensitive"));
        List<Object> seen = new ArrayList<>();
        List<Object> kept = new ArrayList<>();
        for (Object item : values.iterate(value)) {
            Object key = keyOf(item, bound.get("attribute"), caseSensitive);
            if (seen.stream().noneMatch(other -> values.equal(other, key))) {
                seen.add(key);
                kept.add(item);
            }
        }
        return new OneShot(kept);
    }

    private Object extreme(Object value, Arguments arguments, String name) {
        Map<String, Object> bound = arguments.bind(name, "case_sensitive", "attribute");
        boolean caseSensitive = Values.isTrue(bound.get("case_sensitive"));
        Object attribute = bound.get("attribute");
        Object best = new Undefined("the sequence is empty");
        boolean first = true;
        for (Object item : values.iterate(value)) {
            int order = first
                    ? 0
                    : values.compare(keyOf(item, attribute, caseSensitive), keyOf(best, attribute, caseSensitive));
            if (first || (name.equals("min") ? order < 0 : order > 0)) {
                best = item;
            }
            first = false;
        }
        return best;
    }

    private Object sum(Object value, Arguments arguments) {
        Map<String, Object> bound = arguments.bind("sum", "attribute", "start");
        Object total = bound.getOrDefault("start", 0L);
        for (Object item : values.iterate(value)) {
            Object term = bound.get("attribute") == null ? item : path(item, bound.get("attribute"));
            if (total instanceof String) {
                throw new JinjaException("'sum' does not add strings; use 'join'");
            }
            total = operators.apply("+", total, term);
        }
        return total;
    }

    /** What is empty or none counts as no items here, as in the reference. */
    private List<Object> itemsOf(Object value) {
        return Values.isTrue(value) ? values.iterate(value) : List.of();
    }

    private Object map(Object value, Arguments arguments) {
        List<Object> mapped = new ArrayList<>();
        if (arguments.positional().isEmpty()) {
            Map<String, Object> named = arguments.bind("map", "attribute", "default");
            if (!named.containsKey("attribute")) {
                throw new JinjaException("'map' needs a filter or an attribute");
            }
            for (Object item : itemsOf(value)) {
                Object result = path(item, named.get("attribute"));
                mapped.add(result instanceof Undefined && named.containsKey("default") ? named.get("default") : result);
            }
            return new OneShot(mapped);
        }
        String filter = values.string(arguments.positional().getFirst());
        Arguments rest = rest(arguments, 1);
        for (Object item : itemsOf(value)) {
            mapped.add(filters.apply(filter, item, rest));
        }
        return new OneShot(mapped);
    }

    private static Arguments rest(Arguments arguments, int from) {
        List<Object> positional = arguments.positional();
        return new Arguments(positional.subList(from, positional.size()), arguments.named());
    }

    private Object select(Object value, Arguments arguments, boolean wanted) {
        List<Object> kept = new ArrayList<>();
        for (Object item : itemsOf(value)) {
            if (holds(item, arguments, 0) == wanted) {
                kept.add(item);
            }
        }
        return new OneShot(kept);
    }

    private Object selectAttribute(Object value, Arguments arguments, boolean wanted) {
        if (arguments.positional().isEmpty()) {
            throw new JinjaException("'selectattr' and 'rejectattr' need the name of an attribute");
        }
        Object attribute = arguments.positional().getFirst();
        List<Object> kept = new ArrayList<>();
        for (Object item : itemsOf(value)) {
            if (holds(path(item, attribute), arguments, 1) == wanted) {
                kept.add(item);
            }
        }
        return new OneShot(kept);
    }

    private boolean holds(Object item, Arguments arguments, int from) {
        if (arguments.positional().size() <= from) {
            return Values.isTrue(item);
        }
        String test = values.string(arguments.positional().get(from));
        return tests.holds(test, item, rest(arguments, from + 1));
    }

    private Object groupBy(Object value, Arguments arguments) {
        Map<String, Object> bound = arguments.bind("groupby", "attribute", "default", "case_sensitive");
        Object attribute = bound.get("attribute");
        List<Object> sorted = new ArrayList<>(values.iterate(value));
        sorted.sort((a, b) -> values.compare(keyOf(a, attribute, false), keyOf(b, attribute, false)));
        List<Object> groups = new ArrayList<>();
        List<Object> group = new ArrayList<>();
        for (int i = 0; i < sorted.size(); i++) {
            group.add(sorted.get(i));
            boolean ends = i + 1 == sorted.size()
                    || !values.equal(
                            keyOf(sorted.get(i), attribute, false), keyOf(sorted.get(i + 1), attribute, false));
            if (ends) {
                groups.add(Tuple.of(path(group.getFirst(), attribute), group));
                group = new ArrayList<>();
            }
        }
        return groups;
    }

    private Object batch(Object value, Arguments arguments) {
        Map<String, Object> bound = new LinkedHashMap<>(arguments.bind("batch", "linecount", "fill_with"));
        int size = Numbers.index(bound.get("linecount"), "the size of a batch");
        if (size < 1) {
            throw new JinjaException("the size of a batch must be positive");
        }
        List<Object> batches = new ArrayList<>();
        List<Object> batch = new ArrayList<>();
        for (Object item : values.iterate(value)) {
            batch.add(item);
            if (batch.size() == size) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
        }
        if (!batch.isEmpty()) {
            budget.steps(bound.get("fill_with") == null ? 0 : size);
            while (bound.get("fill_with") != null && batch.size() < size) {
                batch.add(bound.get("fill_with"));
            }
            batches.add(batch);
        }
        return new OneShot(batches);
    }
}
