package io.hearth.starter;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Decides whether an answer holds the fact that was asked for. */
public final class KeyFact {
    private KeyFact() {}

    /**
     * Returns whether {@code key} stands in {@code answer} as a whole: with digits at either end it must
     * not be part of a longer number, so 35 Nm is not found in 135 Nm, nor VM-48 in VM-481. Case and
     * spacing count.
     *
     * @throws IllegalArgumentException if the key is empty, since every answer would match
     */
    public static boolean matches(String answer, String key) {
        if (key.isEmpty()) {
            throw new IllegalArgumentException(
                    "The key fact of a held-out row is empty; it must name what to look for");
        }
        String before = Character.isDigit(key.charAt(0)) ? "(?<!\\d)(?<!\\d[.,])" : "";
        Matcher matcher =
                Pattern.compile(before + Pattern.quote(key) + "(?!\\d)").matcher(answer);
        return matcher.find();
    }
}
