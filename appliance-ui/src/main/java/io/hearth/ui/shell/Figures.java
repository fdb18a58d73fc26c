package io.hearth.ui.shell;

import com.vaadin.flow.component.UI;
import io.hearth.ui.core.Texts;
import java.text.NumberFormat;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Locale;

/**
 * Numbers and times as a person reads them.
 *
 * @param locale their language
 * @param zone their time zone
 */
public record Figures(Locale locale, ZoneId zone) {
    private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    /** For the reader of the present page. */
    public static Figures here() {
        UI ui = UI.getCurrent();
        return ui == null ? new Figures(Locale.ENGLISH, ZoneOffset.UTC) : new Figures(Language.of(ui), zone(ui));
    }

    /** Bytes: {@code 3.4 GiB}. */
    public String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (Math.abs(value) >= 1024 && unit < BYTE_UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return decimal(value, unit == 0 || Math.abs(value) >= 100 ? 0 : 1) + " " + BYTE_UNITS[unit];
    }

    /** A whole number with its thousands apart. */
    public String count(long value) {
        return NumberFormat.getIntegerInstance(locale).format(value);
    }

    /** A number with at most so many digits after the point; a dash if it is no number. */
    public String decimal(double value, int digits) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return "–";
        }
        NumberFormat format = NumberFormat.getNumberInstance(locale);
        format.setMaximumFractionDigits(digits);
        return format.format(value);
    }

    /** A share of one as per cent. */
    public String percent(double share) {
        NumberFormat format = NumberFormat.getPercentInstance(locale);
        format.setMaximumFractionDigits(share != 0 && Math.abs(share) < 0.1 ? 1 : 0);
        return format.format(share);
    }

    /** How long something takes, in its two greatest units: {@code 3 min 20 s}. */
    public String duration(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds >= 86_400 && seconds % 86_400 == 0) {
            return say("shell.duration.days.whole", seconds / 86_400);
        }
        if (seconds < 1 && duration.toMillis() > 0) {
            return say("shell.duration.milliseconds", duration.toMillis());
        }
        if (seconds < 60) {
            return say("shell.duration.seconds", seconds);
        }
        if (seconds < 3600) {
            return say("shell.duration.minutes", seconds / 60, seconds % 60);
        }
        if (seconds < 86_400) {
            return say("shell.duration.hours", seconds / 3600, seconds / 60 % 60);
        }
        return say("shell.duration.days", seconds / 86_400, seconds / 3600 % 24);
    }

    /** How long something takes, in seconds. */
    public String seconds(double seconds) {
        return Double.isFinite(seconds) ? duration(Duration.ofMillis(Math.round(seconds * 1000))) : "–";
    }

    /** Day and time of milliseconds since 1970. */
    public String dateTime(long millis) {
        return DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM, FormatStyle.SHORT)
                .withLocale(locale)
                .format(at(millis));
    }

    /** Day of milliseconds since 1970. */
    public String date(long millis) {
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM)
                .withLocale(locale)
                .format(at(millis));
    }

    /** Time of day, with seconds, of milliseconds since 1970. */
    public String time(long millis) {
        return DateTimeFormatter.ofLocalizedTime(FormatStyle.MEDIUM)
                .withLocale(locale)
                .format(at(millis));
    }

    /** How long ago something was: {@code 3 min ago}. */
    public String ago(long millis, long now) {
        Duration past = Duration.ofMillis(Math.max(0, now - millis));
        if (past.toMinutes() < 1) {
            return say("shell.ago.now");
        }
        if (past.toHours() < 1) {
            return say("shell.ago.minutes", past.toMinutes());
        }
        if (past.toDays() < 1) {
            return say("shell.ago.hours", past.toHours());
        }
        return past.toDays() < 30 ? say("shell.ago.days", past.toDays()) : date(millis);
    }

    private ZonedDateTime at(long millis) {
        return Instant.ofEpochMilli(millis).atZone(zone);
    }

    private String say(String key, Object... arguments) {
        return Texts.say(locale, key, arguments);
    }

    private static ZoneId zone(UI ui) {
        try {
            String zone = ui.getPage().getExtendedClientDetails().getTimeZoneId();
            return zone == null || zone.isEmpty() ? ZoneOffset.UTC : ZoneId.of(zone);
        } catch (DateTimeException e) {
            return ZoneOffset.UTC;
        }
    }
}
