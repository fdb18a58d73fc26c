package io.hearth.text.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** {@code strftime} with English names. An unknown directive stays as it is written. */
final class TimeFormat {
    private TimeFormat() {}

    static String format(String format, LocalDateTime time) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                out.append(c);
                continue;
            }
            char directive = format.charAt(++i);
            boolean unpadded = directive == '-' && i + 1 < format.length();
            if (unpadded) {
                directive = format.charAt(++i);
            }
            String value = value(directive, time, unpadded ? "%-" : "%");
            out.append(unpadded && value.matches("0\\d+") ? value.replaceFirst("^0+(?=\\d)", "") : value);
        }
        return out.toString();
    }

    private static String value(char directive, LocalDateTime time, String prefix) {
        return switch (directive) {
            case 'Y' -> java("yyyy", time);
            case 'y' -> java("yy", time);
            case 'm' -> java("MM", time);
            case 'd' -> java("dd", time);
            case 'e' -> String.format("%2d", time.getDayOfMonth());
            case 'H' -> java("HH", time);
            case 'I' -> java("hh", time);
            case 'M' -> java("mm", time);
            case 'S' -> java("ss", time);
            case 'f' -> java("SSSSSS", time);
            case 'p' -> time.getHour() < 12 ? "AM" : "PM";
            case 'j' -> java("DDD", time);
            case 'b', 'h' -> java("MMM", time);
            case 'B' -> java("MMMM", time);
            case 'a' -> java("EEE", time);
            case 'A' -> java("EEEE", time);
            case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
            case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
            case 'F' -> java("yyyy-MM-dd", time);
            case 'T' -> java("HH:mm:ss", time);
            case 'R' -> java("HH:mm", time);
            case 'D', 'x' -> java("MM/dd/yy", time);
            case 'X' -> java("HH:mm:ss", time);
            case 'c' ->
                java("EEE MMM ", time) + String.format("%2d", time.getDayOfMonth()) + java(" HH:mm:ss yyyy", time);
            case 'Z', 'z' -> "";
            case 'n' -> "\n";
            case 't' -> "\t";
            case '%' -> "%";
            default -> prefix + directive;
        };
    }

    private static String java(String pattern, LocalDateTime time) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
    }
}
