package io.hearth.ui.support;

import io.hearth.ui.core.Sentence;
import org.jspecify.annotations.Nullable;

/**
 * How far the machine is with a bundle for a stick, or how it has ended.
 *
 * @param step what is done
 * @param done bytes that are on the stick
 * @param bytes size of the bundle; 0 while it is made
 * @param stick name of the stick; null before it is known
 * @param file name of the file on it; null before it is whole
 * @param reason why it was not written, or null
 */
public record StickWriting(
        Step step,
        long done,
        long bytes,
        @Nullable String stick,
        @Nullable String file,
        @Nullable Sentence reason) {
    /** Steps. */
    public enum Step {
        /** The bundle is being made. */
        MAKING,
        /** It is being written. */
        WRITING,
        /** It is on the stick, and the stick may be pulled out. */
        WRITTEN,
        /** It is not, and why. */
        REFUSED
    }

    static final StickWriting BEGUN = new StickWriting(Step.MAKING, 0, 0, null, null, null);

    static StickWriting of(long bytes, int percent) {
        return new StickWriting(Step.WRITING, bytes * percent / 100, bytes, null, null, null);
    }

    static StickWriting written(long bytes, String stick, String file) {
        return new StickWriting(Step.WRITTEN, bytes, bytes, stick, file, null);
    }

    static StickWriting refused(Sentence reason) {
        return new StickWriting(Step.REFUSED, 0, 0, null, null, reason);
    }

    /** Whether it goes on. */
    public boolean goesOn() {
        return step == Step.MAKING || step == Step.WRITING;
    }
}
