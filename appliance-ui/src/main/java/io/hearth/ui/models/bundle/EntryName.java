package io.hearth.ui.models.bundle;

import java.util.Arrays;
import java.util.List;

/** Names of entries, as archives give them, that stay within the folder they are unpacked to. */
final class EntryName {
    private static final int MAX_LENGTH = 1000;
    private static final int MAX_DEPTH = 12;

    /**
     * The path of an entry.
     *
     * @throws BadBundle if it is absolute, leads upwards, or could mean something else on some system
     */
    static String checked(String name) throws BadBundle {
        String path = name;
        while (path.startsWith("./")) {
            path = path.substring(2);
        }
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        List<String> parts = Arrays.asList(path.split("/", -1));
        boolean bad = path.length() > MAX_LENGTH
                || parts.size() > MAX_DEPTH
                || path.indexOf('\\') >= 0
                || path.indexOf(':') >= 0
                || path.chars().anyMatch(c -> c < 0x20 || c == 0x7F || c == 0xFFFD)
                || parts.stream()
                        .anyMatch(
                                part -> part.isEmpty() || part.equals(".") || part.equals("..") || part.length() > 255);
        if (bad) {
            throw new BadBundle(name, "models.bundle.path");
        }
        return path;
    }

    /** A name for a message: short and on one line. */
    static String shown(String name) {
        String plain = name.replaceAll("\\p{Cntrl}", "?");
        return plain.length() > 200 ? plain.substring(0, 200) + "…" : plain;
    }

    private EntryName() {}
}
