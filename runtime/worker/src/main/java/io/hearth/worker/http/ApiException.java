package io.hearth.worker.http;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** An answer that is an error, in OpenAI's shape. The message is a sentence for the client. */
final class ApiException extends RuntimeException {
    private final int status;
    private final String type;
    private final String code;
    private final String param;

    private ApiException(int status, String type, String code, String param, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.code = code;
        this.param = param;
    }

    /** 400: a parameter is wrong. {@code param} may be null if it is the body as a whole. */
    static ApiException badRequest(String param, String message) {
        return new ApiException(400, "invalid_request_error", null, param, message);
    }

    /** 400: an option that OpenAI's API has and this server does not. */
    static ApiException unsupported(String param, String message) {
        return new ApiException(400, "invalid_request_error", "unsupported_parameter", param, message);
    }

    static ApiException contextLength(String param, String message) {
        return new ApiException(400, "invalid_request_error", "context_length_exceeded", param, message);
    }

    static ApiException unauthorized() {
        return new ApiException(
                401,
                "invalid_request_error",
                "invalid_api_key",
                null,
                "This worker asks for a token: send it in the header Authorization: Bearer <token>.");
    }

    static ApiException modelNotFound(String message) {
        return new ApiException(404, "invalid_request_error", "model_not_found", "model", message);
    }

    static ApiException notFound(String message) {
        return new ApiException(404, "invalid_request_error", "not_found", null, message);
    }

    static ApiException methodNotAllowed(String message) {
        return new ApiException(405, "invalid_request_error", "method_not_allowed", null, message);
    }

    static ApiException timeout(String message) {
        return new ApiException(408, "invalid_request_error", "request_timeout", null, message);
    }

    static ApiException tooLarge(String message) {
        return new ApiException(413, "invalid_request_error", "request_too_large", null, message);
    }

    static ApiException unsupportedMediaType(String message) {
        return new ApiException(415, "invalid_request_error", "unsupported_media_type", null, message);
    }

    static ApiException busy(String message) {
        return new ApiException(429, "rate_limit_error", "queue_full", null, message);
    }

    static ApiException fault(String message) {
        return new ApiException(500, "server_error", "internal_error", null, message);
    }

    static ApiException unavailable(String message) {
        return new ApiException(503, "server_error", "unavailable", null, message);
    }

    int status() {
        return status;
    }

    /** The body: {@code {"error": {"message", "type", "param", "code"}}}. */
    ObjectNode body() {
        ObjectNode body = Json.object();
        body.putObject("error")
                .put("message", getMessage())
                .put("type", type)
                .put("param", param)
                .put("code", code);
        return body;
    }
}
