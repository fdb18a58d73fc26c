package io.hearth.ui.gateway;

import io.hearth.ui.gateway.KeyBudget.Standing;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;

/** Writes to a client what does not come from a worker. */
final class Answer {
    /** Header with the id of the request, which is also in the usage. */
    static final String REQUEST_ID = "x-request-id";

    private static final long SECOND = 1000;
    private static final long MINUTE = 60 * SECOND;

    static void json(HttpServerResponse response, int status, Buffer body) {
        if (response.ended() || response.closed() || response.headWritten()) {
            return;
        }
        response.setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json; charset=utf-8")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(body);
    }

    static void error(HttpServerResponse response, GatewayError error) {
        if (response.headWritten()) {
            return;
        }
        if (error.status() == 401) {
            response.putHeader("WWW-Authenticate", "Bearer");
        }
        if (error.retryAfterMillis() != null) {
            response.putHeader(
                    HttpHeaders.RETRY_AFTER,
                    String.valueOf(Math.max(1, Math.ceilDiv(error.retryAfterMillis(), SECOND))));
        }
        json(response, error.status(), error.body());
    }

    /** The headers by which OpenAI's clients learn how they stand. */
    static void rate(HttpServerResponse response, Standing standing) {
        if (standing.limitRequests() != null) {
            response.putHeader("x-ratelimit-limit-requests", String.valueOf(standing.limitRequests()));
            response.putHeader("x-ratelimit-remaining-requests", String.valueOf(standing.remainingRequests()));
            response.putHeader("x-ratelimit-reset-requests", duration(standing.resetRequestsMillis()));
        }
        if (standing.limitTokens() != null) {
            response.putHeader("x-ratelimit-limit-tokens", String.valueOf(standing.limitTokens()));
            response.putHeader("x-ratelimit-remaining-tokens", String.valueOf(standing.remainingTokens()));
            response.putHeader("x-ratelimit-reset-tokens", duration(standing.resetTokensMillis()));
        }
    }

    /** As OpenAI writes it: {@code 120ms}, {@code 7s}, {@code 1m0s}. */
    static String duration(long millis) {
        if (millis < SECOND) {
            return millis + "ms";
        }
        long whole = Math.ceilDiv(millis, SECOND) * SECOND;
        return whole < MINUTE ? whole / SECOND + "s" : whole / MINUTE + "m" + whole % MINUTE / SECOND + "s";
    }

    /**
     * Ends an answer that cannot be finished, so that the client sees that it is not whole: its stream is reset, or its connection
     * closed at once; the orderly close would wait until everything is written, which for a client that does not read is never.
     */
    static void cutOff(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset();
        } else if (request.connection() instanceof ConnectionBase connection) {
            connection.channelHandlerContext().close();
        } else {
            request.connection().close();
        }
    }

    private Answer() {}
}
