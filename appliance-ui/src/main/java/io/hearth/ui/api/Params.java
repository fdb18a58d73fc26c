package io.hearth.ui.api;

import io.hearth.ui.core.Problem;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** Reads parameters of requests that many resources have. */
public final class Params {
    /** Items of a page where none is asked for. */
    public static final String LIMIT = "50";

    private static final int MOST = 500;

    /**
     * The number of items of a page.
     *
     * @throws Problem of kind INVALID if it is not 1 to 500
     */
    public static int limit(int limit) {
        if (limit < 1 || limit > MOST) {
            throw Problem.invalid("core.limit.invalid", MOST);
        }
        return limit;
    }

    /**
     * The index of the first item.
     *
     * @throws Problem of kind INVALID if it is negative
     */
    public static long offset(long offset) {
        if (offset < 0) {
            throw Problem.invalid("core.offset.invalid");
        }
        return offset;
    }

    /**
     * A time in milliseconds, from ISO 8601: {@code 2026-03-01T08:00:00Z}, or a day, which begins at midnight UTC.
     *
     * @return null if there is none
     * @throws Problem of kind INVALID if it is neither
     */
    public static @Nullable Long time(String name, @Nullable String text) {
        if (text == null || text.isBlank()) {
            return null;
        }
        try {
            return text.contains("T")
                    ? Instant.parse(text).toEpochMilli()
                    : LocalDate.parse(text)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant()
                            .toEpochMilli();
        } catch (DateTimeParseException | ArithmeticException e) {
            throw Problem.invalid("core.time.invalid", name);
        }
    }

    private Params() {}
}
