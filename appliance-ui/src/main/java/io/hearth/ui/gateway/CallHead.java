package io.hearth.ui.gateway;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.hearth.ui.core.Json;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/**
 * What the gateway needs to know of a request's body; the worker reads the rest.
 *
 * @param model name that is asked for
 * @param maxTokens most tokens of the answer, or null
 * @param choices number of answers
 */
record CallHead(String model, Long maxTokens, long choices) {
    private static final int MAX_MODEL = 200;
    /** Tokens that an answer without a limit of its own is taken for, until its usage is told. */
    private static final long USUAL_ANSWER = 512;

    private static final int BYTES_PER_TOKEN = 4;

    /** A body that is not a request. The message is for the client. */
    static final class Unreadable extends Exception {
        private final String param;

        Unreadable(String param, String message) {
            super(message, null, false, false);
            this.param = param;
        }

        String param() {
            return param;
        }
    }

    /**
     * Looks at the members of the body's object, and no deeper.
     *
     * @throws Unreadable if it is not a JSON object with a member {@code model}
     */
    static CallHead read(Buffer body) throws Unreadable {
        String model = null;
        Long maxTokens = null;
        long choices = 1;
        try (JsonParser parser = Json.MAPPER.getFactory().createParser(body.getBytes())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Unreadable(null, "The request's body must be a JSON object.");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "model" -> {
                        if (value != JsonToken.VALUE_STRING) {
                            throw new Unreadable("model", "\"model\" must be a text: the name of a deployment.");
                        }
                        model = parser.getText();
                    }
                    case "max_tokens", "max_completion_tokens" -> {
                        if (value == JsonToken.VALUE_NUMBER_INT) {
                            maxTokens = count(parser);
                        }
                    }
                    case "n" -> {
                        if (value == JsonToken.VALUE_NUMBER_INT) {
                            choices = Math.max(1, count(parser));
                        }
                    }
                    default -> parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw new Unreadable(null, "The request's body must be one JSON object, and nothing after it.");
            }
        } catch (IOException e) {
            // The parser's own words may quote the prompt.
            throw new Unreadable(null, "The request's body is not valid JSON.");
        }
        if (model == null || model.isBlank()) {
            throw new Unreadable("model", "\"model\" is missing: the name of a deployment.");
        }
        if (model.length() > MAX_MODEL) {
            throw new Unreadable("model", "\"model\" is longer than " + MAX_MODEL + " characters.");
        }
        return new CallHead(model, maxTokens, choices);
    }

    private static long count(JsonParser parser) throws IOException {
        return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                ? Integer.MAX_VALUE
                : Math.clamp(parser.getLongValue(), 0, Integer.MAX_VALUE);
    }

    /** Tokens that the request may take, until its usage is told. */
    long estimate(int bodyBytes) {
        return bodyBytes / BYTES_PER_TOKEN + choices * (maxTokens == null ? USUAL_ANSWER : maxTokens);
    }
}
