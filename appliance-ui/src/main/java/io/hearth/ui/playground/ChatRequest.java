package io.hearth.ui.playground;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.hearth.ui.core.Json;
import java.util.List;

/**
 * A request to {@code /v1/chat/completions}. Null: the server's default.
 *
 * @param model name of the deployment
 * @param messages what was said so far
 * @param temperature 0: always the likeliest token
 * @param topP share of the likeliest tokens that are drawn from
 * @param maxTokens most tokens of the answer
 * @param seed makes draws repeatable
 * @param stream whether the answer comes piece by piece
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ChatRequest(
        String model,
        List<Message> messages,
        Double temperature,
        @JsonProperty("top_p") Double topP,
        @JsonProperty("max_tokens") Integer maxTokens,
        Integer seed,
        Boolean stream) {
    /** Something that was said. */
    public record Message(String role, String content) {}

    /** As JSON. */
    public String json() {
        return Json.sparse(this).toString();
    }

    /** As JSON for a person. */
    String pretty() {
        return Json.sparse(this).toPrettyString();
    }

    /** The same for another model. */
    ChatRequest to(String other) {
        return new ChatRequest(other, messages, temperature, topP, maxTokens, seed, stream);
    }
}
