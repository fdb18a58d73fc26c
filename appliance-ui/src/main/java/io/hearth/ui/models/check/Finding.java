package io.hearth.ui.models.check;

import io.hearth.ui.core.Sentence;

/**
 * Something about a file of a model.
 *
 * @param file path within the model's folder
 * @param reason what it is, and what to do
 */
public record Finding(String file, Sentence reason) {
    static Finding of(String file, String key, Object... arguments) {
        return new Finding(file, Sentence.of(key, arguments));
    }
}
