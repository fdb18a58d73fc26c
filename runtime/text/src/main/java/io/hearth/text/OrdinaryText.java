package io.hearth.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keeps special tokens in people's text from being taken for the template's own. Before rendering, a mark is put after
 * the first character of each such text; after rendering, the text is encoded in pieces cut at the marks, so that no
 * piece holds the whole special token.
 */
public final class OrdinaryText {
    /** A code point that Unicode promises never to assign to a character. */
    public static final char MARK = '\uFDD0';

    private static final String ESCAPED_MARK = "\\ufdd0";

    private final Set<String> special;

    OrdinaryText(Set<String> special) {
        this.special = special;
    }

    List<Map<String, Object>> guardMessages(List<Map<String, Object>> messages) {
        List<Map<String, Object>> guarded = new ArrayList<>(messages.size());
        for (Map<String, Object> message : messages) {
            Map<String, Object> copy = new LinkedHashMap<>();
            message.forEach((key, value) -> copy.put(key, guard(value)));
            guarded.add(copy);
        }
        return guarded;
    }

    List<Object> guardList(List<?> values) {
        if (values == null) {
            return null;
        }
        List<Object> copy = new ArrayList<>(values.size());
        values.forEach(value -> copy.add(guard(value)));
        return copy;
    }

    private Object guard(Object value) {
        return switch (value) {
            case String text -> guardText(text);
            case List<?> list -> guardList(list);
            case Map<?, ?> map -> {
                Map<Object, Object> copy = new LinkedHashMap<>();
                map.forEach((key, item) -> copy.put(guard(key), guard(item)));
                yield copy;
            }
            case null, default -> value;
        };
    }

    private String guardText(String text) {
        // Marks of the text itself go, so that every mark after rendering is one of ours.
        String guarded = text.indexOf(MARK) < 0 ? text : text.replace(String.valueOf(MARK), "");
        for (String token : special) {
            if (guarded.contains(token)) {
                int first = token.offsetByCodePoints(0, 1);
                guarded = guarded.replace(token, token.substring(0, first) + MARK + token.substring(first));
            }
        }
        return guarded;
    }

    static int[] encode(String rendered, Tokenizer tokenizer) {
        // A template that writes JSON in ASCII turns the mark into its escape.
        String text = rendered.indexOf('\\') < 0 ? rendered : rendered.replace(ESCAPED_MARK, String.valueOf(MARK));
        if (text.indexOf(MARK) < 0) {
            return tokenizer.encode(text);
        }
        int[] ids = new int[0];
        for (String piece : text.split(String.valueOf(MARK))) {
            int[] more = tokenizer.encode(piece);
            int before = ids.length;
            ids = java.util.Arrays.copyOf(ids, before + more.length);
            System.arraycopy(more, 0, ids, before, more.length);
        }
        return ids;
    }

    /** Rendered text without marks, for people to read. */
    public static String readable(String rendered) {
        return rendered.replace(String.valueOf(MARK), "").replace(ESCAPED_MARK, "");
    }
}
