package io.hearth.ui.access;

import org.jspecify.annotations.Nullable;

/** Where to go after signing in. */
final class LocalPath {
    /**
     * A path of this appliance, or {@code /}: nothing that leads to another host ({@code //host}, {@code /\host}, a scheme), nothing
     * with control characters, and not back to the page to sign in.
     */
    static String clean(@Nullable String path) {
        if (path == null
                || path.length() > 1000
                || !path.startsWith("/")
                || path.startsWith("//")
                || path.indexOf('\\') >= 0
                || path.chars().anyMatch(c -> c <= ' ' || c > '~')
                || path.startsWith("/login")
                || path.startsWith("/setup")
                || path.startsWith("/auth/")) {
            return "/";
        }
        return path;
    }

    private LocalPath() {}
}
