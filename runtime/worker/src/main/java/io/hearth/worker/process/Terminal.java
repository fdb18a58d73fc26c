package io.hearth.worker.process;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Where a person reads what a command prints.
 *
 * @param out standard output, UTF-8
 * @param interactive whether a line can be drawn over; the start script tells by HEARTH_TERMINAL
 * @param columns width in characters
 */
public record Terminal(PrintStream out, boolean interactive, int columns) {
    private static final int USUAL_COLUMNS = 100;

    /** The terminal that the start script described in the environment. */
    public static Terminal of(OutputStream out, Map<String, String> environment) {
        return new Terminal(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                "1".equals(environment.get("HEARTH_TERMINAL")),
                columns(environment.get("COLUMNS")));
    }

    private static int columns(String value) {
        try {
            return value == null ? USUAL_COLUMNS : Math.clamp(Integer.parseInt(value.strip()), 60, 400);
        } catch (NumberFormatException e) {
            return USUAL_COLUMNS;
        }
    }
}
