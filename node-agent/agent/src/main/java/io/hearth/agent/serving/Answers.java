package io.hearth.agent.serving;

import io.hearth.protocol.Protocol;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;

/** The entrance's own answers: faults, in the shape that OpenAI's clients know. */
final class Answers {
    private Answers() {}

    static void error(HttpServerRequest request, int status, String code, String message) {
        if (status == 503) {
            request.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
        }
        String body = Protocol.write(Map.of("error", Map.of("message", message, "type", "node_error", "code", code)));
        request.resume();
        request.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(body);
    }
}
