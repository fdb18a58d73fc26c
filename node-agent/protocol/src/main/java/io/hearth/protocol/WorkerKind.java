package io.hearth.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a worker does, by the worker's command. */
public enum WorkerKind {
    /** {@code plan task.json}: says what a job will need. */
    @JsonProperty("plan")
    PLAN,
    /** {@code train task.json}. */
    @JsonProperty("train")
    TRAIN,
    /** {@code evaluate task.json}: answers held-out rows with base and tuned model. */
    @JsonProperty("evaluate")
    EVALUATE,
    /** {@code merge task.json}: writes base and adapter as one model. */
    @JsonProperty("merge")
    MERGE,
    /** {@code serve task.json}. */
    @JsonProperty("serve")
    SERVE;

    /** Whether it goes on until it is stopped, rather than to an end of its own. */
    public boolean endless() {
        return this == SERVE;
    }

    /** The worker's command. */
    public String command() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
