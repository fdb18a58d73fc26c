package io.hearth.ui.metering;

import io.hearth.ui.metering.UsageQuery.Group;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** Usage as a table for a spreadsheet. */
public final class UsageCsv {
    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180.builder().setRecordSeparator("\r\n").get();

    /** The lines with a head; UTF-8 with a byte order mark is what spreadsheets want, and is the caller's to write. */
    public static String write(List<Group> groups, List<UsageLine> lines) {
        StringBuilder text = new StringBuilder();
        try (CSVPrinter printer = new CSVPrinter(text, FORMAT)) {
            List<Object> head = new ArrayList<>();
            for (Group group : groups) {
                head.add(group.key());
                if (group.personal()) {
                    head.add(group.key() + "_name");
                }
            }
            head.addAll(List.of("requests", "prompt_tokens", "cached_tokens", "completion_tokens", "card_seconds"));
            printer.printRecord(head);
            for (UsageLine line : lines) {
                printer.printRecord(cells(groups, line));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static List<Object> cells(List<Group> groups, UsageLine line) {
        List<Object> cells = new ArrayList<>();
        for (Group group : groups) {
            switch (group) {
                case DAY -> cells.add(line.day());
                case KEY -> {
                    cells.add(harmless(line.key()));
                    cells.add(harmless(line.keyName()));
                }
                case USER -> {
                    cells.add(harmless(line.user()));
                    cells.add(harmless(line.userName()));
                }
                case MODEL -> cells.add(harmless(line.model()));
                case OUTCOME -> cells.add(harmless(line.outcome()));
            }
        }
        cells.add(line.requests());
        cells.add(line.promptTokens());
        cells.add(line.cachedTokens());
        cells.add(line.completionTokens());
        cells.add(String.format(Locale.ROOT, "%.6f", line.cardSeconds()));
        return cells;
    }

    /** Text that a spreadsheet would take for a formula gets an apostrophe before it, which it shows as text. */
    static String harmless(String text) {
        if (text == null || text.isEmpty() || text.equals(UsageTag.NOBODY)) {
            return text;
        }
        return "=+-@\t\r\n".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    }

    private UsageCsv() {}
}
