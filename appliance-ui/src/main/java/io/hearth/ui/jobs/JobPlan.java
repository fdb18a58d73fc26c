package io.hearth.ui.jobs;

import io.hearth.contract.Plan;
import io.hearth.contract.Recipe;
import io.hearth.ui.core.Sentence;

/**
 * What a job will need.
 *
 * @param id its id, {@code plan-…}
 * @param key what it holds for: rows, base and recipe
 * @param nodeKind kind of card it was worked out on, or null
 * @param nodeName node it was worked out on, or null
 * @param dataset id of the dataset version
 * @param base id of the base's version
 * @param recipe the recipe
 * @param state how far it is
 * @param worker its worker, or null
 * @param plan the plan, or null
 * @param reason why it waits or has failed, or null
 * @param created milliseconds since 1970
 */
public record JobPlan(
        String id,
        String key,
        String nodeKind,
        String nodeName,
        String dataset,
        String base,
        Recipe recipe,
        State state,
        String worker,
        Plan plan,
        Sentence reason,
        long created) {
    /** How far a plan is. */
    public enum State {
        QUEUED,
        RUNNING,
        DONE,
        FAILED;

        /** The name in requests and texts. */
        public String key() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Beginning of the owner of a plan's worker. */
    static final String OWNER = "plan/";

    /** How its worker names what it works for. */
    String owner() {
        return OWNER + id;
    }
}
