package io.hearth.ui.deployments;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.contract.Deployment.NamedDirectory;
import io.hearth.protocol.WorkerKind;
import io.hearth.protocol.WorkerSpec;
import io.hearth.ui.core.Json;
import io.hearth.ui.models.ModelVersion;
import io.hearth.ui.models.Models;
import io.hearth.ui.nodes.WorkerRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Turns a revision into what a worker is told, and works out what it will need. */
final class ServeTask {
    private static final int USUAL_CONTEXT = 8192;
    private static final int USUAL_SEQUENCES = 16;
    /** Whole contexts for which the cache has room, if nothing is said; most requests need much less. */
    private static final int USUAL_WHOLE_CONTEXTS = 4;

    private static final long MIB = 1L << 20;
    private static final long LEAST_CACHE = 64 * MIB;
    private static final long MOST_CACHE = 8L << 30;
    private static final long UNKNOWN_CACHE = 1L << 30;
    /** The process itself, its buffers and its kernels. */
    private static final long PROCESS = 512 * MIB;

    private final Models models;

    ServeTask(Models models) {
        this.models = models;
    }

    /** The settings with every default filled in. Reads a file: not within a transaction. */
    Settings complete(ModelVersion base, Settings wish) {
        int most = base.contextLength() == null ? USUAL_CONTEXT : base.contextLength();
        int context = wish.contextLength() == null
                ? Math.min(most, USUAL_CONTEXT)
                : base.contextLength() == null ? wish.contextLength() : Math.min(wish.contextLength(), most);
        int sequences = wish.maxSequences() == null ? USUAL_SEQUENCES : wish.maxSequences();
        long cache = wish.cacheBytes() != null ? wish.cacheBytes() : cacheBytes(base, context, sequences);
        return new Settings(context, sequences, cache);
    }

    private long cacheBytes(ModelVersion base, int context, int sequences) {
        long perToken = bytesPerToken(models.textFiles(base).resolve("config.json"));
        return perToken == 0
                ? UNKNOWN_CACHE
                : Math.clamp(perToken * context * Math.min(sequences, USUAL_WHOLE_CONTEXTS), LEAST_CACHE, MOST_CACHE);
    }

    /** Bytes of keys and values of one token in 32 bits; 0 if the configuration does not tell. */
    static long bytesPerToken(Path config) {
        try {
            JsonNode read = Json.MAPPER.readTree(Files.readAllBytes(config));
            JsonNode text = read.has("text_config") ? read.get("text_config") : read;
            long layers = text.path("num_hidden_layers").asLong();
            long heads = text.path("num_attention_heads").asLong();
            long keyValueHeads = text.path("num_key_value_heads").asLong(heads);
            long hidden = text.path("hidden_size").asLong();
            long headSize = text.path("head_dim").asLong(heads == 0 ? 0 : hidden / heads);
            return 2 * layers * keyValueHeads * headSize * Float.BYTES;
        } catch (IOException e) {
            return 0;
        }
    }

    /** Memory that a worker will need: the weights, the cache, and the process. */
    static long memoryBytes(ModelVersion base, ModelVersion adapter, Settings settings) {
        long weights = base.sizeBytes() + (adapter == null ? 0 : adapter.sizeBytes());
        return weights + weights / 8 + settings.cacheBytes() + PROCESS;
    }

    /** What the worker is told. */
    WorkerRequest request(Handle handle, Deployment deployment, Revision revision, Set<String> avoid) {
        ModelVersion version = models.version(handle, revision.version());
        boolean adapter = version.kind() == ModelVersion.Kind.ADAPTER;
        ModelVersion base = adapter ? models.version(handle, version.base()) : version;
        List<WorkerSpec.Input> inputs = new ArrayList<>(models.inputs(base, "base"));
        List<NamedDirectory> adapters = List.of();
        String baseName = deployment.name();
        if (adapter) {
            String folder = "adapters/" + deployment.name();
            inputs.addAll(models.inputs(version, folder));
            adapters = List.of(new NamedDirectory(deployment.name(), folder));
            // The base is never asked for, but has to have a name of its own.
            baseName = deployment.name() + "-base";
        }
        Settings settings = revision.settings();
        return new WorkerRequest(
                deployment.owner(),
                WorkerKind.SERVE,
                Json.sparse(new io.hearth.contract.Deployment(
                        deployment.id(),
                        new NamedDirectory(baseName, "base"),
                        adapters,
                        "127.0.0.1",
                        0,
                        null,
                        null,
                        settings.contextLength(),
                        settings.maxSequences(),
                        null,
                        settings.cacheBytes(),
                        null)),
                inputs,
                List.of(),
                revision.memoryBytes(),
                WorkerSpec.Restart.SERVICE,
                Set.copyOf(deployment.nodes()),
                Set.copyOf(deployment.cards()),
                avoid);
    }
}
