package io.hearth.ui.models;

/**
 * A name that points to a version of a model and may point to another one tomorrow.
 *
 * @param alias {@code prod} or {@code candidate}
 * @param version id of the version
 * @param changed when it was set, milliseconds since 1970
 */
public record Alias(String alias, String version, long changed) {
    /** What applications use. */
    public static final String PROD = "prod";

    /** What may become it. */
    public static final String CANDIDATE = "candidate";

    /** All that there are. */
    public static final java.util.List<String> ALL = java.util.List.of(PROD, CANDIDATE);
}
