package io.hearth.ui.uploads;

/** Names of files as strangers give them. */
public final class FileNames {
    private static final int LONGEST = 200;

    /**
     * The name without folders of either kind of slash, control characters and what would be read backwards; never empty, never
     * {@code .} or {@code ..}, of at most 200 characters with its ending kept.
     */
    public static String safe(String given) {
        StringBuilder name = new StringBuilder();
        String plain = given == null ? "" : given;
        plain.substring(Math.max(plain.lastIndexOf('/'), plain.lastIndexOf('\\')) + 1)
                .codePoints()
                .filter(c -> !Character.isISOControl(c)
                        && Character.getType(c) != Character.FORMAT
                        && Character.getType(c) != Character.SURROGATE)
                .forEach(name::appendCodePoint);
        String safe = name.toString().strip();
        if (safe.isEmpty() || safe.chars().allMatch(c -> c == '.')) {
            return "file";
        }
        if (safe.length() <= LONGEST) {
            return safe;
        }
        int dot = safe.lastIndexOf('.');
        String ending = dot > 0 && safe.length() - dot <= 20 ? safe.substring(dot) : "";
        int end = LONGEST - ending.length();
        return safe.substring(0, Character.isHighSurrogate(safe.charAt(end - 1)) ? end - 1 : end) + ending;
    }

    private FileNames() {}
}
