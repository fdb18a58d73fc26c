package io.hearth.text.jinja;

import java.util.List;

/** Python's view of text: positions and lengths are code points, whitespace is Unicode's. */
final class PythonText {
    private PythonText() {}

    static boolean isSpace(int c) {
        return c == ' '
                || c >= 9 && c <= 13
                || c >= 0x1c && c <= 0x1f
                || c == 0x85
                || c == 0xa0
                || c > 0xff && (Character.isSpaceChar(c) || Character.isWhitespace(c));
    }

    /** True when the text has characters and all are whitespace. */
    static boolean isSpace(String text) {
        return !text.isEmpty() && text.codePoints().allMatch(PythonText::isSpace);
    }

    /** Strips the characters of the set, or whitespace where the set is null, from the left. */
    static String lstrip(String text, String set) {
        int start = 0;
        while (start < text.length() && strips(text.codePointAt(start), set)) {
            start += Character.charCount(text.codePointAt(start));
        }
        return text.substring(start);
    }

    static String rstrip(String text, String set) {
        int end = text.length();
        while (end > 0 && strips(text.codePointBefore(end), set)) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(0, end);
    }

    private static boolean strips(int c, String set) {
        return set == null ? isSpace(c) : set.indexOf(c) >= 0;
    }

    /** Orders by code points, which for surrogates is not Java's order. */
    static int compare(String left, String right) {
        int length = Math.min(left.length(), right.length());
        for (int i = 0; i < length; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                boolean high = Character.isSurrogate(a);
                return high == Character.isSurrogate(b) ? Character.compare(a, b) : high ? 1 : -1;
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    /** Upper case for the first character, lower case for the rest. */
    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        return Character.toString(Character.toTitleCase(text.codePointAt(0)))
                + text.substring(first).toLowerCase(java.util.Locale.ROOT);
    }

    /** Upper case after every character that is not a letter. */
    static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            out.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
            inWord = Character.isLetter(c);
        }
        return out.toString();
    }

    /** {@code repr(str)}. */
    static void repr(String text, StringBuilder out) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c == quote) {
                        out.append('\\').append(quote);
                    } else if (isPrintable(c)) {
                        out.appendCodePoint(c);
                    } else {
                        out.append(
                                c < 0x100
                                        ? String.format("\\x%02x", c)
                                        : String.format(c < 0x10000 ? "\\u%04x" : "\\U%08x", c));
                    }
                }
            }
        });
        out.append(quote);
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    /**
     * Resolves {@code [start:stop:step]} as Python does.
     *
     * @return first index, end (exclusive, in the direction of the step), step
     */
    static int[] slice(int length, Object start, Object stop, Object step) {
        int by = step == null ? 1 : Numbers.index(step, "the step of a slice");
        if (by == 0) {
            throw new JinjaException("the step of a slice must not be zero");
        }
        by = Math.clamp(by, -Integer.MAX_VALUE, Integer.MAX_VALUE);
        int lowest = by > 0 ? 0 : -1;
        int highest = by > 0 ? length : length - 1;
        int from = start == null ? (by > 0 ? 0 : length - 1) : bound(start, length, lowest, highest);
        int to = stop == null ? (by > 0 ? length : -1) : bound(stop, length, lowest, highest);
        return new int[] {from, to, by};
    }

    private static int bound(Object value, int length, int lowest, int highest) {
        long index = Numbers.index(value, "the bound of a slice");
        return (int) Math.clamp(index < 0 ? index + length : index, lowest, highest);
    }

    /** The selected elements of a list, for bounds as {@link #slice} gives them. */
    static void sliceInto(List<?> items, int[] bounds, List<Object> out) {
        for (long i = bounds[0]; bounds[2] > 0 ? i < bounds[1] : i > bounds[1]; i += bounds[2]) {
            out.add(items.get((int) i));
        }
    }

    static String slice(String text, Object start, Object stop, Object step) {
        int[] bounds = slice(text.codePointCount(0, text.length()), start, stop, step);
        if (bounds[2] == 1) {
            if (bounds[1] <= bounds[0]) {
                return "";
            }
            int from = text.offsetByCodePoints(0, bounds[0]);
            return text.substring(from, text.offsetByCodePoints(from, bounds[1] - bounds[0]));
        }
        int[] codePoints = text.codePoints().toArray();
        StringBuilder out = new StringBuilder();
        for (long i = bounds[0]; bounds[2] > 0 ? i < bounds[1] : i > bounds[1]; i += bounds[2]) {
            out.appendCodePoint(codePoints[(int) i]);
        }
        return out.toString();
    }
}
