package io.hearth.text.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hearth.text.JsonText;
import io.hearth.text.TextException;
import io.hearth.text.WellFormed;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Streams a dataset of JSON lines (UTF-8). Every line with something on it gives a row or a problem, in order; only
 * blank lines are passed over. The first row whose shape is known settles the shape of the file.
 */
public final class RowReader implements Iterator<RowItem>, AutoCloseable {
    /** Bytes of the longest line that is read. */
    public static final int DEFAULT_MAXIMUM_LINE_BYTES = 16 << 20;

    private final LineSource lines;
    private final int maximumLineBytes;
    private RowShape shape;
    private int shapeLine;
    private int lineNumber;
    private RowItem next;

    private RowReader(InputStream in, RowShape shape, int maximumLineBytes) {
        this.lines = new LineSource(in, maximumLineBytes);
        this.maximumLineBytes = maximumLineBytes;
        this.shape = shape;
    }

    /**
     * Opens a file.
     *
     * @throws TextException if it cannot be read
     */
    public static RowReader open(Path file) {
        try {
            return of(Files.newInputStream(file));
        } catch (IOException e) {
            throw new TextException(
                    "The dataset " + file + " cannot be read: check that the file exists and that"
                            + " Hearth may read it.",
                    e);
        }
    }

    /** Reads from a stream, which is closed with the reader. */
    public static RowReader of(InputStream in) {
        return of(in, Optional.empty(), DEFAULT_MAXIMUM_LINE_BYTES);
    }

    /** @param shape the shape of all rows, where it is known; otherwise it is read off the rows */
    public static RowReader of(InputStream in, Optional<RowShape> shape, int maximumLineBytes) {
        return new RowReader(in, shape.orElse(null), maximumLineBytes);
    }

    /**
     * Checks a row that was not a line of such a file, but a row of a spreadsheet, say: by the same rules as a line that holds
     * it.
     *
     * @param row fields with their values as plain Java, as {@link JsonText#plain} reads them
     * @param line what the item says as its line
     */
    public static RowItem check(Map<?, ?> row, RowShape shape, int line) {
        try {
            requireWholeCharacters(row);
            return RowParser.parse(shape, row, line);
        } catch (BadRow e) {
            return e.at(line, 0);
        }
    }

    /** The shape of the file, as far as it is known by now. */
    public Optional<RowShape> shape() {
        return Optional.ofNullable(shape);
    }

    @Override
    public boolean hasNext() {
        try {
            while (next == null) {
                LineSource.Line line = lines.next();
                if (line == null) {
                    return false;
                }
                lineNumber++;
                next = read(line);
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("reading stopped after line " + lineNumber, e);
        }
    }

    @Override
    public RowItem next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        RowItem item = next;
        next = null;
        return item;
    }

    /** The line's row or problem, or null where the line is blank. */
    private RowItem read(LineSource.Line line) {
        if (line.bytes() == null) {
            return RowFault.LINE_TOO_LONG.at(lineNumber, 0, line.length(), maximumLineBytes);
        }
        String text;
        try {
            text = decode(line.bytes());
        } catch (CharacterCodingException e) {
            return RowFault.NOT_UTF8.at(lineNumber, badColumn(line.bytes()));
        }
        if (lineNumber == 1 && text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        if (text.isBlank()) {
            return null;
        }
        try {
            Object value = JsonText.plain(text);
            if (text.contains("\\u")) {
                requireWholeCharacters(value);
            }
            return value instanceof Map<?, ?> map ? parse(map) : RowFault.NOT_AN_OBJECT.at(lineNumber, 0);
        } catch (JsonProcessingException e) {
            int column =
                    e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getColumnNr());
            return RowFault.NOT_JSON.at(lineNumber, column, firstLine(e.getOriginalMessage()));
        } catch (BadRow e) {
            return e.at(lineNumber, 0);
        }
    }

    private static void requireWholeCharacters(Object value) {
        switch (value) {
            case String text when !WellFormed.holds(text) -> throw new BadRow(RowFault.HALF_A_CHARACTER);
            case List<?> list -> list.forEach(RowReader::requireWholeCharacters);
            case Map<?, ?> map ->
                map.forEach((key, item) -> {
                    requireWholeCharacters(key);
                    requireWholeCharacters(item);
                });
            case null, default -> {}
        }
    }

    private RowItem parse(Map<?, ?> row) {
        if (shape == null) {
            shape = RowShape.of(row).orElseThrow(() -> new BadRow(RowFault.UNKNOWN_SHAPE, row.keySet()));
            shapeLine = lineNumber;
        } else if (RowShape.of(row).filter(other -> other != shape).isPresent()) {
            RowShape own = RowShape.of(row).orElseThrow();
            throw shapeLine > 0
                    ? new BadRow(RowFault.OTHER_SHAPE_SINCE, own.describe(), shape.describe(), shapeLine)
                    : new BadRow(RowFault.OTHER_SHAPE, own.describe(), shape.describe());
        }
        return RowParser.parse(shape, row, lineNumber);
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    private static String decode(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    private static int badColumn(byte[] bytes) {
        String lenient = new String(bytes, StandardCharsets.UTF_8);
        int at = lenient.indexOf('\uFFFD');
        return lenient.codePointCount(0, Math.max(0, at)) + 1;
    }

    @Override
    public void close() {
        try {
            lines.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the dataset could not be closed", e);
        }
    }
}
