package io.hearth.worker.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.engine.serve.SamplingOptions;
import io.hearth.worker.http.CompletionCall.Prompt;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Reads the bodies of requests. Members that OpenAI's API does not have are ignored; what it has and this server cannot do
 * is refused by name, since an answer that silently differs from what was asked for is worse than none.
 */
final class CallParser {
    private static final int MAX_STOPS = 4;
    private static final int MAX_STOP_LENGTH = 1000;
    private static final int MAX_PROMPTS = 64;

    /** What OpenAI's API uses for plain completions when nothing is said. */
    private static final int COMPLETION_TOKENS = 16;

    private CallParser() {}

    static ChatCall chat(byte[] body) {
        Fields fields = new Fields(Json.parseObject(body));
        CallOptions options = options(fields, null);
        refuseChatExtras(fields);
        List<Map<String, Object>> messages = MessageParser.messages(fields.get("messages"));
        return new ChatCall(options, messages, tools(fields), templateVariables(fields));
    }

    static CompletionCall completion(byte[] body) {
        Fields fields = new Fields(Json.parseObject(body));
        CallOptions options = options(fields, COMPLETION_TOKENS);
        if (fields.has("suffix")) {
            throw unsupported("suffix", "Filling in before a suffix is not supported; leave suffix out.");
        }
        if (fields.flag("echo")) {
            throw unsupported("echo", "Echoing the prompt is not supported; leave echo out.");
        }
        if (fields.has("logprobs")) {
            throw unsupported("logprobs", "Log probabilities are not supported; leave logprobs out.");
        }
        Long bestOf = fields.integer("best_of", 1, 128);
        if (bestOf != null && bestOf != 1) {
            throw unsupported("best_of", "Only one answer per prompt is supported; leave best_of out.");
        }
        return new CompletionCall(options, prompts(fields.get("prompt")));
    }

    // ---- What both have --------------------------------------------------------------------------------------------

    private static CallOptions options(Fields fields, Integer defaultTokens) {
        String model = fields.requiredText("model");
        refuseCommonExtras(fields);
        Long maxTokens = fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
        Long olderName = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
        Long most = maxTokens == null ? olderName : maxTokens;
        boolean stream = fields.flag("stream");
        return new CallOptions(
                model,
                sampling(fields),
                most == null ? defaultTokens : Integer.valueOf(most.intValue()),
                stops(fields.get("stop")),
                stream,
                includeUsage(fields, stream));
    }

