package io.hearth.ui.gateway;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Json;
import io.hearth.ui.deployments.RouteTable;
import io.hearth.ui.deployments.RouteTable.Route;
import io.hearth.ui.gateway.CallHead.Unreadable;
import io.hearth.ui.metering.Metering;
import io.hearth.ui.metering.UsageTag;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** {@code /v1/*}: who asks, what for, whether they may, and then the {@link Relay}. */
@ApplicationScoped
public class Gateway {
    private static final System.Logger LOG = System.getLogger(Gateway.class.getName());
    private static final String MODELS = "/v1/models";
    private static final Set<String> GENERATING = Set.of("/v1/chat/completions", "/v1/completions");
    private static final String BEARER = "Bearer ";
    private static final long CHECK_MILLIS = 1000;

    /** Bodies up to this size are looked at on the event loop; longer ones would hold up other streams. */
    private static final int QUICK_BYTES = 64 << 10;

    /** Before Quarkus looks for users and reads bodies: keys of applications are the gateway's own, and so are bodies. */
    private static final int FIRST = -10_000;

    private final Vertx vertx;
    private final Clock clock;
    private final KeyTable keys;
    private final Limits limits;
    private final RouteTable routes;
    private final NodeConnections connections;
    private final Traffic traffic;
    private final GatewayMetrics metrics;
    private final GatewaySettings settings;
    private final Bodies bodies;
    private final Set<Exchange> running = ConcurrentHashMap.newKeySet();
    private final long timer;

    @Inject
    public Gateway(
            Vertx vertx,
            Clock clock,
            KeyTable keys,
            Limits limits,
            RouteTable routes,
            NodeConnections connections,
            Traffic traffic,
            GatewayMetrics metrics) {
        this(vertx, clock, keys, limits, routes, connections, traffic, metrics, GatewaySettings.DEFAULT);
    }

    Gateway(
            Vertx vertx,
            Clock clock,
            KeyTable keys,
            Limits limits,
            RouteTable routes,
            NodeConnections connections,
            Traffic traffic,
            GatewayMetrics metrics,
            GatewaySettings settings) {
        this.vertx = vertx;
        this.clock = clock;
        this.keys = keys;
        this.limits = limits;
        this.routes = routes;
        this.connections = connections;
        this.traffic = traffic;
        this.metrics = metrics;
        this.settings = settings;
        this.bodies = new Bodies(vertx, settings);
        this.timer = vertx.setPeriodic(CHECK_MILLIS, tick -> running.forEach(Exchange::check));
    }

    void register(@Observes Router router) {
        router.route("/v1/*").order(FIRST).handler(routing -> handle(routing.request()));
    }

    void start(@Observes StartupEvent event, Metering metering) {
        limits.start(metering.tokensToday());
        keys.refresh();
    }

    @PreDestroy
    void close() {
        vertx.cancelTimer(timer);
        running.forEach(Exchange::stop);
    }

    /** Answers a request. On its event loop. */
    void handle(HttpServerRequest request) {
        long arrived = System.nanoTime();
        String id = Ids.next("req");
        HttpServerResponse response = request.response();
        response.putHeader(Answer.REQUEST_ID, id);
        try {
            String path = request.path();
            ApiKey key = authenticate(request);
            if (key == null) {
                return;
            }
            if (GENERATING.contains(path)) {
                if (allowed(request, HttpMethod.POST)) {
                    generate(request, path, key, id, arrived);
                }
            } else if (path.equals(MODELS)) {
                if (allowed(request, HttpMethod.GET)) {
                    Answer.json(response, 200, models(key));
                }
            } else if (path.startsWith(MODELS + "/")) {
                if (allowed(request, HttpMethod.GET)) {
                    model(request, key, path.substring(MODELS.length() + 1));
                }
            } else {
                refuse(
                        request,
                        GatewayError.notFound("There is nothing at this address. The gateway has /v1/models,"
                                + " /v1/chat/completions and /v1/completions."));
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "The request " + id + " could not be handled", e);
            refuse(
                    request,
                    new GatewayError(
                            500, "server_error", "internal_error", null, "The gateway failed to handle this.", null));
        }
    }

    // ---- Who
    // ----------------------------------------------------------------------------------------------------------

    private ApiKey authenticate(HttpServerRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            refuse(
                    request,
                    GatewayError.unauthorized("An API key is missing. Send it in the header Authorization: Bearer hk-…;"
                            + " keys are made on the page \"API keys and usage\"."));
            return null;
        }
        ApiKey key = keys.present(header.substring(BEARER.length()).strip());
        if (key == null) {
            refuse(request, GatewayError.unauthorized("This API key is not known, or was revoked."));
            return null;
        }
        return switch (key.state(clock.millis())) {
            case ACTIVE -> key;
            case EXPIRED -> {
                refuse(request, GatewayError.unauthorized("This API key has expired. Ask its owner for a new one."));
                yield null;
            }
            default -> {
                refuse(request, GatewayError.unauthorized("This API key is switched off. Ask its owner."));
                yield null;
            }
        };
    }

    private boolean allowed(HttpServerRequest request, HttpMethod method) {
        if (request.method().equals(method)) {
            return true;
        }
        request.response().putHeader(HttpHeaders.ALLOW, method.name());
        refuse(request, GatewayError.methodNotAllowed("This address takes " + method.name() + " only."));
        return false;
    }

    /** Answers with an error; what still comes of the body is passed over. */
    private void refuse(HttpServerRequest request, GatewayError error) {
        metrics.counted(GatewayMetrics.NO_MODEL, error.status());
        Answer.error(request.response(), error);
        if (error.status() == 413 || error.status() == 408) {
            // The client may go on sending for long.
            vertx.setTimer(CHECK_MILLIS, later -> Answer.cutOff(request));
        }
        request.resume();
    }

    // ---- Models
    // -------------------------------------------------------------------------------------------------------

    private Buffer models(ApiKey key) {
        ObjectNode body = Json.MAPPER.createObjectNode().put("object", "list");
        ArrayNode data = body.putArray("data");
        routes.all().stream().filter(route -> key.allows(route.name())).forEach(route -> data.add(describe(route)));
        return Buffer.buffer(Json.write(body));
    }

    private void model(HttpServerRequest request, ApiKey key, String name) {
        Route route = routes.route(name).orElse(null);
        if (route == null || !key.allows(name)) {
            refuse(request, unknown(key, name, route));
        } else {
            Answer.json(request.response(), 200, Buffer.buffer(Json.write(describe(route))));
        }
    }

    private static ObjectNode describe(Route route) {
        return Json.MAPPER
                .createObjectNode()
                .put("id", route.name())
                .put("object", "model")
                .put("created", route.created() / 1000)
                .put("owned_by", "hearth");
    }

    private GatewayError unknown(ApiKey key, String name, Route route) {
        if (route != null) {
            return GatewayError.forbidden("This API key may not use the model \"" + name + "\". " + usable(key));
        }
        return GatewayError.modelNotFound("There is no model \"" + shown(name) + "\". " + usable(key));
    }

    private String usable(ApiKey key) {
        List<String> names = routes.all().stream()
                .map(Route::name)
                .filter(key::allows)
                .limit(20)
                .toList();
        return names.isEmpty()
                ? "There is none that this key may use."
                : "This key may use: " + names.stream().collect(Collectors.joining(", ")) + ".";
    }

    private static String shown(String name) {
        StringBuilder text = new StringBuilder();
        name.codePoints().filter(c -> !Character.isISOControl(c)).limit(100).forEach(text::appendCodePoint);
        return text.toString();
    }

    // ---- Generation
    // ---------------------------------------------------------------------------------------------------

    private void generate(HttpServerRequest request, String path, ApiKey key, String id, long arrived) {
        if (!isJson(request.getHeader(HttpHeaders.CONTENT_TYPE))) {
            refuse(request, GatewayError.unsupportedMediaType("The request's Content-Type must be application/json."));
            return;
        }
        if (running.size() >= settings.maxRequests()) {
            refuse(request, GatewayError.unavailable("The gateway has as many requests in hand as it can hold."));
            return;
        }
        if (request.getHeader(HttpHeaders.EXPECT) != null) {
            request.response().writeContinue();
        }
        Context context = vertx.getOrCreateContext();
        bodies.read(
                request,
                body -> {
                    if (body.length() <= QUICK_BYTES) {
                        read(request, context, path, key, id, arrived, body);
                    } else {
                        context.executeBlocking(() -> CallHead.read(body), false)
                                .onComplete(head -> {
                                    if (head.succeeded()) {
                                        called(request, context, path, key, id, arrived, body, head.result());
                                    } else {
                                        unreadable(request, body, head.cause());
                                    }
                                });
                    }
                },
                fault -> refuse(request, fault),
                () -> metrics.counted(GatewayMetrics.NO_MODEL, 499));
    }

    private static boolean isJson(String type) {
        if (type == null) {
            return false;
        }
        int end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end)).strip().equalsIgnoreCase("application/json");
    }

    private void read(
            HttpServerRequest request, Context context, String path, ApiKey key, String id, long arrived, Buffer body) {
        CallHead head;
        try {
            head = CallHead.read(body);
        } catch (Unreadable e) {
            unreadable(request, body, e);
            return;
        }
        called(request, context, path, key, id, arrived, body, head);
    }

    private void unreadable(HttpServerRequest request, Buffer body, Throwable cause) {
        bodies.release(body.length());
        refuse(
                request,
                cause instanceof Unreadable reason
                        ? GatewayError.badRequest(reason.param(), reason.getMessage())
                        : GatewayError.badRequest(null, "The request's body cannot be read."));
    }

    private void called(
            HttpServerRequest request,
            Context context,
            String path,
            ApiKey key,
            String id,
            long arrived,
            Buffer body,
            CallHead head) {
        Route route = routes.route(head.model()).orElse(null);
        if (route == null || !key.allows(head.model())) {
            bodies.release(body.length());
            refuse(request, unknown(key, head.model(), route));
            return;
        }
        KeyBudget.Decision decision = limits.admit(key, id, head.estimate(body.length()));
        Answer.rate(request.response(), decision.standing());
        if (decision instanceof KeyBudget.Refused refused) {
            bodies.release(body.length());
            metrics.counted(route.name(), 429);
            Answer.error(
                    request.response(),
                    GatewayError.limited(refused.type(), refused.message(), refused.retryAfterMillis()));
            return;
        }
        String tag = new UsageTag(key.id(), key.ownerId(), route.deployment(), id).text();
        Exchange exchange =
                new Exchange(request, context, settings, arrived, new Ending(key, id, route.name(), body.length()));
        metrics.started();
        running.add(exchange);
        exchange.start(new Relay(connections, routes, settings, route.name(), path, body, tag, exchange));
    }

    /** What is done when an answer begins and when it has ended. */
    private final class Ending implements Exchange.Listener {
        private final ApiKey key;
        private final String id;
        private final String model;
        private final int bodyBytes;

        Ending(ApiKey key, String id, String model, int bodyBytes) {
            this.key = key;
            this.id = id;
            this.model = model;
            this.bodyBytes = bodyBytes;
        }

        @Override
        public void began(Exchange exchange, long micros) {
            metrics.began(model, micros);
            traffic.began(model, micros);
        }

        @Override
        public void ended(Exchange exchange, int status) {
            running.remove(exchange);
            bodies.release(bodyBytes);
            limits.ended(key, id, status == 200 || status == 499);
            metrics.ended(model, status);
            traffic.ended(model, status);
        }
    }

    /** Requests that run. */
    int running() {
        return running.size();
    }

    /** Bytes of bodies that are held. */
    long bodiesHeld() {
        return bodies.held();
    }
}
