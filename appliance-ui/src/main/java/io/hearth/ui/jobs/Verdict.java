package io.hearth.ui.jobs;

import io.hearth.ui.core.Sentence;
import java.util.Locale;

/** What a comparison says, in one word. */
public enum Verdict {
    /** The tuned model is better, with 95 % confidence. */
    GAIN,
    /** No difference can be told. */
    SAME,
    /** The tuned model is worse, with 95 % confidence. */
    WORSE,
    /** Too few rows were compared to say anything. */
    FEW,
    /** Nothing was compared. */
    NONE;

    /** The name in requests and texts. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** In a sentence. */
    public Sentence sentence() {
        return Sentence.of("jobs.verdict." + key(), Comparison.FEWEST_ROWS);
    }
}
