package io.hearth.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;

/** The methods of Python's strings. */
final class StringMethods {
    private final Budget budget;
    private final Values values;

    StringMethods(Budget budget, Values values) {
        this.budget = budget;
        this.values = values;
    }

    /** The method of that name, or null. */
    Callable method(String s, String name) {
        Callable method = bare(s, name);
        return method == null
                ? null
                : arguments -> {
                    budget.characters(s.length());
                    return method.call(arguments);
                };
    }

    private Callable bare(String s, String name) {
        return switch (name) {
            case "upper" -> a -> s.toUpperCase(Locale.ROOT);
            case "lower", "casefold" -> a -> s.toLowerCase(Locale.ROOT);
            case "capitalize" -> a -> PythonText.capitalize(s);
            case "title" -> a -> PythonText.title(s);
            case "strip" -> a -> PythonText.lstrip(PythonText.rstrip(s, set(a, "strip")), set(a, "strip"));
            case "lstrip" -> a -> PythonText.lstrip(s, set(a, "lstrip"));
            case "rstrip" -> a -> PythonText.rstrip(s, set(a, "rstrip"));
            case "split" -> a -> split(s, a, false);
            case "rsplit" -> a -> split(s, a, true);
            case "splitlines" -> a -> splitLines(s, a);
            case "startswith" -> a -> edges(s, a, "startswith", String::startsWith);
            case "endswith" -> a -> edges(s, a, "endswith", String::endsWith);
            case "removeprefix" ->
                a -> {
                    String prefix = text(a, "removeprefix");
                    return s.startsWith(prefix) ? s.substring(prefix.length()) : s;
                };
            case "removesuffix" ->
                a -> {
                    String suffix = text(a, "removesuffix");
                    return s.endsWith(suffix) ? s.substring(0, s.length() - suffix.length()) : s;
                };
            case "replace" ->
                a -> {
                    Map<String, Object> bound = a.bind("replace", "old", "new", "count");
                    return replace(s, string(bound.get("old")), string(bound.get("new")), bound.get("count"));
                };
            case "join" ->
                a -> join(s, values.iterate(a.bindAll("join", "items").get("items")));
            case "find" -> a -> find(s, a, "find", false);
            case "rfind" -> a -> find(s, a, "rfind", true);
            case "index" -> a -> found(find(s, a, "index", false));
            case "rindex" -> a -> found(find(s, a, "rindex", true));
            case "count" -> a -> (long) occurrences(s, text(a, "count"));
            case "partition" -> a -> partition(s, text(a, "partition"), false);
            case "rpartition" -> a -> partition(s, text(a, "rpartition"), true);
            case "zfill" ->
                a -> zfill(s, Numbers.index(a.bindAll("zfill", "width").get("width"), "a width"));
            case "ljust" -> a -> justify(s, a, "ljust", 0, 1);
            case "rjust" -> a -> justify(s, a, "rjust", 1, 0);
            case "center" -> a -> justify(s, a, "center", 1, 1);
            case "isspace" -> a -> PythonText.isSpace(s);
            case "isdigit", "isnumeric", "isdecimal" -> a -> every(s, Character::isDigit);
            case "isalpha" -> a -> every(s, Character::isLetter);
            case "isalnum" -> a -> every(s, Character::isLetterOrDigit);
            case "isupper" -> a -> !s.equals(s.toLowerCase(Locale.ROOT)) && s.equals(s.toUpperCase(Locale.ROOT));
            case "islower" -> a -> !s.equals(s.toUpperCase(Locale.ROOT)) && s.equals(s.toLowerCase(Locale.ROOT));
            case "format" -> a -> new BraceFormat(budget, values).format(s, a);
            default -> null;
        };
    }

    private static boolean every(String s, IntPredicate predicate) {
        return !s.isEmpty() && s.codePoints().allMatch(predicate);
    }

