package io.hearth.ui.models;

import io.hearth.ui.core.Problem;
import java.util.regex.Pattern;

/** How models may be called, so that {@code name}, {@code name:3}, {@code name@prod} and ids stay apart. */
public final class ModelNames {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** A name that people may give. */
    public static String checked(String name) {
        String wanted = name == null ? "" : name.strip();
        if (!NAME.matcher(wanted).matches() || wanted.startsWith("mv-")) {
            throw Problem.invalid("models.name");
        }
        return wanted;
    }

    /** An alias that there is. */
    public static String alias(String alias) {
        if (alias == null || !Alias.ALL.contains(alias)) {
            throw Problem.invalid("models.alias.unknown", String.valueOf(alias));
        }
        return alias;
    }

    /** A name made of other text, such as a file's. */
    public static String from(String text) {
        String plain = text.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[^A-Za-z0-9]+", "");
        String shorter = plain.length() > 64 ? plain.substring(0, 64) : plain;
        return shorter.isEmpty() || shorter.startsWith("mv-") ? "model-" + shorter : shorter;
    }

    private ModelNames() {}
}
