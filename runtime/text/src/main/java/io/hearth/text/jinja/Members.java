package io.hearth.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code value.name} and {@code value[key]} give. Nothing of Java is reachable: every member is listed here. */
final class Members {
    private final Budget budget;
    private final Values values;
    private final StringMethods strings;

    Members(Budget budget, Values values) {
        this.budget = budget;
        this.values = values;
        this.strings = new StringMethods(budget, values);
    }

    Object attribute(Object target, String name) {
        if (target instanceof Undefined undefined) {
            throw undefined.error();
        }
        Object own = ownMember(target, name);
        if (own != null) {
            return own;
        }
        return switch (target) {
            case Map<?, ?> map when map.containsKey(name) -> map.get(name);
            case Namespace namespace when namespace.fields.containsKey(name) -> namespace.fields.get(name);
            case Loop loop -> loop.attribute(name);
            case null, default -> Undefined.member(target, name);
        };
    }

    Object item(Object target, Object key) {
        return switch (target) {
            case Undefined undefined -> throw undefined.error();
            case Map<?, ?> map
            when Values.isKey(key) -> {
                Object normal = Values.key(key);
                if (map.containsKey(normal)) {
                    yield map.get(normal);
                }
                yield key instanceof String name ? attribute(target, name) : Undefined.member(target, key);
            }
            case List<?> list
            when Numbers.isInteger(key) -> {
                long index = Numbers.index(key, "an index");
                long at = index < 0 ? index + list.size() : index;
                yield at >= 0 && at < list.size() ? list.get((int) at) : Undefined.member(target, key);
            }
            case String s
            when Numbers.isInteger(key) -> {
                budget.steps(s.length() / 64 + 1);
                long index = Numbers.index(key, "an index");
                int length = s.codePointCount(0, s.length());
                long at = index < 0 ? index + length : index;
                yield at >= 0 && at < length
                        ? Character.toString(s.codePointAt(s.offsetByCodePoints(0, (int) at)))
                        : Undefined.member(target, key);
            }
            case null, default ->
                key instanceof String name ? attribute(target, name) : Undefined.member(target, values.string(key));
        };
    }

    /** A method of the value's type, or null where the type has no such method. */
    private Object ownMember(Object target, String name) {
        return switch (target) {
            case String s -> strings.method(s, name);
            case Map<?, ?> map -> mapMethod(map, name);
            case List<?> list -> listMethod(list, name);
            case null, default -> null;
        };
    }

    private Object mapMethod(Map<?, ?> map, String name) {
        return switch (name) {
            case "items" -> (Callable) arguments -> items(map);
            case "keys" ->
                (Callable) arguments -> {
                    budget.steps(map.size());
                    return new ArrayList<>(map.keySet());
                };
            case "values" ->
                (Callable) arguments -> {
                    budget.steps(map.size());
                    return new ArrayList<>(map.values());
                };
            case "copy" ->
                (Callable) arguments -> {
                    budget.steps(map.size());
                    return new LinkedHashMap<>(map);
                };
            case "get" ->
                (Callable) arguments -> {
                    Map<String, Object> bound = arguments.bind("get", "key", "default");
                    Object key = Values.key(bound.get("key"));
                    return map.containsKey(key) ? map.get(key) : bound.get("default");
                };
            case "update", "pop", "popitem", "setdefault", "clear" -> forbidden(name);
            default -> null;
        };
    }

    /** The pairs of a mapping, as {@code dict.items()} gives them. */
    List<Object> items(Map<?, ?> map) {
        budget.steps(map.size());
        List<Object> items = new ArrayList<>(map.size());
        map.forEach((key, value) -> items.add(Tuple.of(key, value)));
        return items;
    }

    private Object listMethod(List<?> list, String name) {
        return switch (name) {
            case "index" ->
                (Callable) arguments -> {
                    Object wanted = arguments.bindAll("index", "value").get("value");
                    for (int i = 0; i < list.size(); i++) {
                        if (values.equal(list.get(i), wanted)) {
                            return (long) i;
                        }
                    }
                    throw new JinjaException("the list does not contain " + values.repr(wanted));
                };
            case "count" ->
                (Callable) arguments -> {
                    Object wanted = arguments.bindAll("count", "value").get("value");
                    return list.stream()
                            .filter(item -> values.equal(item, wanted))
                            .count();
                };
            case "copy" ->
                (Callable) arguments -> {
                    budget.steps(list.size());
                    return new ArrayList<>(list);
                };
            case "append", "extend", "insert", "pop", "remove", "reverse", "sort", "clear" -> forbidden(name);
            default -> null;
        };
    }

    /** Values are never changed in place, as in the sandbox that templates are published for. */
    private static Undefined forbidden(String name) {
        return new Undefined("'" + name + "' is not allowed: a template cannot change a list or mapping");
    }
}
