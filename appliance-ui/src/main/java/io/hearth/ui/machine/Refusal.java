package io.hearth.ui.machine;

import io.hearth.ui.core.Sentence;
import io.hearth.ui.core.Texts;
import java.util.List;

/**
 * Why the machine does not do something.
 *
 * @param code a word for programs, such as {@code older}
 * @param arguments what is filled into the sentence
 * @param text the sentence in English, for codes that this version does not know
 */
public record Refusal(String code, List<String> arguments, String text) {
    /** What to say. */
    public Sentence sentence() {
        return Texts.has("machine.refused." + code)
                ? new Sentence("machine.refused." + code, List.copyOf(arguments))
                : Sentence.of("machine.refused.other", text);
    }
}
