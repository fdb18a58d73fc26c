package io.hearth.ui.jobs;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What a job is doing, and what it may do next. */
public enum JobState {
    /** It waits for its plan, for its turn, or for room on a card. */
    QUEUED,
    /** It has a place; its files are brought there and the model is loaded. */
    STARTING,
    /** It trains. */
    RUNNING,
    /** A person has stopped it; it can go on. */
    PAUSED,
    /** The result is compared with the base on held-out rows. */
    EVALUATING,
    /** Its result is in the registry. */
    DONE,
    /** It has failed; it can be tried again. */
    FAILED,
    /** A person has ended it. */
    CANCELLED;

    /** Whether it ends here unless a person does something. */
    public boolean last() {
        return this == DONE || this == FAILED || this == CANCELLED;
    }

    /** The states that may follow this one. */
    public Set<JobState> next() {
        return switch (this) {
            case QUEUED -> EnumSet.of(STARTING, PAUSED, FAILED, CANCELLED);
            case STARTING -> EnumSet.of(RUNNING, PAUSED, EVALUATING, DONE, FAILED, CANCELLED, QUEUED);
            case RUNNING -> EnumSet.of(PAUSED, EVALUATING, DONE, FAILED, CANCELLED, QUEUED);
            case PAUSED -> EnumSet.of(QUEUED, STARTING, EVALUATING, FAILED, CANCELLED, DONE);
            case EVALUATING -> EnumSet.of(PAUSED, DONE, FAILED, CANCELLED);
            case FAILED -> EnumSet.of(QUEUED, STARTING, EVALUATING, CANCELLED, DONE);
            case DONE, CANCELLED -> EnumSet.noneOf(JobState.class);
        };
    }

    /** The name in requests and texts. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The state of a name. */
    static JobState of(String key) {
        return valueOf(key.toUpperCase(Locale.ROOT));
    }
}
