package io.hearth.ui.deployments;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.hearth.ui.core.Problem;

/**
 * How a model is served. Null: a sensible default, which the revision then names.
 *
 * @param contextLength longest prompt with its answer, in tokens
 * @param maxSequences most requests in one batch
 * @param cacheBytes memory for keys and values
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Settings(Integer contextLength, Integer maxSequences, Long cacheBytes) {
    /** Nothing chosen. */
    public static final Settings DEFAULTS = new Settings(null, null, null);

    private static final int MOST_CONTEXT = 1 << 20;
    private static final int MOST_SEQUENCES = 1024;
    private static final long LEAST_CACHE = 1 << 20;

    public Settings {
        if (contextLength != null && (contextLength < 16 || contextLength > MOST_CONTEXT)) {
            throw Problem.invalid("deployments.settings.context", 16, MOST_CONTEXT);
        }
        if (maxSequences != null && (maxSequences < 1 || maxSequences > MOST_SEQUENCES)) {
            throw Problem.invalid("deployments.settings.sequences", MOST_SEQUENCES);
        }
        if (cacheBytes != null && cacheBytes < LEAST_CACHE) {
            throw Problem.invalid("deployments.settings.cache");
        }
    }
}
