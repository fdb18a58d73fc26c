package io.hearth.worker.evaluate;

import io.hearth.text.ChatRenderer;
import io.hearth.text.TextException;
import io.hearth.text.Tokenizer;
import io.hearth.text.rows.EncodedRow;
import io.hearth.text.rows.Row;
import io.hearth.text.rows.RowEncoder;
import io.hearth.text.rows.RowItem;
import io.hearth.text.rows.RowProblem;
import io.hearth.text.rows.RowReader;
import io.hearth.text.rows.RowShape;
import io.hearth.worker.process.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/** Reads held-out rows and draws those that are answered. */
final class HeldOutRows {
    /** Most characters of a prompt or a reference that are told; what is computed is not cut. */
    private static final int MOST_SHOWN = 8000;

    private final Tokenizer tokenizer;
    private final Optional<ChatRenderer> renderer;
    private final RowEncoder encoder;
    private final int context;
    private final Consumer<RowProblem> problems;

    /**
     * @param context longest row of the model
     * @param problems told of rows that are left out
     */
    HeldOutRows(Tokenizer tokenizer, int context, Consumer<RowProblem> problems) {
        this.tokenizer = tokenizer;
        this.renderer = tokenizer.chatTemplate().map(template -> ChatRenderer.of(tokenizer));
        this.encoder = new RowEncoder(tokenizer, renderer, new RowEncoder.Options(context, false, true));
        this.context = context;
        this.problems = problems;
    }

    /**
     * At most so many rows of the file, in its order, the same for the same seed.
     *
     * @throws UsageException if no row can be used
     */
    List<HeldOutRow> draw(Path file, Optional<RowShape> shape, int most, long seed) {
        List<HeldOutRow> rows = new ArrayList<>();
        try (RowReader reader = RowReader.of(Files.newInputStream(file), shape, RowReader.DEFAULT_MAXIMUM_LINE_BYTES)) {
            while (reader.hasNext()) {
                take(reader.next(), rows);
            }
        } catch (IOException e) {
            throw new UsageException("The rows in " + file + " cannot be read: " + e.getMessage(), e);
        }
        if (rows.isEmpty()) {
            throw new UsageException(file + " has no row that can be used.");
        }
        Collections.shuffle(rows, new Random(seed));
        return rows.stream()
                .limit(most)
                .sorted(Comparator.comparingInt(HeldOutRow::line))
                .toList();
    }

    private void take(RowItem item, List<HeldOutRow> rows) {
        switch (item) {
            case RowProblem problem -> problems.accept(problem);
            case Row row -> {
                RowEncoder.Result encoded = encoder.encode(row);
                encoded.problems().forEach(problems);
                if (encoded.problems().isEmpty()) {
                    rows.add(heldOut(row, encoded.rows().getLast()));
                }
            }
        }
    }

    private HeldOutRow heldOut(Row row, EncodedRow encoded) {
        return switch (row) {
            case Row.Conversation conversation -> conversation(conversation, encoded);
            case Row.Completion completion
            when renderer.isPresent() -> conversation(completion.toConversation(), encoded);
            case Row.Completion completion -> plain(completion, encoded);
            case Row.PlainText text -> new HeldOutRow(text.line(), "", null, shown(text.text()), encoded);
            case Row.Tokens tokens ->
                new HeldOutRow(tokens.line(), "", null, shown(tokenizer.decode(tokens.inputIds(), false)), encoded);
        };
    }

    private HeldOutRow conversation(Row.Conversation row, EncodedRow encoded) {
        int last = row.messages().size() - 1;
        while (!"assistant".equals(row.messages().get(last).get("role"))) {
            last--;
        }
        String reference = text(row.messages().get(last).get("content"));
        List<Map<String, Object>> before = row.messages().subList(0, last);
        int[] prompt = null;
        if (!reference.isBlank()) {
            try {
                prompt = renderer.orElseThrow().encodePrompt(before, row.tools(), true, row.templateArguments());
            } catch (TextException e) {
                // A template that cannot ask alone, only show a whole conversation: its loss can still be compared.
                prompt = null;
            }
        }
        return new HeldOutRow(row.line(), shown(readable(before)), fitting(prompt), shown(reference), encoded);
    }

    /** The prompt of a model without a chat template, cut from the encoded row where the completion begins. */
    private HeldOutRow plain(Row.Completion row, EncodedRow encoded) {
        int length = 0;
        while (!encoded.trained()[length]) {
            length++;
        }
        int[] prompt = java.util.Arrays.copyOf(encoded.inputIds(), length);
        return new HeldOutRow(
                row.line(),
                shown(row.prompt()),
                length == 0 ? null : fitting(prompt),
                shown(row.completion()),
                encoded);
    }

    private int[] fitting(int[] prompt) {
        return prompt != null && prompt.length < context ? prompt : null;
    }

    private static String readable(List<Map<String, Object>> messages) {
        if (messages.size() == 1) {
            return text(messages.getFirst().get("content"));
        }
        List<String> turns = new ArrayList<>();
        messages.forEach(message -> turns.add(message.get("role") + ": " + text(message.get("content"))));
        return String.join("\n", turns);
    }

    private static String text(Object content) {
        return switch (content) {
            case String text -> text;
            case List<?> parts -> {
                StringBuilder text = new StringBuilder();
                parts.forEach(part -> text.append(((Map<?, ?>) part).get("text")));
                yield text.toString();
            }
            case null, default -> "";
        };
    }

    private static String shown(String text) {
        return text.codePointCount(0, text.length()) <= MOST_SHOWN
                ? text
                : text.substring(0, text.offsetByCodePoints(0, MOST_SHOWN)) + "…";
    }
}
