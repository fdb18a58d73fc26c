package io.hearth.text.rows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A checked row of a dataset. */
public sealed interface Row extends RowItem {

    /**
     * A conversation, in OpenAI's form whatever it was written in.
     *
     * @param messages at least one of them by the assistant
     * @param tools function definitions, or null
     * @param templateArguments further variables for the chat template
     */
    record Conversation(
            int line, List<Map<String, Object>> messages, List<Object> tools, Map<String, Object> templateArguments)
            implements Row {}

    /**
     * A question with its answer, from prompt/completion and Alpaca rows.
     *
     * @param history earlier questions and answers, oldest first
     */
    record Completion(int line, Optional<String> system, List<Exchange> history, String prompt, String completion)
            implements Row {
        /** The same as messages, for models with a chat template. */
        public Conversation toConversation() {
            List<Map<String, Object>> messages = new ArrayList<>();
            system.ifPresent(text -> messages.add(message("system", text)));
            history.forEach(exchange -> {
                messages.add(message("user", exchange.prompt()));
                messages.add(message("assistant", exchange.answer()));
            });
            messages.add(message("user", prompt));
            messages.add(message("assistant", completion));
            return new Conversation(line, messages, null, Map.of());
        }
    }

    record Exchange(String prompt, String answer) {}

    /** Text to be learnt as it stands. */
    record PlainText(int line, String text) implements Row {}

    /**
     * A row that was tokenised elsewhere.
     *
     * @param inputIds token ids
     * @param trained which of them are targets
     */
    record Tokens(int line, int[] inputIds, boolean[] trained) implements Row {}

    /** One message in OpenAI's form. */
    static Map<String, Object> message(String role, Object content) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        return message;
    }
}
