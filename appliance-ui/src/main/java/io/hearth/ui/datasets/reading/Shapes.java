package io.hearth.ui.datasets.reading;

import io.hearth.text.rows.RowShape;
import io.hearth.ui.core.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The shapes that rows come in, with their fields: those that must be there first. */
public final class Shapes {
    private static final Map<RowShape, List<String>> REQUIRED = Map.of(
            RowShape.MESSAGES, List.of("messages"),
            RowShape.SHAREGPT, List.of("conversations"),
            RowShape.ALPACA, List.of("instruction", "output"),
            RowShape.PROMPT_COMPLETION, List.of("prompt", "completion"),
            RowShape.TEXT, List.of("text"),
            RowShape.TOKENS, List.of("input_ids"));

    private static final Map<RowShape, List<String>> OPTIONAL = Map.of(
            RowShape.MESSAGES, List.of("tools", "chat_template_kwargs"),
            RowShape.SHAREGPT, List.of("system", "tools"),
            RowShape.ALPACA, List.of("input", "system", "history"),
            RowShape.TOKENS, List.of("labels"));

    /** Fields that hold lists or objects; in a table they are JSON in a cell. */
    static final Set<String> STRUCTURED =
            Set.of("messages", "conversations", "tools", "history", "chat_template_kwargs", "input_ids", "labels");

    /** Keys of all shapes, as requests and reports write them. */
    public static List<String> keys() {
        return List.of("messages", "sharegpt", "alpaca", "prompt-completion", "text", "tokens");
    }

    public static String key(RowShape shape) {
        return shape.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The shape of a key.
     *
     * @throws Problem if there is none
     */
    public static RowShape of(String key) {
        for (RowShape shape : RowShape.values()) {
            if (key(shape).equals(key)) {
                return shape;
            }
        }
        throw Problem.invalid("datasets.settings.one-of", "shape", key, String.join(", ", keys()));
    }

    public static List<String> required(RowShape shape) {
        return REQUIRED.get(shape);
    }

    public static List<String> optional(RowShape shape) {
        return OPTIONAL.getOrDefault(shape, List.of());
    }

    /**
     * The shape in which rows are kept. Alpaca rows are kept as prompt and completion where that loses nothing, else as messages.
     */
    static RowShape kept(RowShape shape, Map<String, String> columns) {
        return switch (shape) {
            case SHAREGPT -> RowShape.MESSAGES;
            case ALPACA ->
                columns.containsKey("system") || columns.containsKey("history")
                        ? RowShape.MESSAGES
                        : RowShape.PROMPT_COMPLETION;
            default -> shape;
        };
    }

    /** A mapping in the order of the shape's fields, checked. */
    static Map<String, String> checked(RowShape shape, Map<String, String> columns) {
        Map<String, String> ordered = new LinkedHashMap<>();
        for (String field : required(shape)) {
            if (columns.get(field) == null || columns.get(field).isBlank()) {
                throw Problem.invalid("datasets.settings.column", field, key(shape));
            }
            ordered.put(field, columns.get(field));
        }
        for (String field : optional(shape)) {
            if (columns.get(field) != null && !columns.get(field).isBlank()) {
                ordered.put(field, columns.get(field));
            }
        }
        for (String field : columns.keySet()) {
            if (!required(shape).contains(field) && !optional(shape).contains(field)) {
                throw Problem.invalid("datasets.settings.field", field, key(shape));
            }
        }
        return ordered;
    }

    private Shapes() {}
}
