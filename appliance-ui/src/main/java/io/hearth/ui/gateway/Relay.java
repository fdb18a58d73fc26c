package io.hearth.ui.gateway;

import io.hearth.protocol.NodePaths;
import io.hearth.ui.deployments.RouteTable;
import io.hearth.ui.deployments.RouteTable.Replica;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import java.util.HashSet;
import java.util.Set;

/**
 * One request on its way to a replica and the answer on its way back. Another replica is tried as long as nothing of an answer
 * was passed on. All of it runs on one event loop.
 */
final class Relay {
    /** Where the answer goes. Called on the event loop; after {@link #end} or {@link #failed} nothing more comes. */
    interface Client {
        /** The answer begins. Called once, with the first piece in hand. */
        void begin(int status, HttpClientResponse head);

        /** A piece of the answer. Returns false if the client should be waited for: {@link Relay#resume}. */
        boolean piece(Buffer piece);

        /** The answer is whole. */
        void end();

        /** There will be no answer, or no more of it. {@link #begin} may have been called or not. */
        void failed(GatewayError error);
    }

    private final NodeConnections connections;
    private final RouteTable routes;
    private final GatewaySettings settings;
    private final String model;
    private final String path;
    private final Buffer body;
    private final String tag;
    private final Client client;
    private final Set<String> tried = new HashSet<>();

    private Attempt attempt;
    private GatewayError lastError;
    private boolean begun;
    private boolean over;
    private long since;
    private boolean waitsForClient;

    Relay(
            NodeConnections connections,
            RouteTable routes,
            GatewaySettings settings,
            String model,
            String path,
            Buffer body,
            String tag,
            Client client) {
        this.connections = connections;
        this.routes = routes;
        this.settings = settings;
        this.model = model;
        this.path = path;
        this.body = body;
        this.tag = tag;
        this.client = client;
    }

    void start() {
        since = now();
        next();
    }

    /** The client takes more. */
    void resume() {
        if (waitsForClient && !over) {
            waitsForClient = false;
            since = now();
            attempt.answer.resume();
        }
    }

    /** The client has left, or wants no more: the worker is told. */
    void cancel() {
        if (!over) {
            over = true;
            if (attempt != null) {
                attempt.abandon();
            }
        }
    }

    boolean waitsForClient() {
        return waitsForClient;
    }

    /** Looks from time to time whether something takes too long. */
    void check() {
        if (over || waitsForClient) {
            return;
        }
        long now = now();
        if (!begun && now - since > settings.firstByteMillis()) {
            fail(GatewayError.gatewayTimeout(
                    "The model has not begun to answer within " + settings.firstByteMillis() / 1000 + " seconds."));
        } else if (begun && now - since > settings.idleMillis()) {
            fail(GatewayError.gatewayTimeout(
                    "The model has said nothing for " + settings.idleMillis() / 1000 + " seconds."));
        }
    }

    /** Milliseconds for which nothing has moved. */
    long stillFor() {
        return now() - since;
    }

    private static long now() {
        return System.nanoTime() / 1_000_000;
    }

    private void next() {
        Replica replica = routes.take(model, tried).orElse(null);
        if (replica == null) {
            over = true;
            client.failed(lastError != null ? lastError : nobody());
            return;
        }
        tried.add(replica.worker());
        attempt = new Attempt(replica);
        attempt.begin();
    }

    private GatewayError nobody() {
        String why = routes.route(model)
                .map(route -> route.unavailable() == null ? "" : " " + route.unavailable())
                .orElse("");
        return GatewayError.unavailable("The model \"" + model + "\" cannot answer now." + why);
    }

    private void fail(GatewayError error) {
        over = true;
        if (attempt != null) {
            attempt.abandon();
        }
        client.failed(error);
    }

    /** One replica's try. */
    private final class Attempt {
        private final Replica replica;
        private HttpClientRequest request;
        private HttpClientResponse answer;
        private boolean closed;

        Attempt(Replica replica) {
            this.replica = replica;
        }

        void begin() {
            connections.post(replica, path).onComplete(opened -> {
                if (closed) {
                    if (opened.succeeded()) {
                        opened.result().reset();
                    }
                } else if (opened.succeeded()) {
                    send(opened.result());
                } else {
                    another(GatewayError.unavailable("The model \"" + model
                            + "\" cannot be reached now: its node does not answer. Try again in a moment."));
                }
            });
        }

        private void send(HttpClientRequest opened) {
            request = opened;
            request.putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .putHeader(HttpHeaders.ACCEPT, "*/*")
                    .putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(body.length()))
                    .putHeader(NodePaths.TAG_HEADER, tag);
            request.exceptionHandler(fault -> broken());
            request.response().onComplete(response -> {
                if (closed) {
                    return;
                }
                if (response.succeeded()) {
                    answered(response.result());
                } else {
                    broken();
                }
            });
            request.end(body);
        }

        private void answered(HttpClientResponse response) {
            answer = response;
            int status = response.statusCode();
            switch (status) {
                // Not found: the worker was taken off its node since. 502 and 503: it is not there or shuts down.
                case 404, 502, 503 ->
                    refused(GatewayError.unavailable(
                            "The model \"" + model + "\" is being started or changed. Try again in a moment."));
                case 429 ->
                    refused(new GatewayError(
                            429,
                            "rate_limit_error",
                            "queue_full",
                            null,
                            "The model \"" + model + "\" has more to do than it can queue. Try again in a moment.",
                            1000L));
                case 401, 403 ->
                    refused(GatewayError.badGateway("The model's node did not accept the gateway's request."));
                default -> pass(response);
            }
        }

        private void pass(HttpClientResponse response) {
            response.exceptionHandler(fault -> broken());
            response.handler(piece -> {
                if (closed) {
                    return;
                }
                since = now();
                first(response);
                if (!over && !client.piece(piece)) {
                    waitsForClient = true;
                    response.pause();
                }
            });
            response.endHandler(done -> {
                if (closed) {
                    return;
                }
                first(response);
                if (over) {
                    return;
                }
                over = true;
                close();
                client.end();
            });
        }

        private void first(HttpClientResponse response) {
            if (!begun) {
                begun = true;
                client.begin(response.statusCode(), response);
            }
        }

        /** The connection is gone before the answer was whole. */
        private void broken() {
            if (closed) {
                return;
            }
            GatewayError error = GatewayError.badGateway(
                    "The model \"" + model + "\" stopped before its answer was whole. Try again.");
            if (begun) {
                fail(error);
            } else {
                another(error);
            }
        }

        /** The replica does not want the request; the rest of its short answer is passed over, the connection stays. */
        private void refused(GatewayError error) {
            close();
            another(error);
        }

        /** Gives up here and tries elsewhere. */
        private void another(GatewayError error) {
            // The most telling error is kept: a full queue says more than a replica that is away.
            if (lastError == null || error.status() == 429 || lastError.status() != 429 && error.status() == 502) {
                lastError = error;
            }
            abandon();
            next();
        }

        /** Closes the connection, so that the worker stops. */
        void abandon() {
            if (closed) {
                return;
            }
            close();
            if (request != null) {
                request.reset();
            }
        }

        private void close() {
            if (!closed) {
                closed = true;
                replica.release();
            }
        }
    }
}
