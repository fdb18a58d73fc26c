package io.hearth.ui.playground;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Problem;
import io.hearth.ui.gateway.InternalCalls;
import jakarta.enterprise.context.ApplicationScoped;

/** Chats with a deployment and tells what is said as it is said. */
@ApplicationScoped
public class PlaygroundChat {
    private static final int LONGEST = 1 << 20;

    /** Hears an answer; not on the page's own thread. */
    public interface Listener {
        /** More of the answer. */
        void said(String text);

        /** The answer is whole; null where the worker did not tell. */
        void done(Integer promptTokens, Integer completionTokens, String reason);

        /** There is no answer or no more of it. */
        void failed(String reason);
    }

    private final InternalCalls calls;

    public PlaygroundChat(InternalCalls calls) {
        this.calls = calls;
    }

    /**
     * Asks.
     *
     * @throws Problem if the deployment is not there, or the request is far too long
     */
    public InternalCalls.Call ask(Actor actor, ChatRequest request, Listener listener) {
        ObjectNode body = (ObjectNode) Json.sparse(request);
        body.put("stream", true);
        body.putObject("stream_options").put("include_usage", true);
        String json = body.toString();
        if (json.length() > LONGEST) {
            throw Problem.invalid("playground.long");
        }
        return calls.chat(actor, request.model(), json, new Events(listener));
    }

    /** Takes the stream of events apart: lines that begin with {@code data:}. */
    static final class Events implements InternalCalls.Sink {
        private final Listener listener;
        private final java.io.ByteArrayOutputStream line = new java.io.ByteArrayOutputStream();
        private Integer promptTokens;
        private Integer completionTokens;
        private String reason;
        private boolean failed;

        Events(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void piece(byte[] bytes) {
            for (byte b : bytes) {
                if (b == '\n') {
                    event(line.toString(java.nio.charset.StandardCharsets.UTF_8));
                    line.reset();
                } else if (b != '\r') {
                    line.write(b);
                }
            }
        }

        @Override
        public void end() {
            if (!failed) {
                listener.done(promptTokens, completionTokens, reason);
            }
        }

        @Override
        public void failed(int status, String body) {
            listener.failed(message(body));
        }

        private void event(String text) {
            if (failed || !text.startsWith("data:")) {
                return;
            }
            String data = text.substring("data:".length()).strip();
            if (data.equals("[DONE]")) {
                return;
            }
            JsonNode event;
            try {
                event = Json.MAPPER.readTree(data);
            } catch (JsonProcessingException e) {
                return;
            }
            if (event.has("error")) {
                failed = true;
                listener.failed(event.at("/error/message").asText());
                return;
            }
            if (event.hasNonNull("usage")) {
                promptTokens = event.at("/usage/prompt_tokens").asInt();
                completionTokens = event.at("/usage/completion_tokens").asInt();
            }
            JsonNode choice = event.at("/choices/0");
            if (choice.hasNonNull("finish_reason")) {
                reason = choice.get("finish_reason").asText();
            }
            String said = choice.at("/delta/content").asText("");
            if (!said.isEmpty()) {
                listener.said(said);
            }
        }

        private static String message(String body) {
            try {
                String message = Json.MAPPER.readTree(body).at("/error/message").asText();
                return message.isEmpty() ? body : message;
            } catch (JsonProcessingException e) {
                return body;
            }
        }
    }
}