    private static String string(Object value) {
        if (value instanceof String s) {
            return s;
        }
        throw new JinjaException("a string is needed, got " + Values.typeName(value));
    }

    private static String text(Arguments arguments, String method) {
        return string(arguments.bindAll(method, "text").get("text"));
    }

    private static String set(Arguments arguments, String method) {
        Object set = arguments.bind(method, "chars").get("chars");
        return set == null ? null : string(set);
    }

    private interface Edge {
        boolean test(String text, String edge);
    }

    private Object edges(String s, Arguments arguments, String method, Edge edge) {
        Object wanted = arguments.bindAll(method, "prefix").get("prefix");
        if (wanted instanceof Tuple tuple) {
            budget.steps(tuple.size());
            return tuple.stream().anyMatch(item -> edge.test(s, string(item)));
        }
        return edge.test(s, string(wanted));
    }

    private Object split(String s, Arguments arguments, boolean fromRight) {
        Map<String, Object> bound = arguments.bind("split", "sep", "maxsplit");
        int limit = bound.containsKey("maxsplit") ? Numbers.index(bound.get("maxsplit"), "maxsplit") : -1;
        int most = limit < 0 ? Integer.MAX_VALUE : limit;
        Object separator = bound.get("sep");
        List<Object> parts = new ArrayList<>();
        if (separator == null) {
            splitAtSpace(s, most, fromRight, parts);
        } else {
            splitAt(s, string(separator), most, fromRight, parts);
        }
        budget.steps(parts.size());
        return fromRight ? parts.reversed().stream().toList() : parts;
    }

    private void splitAt(String s, String separator, int most, boolean fromRight, List<Object> parts) {
        if (separator.isEmpty()) {
            throw new JinjaException("a string cannot be split at an empty separator");
        }
        budget.search(s.length(), separator.length());
        int start = 0;
        int end = s.length();
        while (parts.size() < most) {
            int at = fromRight ? s.lastIndexOf(separator, end - separator.length()) : s.indexOf(separator, start);
            if (at < 0) {
                break;
            }
            parts.add(fromRight ? s.substring(at + separator.length(), end) : s.substring(start, at));
            start = fromRight ? start : at + separator.length();
            end = fromRight ? at : end;
        }
        parts.add(s.substring(start, end));
    }

    private static void splitAtSpace(String s, int most, boolean fromRight, List<Object> parts) {
        String rest = fromRight ? PythonText.rstrip(s, null) : PythonText.lstrip(s, null);
        int start = 0;
        int end = rest.length();
        while (start < end) {
            if (parts.size() >= most) {
                parts.add(rest.substring(start, end));
                return;
            }
            int at = fromRight ? end : start;
            while (fromRight
                    ? at > start && !PythonText.isSpace(rest.charAt(at - 1))
                    : at < end && !PythonText.isSpace(rest.charAt(at))) {
                at += fromRight ? -1 : 1;
            }
            parts.add(fromRight ? rest.substring(at, end) : rest.substring(start, at));
            while (fromRight
                    ? at > start && PythonText.isSpace(rest.charAt(at - 1))
                    : at < end && PythonText.isSpace(rest.charAt(at))) {
                at += fromRight ? -1 : 1;
            }
            start = fromRight ? start : at;
            end = fromRight ? at : end;
        }
    }

