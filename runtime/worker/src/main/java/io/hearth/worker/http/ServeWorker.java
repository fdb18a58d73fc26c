package io.hearth.worker.http;

import io.hearth.contract.Deployment;
import io.hearth.contract.Deployment.NamedDirectory;
import io.hearth.contract.Event;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.checkpoint.PeftAdapter;
import io.hearth.engine.model.AdapterPool;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.ModelConfig;
import io.hearth.engine.model.ModelConfigReader;
import io.hearth.engine.serve.EngineLimits;
import io.hearth.engine.serve.InferenceEngine;
import io.hearth.engine.serve.ModelStepRunner;
import io.hearth.text.Tokenizer;
import io.hearth.worker.process.UsageException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Serves one deployment: loads the model and its adapters, answers HTTP, and gives everything back at the end.
 *
 * <p>The server listens first, so that an address that is taken is told before a long load, and answers 503 until the model
 * is there. {@link #close} refuses new requests, lets those that run finish for a bounded time, and cancels the rest; call it
 * from the process's shutdown hook.
 */
public final class ServeWorker implements AutoCloseable {
    /** Name of the environment variable with the bearer token that guards the server; unset = no guard. */
    public static final String TOKEN_VARIABLE = "HEARTH_WORKER_TOKEN";

    private static final int BLOCK_SIZE = 128;
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final Consumer<Event> events;
    private final Duration grace;
    private final OpenAiServer server;
    /** What was opened, the last first. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    private InferenceEngine engine;
    private boolean closed;

    private ServeWorker(Consumer<Event> events, Duration grace, OpenAiServer server) {
        this.events = events;
        this.grace = grace;
        this.server = server;
    }

    /**
     * Starts serving; returns when the server is ready. The token is that of {@link #TOKEN_VARIABLE}.
     *
     * @param deployment what to serve; relative paths are relative to {@code home}
     * @param home directory of the deployment file
     * @param device card to serve on; belongs to the caller, who must not use it until this is closed
     * @param events hears of the phases and of being ready
     * @throws RuntimeException with a sentence if the deployment cannot be served; nothing is left open then
     */
    public static ServeWorker start(Deployment deployment, Path home, Device device, Consumer<Event> events) {
        return start(deployment, home, device, events, BLOCK_SIZE, GRACE, System.getenv(TOKEN_VARIABLE));
    }

    static ServeWorker start(
            Deployment deployment,
            Path home,
            Device device,
            Consumer<Event> events,
            int blockSize,
            Duration grace,
            String token) {
        Deployment complete = deployment.withDefaults();
        ServedModels names = names(complete);
        OpenAiServer server = OpenAiServer.listen(ServerSettings.of(complete.host(), complete.port(), token));
        ServeWorker worker = new ServeWorker(events, grace, server);
        try {
            worker.load(complete, names, home, device, blockSize);
        } catch (RuntimeException | Error e) {
            worker.close();
            throw e;
        }
        events.accept(new Event.Ready(worker.url(complete.host()), names.names()));
        return worker;
    }

    private static ServedModels names(Deployment deployment) {
        if (deployment.model() == null || deployment.model().directory() == null) {
            throw new UsageException("The deployment names no model: set \"model\" to its name and directory.");
        }
        try {
            return new ServedModels(
                    name(deployment.model()),
                    deployment.adapters().stream().map(ServeWorker::name).toList(),
                    Instant.now().getEpochSecond());
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private static String name(NamedDirectory model) {
        return model.name() != null
                ? model.name()
                : Path.of(model.directory()).normalize().getFileName().toString();
    }

    private void load(Deployment deployment, ServedModels names, Path home, Device device, int blockSize) {
        Path directory = home.resolve(deployment.model().directory());
        events.accept(new Event.Phase("load", "Loading " + names.names().getFirst() + " from " + directory));
        ModelConfig config = ModelConfigReader.read(directory);
        DType act = type(deployment, device);
        int context = contextLength(deployment, config);
        Tokenizer tokenizer = open(Tokenizer.load(directory));
        if (tokenizer.vocabularySize() > config.vocabSize()) {
            throw new UsageException("The tokenizer in " + directory + " has " + tokenizer.vocabularySize()
                    + " tokens, but the model only " + config.vocabSize()
                    + ": they do not belong together. Copy both from the same source.");
        }
        ModelText text = ModelText.of(tokenizer);
        if (!text.canChat()) {
            events.accept(new Event.Warning(
                    "The model in " + directory + " has no chat template, so it answers /v1/completions only."));
        }
        LoadedModel model = open(LoadedModel.load(device, directory, act, context, false));
        AdapterPool pool = adapters(deployment, home, model);
        EngineLimits limits = limits(deployment, model, context, blockSize);
        engine = new InferenceEngine(limits, new ModelStepRunner(model, pool, limits));
        WarmUp.run(engine);
        server.serve(new Backend(names, text, engine, stopTokens(config, tokenizer), events));
    }

    private AdapterPool adapters(Deployment deployment, Path home, LoadedModel model) {
        if (deployment.adapters().isEmpty()) {
            return null;
        }
        List<LoraAdapter> adapters = deployment.adapters().stream()
                .map(adapter -> PeftAdapter.read(home.resolve(adapter.directory())))
                .toList();
        return open(new AdapterPool(model, adapters));
    }

    private EngineLimits limits(Deployment deployment, LoadedModel model, int context, int blockSize) {
        CacheSize cache = CacheSize.of(
                model.config(),
                model.act(),
                model.device().info(),
                blockSize,
                context,
                deployment.maxSequences(),
                deployment.cacheBytes());
        if (cache.contextLength() < context) {
            events.accept(new Event.Warning("The key-value cache holds " + cache.contextLength()
                    + " tokens, so requests may have that many and not " + context
                    + ". Raise \"cacheBytes\" for longer ones."));
        }
        if (deployment.maxBatchTokens() < deployment.maxSequences()) {
            throw new UsageException("\"maxBatchTokens\" is " + deployment.maxBatchTokens()
                    + "; it must be at least \"maxSequences\", which is " + deployment.maxSequences() + ".");
        }
        return new EngineLimits(
                cache.contextLength(),
                model.config().vocabSize(),
                deployment.adapters().size(),
                cache.blocks(),
                blockSize,
                deployment.maxSequences(),
                deployment.maxBatchTokens(),
                deployment.maxQueue());
    }

    private static DType type(Deployment deployment, Device device) {
        if (deployment.dtype() == null) {
            return device.supports(DType.BF16) ? DType.BF16 : DType.F32;
        }
        return switch (deployment.dtype()) {
            case "f32" -> DType.F32;
            case "bf16" -> DType.BF16;
            default -> throw new UsageException("\"dtype\" is \"" + deployment.dtype() + "\"; it must be f32 or bf16.");
        };
    }

    private static int contextLength(Deployment deployment, ModelConfig config) {
        int most = config.maxPositionEmbeddings();
        Integer wanted = deployment.contextLength();
        if (wanted != null && (wanted < 2 || wanted > most)) {
            throw new UsageException("\"contextLength\" is " + wanted + "; it must be from 2 to " + most
                    + ", the context that the model was made for.");
        }
        return wanted == null ? most : wanted;
    }

    private static List<Integer> stopTokens(ModelConfig config, Tokenizer tokenizer) {
        TreeSet<Integer> tokens = new TreeSet<>(config.eosTokenIds());
        tokenizer.eosId().ifPresent(tokens::add);
        return List.copyOf(tokens);
    }

    private <T extends AutoCloseable> T open(T resource) {
        opened.push(resource);
        return resource;
    }

    private String url(String host) {
        String name = host.contains(":") ? "[" + host + "]" : host;
        return "http://" + name + ":" + server.port();
    }

    /** The port that the server listens on. */
    public int port() {
        return server.port();
    }

    /**
     * Refuses new requests, lets those that run finish for at most 20 seconds, cancels the rest, closes the connections and
     * gives all memory back. A second call waits for the first.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        server.drain();
        if (engine != null) {
            if (engine.metrics().running() + engine.metrics().waiting() > 0) {
                events.accept(new Event.Phase(
                        "drain", "Finishing the requests that run, for at most " + grace.toSeconds() + " s"));
            }
            engine.close(grace);
        }
        server.close();
        while (!opened.isEmpty()) {
            close(opened.pop());
        }
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("could not be closed: " + resource, e);
        }
    }
}
