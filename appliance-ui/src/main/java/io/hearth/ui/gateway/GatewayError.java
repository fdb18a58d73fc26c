package io.hearth.ui.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.ui.core.Json;
import io.vertx.core.buffer.Buffer;

/**
 * An error in OpenAI's shape.
 *
 * @param status HTTP status
 * @param type OpenAI's type
 * @param code OpenAI's code, or null
 * @param param the parameter that is wrong, or null
 * @param message a sentence that says what to do
 * @param retryAfterMillis when to try again, or null
 */
record GatewayError(int status, String type, String code, String param, String message, Long retryAfterMillis) {
    private static final String INVALID = "invalid_request_error";
    private static final String SERVER = "server_error";

    static GatewayError badRequest(String param, String message) {
        return new GatewayError(400, INVALID, null, param, message, null);
    }

    static GatewayError unauthorized(String message) {
        return new GatewayError(401, INVALID, "invalid_api_key", null, message, null);
    }

    static GatewayError forbidden(String message) {
        return new GatewayError(403, INVALID, "model_not_allowed", "model", message, null);
    }

    static GatewayError modelNotFound(String message) {
        return new GatewayError(404, INVALID, "model_not_found", "model", message, null);
    }

    static GatewayError notFound(String message) {
        return new GatewayError(404, INVALID, "not_found", null, message, null);
    }

    static GatewayError methodNotAllowed(String message) {
        return new GatewayError(405, INVALID, "method_not_allowed", null, message, null);
    }

    static GatewayError timeout(String message) {
        return new GatewayError(408, INVALID, "request_timeout", null, message, null);
    }

    static GatewayError tooLarge(String message) {
        return new GatewayError(413, INVALID, "request_too_large", null, message, null);
    }

    static GatewayError unsupportedMediaType(String message) {
        return new GatewayError(415, INVALID, "unsupported_media_type", null, message, null);
    }

    static GatewayError limited(String type, String message, long retryAfterMillis) {
        return new GatewayError(429, type, "rate_limit_exceeded", null, message, retryAfterMillis);
    }

    static GatewayError badGateway(String message) {
        return new GatewayError(502, SERVER, "bad_gateway", null, message, null);
    }

    static GatewayError unavailable(String message) {
        return new GatewayError(503, SERVER, "unavailable", null, message, 2000L);
    }

    static GatewayError gatewayTimeout(String message) {
        return new GatewayError(504, SERVER, "timeout", null, message, null);
    }

    /** {@code {"error": {"message", "type", "param", "code"}}}. */
    Buffer body() {
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.putObject("error")
                .put("message", message)
                .put("type", type)
                .put("param", param)
                .put("code", code);
        return Buffer.buffer(Json.write(body));
    }
}