    private Object splitLines(String s, Arguments arguments) {
        boolean keep = Values.isTrue(arguments.bind("splitlines", "keepends").get("keepends"));
        List<Object> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '\n'
                    || c >= 0x0b && c <= 0x0d
                    || c >= 0x1c && c <= 0x1e
                    || c == 0x85
                    || c == 0x2028
                    || c == 0x2029) {
                int end = c == '\r' && i + 1 < s.length() && s.charAt(i + 1) == '\n' ? i + 2 : i + 1;
                lines.add(s.substring(start, keep ? end : i));
                start = end;
                i = end - 1;
            }
        }
        if (start < s.length()) {
            lines.add(s.substring(start));
        }
        budget.steps(lines.size());
        return lines;
    }

    String replace(String s, String old, String replacement, Object count) {
        int most = count == null ? -1 : Numbers.index(count, "a count");
        int found = occurrences(s, old);
        int times = most < 0 ? found : Math.min(most, found);
        budget.characters(s.length() + (long) times * replacement.length());
        StringBuilder out = new StringBuilder();
        int position = 0;
        for (int i = 0; i < times; i++) {
            int at = old.isEmpty() ? position : s.indexOf(old, position);
            if (old.isEmpty() && i > 0) {
                at += Character.charCount(s.codePointAt(position));
            }
            out.append(s, position, at).append(replacement);
            position = at + old.length();
        }
        return out.append(s, position, s.length()).toString();
    }

    private int occurrences(String s, String wanted) {
        if (wanted.isEmpty()) {
            return s.codePointCount(0, s.length()) + 1;
        }
        budget.search(s.length(), wanted.length());
        int count = 0;
        for (int at = s.indexOf(wanted); at >= 0; at = s.indexOf(wanted, at + wanted.length())) {
            count++;
        }
        return count;
    }

    String join(String separator, List<Object> items) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < items.size(); i++) {
            String item = string(items.get(i));
            budget.characters(item.length() + (long) separator.length());
            out.append(i == 0 ? "" : separator).append(item);
        }
        return out.toString();
    }

    private Object find(String s, Arguments arguments, String method, boolean last) {
        Map<String, Object> bound = arguments.bind(method, "text", "start", "end");
        String wanted = string(bound.get("text"));
        int[] bounds = PythonText.slice(s.codePointCount(0, s.length()), bound.get("start"), bound.get("end"), null);
        if (bounds[1] < bounds[0]) {
            return -1L;
        }
        budget.search(s.length(), wanted.length());
        int from = s.offsetByCodePoints(0, bounds[0]);
        String part = s.substring(from, s.offsetByCodePoints(from, bounds[1] - bounds[0]));
        int at = last ? part.lastIndexOf(wanted) : part.indexOf(wanted);
        return at < 0 ? -1L : (long) bounds[0] + part.codePointCount(0, at);
    }

    private static Object found(Object position) {
        if (position.equals(-1L)) {
            throw new JinjaException("the string does not contain what 'index' looks for");
        }
        return position;
    }

    private Object partition(String s, String separator, boolean last) {
        if (separator.isEmpty()) {
            throw new JinjaException("a string cannot be split at an empty separator");
        }
        budget.search(s.length(), separator.length());
        int at = last ? s.lastIndexOf(separator) : s.indexOf(separator);
        if (at < 0) {
            return last ? Tuple.of("", "", s) : Tuple.of(s, "", "");
        }
        return Tuple.of(s.substring(0, at), separator, s.substring(at + separator.length()));
    }

    private String zfill(String s, int width) {
        int missing = width - s.codePointCount(0, s.length());
        if (missing <= 0) {
            return s;
        }
        budget.characters(width);
        int sign = s.startsWith("-") || s.startsWith("+") ? 1 : 0;
        return s.substring(0, sign) + "0".repeat(missing) + s.substring(sign);
    }

    private String justify(String s, Arguments arguments, String method, int left, int right) {
        Map<String, Object> bound = arguments.bind(method, "width", "fillchar");
        int width = Numbers.index(bound.get("width"), "a width");
        String fill = bound.containsKey("fillchar") ? string(bound.get("fillchar")) : " ";
        if (fill.codePointCount(0, fill.length()) != 1) {
            throw new JinjaException("the fill character must be one character");
        }
        int missing = width - s.codePointCount(0, s.length());
        if (missing <= 0) {
            return s;
        }
        budget.characters(2L * width);
        int before = left == 1 && right == 1 ? missing / 2 + (missing & width & 1) : left * missing;
        return fill.repeat(before) + s + fill.repeat(missing - before);
    }
}
