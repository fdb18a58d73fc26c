package io.hearth.ui.datasets;

import io.hearth.text.TextException;
import io.hearth.text.Tokenizer;
import io.hearth.text.rows.EncodedRow;
import io.hearth.text.rows.Row;
import io.hearth.text.rows.RowEncoder;
import io.hearth.text.rows.RowItem;
import io.hearth.text.rows.RowReader;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows as a model sees them: its own template, its own tokens. By the code that training uses. */
public final class TokenLook implements AutoCloseable {
    /** Longer than any context, so that the true length is known. */
    private static final int ANY_LENGTH = Integer.MAX_VALUE;

    /**
     * A row as the model will see it.
     *
     * @param pieces its text in runs that are all learnt or all only read
     * @param tokens how many tokens it has
     * @param trained how many of them are learnt
     * @param cut whether it is longer than the context
     * @param problem why the model cannot take it, or null
     */
    public record Preview(List<Piece> pieces, int tokens, int trained, boolean cut, Sentence problem) {}

    /** A run of text. */
    public record Piece(String text, boolean trained) {}

    private final Tokenizer tokenizer;
    private final RowEncoder encoder;

    /** @param model folder with the model's tokenizer and template */
    TokenLook(Path model) {
        try {
            tokenizer = Tokenizer.load(model);
            encoder = RowEncoder.of(tokenizer, RowEncoder.Options.maximumLength(ANY_LENGTH));
        } catch (TextException e) {
            throw Problem.invalid("datasets.preview.model", e.getMessage());
        }
    }

    /** The row that a canonical line holds. */
    Preview preview(String line, int context) {
        RowEncoder.Result result = encode(line);
        if (!result.problems().isEmpty()) {
            var problem = result.problems().getFirst();
            return new Preview(
                    List.of(),
                    0,
                    0,
                    false,
                    new Sentence("datasets.row." + problem.code(), List.copyOf(problem.arguments())));
        }
        List<Piece> pieces = new ArrayList<>();
        int tokens = 0;
        int trained = 0;
        int longest = 0;
        for (EncodedRow row : result.rows()) {
            for (EncodedRow.Piece piece : row.pieces()) {
                int[] ids = Arrays.copyOfRange(row.inputIds(), piece.start(), piece.end());
                pieces.add(new Piece(tokenizer.decode(ids, false), piece.trained()));
            }
            tokens += row.length();
            trained += row.trainedCount();
            longest = Math.max(longest, row.length());
        }
        return new Preview(pieces, tokens, trained, longest > context, null);
    }

    /** Tokens of the longest encoded row that a canonical line becomes, or -1 if the model cannot take it. */
    int tokens(String line) {
        RowEncoder.Result result = encode(line);
        return result.problems().isEmpty()
                ? result.rows().stream().mapToInt(EncodedRow::length).max().orElse(-1)
                : -1;
    }

    private RowEncoder.Result encode(String line) {
        try (RowReader reader = RowReader.of(new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8)))) {
            RowItem item = reader.next();
            return encoder.encode((Row) item);
        }
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
