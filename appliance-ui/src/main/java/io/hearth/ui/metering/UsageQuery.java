package io.hearth.ui.metering;

import io.hearth.ui.core.Problem;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/**
 * Which usage, and summed by what.
 *
 * @param from first day
 * @param to last day
 * @param groups what the sums are by, in the order of the columns; at least one
 * @param key only of this key, or null
 * @param user only of this user, or null
 * @param model only of this model, or null
 */
public record UsageQuery(LocalDate from, LocalDate to, List<Group> groups, String key, String user, String model) {
    /** What usage can be summed by. */
    public enum Group {
        DAY("day"),
        KEY("key_id"),
        USER("user_id"),
        MODEL("model"),
        OUTCOME("outcome");

        private final String column;

        Group(String column) {
            this.column = column;
        }

        String column() {
            return column;
        }

        /** As written in requests. */
        public String key() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        /** Whether its values tell persons apart. */
        boolean personal() {
            return this == KEY || this == USER;
        }
    }

    public UsageQuery {
        if (to.isBefore(from)) {
            throw Problem.invalid("metering.range", from.toString(), to.toString());
        }
        groups = List.copyOf(groups);
    }

    /** From the parameters of a request; the last 30 days by day if they say nothing. */
    public static UsageQuery of(
            LocalDate today, String from, String to, String group, String key, String user, String model) {
        LocalDate last = to == null || to.isBlank() ? today : day(to);
        LocalDate first = from == null || from.isBlank() ? last.minusDays(29) : day(from);
        return new UsageQuery(first, last, groups(group), blankToNull(key), blankToNull(user), blankToNull(model));
    }

    private static LocalDate day(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeException e) {
            throw Problem.invalid("metering.day", text);
        }
    }

    private static List<Group> groups(String text) {
        List<Group> groups = new ArrayList<>();
        for (String word : (text == null || text.isBlank() ? "day" : text).split(",", -1)) {
            Group found = null;
            for (Group group : Group.values()) {
                if (group.key().equals(word.strip())) {
                    found = group;
                }
            }
            if (found == null || groups.contains(found)) {
                throw Problem.invalid("metering.group", word.strip());
            }
            groups.add(found);
        }
        return groups;
    }

    private static String blankToNull(String text) {
        return text == null || text.isBlank() ? null : text;
    }
}
