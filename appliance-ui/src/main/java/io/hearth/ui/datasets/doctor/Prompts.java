package io.hearth.ui.datasets.doctor;

import io.hearth.text.JsonText;
import io.hearth.text.rows.Row;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The side of a row that is asked, and the side that is answered. */
public final class Prompts {
    private Prompts() {}

    /** What the user says in a row: by this rows are alike. Of plain text, all of it. */
    public static String asked(Row row) {
        return switch (row) {
            case Row.Conversation conversation ->
                conversation.messages().stream()
                        .filter(message -> "user".equals(message.get("role")))
                        .map(message -> text(message.get("content")))
                        .collect(Collectors.joining("\n"));
            case Row.Completion completion -> completion.prompt();
            case Row.PlainText plain -> plain.text();
            case Row.Tokens tokens -> JsonText.line(tokens.inputIds());
        };
    }

    /** All that comes before the last answer, exactly but for space around it: rows with the same contradict each other. */
    static String context(Row row) {
        return switch (row) {
            case Row.Conversation conversation -> {
                int last = lastAnswer(conversation);
                StringBuilder text = new StringBuilder();
                for (Map<String, Object> message : conversation.messages().subList(0, last)) {
                    text.append(message.get("role"))
                            .append('\u0000')
                            .append(text(message.get("content")).strip())
                            .append('\u0000');
                    if (message.get("tool_calls") != null) {
                        text.append(JsonText.line(message.get("tool_calls")));
                    }
                }
                if (conversation.tools() != null) {
                    text.append(JsonText.line(conversation.tools()));
                }
                yield text.toString();
            }
            case Row.Completion completion -> completion.prompt().strip();
            case Row.PlainText plain -> plain.text();
            case Row.Tokens tokens -> JsonText.line(tokens.inputIds());
        };
    }

    /** The last answer, but for space around it. */
    static String answer(Row row) {
        return switch (row) {
            case Row.Conversation conversation -> {
                Map<String, Object> message = conversation.messages().get(lastAnswer(conversation));
                Object calls = message.get("tool_calls");
                yield text(message.get("content")).strip() + (calls == null ? "" : JsonText.line(calls));
            }
            case Row.Completion completion -> completion.completion().strip();
            case Row.PlainText plain -> "";
            case Row.Tokens tokens -> "";
        };
    }

    private static int lastAnswer(Row.Conversation conversation) {
        List<Map<String, Object>> messages = conversation.messages();
        int last = messages.size() - 1;
        while (!"assistant".equals(messages.get(last).get("role"))) {
            last--;
        }
        return last;
    }

    /** The text of a message's content, which may be parts. */
    public static String text(Object content) {
        return switch (content) {
            case null -> "";
            case String text -> text;
            case List<?> parts ->
                parts.stream()
                        .map(part -> part instanceof Map<?, ?> map ? String.valueOf(map.get("text")) : "")
                        .collect(Collectors.joining());
            default -> content.toString();
        };
    }
}
