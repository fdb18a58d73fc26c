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
                    throw new BadRow("\"text\" is empty");
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
            throw new BadRow("\"instruction\" and \"input\" are both empty");
        }
        String prompt = input.isBlank() ? instruction : instruction.isBlank() ? input : instruction + "\n" + input;
        Optional<String> system = row.get("system") == null ? Optional.empty() : Optional.of(text(row, "system"));
        List<Exchange> history = new ArrayList<>();
        if (row.get("history") != null) {
            if (!(row.get("history") instanceof List<?> turns)) {
                throw new BadRow("\"history\" must be a list of [question, answer] pairs");
            }
            for (Object turn : turns) {
                if (!(turn instanceof List<?> pair)
                        || pair.size() != 2
                        || !(pair.get(0) instanceof String question)
                        || !(pair.get(1) instanceof String answer)) {
                    throw new BadRow("\"history\" must be a list of [question, answer] pairs");
                }
                if (answer.isBlank()) {
                    throw new BadRow("\"history\" has an empty answer");
                }
                history.add(new Exchange(question, answer));
            }
        }
        return new Row.Completion(line, system.filter(s -> !s.isBlank()), history, prompt, answer(row, "output"));
    }

    private static String answer(Map<?, ?> row, String field) {
        String answer = text(row, field);
        if (answer.isBlank()) {
            throw new BadRow("the answer in \"" + field + "\" is empty");
        }
        return answer;
    }

    static String text(Map<?, ?> row, String field) {
        if (!row.containsKey(field)) {
            throw new BadRow("the field \"" + field + "\" is missing");
        }
        if (row.get(field) instanceof String text) {
            return text;
        }
        throw new BadRow("\"" + field + "\" must be text");
    }

    private static Row tokens(Map<?, ?> row, int line) {
        int[] ids = integers(row, "input_ids");
        if (ids.length == 0) {
            throw new BadRow("\"input_ids\" is empty");
        }
        boolean[] trained = new boolean[ids.length];
        if (row.get("labels") == null) {
            Arrays.fill(trained, true);
        } else {
            int[] labels = integers(row, "labels");
            if (labels.length != ids.length) {
                throw new BadRow("\"labels\" has " + labels.length + " entries, \"input_ids\" has " + ids.length);
            }
            for (int i = 0; i < ids.length; i++) {
                if (labels[i] != IGNORED && labels[i] != ids[i]) {
                    throw new BadRow("\"labels\" differs from \"input_ids\" at position " + i
                            + ": a label must be the token itself, or -100 where nothing is learnt");
                }
                trained[i] = labels[i] != IGNORED;
            }
        }
        for (int i = 1; i < trained.length; i++) {
            if (trained[i]) {
                return new Row.Tokens(line, ids, trained);
            }
        }
        throw new BadRow("no token after the first is to be learnt");
    }

    private static int[] integers(Map<?, ?> row, String field) {
        if (!(row.get(field) instanceof List<?> list)) {
            throw new BadRow("\"" + field + "\" must be a list of integers");
        }
        int[] values = new int[list.size()];
        for (int i = 0; i < values.length; i++) {
            if (!(list.get(i) instanceof BigInteger value) || value.bitLength() > 31) {
                throw new BadRow("\"" + field + "\" has something else than an integer at position " + i);
            }
            values[i] = value.intValue();
        }
        return values;
    }
}
