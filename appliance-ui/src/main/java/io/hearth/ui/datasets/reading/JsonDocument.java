package io.hearth.ui.datasets.reading;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.hearth.text.JsonText;
import io.hearth.ui.core.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A JSON document read as a stream: an array of rows, an object with such an array in one of its well-known members, or rows one
 * after another. A fault of syntax ends the reading, because nothing behind it can be told apart.
 */
final class JsonDocument {
    /** Members that hold the rows, in the documents people have. */
    static final Set<String> HOLDERS =
            Set.of("data", "rows", "examples", "train", "items", "instances", "records", "dataset", "samples");

    /** The parser alone, for streaming; what it reads is the same as {@link JsonText} reads. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(200)
                    .maxStringLength(64 << 20)
                    .build())
            .build();

    private final DecodedText text;
    private final JsonParser parser;
    private final int file;
    private final Bounds bounds;
    private final RowSink sink;
    private String twice;

    private JsonDocument(DecodedText text, JsonParser parser, int file, Bounds bounds, RowSink sink) {
        this.text = text;
        this.parser = parser;
        this.file = file;
        this.bounds = bounds;
        this.sink = sink;
    }

    static void read(DecodedText text, int file, String name, Bounds bounds, RowSink sink) throws IOException {
        try (JsonParser parser = FACTORY.createParser(text)) {
            new JsonDocument(text, parser, file, bounds, sink).read();
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw Problem.invalid(
                    "datasets.file.json-broken",
                    name,
                    at == null ? 0 : at.getLineNr(),
                    at == null ? 0 : at.getColumnNr(),
                    JsonLines.message(e));
        }
    }

    private void read() throws IOException {
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            if (token == JsonToken.START_ARRAY) {
                elements();
            } else if (token == JsonToken.START_OBJECT) {
                object();
            } else {
                element(token);
            }
        }
    }

    private void elements() throws IOException {
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            element(token);
        }
    }

    /** An object at the root: rows in one of its members, or a row itself. */
    private void object() throws IOException {
        Place place = place();
        long start = parser.currentTokenLocation().getCharOffset();
        Map<String, Object> fields = new LinkedHashMap<>();
        boolean held = false;
        twice = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            JsonToken token = parser.nextToken();
            if (token == JsonToken.START_ARRAY && HOLDERS.contains(field) && !held) {
                held = true;
                elements();
            } else if (held) {
                parser.skipChildren();
            } else if (fields.containsKey(field)) {
                twice = field;
                parser.skipChildren();
            } else {
                fields.put(field, value(token));
            }
        }
        if (!held) {
            row(place, start, fields);
        }
    }

    private void element(JsonToken token) throws IOException {
        Place place = place();
        long start = parser.currentTokenLocation().getCharOffset();
        twice = null;
        Object value = value(token);
        if (value instanceof Map<?, ?> map) {
            row(place, start, JsonLines.fields(map));
        } else {
            text.faultBefore(parser.currentLocation().getCharOffset());
            sink.bad(BadRow.of(place, JsonText.line(value), "not-an-object"));
        }
    }

    private void row(Place place, long start, Map<String, Object> fields) {
        long end = parser.currentLocation().getCharOffset();
        DecodedText.Fault fault = text.faultBefore(end);
        if (fault != null) {
            Place where = new Place(file, fault.line(), fault.column());
            sink.bad(BadRow.of(where, JsonText.line(fields), "undecodable"));
        } else if (twice != null) {
            sink.bad(BadRow.of(place, JsonText.line(fields), "field-twice", twice));
        } else if (end - start > bounds.rowCharacters()) {
            sink.bad(BadRow.of(place, "", "row-too-long", end - start, bounds.rowCharacters()));
        } else {
            sink.row(place, fields);
        }
    }

    private Place place() {
        JsonLocation at = parser.currentTokenLocation();
        return new Place(file, at.getLineNr(), at.getColumnNr());
    }

    /** The value that begins with the present token, as plain Java. */
    private Object value(JsonToken token) throws IOException {
        return switch (token) {
            case START_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String field = parser.currentName();
                    Object value = value(parser.nextToken());
                    if (map.put(field, value) != null) {
                        twice = field;
                    }
                }
                yield map;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    list.add(value(next));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getBigIntegerValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new IllegalStateException("a token " + token);
        };
    }
}
