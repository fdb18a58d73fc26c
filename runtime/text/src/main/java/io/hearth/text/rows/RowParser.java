package io.hearth.text.rows;

import io.hearth.text.rows.Row.Exchange;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns a JSON object into a checked row of a given shape. */
final class RowParser {
    /** The label of a token that is not trained, as PyTorch's losses have it. */
    static final int IGNORED = -100;

    private RowParser() {}

    static Row parse(RowShape shape, Map<?, ?> row, int line) {
        return switch (shape) {
            case MESSAGES -> Conversations.openAi(row, line);
            case SHAREGPT -> Conversations.shareGpt(row, line);
            case ALPACA -> alpaca(row, line);
            case PROMPT_COMPLETION ->
                new Row.Completion(line, Optional.empty(), List.of(), text(row, "prompt"), answer(row, "completion"));
            case TEXT -> {
                String text = text(row, "text");
                if (text.isBlank()) {
                    throw new BadRow(RowFault.FIELD_EMPTY, "text");
                }
                yield new Row.PlainText(line, text);
            }
            case TOKENS -> tokens(row, line);
        };
    }

    private static Row alpaca(Map<?, ?> row, int line) {
        String instruction = text(row, "instruction");
        String input = row.get("input") == null ? "" : text(row, "input");
        if (instruction.isBlank() && input.isBlank()) {
            throw new BadRow(RowFault.INSTRUCTION_EMPTY);
        }
        String prompt = input.isBlank() ? instruction : instruction.isBlank() ? input : instruction + "\n" + input;
        Optional<String> system = row.get("system") == null ? Optional.empty() : Optional.of(text(row, "system"));
        List<Exchange> history = new ArrayList<>();
        if (row.get("history") != null) {
            if (!(row.get("history") instanceof List<?> turns)) {
                throw new BadRow(RowFault.HISTORY_NOT_PAIRS);
            }
            for (Object turn : turns) {
                if (!(turn instanceof List<?> pair)
                        || pair.size() != 2
                        || !(pair.get(0) instanceof String question)
                        || !(pair.get(1) instanceof String answer)) {
                    throw new BadRow(RowFault.HISTORY_NOT_PAIRS);
                }
                if (answer.isBlank()) {
                    throw new BadRow(RowFault.HISTORY_ANSWER_EMPTY);
                }
                history.add(new Exchange(question, answer));
            }
        }
        return new Row.Completion(line, system.filter(s -> !s.isBlank()), history, prompt, answer(row, "output"));
    }

    private static String answer(Map<?, ?> row, String field) {
        String answer = text(row, field);
        if (answer.isBlank()) {
            throw new BadRow(RowFault.ANSWER_EMPTY, field);
        }
        return answer;
    }

    static String text(Map<?, ?> row, String field) {
        if (!row.containsKey(field)) {
            throw new BadRow(RowFault.FIELD_MISSING, field);
        }
        if (row.get(field) instanceof String text) {
            return text;
        }
        throw new BadRow(RowFault.FIELD_NOT_TEXT, field);
    }

    private static Row tokens(Map<?, ?> row, int line) {
        int[] ids = integers(row, "input_ids");
        if (ids.length == 0) {
            throw new BadRow(RowFault.FIELD_EMPTY, "input_ids");
        }
        boolean[] trained = new boolean[ids.length];
        if (row.get("labels") == null) {
            Arrays.fill(trained, true);
        } else {
            int[] labels = integers(row, "labels");
            if (labels.length != ids.length) {
                throw new BadRow(RowFault.LABELS_LENGTH, labels.length, ids.length);
            }
            for (int i = 0; i < ids.length; i++) {
                if (labels[i] != IGNORED && labels[i] != ids[i]) {
                    throw new BadRow(RowFault.LABEL_DIFFERS, i);
                }
                trained[i] = labels[i] != IGNORED;
            }
        }
        for (int i = 1; i < trained.length; i++) {
            if (trained[i]) {
                return new Row.Tokens(line, ids, trained);
            }
        }
        throw new BadRow(RowFault.NO_LABEL);
    }

    private static int[] integers(Map<?, ?> row, String field) {
        if (!(row.get(field) instanceof List<?> list)) {
            throw new BadRow(RowFault.NOT_INTEGERS, field);
        }
        int[] values = new int[list.size()];
        for (int i = 0; i < values.length; i++) {
            if (!(list.get(i) instanceof BigInteger value) || value.bitLength() > 31) {
                throw new BadRow(RowFault.NOT_AN_INTEGER, field, i);
            }
            values[i] = value.intValue();
        }
        return values;
    }
}
