package io.hearth.agent.common;

/** Text from elsewhere, made fit for a line of the log. */
public final class LogText {
    private static final int LONGEST = 500;

    private LogText() {}

    /** The text on one line: control characters are escaped, what is too long is cut. */
    public static String safe(String text) {
        if (text == null) {
            return "null";
        }
        StringBuilder line = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(point -> {
            int type = Character.getType(point);
            if (Character.isISOControl(point)
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR
                    || type == Character.FORMAT) {
                line.append(String.format("\\u%04x", point));
            } else {
                line.appendCodePoint(point);
            }
        });
        return text.codePointCount(0, text.length()) > LONGEST ? line + "…" : line.toString();
    }
}
