package io.hearth.worker.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/** Writes whole JSON responses. */
final class Responses {
    private static final String RETRY_AFTER_SECONDS = "1";

    private Responses() {}

    static void json(HttpServerResponse response, int status, JsonNode body) {
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/json; charset=utf-8")
                .putHeader("X-Content-Type-Options", "nosniff")
                .end(Buffer.buffer(Json.bytes(body)));
    }

    static void error(HttpServerResponse response, ApiException error) {
        switch (error.status()) {
            case 401 -> response.putHeader("WWW-Authenticate", "Bearer");
            case 429, 503 -> response.putHeader("Retry-After", RETRY_AFTER_SECONDS);
            default -> {}
        }
        json(response, error.status(), error.body());
    }
}
