package io.hearth.text;

/** Java strings may hold halves of characters (JSON's {@code \ud83d} without its partner); UTF-8 cannot. */
public final class WellFormed {
    private WellFormed() {}

    /** Whether every surrogate has its partner. */
    public static boolean holds(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (Character.charCount(text.codePointAt(i)) == 1) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** The text with U+FFFD for every half of a character. */
    static String repair(String text) {
        if (holds(text)) {
            return text;
        }
        StringBuilder repaired = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> repaired.appendCodePoint(
                        c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c));
        return repaired.toString();
    }
}
