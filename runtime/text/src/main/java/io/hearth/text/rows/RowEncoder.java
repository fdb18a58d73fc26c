package io.hearth.text.rows;

import io.hearth.text.ChatRenderer;
import io.hearth.text.TextException;
import io.hearth.text.Tokenizer;
import io.hearth.text.jinja.Template.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Turns rows into tokens with a loss mask. Learnt are the assistant's turns with their end-of-turn tokens, completions,
 * and plain text; everything else is only read. Thread-safe.
 */
public final class RowEncoder {
    private final Tokenizer tokenizer;
    private final Optional<ChatRenderer> renderer;
    private final Options options;

    /**
     * @param maximumLength tokens of the longest row
     * @param truncate whether longer rows are cut at the end; otherwise they are problems
     * @param lastTurnOnly whether of each conversation only the last assistant turn is learnt
     */
    public record Options(int maximumLength, boolean truncate, boolean lastTurnOnly) {
        public Options {
            if (maximumLength < 2) {
                throw new IllegalArgumentException("a row needs room for two tokens, not " + maximumLength);
            }
        }

        public static Options maximumLength(int tokens) {
            return new Options(tokens, false, false);
        }
    }

    /**
     * What became of a row: normally one encoded row or one problem. A conversation whose template rewrites earlier
     * turns becomes several encoded rows, one for each assistant turn, of which some may be too long.
     */
    public record Result(List<EncodedRow> rows, List<RowProblem> problems) {}

    /** @param renderer the model's chat renderer; without one, conversations are problems and completions plain text */
    public RowEncoder(Tokenizer tokenizer, Optional<ChatRenderer> renderer, Options options) {
        this.tokenizer = tokenizer;
        this.renderer = renderer;
        this.options = options;
    }

    /** An encoder for a checkpoint, with its chat template where it has one. */
    public static RowEncoder of(Tokenizer tokenizer, Options options) {
        return new RowEncoder(tokenizer, tokenizer.chatTemplate().map(t -> ChatRenderer.of(tokenizer)), options);
    }

    public Result encode(Row row) {
        List<EncodedRow> rows = new ArrayList<>();
        List<RowProblem> problems = new ArrayList<>();
        try {
            for (EncodedRow encoded : encodeWhole(row)) {
                fit(encoded, rows, problems);
            }
        } catch (BadRow e) {
            problems.add(e.at(row.line(), 0));
        } catch (TextException e) {
            problems.add(RowFault.NOT_ENCODED.at(row.line(), 0, e.getMessage()));
        }
        return new Result(rows, problems);
    }

    private void fit(EncodedRow row, List<EncodedRow> rows, List<RowProblem> problems) {
        if (row.length() > options.maximumLength() && !options.truncate()) {
            problems.add(RowFault.TOO_LONG.at(row.line(), 0, row.length(), options.maximumLength()));
            return;
        }
        EncodedRow fitting = row.length() > options.maximumLength() ? row.truncatedTo(options.maximumLength()) : row;
        if (fitting.trainedCount() == 0) {
            problems.add(
                    row.length() > options.maximumLength()
                            ? RowFault.NOTHING_WITHIN.at(row.line(), 0, row.length(), options.maximumLength())
                            : RowFault.NOTHING_LEARNT.at(row.line(), 0));
            return;
        }
        rows.add(fitting);
    }

    private List<EncodedRow> encodeWhole(Row row) {
        return switch (row) {
            case Row.Conversation conversation -> conversation(conversation);
            case Row.Completion completion when renderer.isPresent() -> conversation(completion.toConversation());
            case Row.Completion completion -> List.of(plainCompletion(completion));
            case Row.PlainText plain -> List.of(plainText(plain));
            case Row.Tokens tokens -> List.of(tokens(tokens));
        };
    }

    private List<EncodedRow> conversation(Row.Conversation row) {
        ChatRenderer chat = renderer.orElseThrow(() -> new BadRow(RowFault.NO_CHAT_TEMPLATE));
        List<EncodedRow> rows = new ArrayList<>();
        for (MaskedText text : new AssistantSpans(chat).find(row, options.lastTurnOnly())) {
            rows.add(masked(row.line(), text, chat));
        }
        return rows;
    }

    private EncodedRow masked(int line, MaskedText text, ChatRenderer chat) {
        SegmentEncoder segments = new SegmentEncoder(text.text(), chat::encode);
        for (Span span : text.trained()) {
            segments.upTo(span.start(), false);
            segments.upTo(span.end(), true);
        }
        // What follows the last target is not read by any target, so it is left out. Where the template has no
        // end-of-turn token, nothing else would tell the model to stop than the end-of-text token.
        return segments.toRow(line, text.endsTurn() ? OptionalInt.empty() : tokenizer.eosId());
    }

    private EncodedRow plainCompletion(Row.Completion row) {
        StringBuilder prompt = new StringBuilder();
        row.system().ifPresent(system -> prompt.append(system).append('\n'));
        row.history()
                .forEach(exchange -> prompt.append(exchange.prompt())
                        .append(exchange.answer())
                        .append('\n'));
        prompt.append(row.prompt());
        SegmentEncoder segments = new SegmentEncoder(prompt + row.completion(), tokenizer::encodeDocument);
        segments.upTo(prompt.length(), false);
        segments.upTo(prompt.length() + row.completion().length(), true);
        return segments.toRow(row.line(), tokenizer.eosId());
    }

    private EncodedRow plainText(Row.PlainText row) {
        SegmentEncoder segments = new SegmentEncoder(row.text(), tokenizer::encodeDocument);
        segments.upTo(row.text().length(), true);
        return segments.toRow(row.line(), tokenizer.eosId());
    }

    private EncodedRow tokens(Row.Tokens row) {
        for (int id : row.inputIds()) {
            if (id < 0 || id >= tokenizer.vocabularySize()) {
                throw new BadRow(RowFault.UNKNOWN_TOKEN, id, tokenizer.vocabularySize() - 1);
            }
        }
        return new EncodedRow(
                row.line(),
                Arrays.copyOf(row.inputIds(), row.inputIds().length),
                Arrays.copyOf(row.trained(), row.trained().length));
    }
}
