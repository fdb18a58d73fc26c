package io.hearth.text.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The values of a template and what holds for all of them. They are plain Java: {@code null} for None, Boolean, Long or
 * BigInteger, Double, String, List, {@link Tuple}, Map, and the few types of this package.
 */
final class Values {
    private final Budget budget;

    Values(Budget budget) {
        this.budget = budget;
    }

    /** A deep copy of a caller's value in the types used here. */
    static Object adopt(Object value) {
        return switch (value) {
            case null -> null;
            case String s -> s;
            case Boolean b -> b;
            case Double d -> d;
            case Long l -> l;
            case Float f -> Double.valueOf(f);
            case BigInteger b -> Numbers.normal(b);
            case Number n when n instanceof Integer || n instanceof Short || n instanceof Byte -> n.longValue();
            case Number n -> n.doubleValue();
            case List<?> list -> {
                List<Object> copy = new ArrayList<>(list.size());
                list.forEach(item -> copy.add(adopt(item)));
                yield copy;
            }
            case Map<?, ?> map -> {
                Map<Object, Object> copy = LinkedHashMap.newLinkedHashMap(map.size());
                map.forEach((key, item) -> copy.put(adopt(key), adopt(item)));
                yield copy;
            }
            default -> throw new IllegalArgumentException("not a value for a template: " + value.getClass());
        };
    }

    static String typeName(Object value) {
        return switch (value) {
            case null -> "none";
            case Undefined u -> "an undefined value";
            case Boolean b -> "a boolean";
            case Long l -> "an integer";
            case BigInteger b -> "an integer";
            case Double d -> "a number";
            case String s -> "a string";
            case Tuple t -> "a tuple";
            case List<?> l -> "a list";
            case Map<?, ?> m -> "a mapping";
            case Namespace n -> "a namespace";
            case OneShot o -> "a generator";
            case Callable c -> "a function";
            default -> "a value";
        };
    }

    static boolean isTrue(Object value) {
        return switch (value) {
            case null -> false;
            case Undefined u -> false;
            case Boolean b -> b;
            case Long l -> l != 0;
            case Double d -> d != 0;
            case String s -> !s.isEmpty();
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            default -> true;
        };
    }

    /** The elements of something iterable; the elements of a mapping are its keys. */
    @SuppressWarnings("unchecked")
    List<Object> iterate(Object value) {
        List<Object> items = switch (value) {
            case List<?> list -> (List<Object>) list;
            case Map<?, ?> map -> new ArrayList<>(map.keySet());
            case String s -> {
                budget.steps(s.length());
                List<Object> characters = new ArrayList<>();
                s.codePoints().forEach(c -> characters.add(Character.toString(c)));
                yield characters;
            }
            case OneShot once -> once.take();
            case Undefined u -> List.of();
            case null, default -> throw new JinjaException(typeName(value) + " cannot be iterated over");
        };
        budget.steps(items.size());
        return items;
    }

    static boolean isIterable(Object value) {
        return value instanceof List
                || value instanceof Map
                || value instanceof String
                || value instanceof OneShot
                || value instanceof Undefined;
    }

    long length(Object value) {
        return switch (value) {
            case String s -> {
                budget.steps(s.length() / 64 + 1);
                yield s.codePointCount(0, s.length());
            }
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case Undefined u -> 0;
            case null, default -> throw new JinjaException(typeName(value) + " has no length");
        };
    }