    private static SamplingOptions sampling(Fields fields) {
        double temperature = fields.number("temperature", 0, 2, 1);
        double topP = fields.number("top_p", 0, 1, 1);
        if ((float) topP == 0) {
            throw ApiException.badRequest(
                    "top_p", "The parameter top_p must be above 0. For the likeliest token use temperature 0.");
        }
        // -1 is how some clients say "all".
        Long topK = fields.integer("top_k", -1, Integer.MAX_VALUE);
        double minP = fields.number("min_p", 0, 1, 0);
        if ((float) minP == 1) {
            throw ApiException.badRequest(
                    "min_p", "The parameter min_p must be below 1. For the likeliest token use temperature 0.");
        }
        Long seed = fields.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE);
        return new SamplingOptions(
                (float) temperature,
                (float) topP,
                topK == null ? 0 : (int) Math.max(0, topK),
                (float) minP,
                seed == null ? ThreadLocalRandom.current().nextLong() : seed);
    }

    private static boolean includeUsage(Fields fields, boolean stream) {
        JsonNode node = fields.get("stream_options");
        if (node == null) {
            return false;
        }
        if (!(node instanceof ObjectNode options)) {
            throw Fields.wrongType("stream_options", "an object", node);
        }
        if (!stream) {
            throw ApiException.badRequest(
                    "stream_options", "The parameter stream_options is for streamed answers only: set stream to true.");
        }
        return new Fields(options).flag("include_usage");
    }

    private static List<String> stops(JsonNode node) {
        if (node == null) {
            return List.of();
        }
        List<String> stops = new ArrayList<>();
        if (node.isTextual()) {
            stops.add(node.textValue());
        } else if (node.isArray()) {
            for (JsonNode stop : node) {
                if (!stop.isTextual()) {
                    throw Fields.wrongType("stop", "a string or a list of strings", stop);
                }
                stops.add(stop.textValue());
            }
        } else {
            throw Fields.wrongType("stop", "a string or a list of strings", node);
        }
        if (stops.size() > MAX_STOPS) {
            throw ApiException.badRequest(
                    "stop", "At most " + MAX_STOPS + " stop strings are taken, not " + stops.size() + ".");
        }
        for (String stop : stops) {
            if (stop.isEmpty() || stop.length() > MAX_STOP_LENGTH) {
                throw ApiException.badRequest(
                        "stop", "A stop string must have between 1 and " + MAX_STOP_LENGTH + " characters.");
            }
            if (!StandardCharsets.UTF_8.newEncoder().canEncode(stop)) {
                throw ApiException.badRequest("stop", "A stop string must be valid Unicode.");
            }
        }
        return stops;
    }

    private static void refuseCommonExtras(Fields fields) {
        Long n = fields.integer("n", 1, 128);
        if (n != null && n != 1) {
            throw unsupported("n", "Only one answer per request is supported: n must be 1. Send several requests.");
        }
        refuseUnlessNeutral(fields, "frequency_penalty", -2, 2, 0);
        refuseUnlessNeutral(fields, "presence_penalty", -2, 2, 0);
        refuseUnlessNeutral(fields, "repetition_penalty", 0, 10, 1);
        JsonNode bias = fields.get("logit_bias");
        if (bias != null && !(bias.isObject() && bias.isEmpty())) {
            throw unsupported("logit_bias", "Biases on tokens are not supported; leave logit_bias out.");
        }
    }

    private static void refuseUnlessNeutral(Fields fields, String name, double min, double max, double neutral) {
        if (fields.number(name, min, max, neutral) != neutral) {
            throw unsupported(name, "The parameter " + name + " is not supported; leave it out.");
        }
    }

    // ---- Chat ------------------------------------------------------------------------------------------------------

    private static void refuseChatExtras(Fields fields) {
        if (fields.flag("logprobs")) {
            throw unsupported("logprobs", "Log probabilities are not supported; leave logprobs out.");
        }
        Long topLogprobs = fields.integer("top_logprobs", 0, 20);
        if (topLogprobs != null && topLogprobs != 0) {
            throw unsupported("top_logprobs", "Log probabilities are not supported; leave top_logprobs out.");
        }
        JsonNode format = fields.get("response_format");
        if (format != null && !format.path("type").asText().equals("text")) {
            throw unsupported(
                    "response_format",
                    "Answers in a forced format are not supported: response_format may only be {\"type\": \"text\"}.");
        }
        JsonNode modalities = fields.get("modalities");
        if (modalities != null
                && !(modalities.isArray()
                        && modalities.size() == 1
                        && modalities.get(0).asText().equals("text"))) {
            throw unsupported("modalities", "Only text is supported: modalities may only be [\"text\"].");
        }
        for (String name : List.of("functions", "function_call")) {
            if (fields.has(name)) {
                throw unsupported(name, "The parameter " + name + " is not supported; describe functions in tools.");
            }
        }
        for (String name : List.of("audio", "prediction", "web_search_options")) {
            if (fields.has(name)) {
                throw unsupported(name, "The parameter " + name + " is not supported; leave it out.");
            }
        }
    }

    private static List<Object> tools(Fields fields) {
        JsonNode choice = fields.get("tool_choice");
        boolean none = choice != null && choice.asText().equals("none");
        if (choice != null && !none && !choice.asText().equals("auto")) {
            throw unsupported(
                    "tool_choice",
                    "Forcing a tool call is not supported: tool_choice may only be \"auto\" or \"none\".");
        }
        JsonNode tools = fields.get("tools");
        if (tools == null) {
            return null;
        }
        if (!tools.isArray()) {
            throw Fields.wrongType("tools", "a list", tools);
        }
        for (int i = 0; i < tools.size(); i++) {
            JsonNode tool = tools.get(i);
            if (!tool.path("type").asText().equals("function")
                    || !tool.path("function").path("name").isTextual()) {
                throw ApiException.badRequest(
                        "tools[" + i + "]",
                        "Tool " + i + " must be {\"type\": \"function\", \"function\": {\"name\": ...}}.");
            }
        }
        return none || tools.isEmpty() ? null : Json.plainList(tools);
    }

    private static Map<String, Object> templateVariables(Fields fields) {
        JsonNode node = fields.get("chat_template_kwargs");
        if (node == null) {
            return Map.of();
        }
        if (!node.isObject()) {
            throw Fields.wrongType("chat_template_kwargs", "an object", node);
        }
        for (String name : List.of("messages", "tools", "add_generation_prompt")) {
            if (node.has(name)) {
                throw ApiException.badRequest(
                        "chat_template_kwargs",
                        "The variable " + name + " of the chat template is the server's own and cannot be set.");
            }
        }
        return Json.plainObject(node);
    }

    // ---- Plain completions -----------------------------------------------------------------------------------------

    private static List<Prompt> prompts(JsonNode node) {
        if (node == null) {
            throw ApiException.badRequest("prompt", "The parameter prompt is missing.");
        }
        if (node.isTextual()) {
            return List.of(new CompletionCall.Text(node.textValue()));
        }
        if (!node.isArray()) {
            throw Fields.wrongType("prompt", "a string, a list of strings or a list of token ids", node);
        }
        if (node.isEmpty()) {
            throw ApiException.badRequest("prompt", "The list of prompts is empty.");
        }
        if (node.get(0).isNumber()) {
            return List.of(tokens(node));
        }
        if (node.size() > MAX_PROMPTS) {
            throw ApiException.badRequest(
                    "prompt", "At most " + MAX_PROMPTS + " prompts are taken, not " + node.size() + ".");
        }
        List<Prompt> prompts = new ArrayList<>();
        for (JsonNode prompt : node) {
            if (prompt.isTextual()) {
                prompts.add(new CompletionCall.Text(prompt.textValue()));
            } else if (prompt.isArray()) {
                prompts.add(tokens(prompt));
            } else {
                throw Fields.wrongType("prompt", "a list of strings or of lists of token ids", prompt);
            }
        }
        return prompts;
    }

    private static Prompt tokens(JsonNode list) {
        if (list.isEmpty()) {
            throw ApiException.badRequest("prompt", "A prompt has no tokens; it needs at least one.");
        }
        int[] ids = new int[list.size()];
        for (int i = 0; i < ids.length; i++) {
            JsonNode id = list.get(i);
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
                throw Fields.wrongType("prompt", "a list of token ids", id);
            }
            ids[i] = id.intValue();
        }
        return new CompletionCall.Tokens(ids);
    }

    private static ApiException unsupported(String param, String message) {
        return ApiException.unsupported(param, message);
    }
}
