package io.hearth.worker.http;

import java.util.List;
import java.util.Map;

/**
 * A request to {@code /v1/chat/completions}.
 *
 * @param messages plain values; contents in parts are joined to a string
 * @param tools function definitions for the template, or null
 * @param templateVariables further variables of the chat template, such as {@code enable_thinking}
 */
record ChatCall(
        CallOptions options,
        List<Map<String, Object>> messages,
        List<Object> tools,
        Map<String, Object> templateVariables) {}
