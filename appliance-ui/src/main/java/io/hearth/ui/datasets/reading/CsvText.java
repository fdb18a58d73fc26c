package io.hearth.ui.datasets.reading;

import io.hearth.ui.core.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The records of a CSV with their places. Quoted cells may span lines. A quote that is never closed, or is followed by something
 * else than the end of its cell, spoils the line it stands in and no other: reading goes on with the line after it.
 */
final class CsvText {
    /** Characters of the longest quoted cell; a longer one is a quote that somebody forgot to close. */
    private static final int LONGEST_CELL = 4 << 20;

    /** A reader that keeps going back is not fed by a person's file. */
    private static final int MOST_RETREATS = 1000;

    /**
     * A record.
     *
     * @param cells its cells, or those before the fault
     * @param line line of its first character, from 1
     * @param column where the fault is, from 1
     * @param fault code of what is wrong, or null
     * @param raw its text, if something is wrong
     */
    record Line(List<String> cells, long line, int column, String fault, String raw) {
        boolean blank() {
            return cells.stream().allMatch(String::isBlank);
        }
    }

    private final DecodedText text;
    private final char delimiter;
    private final char quote;
    private final char[] buffer = new char[1 << 15];
    private int position;
    private int filled;
    private String again = "";
    private int againAt;
    private long consumed;
    private long line = 1;
    private int column = 1;
    private int retreats;

    CsvText(DecodedText text, char delimiter, char quote) {
        this.text = text;
        this.delimiter = delimiter;
        this.quote = quote;
    }

    /** The next record, or null at the end. */
    Line next() throws IOException {
        if (peek() < 0) {
            return null;
        }
        long startLine = line;
        List<String> cells = new ArrayList<>();
        StringBuilder raw = new StringBuilder();
        while (true) {
            int quoteColumn = column;
            long quoteLine = line;
            StringBuilder cell = new StringBuilder();
            String fault = null;
            if (peek() == quote) {
                fault = quoted(cell, raw);
            }
            if (fault != null) {
                return spoilt(cells, startLine, quoteLine, quoteColumn, fault, raw);
            }
            int c = peek();
            while (c >= 0 && c != delimiter && c != '\n' && c != '\r') {
                cell.append((char) take(raw));
                c = peek();
            }
            cells.add(cell.toString());
            if (c == delimiter) {
                take(raw);
                continue;
            }
            endOfLine(raw);
            return record(cells, startLine, raw);
        }
    }

    private Line record(List<String> cells, long startLine, StringBuilder raw) {
        DecodedText.Fault fault = text.faultBefore(consumed);
        return fault == null
                ? new Line(cells, startLine, 0, null, null)
                : new Line(cells, fault.line(), fault.column(), "undecodable", raw.toString());
    }

    /** Reads a quoted cell with its quotes; gives what is wrong with it, or null. */
    private String quoted(StringBuilder cell, StringBuilder raw) throws IOException {
        take(raw);
        while (true) {
            int c = peek();
            if (c < 0 || cell.length() > LONGEST_CELL) {
                return "quote-open";
            }
            take(raw);
            if (c != quote) {
                cell.append((char) c);
                continue;
            }
            int after = peek();
            if (after == quote) {
                cell.append((char) take(raw));
            } else if (after < 0 || after == delimiter || after == '\n' || after == '\r') {
                return null;
            } else {
                return "quote-inside";
            }
        }
    }

    /** Goes back to the end of the first line of the record. */
    private Line spoilt(
            List<String> cells, long startLine, long quoteLine, int quoteColumn, String fault, StringBuilder raw)
            throws IOException {
        int column = quoteColumn;
        String all = raw.toString();
        int end = 0;
        while (end < all.length() && all.charAt(end) != '\n' && all.charAt(end) != '\r') {
            end++;
        }
        if (end == all.length()) {
            // Still in its first line: the rest of the line goes with it.
            int c = peek();
            while (c >= 0 && c != '\n' && c != '\r') {
                take(raw);
                c = peek();
            }
            endOfLine(raw);
            text.faultBefore(consumed);
            return new Line(cells, quoteLine, column, fault, raw.toString());
        }
        retreats++;
        if (retreats > MOST_RETREATS) {
            throw Problem.invalid("datasets.file.csv-quotes", quoteLine, column);
        }
        int next = all.startsWith("\r\n", end) ? end + 2 : end + 1;
        again = all.substring(next) + again.substring(againAt);
        againAt = 0;
        consumed -= all.length() - next;
        line = startLine + 1;
        this.column = 1;
        text.faultBefore(consumed);
        return new Line(cells, quoteLine, column, fault, all.substring(0, end));
    }

    private void endOfLine(StringBuilder raw) throws IOException {
        int c = peek();
        if (c == '\r') {
            take(raw);
            c = peek();
            if (c != '\n') {
                line++;
                column = 1;
                return;
            }
        }
        if (c == '\n') {
            take(raw);
        }
    }

    private int peek() throws IOException {
        if (againAt < again.length()) {
            return again.charAt(againAt);
        }
        if (position == filled) {
            filled = Math.max(0, text.read(buffer, 0, buffer.length));
            position = 0;
            if (filled == 0) {
                return -1;
            }
        }
        return buffer[position];
    }

    private int take(StringBuilder raw) throws IOException {
        int c = peek();
        if (againAt < again.length()) {
            againAt++;
        } else {
            position++;
        }
        consumed++;
        raw.append((char) c);
        if (c == '\n') {
            line++;
            column = 1;
        } else if (!Character.isLowSurrogate((char) c)) {
            column++;
        }
        return c;
    }
}
