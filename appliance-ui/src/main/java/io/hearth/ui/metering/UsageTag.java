package io.hearth.ui.metering;

/**
 * For whom a request is made: travels with the request to the worker ({@code X-Hearth-Tag}) and comes back in its usage event.
 *
 * @param key id of the API key, or {@link #NOBODY}
 * @param user id of the user who owns the key or uses the playground, or {@link #NOBODY}
 * @param deployment id of the deployment, or {@link #NOBODY}
 * @param request id of the request
 */
public record UsageTag(String key, String user, String deployment, String request) {
    /** Stands where there is none. */
    public static final String NOBODY = "-";

    private static final UsageTag UNKNOWN = new UsageTag(NOBODY, NOBODY, NOBODY, NOBODY);

    /** As the header's value. */
    public String text() {
        return key + ":" + user + ":" + deployment + ":" + request;
    }

    /** From the header's value; what has no tag, or another's, is nobody's. */
    public static UsageTag of(String text) {
        if (text == null) {
            return UNKNOWN;
        }
        String[] parts = text.split(":", -1);
        if (parts.length != 4) {
            return UNKNOWN;
        }
        for (String part : parts) {
            if (part.isEmpty()) {
                return UNKNOWN;
            }
        }
        return new UsageTag(parts[0], parts[1], parts[2], parts[3]);
    }
}
