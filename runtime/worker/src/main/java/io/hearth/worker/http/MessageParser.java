package io.hearth.worker.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the messages of a chat request into the plain values that chat templates take. */
final class MessageParser {
    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant", "tool");
    private static final int MAX_MESSAGES = 10_000;

    private MessageParser() {}

    static List<Map<String, Object>> messages(JsonNode node) {
        if (node == null) {
            throw ApiException.badRequest("messages", "The parameter messages is missing.");
        }
        if (!node.isArray()) {
            throw Fields.wrongType("messages", "a list of messages", node);
        }
        if (node.isEmpty()) {
            throw ApiException.badRequest("messages", "The list of messages is empty; it needs at least one.");
        }
        if (node.size() > MAX_MESSAGES) {
            throw ApiException.badRequest(
                    "messages", "At most " + MAX_MESSAGES + " messages are taken, not " + node.size() + ".");
        }
        List<Map<String, Object>> messages = new ArrayList<>();
        for (int i = 0; i < node.size(); i++) {
            messages.add(message("messages[" + i + "]", node.get(i)));
        }
        return messages;
    }

    private static Map<String, Object> message(String path, JsonNode node) {
        if (!node.isObject()) {
            throw Fields.wrongType(path, "an object with role and content", node);
        }
        String role = node.path("role").asText();
        if (!node.path("role").isTextual() || !ROLES.contains(role)) {
            throw ApiException.badRequest(
                    path + ".role", "The role of " + path + " must be system, developer, user, assistant or tool.");
        }
        Map<String, Object> message = Json.plainObject(node);
        // Templates were written before the newer name came up.
        message.put("role", role.equals("developer") ? "system" : role);
        JsonNode calls = node.get("tool_calls");
        boolean callsTools = role.equals("assistant") && calls != null && calls.isArray() && !calls.isEmpty();
        message.put("content", content(path + ".content", node.get("content"), callsTools));
        return message;
    }

    private static String content(String path, JsonNode content, boolean mayBeAbsent) {
        if (content == null || content.isNull()) {
            if (mayBeAbsent) {
                return "";
            }
            throw ApiException.badRequest(path, "The message has no " + path + ".");
        }
        if (content.isTextual()) {
            return content.textValue();
        }
        if (!content.isArray()) {
            throw Fields.wrongType(path, "a string or a list of text parts", content);
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < content.size(); i++) {
            JsonNode part = content.get(i);
            String type = part.path("type").asText();
            if (!type.equals("text") || !part.path("text").isTextual()) {
                throw ApiException.unsupported(
                        path + "[" + i + "]",
                        "This model reads text only: every part of " + path
                                + " must be {\"type\": \"text\", \"text\": ...}.");
            }
            text.append(part.get("text").textValue());
        }
        return text.toString();
    }
}
