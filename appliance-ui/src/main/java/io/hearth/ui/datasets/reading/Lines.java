package io.hearth.ui.datasets.reading;

import java.io.IOException;

/** The lines of a text, in flat memory: of a line that is too long only the beginning is kept. */
final class Lines {
    /**
     * A line without its end.
     *
     * @param text its characters, or as many as are kept
     * @param number from 1
     * @param length its characters
     * @param fault the first bytes in it that are no character, or null
     */
    record Line(String text, long number, long length, DecodedText.Fault fault) {
        boolean tooLong() {
            return length > text.length();
        }
    }

    private final DecodedText text;
    private final int longest;
    private final char[] buffer = new char[1 << 15];
    private int position;
    private int filled;
    private long consumed;
    private long number;
    private boolean afterReturn;

    Lines(DecodedText text, int longest) {
        this.text = text;
        this.longest = longest;
    }

    /** The next line, or null at the end. */
    Line next() throws IOException {
        StringBuilder line = new StringBuilder();
        long length = 0;
        while (true) {
            if (position == filled) {
                filled = Math.max(0, text.read(buffer, 0, buffer.length));
                position = 0;
                if (filled == 0) {
                    return length == 0 ? null : line(line, length);
                }
            }
            if (afterReturn && buffer[position] == '\n') {
                position++;
                consumed++;
                afterReturn = false;
                continue;
            }
            afterReturn = false;
            int end = position;
            while (end < filled && buffer[end] != '\n' && buffer[end] != '\r') {
                end++;
            }
            length += end - position;
            line.append(buffer, position, (int) Math.min(end - position, longest - line.length()));
            consumed += end - position;
            boolean complete = end < filled;
            position = end;
            if (complete) {
                afterReturn = buffer[end] == '\r';
                position++;
                consumed++;
                return line(line, length);
            }
        }
    }

    private Line line(StringBuilder line, long length) {
        number++;
        return new Line(line.toString(), number, length, text.faultBefore(consumed));
    }
}
