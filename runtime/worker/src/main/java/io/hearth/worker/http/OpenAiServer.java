package io.hearth.worker.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.engine.serve.EngineMetrics;
import io.hearth.worker.process.UsageException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The HTTP server of a worker. It listens from the start, answers 503 until there is a {@link Backend}, and again when it
 * is being closed.
 */
final class OpenAiServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(OpenAiServer.class.getName());
    private static final String MODELS = "/v1/models";
    private static final int CLOSE_SECONDS = 5;

    private final Vertx vertx;
    private final ServerSettings settings;
    private final BearerToken token;
    private final HttpServer server;
    private volatile Backend backend;
    private volatile boolean draining;

    private OpenAiServer(ServerSettings settings) {
        this.settings = settings;
        this.token = new BearerToken(settings.token());
        this.vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(2)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        this.server = vertx.createHttpServer(new HttpServerOptions()
                .setHost(settings.host())
                .setPort(settings.port())
                // One protocol, one way in which a client leaves: its connection closes.
                .setHttp2ClearTextEnabled(false)
                .setHandle100ContinueAutomatically(true));
        server.requestHandler(this::handle);
    }

    /**
     * Listens.
     *
     * @throws UsageException with a sentence if the address cannot be had
     */
    static OpenAiServer listen(ServerSettings settings) {
        OpenAiServer server = new OpenAiServer(settings);
        try {
            server.server.listen().toCompletionStage().toCompletableFuture().join();
            return server;
        } catch (CompletionException e) {
            server.close();
            throw new UsageException(
                    "The worker cannot listen on " + settings.host() + " port " + settings.port() + ": "
                            + e.getCause().getMessage() + ". Choose another port, or 0 for a free one.",
                    e.getCause());
        }
    }

    int port() {
        return server.actualPort();
    }

    /** Answers requests from now on. */
    void serve(Backend loaded) {
        backend = loaded;
    }

    /** Refuses new requests from now on; those that run go on. */
    void drain() {
        draining = true;
    }

    /** Closes all connections; waits a little for what is still on its way to clients, but not for those that do not read. */
    @Override
    public void close() {
        draining = true;
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            LOG.log(System.Logger.Level.WARNING, "A client did not take the rest of its answer before the end.");
        } catch (ExecutionException e) {
            throw new IllegalStateException("the HTTP server could not be closed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- Requests --------------------------------------------------------------------------------------------------

    private void handle(HttpServerRequest request) {
        try {
            route(request);
        } catch (ApiException e) {
            Responses.error(request.response(), e);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a request could not be handled", e);
            Responses.error(request.response(), ApiException.fault("The server failed to handle this request."));
        }
    }

    private void route(HttpServerRequest request) {
        String path = decodedPath(request);
        if (path.equals("/health")) {
            allow(request, HttpMethod.GET);
            health(request);
            return;
        }
        if (!token.admits(request.getHeader("Authorization"))) {
            throw ApiException.unauthorized();
        }
        if (path.equals(MODELS)) {
            allow(request, HttpMethod.GET);
            Responses.json(request.response(), 200, available().models().list());
        } else if (path.startsWith(MODELS + "/")) {
            allow(request, HttpMethod.GET);
            String name = path.substring(MODELS.length() + 1);
            Responses.json(request.response(), 200, available().models().model(name));
        } else if (path.equals("/v1/chat/completions") || path.equals("/v1/completions")) {
            allow(request, HttpMethod.POST);
            generate(request, path.equals("/v1/chat/completions"));
        } else {
            throw ApiException.notFound("There is nothing at this address. This server has /health, /v1/models,"
                    + " /v1/chat/completions and /v1/completions.");
        }
    }

    private static String decodedPath(HttpServerRequest request) {
        String raw = request.path();
        try {
            String path =
                    raw == null ? null : URI.create("http://localhost" + raw).getPath();
            if (path != null) {
                return path;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw ApiException.badRequest(null, "The request's path is not a valid one.");
    }

    private static void allow(HttpServerRequest request, HttpMethod method) {
        if (!request.method().equals(method)) {
            request.response().putHeader("Allow", method.name());
            throw ApiException.methodNotAllowed("This address takes " + method.name() + " only.");
        }
    }

    private Backend available() {
        Backend loaded = backend;
        if (draining) {
            throw ApiException.unavailable("The server is shutting down and takes no new requests.");
        }
        if (loaded == null) {
            throw ApiException.unavailable("The model is still being loaded. Try again in a moment.");
        }
        return loaded;
    }

    private void health(HttpServerRequest request) {
        Backend loaded = backend;
        String status = status(loaded);
        ObjectNode body = Json.object().put("status", status);
        ArrayNode models = body.putArray("models");
        if (loaded != null) {
            loaded.models().names().forEach(models::add);
            EngineMetrics metrics = loaded.engine().metrics();
            body.put("running", metrics.running())
                    .put("waiting", metrics.waiting())
                    .put("blocks_in_use", metrics.blocksInUse())
                    .put("blocks", metrics.blocks())
                    .put("prompt_tokens", metrics.promptTokens())
                    .put("generated_tokens", metrics.generatedTokens())
                    .put("preemptions", metrics.preemptions());
        }
        Responses.json(request.response(), status.equals("ok") ? 200 : 503, body);
    }

    private String status(Backend loaded) {
        if (draining) {
            return "draining";
        }
        if (loaded == null) {
            return "loading";
        }
        return loaded.engine().isHealthy() ? "ok" : "failed";
    }

    private void generate(HttpServerRequest request, boolean chat) {
        Backend loaded = available();
        requireJson(request);
        GenerationHandler handler =
                new GenerationHandler(vertx, loaded, settings.streamPatience(), Tag.of(request.getHeader(Tag.HEADER)));
        BodyReader.read(
                vertx,
                request,
                settings.maxBodyBytes(),
                settings.bodyPatience(),
                body -> handler.handle(request, body, chat),
                error -> Responses.error(request.response(), error));
    }

    private static void requireJson(HttpServerRequest request) {
        String type = request.getHeader("Content-Type");
        String essence = type == null ? "" : type.split(";", 2)[0].strip();
        if (!essence.equalsIgnoreCase("application/json")) {
            throw ApiException.unsupportedMediaType(
                    "The request's Content-Type must be application/json" + (type == null ? "." : ", not another."));
        }
    }
}
