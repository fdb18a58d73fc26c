package io.hearth.worker.process;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that a person probably meant. */
public final class Nearest {
    private Nearest() {}

    /**
     * The candidate that resembles the name most, or empty if none resembles it. Case, {@code _} and {@code -} do not count;
     * a candidate that contains the name resembles it well.
     */
    public static Optional<String> to(String name, Collection<String> candidates) {
        String plain = plain(name);
        return candidates.stream()
                .filter(candidate -> strangeness(plain, plain(candidate)) <= Math.max(1, plain.length() / 2))
                .min(Comparator.comparingInt((String candidate) -> strangeness(plain, plain(candidate)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    private static int strangeness(String name, String candidate) {
        return name.length() > 2 && candidate.contains(name) && !candidate.equals(name) ? 1 : distance(name, candidate);
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    }

    /** Levenshtein's distance: insertions, deletions and replacements from one to the other. */
    static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replace, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
