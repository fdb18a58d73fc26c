package io.hearth.ui.core;

/** Makes text from outside fit for one line of a log. */
public final class LogText {
    /** Characters after which a text is cut. */
    public static final int LONGEST = 200;

    /**
     * A text in which nothing can pass for a new line, a command to a terminal or a change of direction: control, format and
     * separator characters are written as {@code \}{@code uXXXX}, backslashes are doubled, and what is longer than {@link #LONGEST}
     * characters is cut and ends in an ellipsis.
     */
    public static String safe(Object text) {
        return safe(text, LONGEST);
    }

    /** The same with another limit. */
    public static String safe(Object text, int longest) {
        String from = String.valueOf(text);
        StringBuilder to = new StringBuilder(Math.min(from.length(), longest) + 16);
        int characters = 0;
        for (int i = 0; i < from.length(); characters++) {
            if (characters == longest) {
                return to.append('…').toString();
            }
            int point = from.codePointAt(i);
            i += Character.charCount(point);
            switch (Character.getType(point)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE,
                        Character.PRIVATE_USE,
                        Character.UNASSIGNED ->
                    to.append(point > 0xffff ? "\\U%08X".formatted(point) : "\\u%04X".formatted(point));
                default -> {
                    if (point == '\\') {
                        to.append('\\');
                    }
                    to.appendCodePoint(point);
                }
            }
        }
        return to.toString();
    }

    private LogText() {}
}
