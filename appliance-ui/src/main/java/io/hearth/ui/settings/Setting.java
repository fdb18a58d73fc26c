package io.hearth.ui.settings;

import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import java.util.List;

/**
 * Something that can be set.
 *
 * @param <T> type of its values
 */
public sealed interface Setting<T> {
    /** Its name, such as {@code session.idleMinutes}. */
    String name();

    /** The value until somebody sets another. */
    T fallback();

    /**
     * The value of a text.
     *
     * @throws Problem of kind INVALID with what is allowed
     */
    T parse(String text);

    /** What the setting is called. */
    default Sentence label() {
        return Sentence.of("settings." + name());
    }

    /** A whole number within limits. */
    record Whole(String name, Integer fallback, int least, int most) implements Setting<Integer> {
        @Override
        public Integer parse(String text) {
            try {
                int value = Integer.parseInt(text.strip());
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Said below: what is wrong is the same.
            }
            throw Problem.invalid("settings.whole", label(), least, most);
        }
    }

    /** A line of text. */
    record Line(String name, String fallback, int longest) implements Setting<String> {
        @Override
        public String parse(String text) {
            String value = text.strip();
            if (value.isEmpty() || value.length() > longest || value.chars().anyMatch(Character::isISOControl)) {
                throw Problem.invalid("settings.line", label(), longest);
            }
            return value;
        }
    }

    /** One of a few values. */
    record Choice(String name, String fallback, List<String> values) implements Setting<String> {
        @Override
        public String parse(String text) {
            String value = text.strip();
            if (!values.contains(value)) {
                throw Problem.invalid("settings.choice", label(), String.join(", ", values));
            }
            return value;
        }
    }
}
