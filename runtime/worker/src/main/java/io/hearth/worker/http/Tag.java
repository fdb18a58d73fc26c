package io.hearth.worker.http;

/** The mark that a request carries for those who count what it costs. */
final class Tag {
    static final String HEADER = "X-Hearth-Tag";
    private static final int MOST = 200;

    private Tag() {}

    /**
     * The value of the header.
     *
     * @param header what was sent, or null
     * @return the tag, or null if there is none
     * @throws ApiException 400 if it is longer than 200 characters or not printable ASCII
     */
    static String of(String header) {
        if (header == null || header.isEmpty()) {
            return null;
        }
        if (header.length() > MOST || !header.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw ApiException.badRequest(
                    null, "The header " + HEADER + " must be at most " + MOST + " printable ASCII characters.");
        }
        return header;
    }
}
