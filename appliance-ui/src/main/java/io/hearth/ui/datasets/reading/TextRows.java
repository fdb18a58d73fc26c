package io.hearth.ui.datasets.reading;

import java.io.IOException;
import java.util.Map;
import java.util.regex.Pattern;

/** The rows of a text: its lines, its paragraphs (parted by blank lines), its sections (parted by headings), or all of it. */
final class TextRows {
    private static final Pattern HEADING = Pattern.compile(" {0,3}#{1,6}( .*)?");
    private static final Pattern FENCE = Pattern.compile(" {0,3}(```|~~~).*");

    private final int file;
    private final String unit;
    private final Bounds bounds;
    private final RowSink sink;
    private final StringBuilder row = new StringBuilder();
    private long start;
    private long length;
    private Place fault;
    private boolean fenced;

    private TextRows(int file, String unit, Bounds bounds, RowSink sink) {
        this.file = file;
        this.unit = unit;
        this.bounds = bounds;
        this.sink = sink;
    }

    static void read(DecodedText text, int file, String unit, Bounds bounds, RowSink sink) throws IOException {
        TextRows rows = new TextRows(file, unit, bounds, sink);
        Lines lines = new Lines(text, bounds.rowCharacters());
        for (Lines.Line line = lines.next(); line != null; line = lines.next()) {
            rows.take(line);
        }
        rows.end();
    }

    private void take(Lines.Line line) {
        boolean blank = line.text().isBlank();
        boolean begins = switch (unit) {
            case "line" -> true;
            case "paragraph" -> blank;
            case "section" -> !fenced && HEADING.matcher(line.text()).matches();
            default -> false;
        };
        if (FENCE.matcher(line.text()).matches()) {
            fenced = !fenced;
        }
        if (begins) {
            end();
        }
        if (length == 0 && blank) {
            return;
        }
        if (length == 0) {
            start = line.number();
        }
        length += line.length() + 1;
        if (length <= bounds.rowCharacters()) {
            row.append(line.text()).append('\n');
        }
        if (line.fault() != null && fault == null) {
            fault = new Place(file, line.number(), line.fault().column());
        }
    }

    private void end() {
        String text = row.toString().stripTrailing();
        Place place = new Place(file, start, 0);
        if (fault != null) {
            sink.bad(BadRow.of(fault, text, "undecodable"));
        } else if (length > bounds.rowCharacters()) {
            sink.bad(BadRow.of(place, text, "row-too-long", length, bounds.rowCharacters()));
        } else if (!text.isEmpty()) {
            sink.row(place, Map.of("text", text));
        }
        row.setLength(0);
        length = 0;
        fault = null;
    }
}
