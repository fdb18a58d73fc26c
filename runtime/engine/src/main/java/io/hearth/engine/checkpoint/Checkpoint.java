package io.hearth.engine.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The weights of a model directory in Hugging Face layout: one {@code model.safetensors}, or the shards that {@code
 * model.safetensors.index.json} names. All headers are checked when it is opened; tensors are mapped, not read.
 *
 * <p>Safe for use by several threads; tensors are valid until {@link #close}.
 */
public final class Checkpoint implements AutoCloseable {
    private static final long MAX_INDEX_BYTES = 64L << 20;
    private static final int MAX_SHARDS = 4096;

    private final Path directory;
    private final List<SafetensorsFile> files;
    private final SequencedMap<String, StoredTensor> tensors;

    private Checkpoint(Path directory, List<SafetensorsFile> files, SequencedMap<String, StoredTensor> tensors) {
        this.directory = directory;
        this.files = files;
        this.tensors = tensors;
    }

    /**
     * Opens the weights of a model directory. A single file is preferred where there are both, as in transformers.
     *
     * @throws CheckpointException if there are no safetensors weights, a shard is missing, or a file is not what it
     *                             claims to be
     */
    public static Checkpoint open(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new CheckpointException("%s is not a directory. Name the model's directory.".formatted(directory));
        }
        Path single = directory.resolve(ShardedWriter.SINGLE);
        if (Files.exists(single)) {
            return openAll(directory, Map.of(single.getFileName().toString(), Set.of()));
        }
        Path index = directory.resolve(ShardedWriter.INDEX);
        if (Files.exists(index)) {
            return openAll(directory, readIndex(index));
        }
        throw noWeights(directory);
    }

    /** Shard name to the tensors that the index expects in it. */
    private static Map<String, Set<String>> readIndex(Path index) {
        ObjectNode root = JsonFiles.readObject(index, MAX_INDEX_BYTES);
        if (!(root.get("weight_map") instanceof ObjectNode map) || map.isEmpty()) {
            throw new CheckpointException("%s has no weight_map that names the shards.".formatted(index));
        }
        Map<String, Set<String>> shards = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String shard = entry.getValue().textValue();
            if (shard == null || !isPlainName(shard)) {
                throw new CheckpointException(
                        "%s: tensor %s is said to be in %s. A shard must be a .safetensors file in the same directory."
                                .formatted(index, entry.getKey(), entry.getValue()));
            }
            shards.computeIfAbsent(shard, name -> new HashSet<>()).add(entry.getKey());
        }
        if (shards.size() > MAX_SHARDS) {
            throw new CheckpointException("%s names more than %d shards.".formatted(index, MAX_SHARDS));
        }
        return shards;
    }

    /** No separators, no control characters, nothing that leads out of the directory. */
    private static boolean isPlainName(String name) {
        return name.matches("[A-Za-z0-9_][A-Za-z0-9_.+=-]{0,200}\\.safetensors");
    }

    /** An empty set of expected tensors means whatever the file holds. */
    private static Checkpoint openAll(Path directory, Map<String, Set<String>> shards) {
        List<SafetensorsFile> files = new ArrayList<>();
        SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
        try {
            shards.forEach((name, expected) -> {
                Path path = directory.resolve(name);
                if (!Files.exists(path)) {
                    throw new CheckpointException(
                            "%s is missing, though the index names it. Fetch the model again or copy the shard there."
                                    .formatted(path));
                }
                SafetensorsFile file = SafetensorsFile.open(path);
                files.add(file);
                requireSameNames(file, expected);
                file.names().forEach(tensor -> tensors.put(tensor, file.tensor(tensor)));
            });
        } catch (RuntimeException | Error e) {
            files.forEach(SafetensorsFile::close);
            throw e;
        }
        return new Checkpoint(directory, files, tensors);
    }

    private static void requireSameNames(SafetensorsFile file, Set<String> expected) {
        if (expected.isEmpty()) {
            return;
        }
        for (String tensor : expected) {
            if (file.find(tensor).isEmpty()) {
                throw new CheckpointException(
                        "%s lacks tensor %s, which the index says it holds.".formatted(file.path(), tensor));
            }
        }
        for (String tensor : file.names()) {
            if (!expected.contains(tensor)) {
                throw new CheckpointException(
                        "%s holds tensor %s, which the index does not expect there.".formatted(file.path(), tensor));
            }
        }
    }

    private static CheckpointException noWeights(Path directory) {
        List<String> pickles;
        try (Stream<Path> entries = Files.list(directory)) {
            pickles = entries.map(path -> path.getFileName().toString())
                    .filter(name -> name.matches(".*\\.(bin|pt|pth|ckpt|pkl)"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return new CheckpointException("%s cannot be listed: %s".formatted(directory, e.getMessage()), e);
        }
        if (pickles.isEmpty()) {
            return new CheckpointException("%s holds no weights: neither %s nor %s is there."
                    .formatted(directory, ShardedWriter.SINGLE, ShardedWriter.INDEX));
        }
        return new CheckpointException(
                ("%s holds weights only as pickle (%s), which can run code when it is read and is never opened. Convert it "
                                + "where you trust it, with transformers: AutoModelForCausalLM.from_pretrained(dir)"
                                + ".save_pretrained(newDir, safe_serialization=True).")
                        .formatted(directory, pickles.getFirst()));
    }

    public Path directory() {
        return directory;
    }

    /** Names of all tensors, shard by shard. */
    public SequencedSet<String> names() {
        return Collections.unmodifiableSequencedSet(tensors.sequencedKeySet());
    }

    /** Bytes of all tensors together. */
    public long dataBytes() {
        return files.stream().mapToLong(SafetensorsFile::dataBytes).sum();
    }

    /** The tensor with this name, if there is one. */
    public Optional<StoredTensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /**
     * A tensor that must be there with this shape and a type that weights may have.
     *
     * @throws CheckpointException if it is missing, has another shape, or is not F32, F16 or BF16
     */
    public StoredTensor require(String name, long... shape) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new CheckpointException(
                    "%s: tensor %s is missing. The weights do not belong to this config.json, or are incomplete."
                            .formatted(directory, name));
        }
        if (!tensor.hasShape(shape)) {
            throw new CheckpointException(
                    "%s: tensor %s has shape %s, but config.json asks for %s. The weights do not belong to it."
                            .formatted(tensor.file(), name, Arrays.toString(tensor.shape()), Arrays.toString(shape)));
        }
        if (!tensor.type().isWeight()) {
            throw new CheckpointException("%s: tensor %s has type %s, but weights must be F32, F16 or BF16."
                    .formatted(tensor.file(), name, tensor.type()));
        }
        return tensor;
    }

    /**
     * Refuses tensors that the model has no place for, since leaving them out would give wrong numbers. Two kinds are
     * harmless and pass: stored rotary frequencies, and an output head beside tied embeddings.
     *
     * @param used the names that the model takes
     * @throws CheckpointException that names the first ones
     */
    public void refuseUnused(Set<String> used, boolean tiedEmbeddings) {
        List<String> unused = unused(used, tiedEmbeddings);
        if (!unused.isEmpty()) {
            throw new CheckpointException(
                    "%s: the model described by config.json has no place for %d tensors of the weights, such as %s. Leaving them out would give wrong answers."
                            .formatted(directory, unused.size(), unused.getFirst()));
        }
    }

    /** The names that {@link #refuseUnused} objects to, in the order of {@link #names}. */
    public List<String> unused(Set<String> used, boolean tiedEmbeddings) {
        return tensors.keySet().stream()
                .filter(name -> !used.contains(name))
                .filter(name -> !name.endsWith("rotary_emb.inv_freq"))
                .filter(name -> !(tiedEmbeddings && name.equals("lm_head.weight")))
                .toList();
    }

    /** Unmaps all files. Closing twice does nothing. */
    @Override
    public void close() {
        files.forEach(SafetensorsFile::close);
    }
}
