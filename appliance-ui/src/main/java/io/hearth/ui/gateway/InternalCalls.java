package io.hearth.ui.gateway;

import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.deployments.RouteTable;
import io.hearth.ui.metering.Metering;
import io.hearth.ui.metering.UsageTag;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls of users who are signed in, without an API key: the same routes, replicas, retries and metering as for applications, on
 * the account of the user.
 */
@ApplicationScoped
public class InternalCalls {
    private static final String CHAT = "/v1/chat/completions";
    private static final int MOST_PER_USER = 8;
    private static final long CHECK_MILLIS = 1000;

    /** Takes an answer. Called on an event loop: quick, and without waiting. */
    public interface Sink {
        /** A piece of the answer to a request that was accepted, as the worker wrote it. */
        void piece(byte[] bytes);

        /** The answer is whole. */
        void end();

        /** There is no answer or no more of it, for this reason. */
        void failed(int status, String body);
    }

    /** A call that goes on. */
    public interface Call {
        /** Wants no more of it. Nothing is said to the sink any more. */
        void stop();
    }

    private final Vertx vertx;
    private final RouteTable routes;
    private final NodeConnections connections;
    private final Traffic traffic;
    private final GatewayMetrics metrics;
    private final Metering metering;
    private final Database database;
    private final Map<String, AtomicInteger> running = new ConcurrentHashMap<>();

    public InternalCalls(
            Vertx vertx,
            RouteTable routes,
            NodeConnections connections,
            Traffic traffic,
            GatewayMetrics metrics,
            Metering metering,
            Database database) {
        this.vertx = vertx;
        this.routes = routes;
        this.connections = connections;
        this.traffic = traffic;
        this.metrics = metrics;
        this.metering = metering;
        this.database = database;
    }

    /**
     * Asks a deployment.
     *
     * @param model its public name
     * @param json body of a request to {@code /v1/chat/completions} that names it
     * @throws Problem if there is no such deployment or the user has too much going on
     */
    public Call chat(Actor actor, String model, String json, Sink sink) {
        actor.needs(Role.OPERATOR);
        RouteTable.Route route =
                routes.route(model).orElseThrow(() -> Problem.notFound("gateway.model.unknown", model));
        AtomicInteger count = running.computeIfAbsent(actor.id(), id -> new AtomicInteger());
        if (count.incrementAndGet() > MOST_PER_USER) {
            count.decrementAndGet();
            throw new Problem(Problem.Kind.LIMITED, Sentence.of("gateway.calls.many", MOST_PER_USER));
        }
        database.run(handle -> metering.name(handle, actor.id(), actor.name()));
        String tag = new UsageTag(UsageTag.NOBODY, actor.id(), route.deployment(), Ids.next("req")).text();
        InProcess call = new InProcess(model, sink, count, vertx.getOrCreateContext());
        call.start(Buffer.buffer(json), tag);
        return call;
    }

    private final class InProcess implements Relay.Client, Call {
        private final String model;
        private final Sink sink;
        private final AtomicInteger count;
        private final Context context;
        private final long arrived = System.nanoTime();
        private Relay relay;
        private long timer;
        private int status;
        private boolean over;
        private Buffer refusal = Buffer.buffer();

        InProcess(String model, Sink sink, AtomicInteger count, Context context) {
            this.model = model;
            this.sink = sink;
            this.count = count;
            this.context = context;
        }

        void start(Buffer body, String tag) {
            metrics.started();
            context.runOnContext(now -> {
                timer = vertx.setPeriodic(CHECK_MILLIS, tick -> relay.check());
                relay = new Relay(connections, routes, GatewaySettings.DEFAULT, model, CHAT, body, tag, this);
                relay.start();
            });
        }

        @Override
        public void stop() {
            context.runOnContext(now -> {
                if (!over) {
                    relay.cancel();
                    over(499);
                }
            });
        }

        @Override
        public void begin(int answered, HttpClientResponse head) {
            status = answered;
            long micros = (System.nanoTime() - arrived) / 1000;
            metrics.began(model, micros);
            traffic.began(model, micros);
        }

        @Override
        public boolean piece(Buffer piece) {
            if (status == 200) {
                sink.piece(piece.getBytes());
            } else {
                refusal = refusal.appendBuffer(piece);
            }
            return true;
        }

        @Override
        public void end() {
            over(status);
            if (status == 200) {
                sink.end();
            } else {
                sink.failed(status, refusal.toString());
            }
        }

        @Override
        public void failed(GatewayError error) {
            over(error.status());
            sink.failed(error.status(), error.body().toString());
        }

        private void over(int ended) {
            over = true;
            vertx.cancelTimer(timer);
            count.decrementAndGet();
            metrics.ended(model, ended);
            traffic.ended(model, ended);
        }
    }
}
