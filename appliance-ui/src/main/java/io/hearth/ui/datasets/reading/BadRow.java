package io.hearth.ui.datasets.reading;

import io.hearth.ui.core.Sentence;
import java.util.Arrays;
import java.util.List;

/**
 * A row that is not used, and why.
 *
 * @param place where
 * @param code what is wrong, stable; its sentence is {@code datasets.row.CODE}
 * @param arguments what the sentence names
 * @param excerpt how the row begins
 */
public record BadRow(Place place, String code, List<String> arguments, String excerpt) {
    private static final int EXCERPT = 160;

    public BadRow {
        arguments = List.copyOf(arguments);
        excerpt = shorten(excerpt);
    }

    static BadRow of(Place place, String excerpt, String code, Object... arguments) {
        return new BadRow(
                place, code, Arrays.stream(arguments).map(String::valueOf).toList(), excerpt);
    }

    /** What to say. */
    public Sentence reason() {
        return new Sentence("datasets.row." + code, List.copyOf(arguments));
    }

    private static String shorten(String text) {
        if (text.length() <= EXCERPT) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(EXCERPT - 2)) ? EXCERPT - 2 : EXCERPT - 1;
        return text.substring(0, end) + "…";
    }
}
