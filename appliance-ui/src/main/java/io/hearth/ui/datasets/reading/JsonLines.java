package io.hearth.ui.datasets.reading;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hearth.text.JsonText;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** JSON Lines: one object a line. */
final class JsonLines {
    static void read(DecodedText text, int file, Bounds bounds, RowSink sink) throws IOException {
        Lines lines = new Lines(text, bounds.rowCharacters());
        for (Lines.Line line = lines.next(); line != null; line = lines.next()) {
            if (line.tooLong()) {
                sink.bad(BadRow.of(
                        new Place(file, line.number(), 0),
                        line.text(),
                        "row-too-long",
                        line.length(),
                        bounds.rowCharacters()));
            } else if (line.fault() != null) {
                sink.bad(BadRow.of(new Place(file, line.number(), line.fault().column()), line.text(), "undecodable"));
            } else if (!line.text().isBlank()) {
                read(line, file, sink);
            }
        }
    }

    private static void read(Lines.Line line, int file, RowSink sink) {
        try {
            if (JsonText.plain(line.text()) instanceof Map<?, ?> map) {
                sink.row(new Place(file, line.number(), 0), fields(map));
            } else {
                sink.bad(BadRow.of(new Place(file, line.number(), 1), line.text(), "not-an-object"));
            }
        } catch (JsonProcessingException e) {
            int column =
                    e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getColumnNr());
            sink.bad(BadRow.of(new Place(file, line.number(), column), line.text(), "not-json", message(e)));
        }
    }

    static Map<String, Object> fields(Map<?, ?> map) {
        Map<String, Object> fields = new LinkedHashMap<>();
        map.forEach((key, value) -> fields.put((String) key, value));
        return fields;
    }

    /** What Jackson says, without its second line about sources. */
    static String message(JsonProcessingException e) {
        String message = e.getOriginalMessage();
        int end = message.indexOf('\n');
        String first = end < 0 ? message : message.substring(0, end);
        return first.length() > 200 ? first.substring(0, 200) : first;
    }

    private JsonLines() {}
}
