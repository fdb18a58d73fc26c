package io.hearth.ui.access;

import io.hearth.ui.core.Problem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a password must be: long enough, not the user's name, not one of the most common ones (also not with digits or signs
 * before or after), not a few characters over and over. No rule about kinds of characters: those make passwords worse.
 */
final class PasswordRules {
    /** Longer ones would only make hashing slow. */
    static final int LONGEST = 256;

    private static final Set<String> COMMON = load();

    /**
     * Checks a new password.
     *
     * @throws Problem of kind INVALID with what is wrong
     */
    static void check(@Nullable String password, String userName, int least) {
        int characters = password == null ? 0 : password.codePointCount(0, password.length());
        if (characters < least) {
            throw Problem.invalid("access.password.short", least);
        }
        if (characters > LONGEST) {
            throw Problem.invalid("access.password.long", LONGEST);
        }
        String plain = password.toLowerCase(Locale.ROOT);
        String name = User.key(userName);
        if (plain.contains(name) && plain.length() - name.length() < least / 2) {
            throw Problem.invalid("access.password.name");
        }
        if (plain.chars().distinct().count() < 5) {
            throw Problem.invalid("access.password.monotone");
        }
        String core = plain.replaceAll("^[^\\p{L}]+|[^\\p{L}]+$", "");
        if (COMMON.contains(plain) || COMMON.contains(core) || repeatsACommonOne(plain)) {
            throw Problem.invalid("access.password.common");
        }
    }

    /** Whether it is a common password several times over, such as {@code dragondragon}. */
    private static boolean repeatsACommonOne(String plain) {
        for (int length = 4; length <= plain.length() / 2; length++) {
            String part = plain.substring(0, length);
            if (plain.length() % length == 0
                    && COMMON.contains(part)
                    && part.repeat(plain.length() / length).equals(plain)) {
                return true;
            }
        }
        return false;
    }

    private static Set<String> load() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                PasswordRules.class.getResourceAsStream("common-passwords.txt"), StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private PasswordRules() {}
}
