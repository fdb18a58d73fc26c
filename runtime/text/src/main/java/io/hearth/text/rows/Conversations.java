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
            throw new BadRow(RowFault.FIELD_NOT_A_LIST, "messages");
        }
        List<Map<String, Object>> checked = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            checked.add(message(turn(messages.get(i), i + 1), i + 1));
        }
        Map<String, Object> arguments =
                row.get("chat_template_kwargs") instanceof Map<?, ?> extra ? object(extra) : Map.of();
        return conversation(line, checked, tools(row.get("tools")), arguments);
    }

    private static Row conversation(
            int line, List<Map<String, Object>> messages, List<Object> tools, Map<String, Object> arguments) {
        if (messages.stream().noneMatch(message -> "assistant".equals(message.get("role")))) {
            throw new BadRow(RowFault.NO_ASSISTANT_TURN);
        }
        return new Row.Conversation(line, messages, tools, arguments);
    }

    private static Map<String, Object> message(Map<String, Object> message, int number) {
        if (!(message.get("role") instanceof String role)) {
            throw new BadRow(RowFault.MESSAGE_NO_ROLE, number);
        }
        if (!ROLES.contains(role)) {
            throw new BadRow(RowFault.MESSAGE_UNKNOWN_ROLE, number, role);
        }
        Object content = message.get("content");
        checkContent(content, number);
        boolean calls = message.get("tool_calls") instanceof List<?> list && !list.isEmpty();
        if (calls) {
            checkCalls((List<?>) message.get("tool_calls"), role, number);
        } else if (message.get("tool_calls") != null && !(message.get("tool_calls") instanceof List)) {
            throw new BadRow(RowFault.CALLS_NOT_A_LIST, number);
        }
        if (role.equals("assistant") && !calls && isEmpty(content)) {
            throw new BadRow(RowFault.MESSAGE_ANSWER_EMPTY, number);
        }
        if (content == null && !calls) {
            throw new BadRow(RowFault.MESSAGE_NO_CONTENT, number);
        }
        return message;
    }

    private static void checkContent(Object content, int number) {
        switch (content) {
            case null -> {}
            case String text -> {}
            case List<?> parts -> {
                for (Object part : parts) {
                    if (!(part instanceof Map<?, ?> map)
                            || !"text".equals(map.get("type"))
                            || !(map.get("text") instanceof String)) {
                        throw new BadRow(RowFault.MESSAGE_PART_NOT_TEXT, number);
                    }
                }
            }
            default -> throw new BadRow(RowFault.MESSAGE_CONTENT_NOT_TEXT, number);
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

    private static void checkCalls(List<?> calls, String role, int number) {
        if (!role.equals("assistant")) {
            throw new BadRow(RowFault.CALLS_NOT_BY_ASSISTANT, number);
        }
        for (Object call : calls) {
            if (!(call instanceof Map<?, ?> map)
                    || !(map.get("function") instanceof Map<?, ?> function)
                    || !(function.get("name") instanceof String name)
                    || name.isBlank()) {
                throw new BadRow(RowFault.CALL_NO_NAME, number);
            }
            Object arguments = function.get("arguments");
            if (arguments instanceof String json) {
                arguments = parse(json, RowFault.CALL_ARGUMENTS_NOT_JSON, RowFault.CALL_ARGUMENTS_EMPTY, number);
            }
            if (!(arguments instanceof Map)) {
                throw new BadRow(RowFault.CALL_ARGUMENTS_NOT_AN_OBJECT, number);
            }
        }
    }

    private static List<Object> tools(Object tools) {
        Object value = tools instanceof String json && !json.isBlank()
                ? parse(json, RowFault.FIELD_NOT_JSON, RowFault.FIELD_EMPTY, "tools")
                : tools;
        return switch (value) {
            case null -> null;
            case String blank -> null;
            case List<?> list when list.isEmpty() -> null;
            case List<?> list -> {
                List<Object> checked = new ArrayList<>();
                for (Object tool : list) {
                    if (!(tool instanceof Map<?, ?> map)) {
                        throw new BadRow(RowFault.TOOL_NOT_AN_OBJECT);
                    }
                    checked.add(object(map));
                }
                yield checked;
            }
            default -> throw new BadRow(RowFault.TOOLS_NOT_A_LIST);
        };
    }

    static Row shareGpt(Map<?, ?> row, int line) {
        if (!(row.get("conversations") instanceof List<?> turns)) {
            throw new BadRow(RowFault.FIELD_NOT_A_LIST, "conversations");
        }
        List<Map<String, Object>> messages = new ArrayList<>();
        if (row.get("system") != null) {
            messages.add(Row.message("system", RowParser.text(row, "system")));
        }
        for (int i = 0; i < turns.size(); i++) {
            int number = i + 1;
            Map<String, Object> turn = turn(turns.get(i), number);
            if (!(turn.get("from") instanceof String from)) {
                throw new BadRow(RowFault.MESSAGE_NO_FROM, number);
            }
            if (!(turn.get("value") instanceof String value)) {
                throw new BadRow(RowFault.MESSAGE_NO_VALUE, number);
            }
            messages.add(message(shareGptMessage(from, value, number), number));
        }
        return conversation(line, messages, tools(row.get("tools")), Map.of());
    }

    private static Map<String, Object> shareGptMessage(String from, String value, int number) {
        return switch (from) {
            case "system" -> Row.message("system", value);
            case "human", "user" -> Row.message("user", value);
            case "gpt", "assistant", "chatgpt", "bing", "bard", "model" -> Row.message("assistant", value);
            case "observation", "tool", "function_response" -> Row.message("tool", value);
            case "function_call" -> {
                Map<String, Object> message = Row.message("assistant", "");
                message.put(
                        "tool_calls",
                        shareGptCalls(parse(value, RowFault.MESSAGE_NOT_JSON, RowFault.MESSAGE_EMPTY, number)));
                yield message;
            }
            default -> throw new BadRow(RowFault.MESSAGE_UNKNOWN_FROM, number, from);
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

    private static Object parse(String json, RowFault broken, RowFault empty, Object where) {
        try {
            Object value = JsonText.plain(json);
            if (value != null) {
                return value;
            }
        } catch (JsonProcessingException e) {
            throw new BadRow(broken, where);
        }
        throw new BadRow(empty, where);
    }

    private static Map<String, Object> turn(Object value, int number) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new BadRow(RowFault.MESSAGE_NOT_AN_OBJECT, number);
        }
        return object(map);
    }

    private static Map<String, Object> object(Map<?, ?> map) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, item) -> copy.put(String.valueOf(key), item));
        return copy;
    }
}
