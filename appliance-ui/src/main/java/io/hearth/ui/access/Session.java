package io.hearth.ui.access;

import java.util.Locale;

/**
 * A login that lasts.
 *
 * @param agent what the program calls itself, cut and escaped
 * @param created when it began, in milliseconds
 * @param seen when it was last used, to the minute
 * @param expires when it ends in any case
 */
public record Session(
        String id, String userId, Kind kind, String address, String agent, long created, long seen, long expires) {
    /** Who holds its secret. */
    public enum Kind {
        /** A browser, in a cookie. */
        BROWSER("hs_"),
        /** A program, which sends it as a bearer token. */
        PROGRAM("ha_");

        private final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }

        /** How its secrets begin. */
        String prefix() {
            return prefix;
        }

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
