package io.hearth.ui.access;

import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who may sign in.
 *
 * @param mustChange whether the password was given by an administrator and opens nothing but the page to change it
 * @param language {@code en}, {@code zh}, or null to follow the browser
 * @param theme {@code light}, {@code dark}, or null to follow the browser
 * @param created when, in milliseconds
 * @param passwordSet when the password was last set, in milliseconds
 * @param lastLogin when they last signed in, in milliseconds
 */
public record User(
        String id,
        String name,
        Role role,
        boolean disabled,
        boolean mustChange,
        @Nullable String language,
        @Nullable String theme,
        long created,
        long passwordSet,
        @Nullable Long lastLogin) {
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}._@-]{0,63}");

    /** A name as it is kept. */
    static String checkedName(@Nullable String name) {
        String clean = name == null ? "" : Normalizer.normalize(name.strip(), Normalizer.Form.NFKC);
        if (!NAME.matcher(clean).matches()) {
            throw Problem.invalid("access.name.invalid");
        }
        return clean;
    }

    /** What two names that are the same for a person have in common. */
    static String key(String name) {
        return Normalizer.normalize(name.strip(), Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    }
}
