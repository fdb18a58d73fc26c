package io.hearth.text.rows;

import io.hearth.text.JsonText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The one way to write a row: the same row gives the same bytes, whatever file it came from. Conversations are written as
 * OpenAI messages; {@link RowReader} reads back the row that was written.
 */
public final class CanonicalRow {
    private CanonicalRow() {}

    /** The shape in which the rows of a file of this shape are written: ShareGPT becomes messages, others stay. */
    public static RowShape shape(RowShape read) {
        return read == RowShape.SHAREGPT ? RowShape.MESSAGES : read;
    }

    /**
     * The row as one line of JSON, without the line's end.
     *
     * @param shape shape of the file that the row stands in; it settles the names of a completion's fields
     */
    public static String line(Row row, RowShape shape) {
        return JsonText.line(
                switch (row) {
                    case Row.Conversation conversation -> conversation(conversation);
                    case Row.Completion completion when shape == RowShape.ALPACA -> alpaca(completion);
                    case Row.Completion completion -> promptAndCompletion(completion);
                    case Row.PlainText plain -> Map.of("text", plain.text());
                    case Row.Tokens tokens -> tokens(tokens);
                });
    }

    private static Map<String, Object> conversation(Row.Conversation row) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("messages", row.messages());
        if (row.tools() != null) {
            line.put("tools", row.tools());
        }
        if (!row.templateArguments().isEmpty()) {
            line.put("chat_template_kwargs", row.templateArguments());
        }
        return line;
    }

    private static Map<String, Object> alpaca(Row.Completion row) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("instruction", row.prompt());
        line.put("output", row.completion());
        row.system().ifPresent(system -> line.put("system", system));
        if (!row.history().isEmpty()) {
            line.put(
                    "history",
                    row.history().stream()
                            .map(turn -> List.of(turn.prompt(), turn.answer()))
                            .toList());
        }
        return line;
    }

    private static Map<String, Object> promptAndCompletion(Row.Completion row) {
        if (row.system().isPresent() || !row.history().isEmpty()) {
            throw new IllegalArgumentException("prompt and completion have no place for a system text or a history");
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("prompt", row.prompt());
        line.put("completion", row.completion());
        return line;
    }

    private static Map<String, Object> tokens(Row.Tokens row) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("input_ids", row.inputIds());
        line.put(
                "labels",
                IntStream.range(0, row.inputIds().length)
                        .map(i -> row.trained()[i] ? row.inputIds()[i] : RowParser.IGNORED)
                        .toArray());
        return line;
    }
}