    /** Python's {@code ==}. */
    boolean equal(Object left, Object right) {
        budget.step();
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            if (left instanceof Double a && a.isNaN() || right instanceof Double b && b.isNaN()) {
                return false;
            }
            return Numbers.compare(left, right) == 0;
        }
        if (left instanceof String a && right instanceof String b) {
            budget.steps(Math.min(a.length(), b.length()) / 64);
            return a.equals(b);
        }
        if (left instanceof Undefined && right instanceof Undefined) {
            return true;
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            return (left instanceof Tuple) == (right instanceof Tuple) && equalLists(a, b);
        }
        if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
            return equalMaps(a, b);
        }
        return left == right;
    }

    private boolean equalLists(List<?> left, List<?> right) {
        if (left.size() != right.size()) {
            return false;
        }
        budget.enter();
        boolean equal = true;
        for (int i = 0; equal && i < left.size(); i++) {
            equal = equal(left.get(i), right.get(i));
        }
        budget.leave();
        return equal;
    }

    private boolean equalMaps(Map<?, ?> left, Map<?, ?> right) {
        if (left.size() != right.size()) {
            return false;
        }
        budget.enter();
        boolean equal = true;
        for (Map.Entry<?, ?> entry : left.entrySet()) {
            equal = equal && right.containsKey(entry.getKey()) && equal(entry.getValue(), right.get(entry.getKey()));
        }
        budget.leave();
        return equal;
    }

    /** Python's ordering of numbers, strings, and sequences of them. */
    int compare(Object left, Object right) {
        budget.step();
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.compare(left, right);
        }
        if (left instanceof String a && right instanceof String b) {
            budget.steps(Math.min(a.length(), b.length()) / 64);
            return PythonText.compare(a, b);
        }
        if (left instanceof List<?> a
                && right instanceof List<?> b
                && (left instanceof Tuple) == (right instanceof Tuple)) {
            budget.enter();
            int order = 0;
            for (int i = 0; order == 0 && i < Math.min(a.size(), b.size()); i++) {
                order = equal(a.get(i), b.get(i)) ? 0 : compare(a.get(i), b.get(i));
            }
            budget.leave();
            return order != 0 ? order : Integer.compare(a.size(), b.size());
        }
        if (left instanceof Undefined u) {
            throw u.error();
        }
        if (right instanceof Undefined u) {
            throw u.error();
        }
        throw new JinjaException(typeName(left) + " and " + typeName(right) + " cannot be ordered");
    }

    /** Python's {@code in}. */
    boolean contains(Object container, Object item) {
        return switch (container) {
            case String s -> {
                if (!(item instanceof String needle)) {
                    throw new JinjaException("only a string can be in a string, not " + typeName(item));
                }
                budget.search(s.length(), needle.length());
                yield s.contains(needle);
            }
            case Map<?, ?> map -> map.containsKey(key(item));
            case null, default -> {
                for (Object candidate : iterate(container)) {
                    if (equal(candidate, item)) {
                        yield true;
                    }
                }
                yield false;
            }
        };
    }

    static boolean isKey(Object value) {
        return value == null || value instanceof String || Numbers.isNumber(value);
    }

    /** A value as the key of a mapping. Keys are compared without Python's 1 == 1.0 == True. */
    static Object key(Object value) {
        return switch (value) {
            case null -> null;
            case String s -> s;
            case Boolean b -> b;
            case Long l -> l;
            case BigInteger b -> b;
            case Double d -> d;
            default -> throw new JinjaException(typeName(value) + " cannot be the key of a mapping");
        };
    }

    /** {@code str(value)}. */
    String string(Object value) {
        if (value instanceof String s) {
            return s;
        }
        if (value instanceof Undefined) {
            return "";
        }
        StringBuilder out = new StringBuilder();
        repr(value, out);
        return out.toString();
    }

    String repr(Object value) {
        StringBuilder out = new StringBuilder();
        repr(value, out);
        return out.toString();
    }

    private void repr(Object value, StringBuilder out) {
        budget.step();
        int before = out.length();
        switch (value) {
            case null -> out.append("None");
            case Boolean b -> out.append(b ? "True" : "False");
            case Double d -> out.append(Numbers.repr(d));
            case String s -> {
                budget.characters(s.length());
                PythonText.repr(s, out);
            }
            case Undefined u -> out.append("Undefined");
            case Tuple tuple -> reprItems(tuple, '(', tuple.size() == 1 ? ",)" : ")", out);
            case List<?> list -> reprItems(list, '[', "]", out);
            case Map<?, ?> map -> reprMap(map, out);
            case Long l -> out.append(l);
            case BigInteger b -> out.append(b);
            default -> out.append('<').append(typeName(value)).append('>');
        }
        if (out.length() - before < 64) {
            budget.characters(out.length() - before);
        }
    }

    private void reprItems(List<?> items, char open, String close, StringBuilder out) {
        budget.enter();
        out.append(open);
        for (int i = 0; i < items.size(); i++) {
            out.append(i == 0 ? "" : ", ");
            repr(items.get(i), out);
        }
        out.append(close);
        budget.leave();
    }

    private void reprMap(Map<?, ?> map, StringBuilder out) {
        budget.enter();
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(separator);
            separator = ", ";
            repr(entry.getKey(), out);
            out.append(": ");
            repr(entry.getValue(), out);
        }
        out.append('}');
        budget.leave();
    }
}
