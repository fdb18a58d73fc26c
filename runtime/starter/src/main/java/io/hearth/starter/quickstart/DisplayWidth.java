package io.hearth.starter.quickstart;

/** Columns that text takes on a terminal: two for Chinese, Japanese and Korean characters, one for others. */
final class DisplayWidth {
    private DisplayWidth() {}

    static int of(String text) {
        return text.codePoints().map(DisplayWidth::of).sum();
    }

    /** Text cut to a width, with {@code …} where something is missing, and filled up with spaces to it. */
    static String fit(String text, int width) {
        String whole = text.replaceAll("\\s+", " ").strip();
        String shown = of(whole) <= width ? whole : cut(whole, width - 1) + "…";
        return shown + " ".repeat(Math.max(0, width - of(shown)));
    }

    private static String cut(String text, int width) {
        StringBuilder part = new StringBuilder();
        int used = 0;
        for (int codePoint : text.codePoints().toArray()) {
            used += of(codePoint);
            if (used > width) {
                break;
            }
            part.appendCodePoint(codePoint);
        }
        return part.toString();
    }

    /** After Unicode's East Asian Width (UAX 11), wide and full-width blocks. */
    private static int of(int codePoint) {
        int type = Character.getType(codePoint);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        boolean wide = (codePoint >= 0x1100 && codePoint <= 0x115F)
                || (codePoint >= 0x2E80 && codePoint <= 0xA4CF && codePoint != 0x303F)
                || (codePoint >= 0xAC00 && codePoint <= 0xD7A3)
                || (codePoint >= 0xF900 && codePoint <= 0xFAFF)
                || (codePoint >= 0xFE30 && codePoint <= 0xFE6F)
                || (codePoint >= 0xFF00 && codePoint <= 0xFF60)
                || (codePoint >= 0xFFE0 && codePoint <= 0xFFE6)
                || (codePoint >= 0x1F300 && codePoint <= 0x1FAFF)
                || (codePoint >= 0x20000 && codePoint <= 0x3FFFD);
        return wide ? 2 : 1;
    }
}
