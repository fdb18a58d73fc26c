package io.hearth.text.rows;

import java.util.Map;
import java.util.Optional;

/** The forms in which datasets are published. */
public enum RowShape {
    /** OpenAI: {@code {"messages": [{"role", "content", "tool_calls"?}], "tools"?}}. */
    MESSAGES,
    /** ShareGPT: {@code {"conversations": [{"from", "value"}], "system"?, "tools"?}}. */
    SHAREGPT,
    /** Alpaca: {@code {"instruction", "input"?, "output", "system"?, "history"?}}. */
    ALPACA,
    /** {@code {"prompt", "completion"}}. */
    PROMPT_COMPLETION,
    /** {@code {"text"}}. */
    TEXT,
    /** {@code {"input_ids", "labels"?}}. */
    TOKENS;

    /** The shape that a row's fields suggest. */
    public static Optional<RowShape> of(Map<?, ?> row) {
        if (row.containsKey("input_ids")) {
            return Optional.of(TOKENS);
        }
        if (row.containsKey("messages")) {
            return Optional.of(MESSAGES);
        }
        if (row.containsKey("conversations")) {
            return Optional.of(SHAREGPT);
        }
        if (row.containsKey("instruction")) {
            return Optional.of(ALPACA);
        }
        if (row.containsKey("prompt")) {
            return Optional.of(PROMPT_COMPLETION);
        }
        return row.containsKey("text") ? Optional.of(TEXT) : Optional.empty();
    }

    String describe() {
        return switch (this) {
            case MESSAGES -> "OpenAI messages (field \"messages\")";
            case SHAREGPT -> "ShareGPT (field \"conversations\")";
            case ALPACA -> "Alpaca (fields \"instruction\" and \"output\")";
            case PROMPT_COMPLETION -> "prompt/completion (fields \"prompt\" and \"completion\")";
            case TEXT -> "plain text (field \"text\")";
            case TOKENS -> "tokens (field \"input_ids\")";
        };
    }
}
