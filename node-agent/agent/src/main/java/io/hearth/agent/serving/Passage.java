package io.hearth.agent.serving;

import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.RequestOptions;
import java.util.Set;

/**
 * One request on its way to a worker and its answer on the way back. Both bodies are handed on piece by piece, no faster than the
 * other side takes them. When either side leaves, the other is told at once.
 */
final class Passage {
    private static final System.Logger LOG = System.getLogger(Passage.class.getName());
    private static final int WAITING = 64 << 10;

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private HttpClientRequest onward;
    private boolean clientLeft;

    private Passage(HttpServerRequest request) {
        this.request = request;
        this.response = request.response();
    }

    /** Hands a request on. On the request's own event loop, as everything here. */
    static void open(HttpServerRequest request, HttpClient workers, RequestOptions target, String token) {
        Passage passage = new Passage(request);
        passage.response.setWriteQueueMaxSize(WAITING);
        // Nothing of the body may be lost while the connection to the worker is made.
        request.pause();
        passage.response.closeHandler(closed -> passage.leave());
        passage.response.exceptionHandler(broken -> passage.leave());
        request.exceptionHandler(broken -> passage.leave());
        target.setMethod(request.method());
        workers.request(target).onSuccess(onward -> passage.go(onward, token)).onFailure(fault -> passage.fail(fault));
    }

    private void go(HttpClientRequest opened, String token) {
        onward = opened;
        if (clientLeft) {
            opened.reset();
            return;
        }
        Headers.copy(request.headers(), opened.headers(), Set.of("host", "authorization", "expect"));
        opened.putHeader(HttpHeaders.AUTHORIZATION, "Bearer " + token);
        if (request.headers().contains(HttpHeaders.TRANSFER_ENCODING)) {
            opened.setChunked(true);
        }
        // The answer may come before the whole request was sent, so both are under way at once.
        opened.response().onSuccess(this::back).onFailure(this::fail);
        if (request.isEnded()) {
            opened.end();
        } else {
            request.pipe().endOnFailure(false).to(opened).onFailure(fault -> opened.reset());
        }
    }

    private void back(HttpClientResponse answer) {
        if (clientLeft) {
            onward.reset();
            return;
        }
        response.setStatusCode(answer.statusCode());
        if (answer.statusMessage() != null) {
            response.setStatusMessage(answer.statusMessage());
        }
        Headers.copy(answer.headers(), response.headers(), Set.of());
        if (!answer.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
            response.setChunked(true);
        }
        // An answer that was cut off must not look as if it were whole.
        answer.pipe().endOnFailure(false).to(response).onFailure(this::fail);
    }

    /** The control plane has left or is done. */
    private void leave() {
        clientLeft = true;
        if (onward != null) {
            onward.reset();
        }
    }

    /** The worker cannot be reached, or broke off. */
    private void fail(Throwable fault) {
        if (clientLeft || response.ended()) {
            return;
        }
        if (response.headWritten()) {
            // Half an answer was given; only a broken connection says that the rest is missing.
            response.reset();
            return;
        }
        LOG.log(System.Logger.Level.DEBUG, "A worker broke off", fault);
        Answers.error(
                request, 502, "worker_gone", "The worker ended while it was asked, or cannot be reached. Try again.");
    }
}
