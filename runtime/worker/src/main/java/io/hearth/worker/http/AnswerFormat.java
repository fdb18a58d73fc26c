package io.hearth.worker.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.engine.serve.FinishReason;

/** The JSON of answers, in OpenAI's shape. */
abstract sealed class AnswerFormat {
    private final String id;
    private final long created;
    private final String model;

    private AnswerFormat(String id, long created, String model) {
        this.id = id;
        this.created = created;
        this.model = model;
    }

    /** The body of a whole answer, still without choices. */
    final ObjectNode whole() {
        return envelope(wholeObject());
    }

    /** A choice of a whole answer. */
    abstract ObjectNode choice(int index, String text, FinishReason reason);

    /** The first event of a choice in a stream, or null if there is nothing to say before the text. */
    abstract ObjectNode first(int index);

    /** An event with more text. */
    abstract ObjectNode delta(int index, String text);

    /** The last event of a choice. */
    abstract ObjectNode last(int index, FinishReason reason);

    /** The event with the token counts, after all choices. */
    final ObjectNode usageEvent(ObjectNode usage) {
        ObjectNode event = envelope(eventObject());
        event.putArray("choices");
        event.set("usage", usage);
        return event;
    }

    static ObjectNode usage(int promptTokens, int completionTokens) {
        return Json.object()
                .put("prompt_tokens", promptTokens)
                .put("completion_tokens", completionTokens)
                .put("total_tokens", promptTokens + completionTokens);
    }

    abstract String wholeObject();

    abstract String eventObject();

    final ObjectNode event(ObjectNode choice) {
        ObjectNode event = envelope(eventObject());
        ArrayNode choices = event.putArray("choices");
        choices.add(choice);
        return event;
    }

    private ObjectNode envelope(String object) {
        return Json.object()
                .put("id", id)
                .put("object", object)
                .put("created", created)
                .put("model", model);
    }

    private static String name(FinishReason reason) {
        return switch (reason) {
            case STOP -> "stop";
            case LENGTH -> "length";
            case CANCELLED, ERROR -> throw new IllegalArgumentException(reason + " is answered by an error");
        };
    }

    /** {@code /v1/chat/completions}. */
    static final class Chat extends AnswerFormat {
        Chat(String id, long created, String model) {
            super(id, created, model);
        }

        @Override
        String wholeObject() {
            return "chat.completion";
        }

        @Override
        String eventObject() {
            return "chat.completion.chunk";
        }

        @Override
        ObjectNode choice(int index, String text, FinishReason reason) {
            ObjectNode choice = Json.object().put("index", index);
            choice.putObject("message")
                    .put("role", "assistant")
                    .put("content", text)
                    .putNull("refusal");
            return choice.putNull("logprobs").put("finish_reason", name(reason));
        }

        @Override
        ObjectNode first(int index) {
            return event(index, Json.object().put("role", "assistant").put("content", ""), null);
        }

        @Override
        ObjectNode delta(int index, String text) {
            return event(index, Json.object().put("content", text), null);
        }

        @Override
        ObjectNode last(int index, FinishReason reason) {
            return event(index, Json.object(), name(reason));
        }

        private ObjectNode event(int index, ObjectNode delta, String finishReason) {
            ObjectNode choice = Json.object().put("index", index);
            choice.set("delta", delta);
            return event(choice.putNull("logprobs").put("finish_reason", finishReason));
        }
    }

    /** {@code /v1/completions}. */
    static final class Completion extends AnswerFormat {
        Completion(String id, long created, String model) {
            super(id, created, model);
        }

        @Override
        String wholeObject() {
            return "text_completion";
        }

        @Override
        String eventObject() {
            return "text_completion";
        }

        @Override
        ObjectNode choice(int index, String text, FinishReason reason) {
            return textChoice(index, text, name(reason));
        }

        @Override
        ObjectNode first(int index) {
            return null;
        }

        @Override
        ObjectNode delta(int index, String text) {
            return event(textChoice(index, text, null));
        }

        @Override
        ObjectNode last(int index, FinishReason reason) {
            return event(textChoice(index, "", name(reason)));
        }

        private static ObjectNode textChoice(int index, String text, String finishReason) {
            return Json.object()
                    .put("index", index)
                    .put("text", text)
                    .putNull("logprobs")
                    .put("finish_reason", finishReason);
        }
    }
}
