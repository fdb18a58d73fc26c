package io.hearth.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * OpenAI's API writes the arguments of a tool call as a string of JSON; templates are written for the mapping that it
 * holds. Both spellings must render alike.
 */
final class ToolCalls {
    private ToolCalls() {}

    static List<Map<String, Object>> normalise(List<? extends Map<String, ?>> messages) {
        List<Map<String, Object>> normal = new ArrayList<>(messages.size());
        for (Map<String, ?> message : messages) {
            Map<String, Object> copy = new LinkedHashMap<>(message);
            if (copy.get("tool_calls") instanceof List<?> calls) {
                copy.put("tool_calls", calls.stream().map(ToolCalls::call).toList());
            }
            normal.add(copy);
        }
        return normal;
    }

    private static Object call(Object call) {
        if (call instanceof Map<?, ?> outer && outer.get("function") instanceof Map<?, ?> function) {
            Map<Object, Object> parsed = new LinkedHashMap<>(function);
            parsed.computeIfPresent("arguments", (key, arguments) -> parse(arguments));
            Map<Object, Object> copy = new LinkedHashMap<>(outer);
            copy.put("function", parsed);
            return copy;
        }
        return call;
    }

    private static Object parse(Object arguments) {
        if (arguments instanceof String json) {
            try {
                return JsonText.plain(json) instanceof Map<?, ?> map ? map : arguments;
            } catch (JsonProcessingException e) {
                // A model's own earlier call may be malformed; the template shows it as it is.
                return arguments;
            }
        }
        return arguments;
    }
}
