package io.hearth.ui.core;

import java.util.List;

/**
 * Something to say to a person, in whatever language they read: the key of a text and what is filled into it.
 *
 * @param key key in a feature's {@code texts_en.properties} and {@code texts_zh.properties}
 * @param arguments values for {@code {0}}, {@code {1}} …; texts, numbers, or other sentences
 */
public record Sentence(String key, List<Object> arguments) {
    /** A sentence. */
    public static Sentence of(String key, Object... arguments) {
        return new Sentence(key, List.of(arguments));
    }

    /** In English, for logs and for programs. */
    @Override
    public String toString() {
        return Texts.english(this);
    }
}
