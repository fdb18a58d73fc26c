package io.hearth.text.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hearth.text.JsonText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks conversations and brings them into OpenAI's form. */
final class Conversations {
    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant", "tool");

    private Conversations() {}

    static Row openAi(Map<?, ?> row, int line) {
        if (!(row.get("messages") instanceof List<?> messages)) {
            throw new BadRow("\"messages\" must be a list");
        }
        List<Map<String, Object>> checked = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            checked.add(message(object(messages.get(i), "message " + (i + 1)), "message " + (i + 1)));
        }
        Map<String, Object> arguments = row.get("chat_template_kwargs") instanceof Map<?, ?> extra
                ? object(extra, "\"chat_template_kwargs\"")
                : Map.of();
        return conversation(line, checked, tools(row.get("tools")), arguments);
    }

    private static Row conversation(
            int line, List<Map<String, Object>> messages, List<Object> tools, Map<String, Object> arguments) {
        if (messages.stream().noneMatch(message -> "assistant".equals(message.get("role")))) {
            throw new BadRow("the conversation has no assistant turn to learn from");
        }
        return new Row.Conversation(line, messages, tools, arguments);
    }

    private static Map<String, Object> message(Map<String, Object> message, String where) {
        if (!(message.get("role") instanceof String role)) {
            throw new BadRow(where + " has no \"role\"");
        }
        if (!ROLES.contains(role)) {
            throw new BadRow(where + " has the unknown role \"" + role + "\"; known are system, developer, user,"
                    + " assistant and tool");
        }
        Object content = message.get("content");
        checkContent(content, where);
        boolean calls = message.get("tool_calls") instanceof List<?> list && !list.isEmpty();
        if (calls) {
            checkCalls((List<?>) message.get("tool_calls"), role, where);
        } else if (message.get("tool_calls") != null && !(message.get("tool_calls") instanceof List)) {
            throw new BadRow("\"tool_calls\" of " + where + " must be a list");
        }
        if (role.equals("assistant") && !calls && isEmpty(content)) {
            throw new BadRow("the answer in " + where + " is empty");
        }
        if (content == null && !calls) {
            throw new BadRow(where + " has no \"content\"");
        }
        return message;
    }

    private static void checkContent(Object content, String where) {
        switch (content) {
            case null -> {}
            case String text -> {}
            case List<?> parts -> {
                for (Object part : parts) {
                    if (!(part instanceof Map<?, ?> map)
                            || !"text".equals(map.get("type"))
                            || !(map.get("text") instanceof String)) {
                        throw new BadRow("\"content\" of " + where + " has a part that is not text");
                    }
                }
            }
            default -> throw new BadRow("\"content\" of " + where + " must be text");
        }
    }

    private static boolean isEmpty(Object content) {
        return switch (content) {
            case null -> true;
            case String text -> text.isBlank();
            case List<?> parts -> parts.stream().allMatch(part -> ((String) ((Map<?, ?>) part).get("text")).isBlank());
            default -> false;
        };
    }

    private static void checkCalls(List<?> calls, String role, String where) {
        if (!role.equals("assistant")) {
            throw new BadRow(where + " has \"tool_calls\", which only the assistant can make");
        }
        for (Object call : calls) {
            if (!(call instanceof Map<?, ?> map)
                    || !(map.get("function") instanceof Map<?, ?> function)
                    || !(function.get("name") instanceof String name)
                    || name.isBlank()) {
                throw new BadRow("a tool call of " + where + " has no function name");
            }
            Object arguments = function.get("arguments");
            if (arguments instanceof String json) {
                arguments = parse(json, "the arguments of a tool call of " + where);
            }
            if (!(arguments instanceof Map)) {
                throw new BadRow("the arguments of a tool call of " + where + " must be a JSON object");
            }
        }
    }

    private static List<Object> tools(Object tools) {
        Object value = tools instanceof String json && !json.isBlank() ? parse(json, "\"tools\"") : tools;
        return switch (value) {
            case null -> null;
            case String blank -> null;
            case List<?> list when list.isEmpty() -> null;
            case List<?> list -> {
                List<Object> checked = new ArrayList<>();
                list.forEach(tool -> checked.add(object(tool, "an entry of \"tools\"")));
                yield checked;
            }
            default -> throw new BadRow("\"tools\" must be a list of function definitions");
        };
    }

    static Row shareGpt(Map<?, ?> row, int line) {
        if (!(row.get("conversations") instanceof List<?> turns)) {
            throw new BadRow("\"conversations\" must be a list");
        }
        List<Map<String, Object>> messages = new ArrayList<>();
        if (row.get("system") != null) {
            messages.add(Row.message("system", RowParser.text(row, "system")));
        }
        for (int i = 0; i < turns.size(); i++) {
            String where = "message " + (i + 1);
            Map<String, Object> turn = object(turns.get(i), where);
            if (!(turn.get("from") instanceof String from)) {
                throw new BadRow(where + " has no \"from\"");
            }
            if (!(turn.get("value") instanceof String value)) {
                throw new BadRow(where + " has no text in \"value\"");
            }
            messages.add(message(shareGptMessage(from, value, where), where));
        }
        return conversation(line, messages, tools(row.get("tools")), Map.of());
    }

    private static Map<String, Object> shareGptMessage(String from, String value, String where) {
        return switch (from) {
            case "system" -> Row.message("system", value);
            case "human", "user" -> Row.message("user", value);
            case "gpt", "assistant", "chatgpt", "bing", "bard", "model" -> Row.message("assistant", value);
            case "observation", "tool", "function_response" -> Row.message("tool", value);
            case "function_call" -> {
                Map<String, Object> message = Row.message("assistant", "");
                message.put("tool_calls", shareGptCalls(parse(value, where)));
                yield message;
            }
            default ->
                throw new BadRow(where + " is from \"" + from + "\", which is not known; known are system, human,"
                        + " gpt, function_call and observation");
        };
    }

    private static List<Object> shareGptCalls(Object value) {
        List<Object> calls = new ArrayList<>();
        for (Object call : value instanceof List<?> list ? list : List.of(value)) {
            Map<String, Object> wrapped = new LinkedHashMap<>();
            wrapped.put("type", "function");
            wrapped.put("function", call);
            calls.add(wrapped);
        }
        return calls;
    }

    private static Object parse(String json, String where) {
        try {
            Object value = JsonText.plain(json);
            if (value != null) {
                return value;
            }
        } catch (JsonProcessingException e) {
            throw new BadRow(where + " is not valid JSON");
        }
        throw new BadRow(where + " is empty");
    }

    private static Map<String, Object> object(Object value, String where) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new BadRow(where + " is not a JSON object");
        }
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, item) -> copy.put(String.valueOf(key), item));
        return copy;
    }
}
