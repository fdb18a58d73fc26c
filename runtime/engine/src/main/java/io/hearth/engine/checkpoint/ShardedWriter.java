package io.hearth.engine.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the weights of a model as Hugging Face lays them out: {@code model.safetensors} where one file is enough, else
 * {@code model-00001-of-00003.safetensors} and so on with {@code model.safetensors.index.json}.
 */
public final class ShardedWriter {
    /** The file that says which shard holds which tensor. */
    public static final String INDEX = "model.safetensors.index.json";
    /** The file of a model that is not sharded. */
    public static final String SINGLE = "model.safetensors";

    private ShardedWriter() {}

    /**
     * Writes all entries into a directory, in their order, starting a new shard where the next tensor would make one
     * longer than the limit. A single tensor above the limit gets a shard of its own. The index is written last.
     *
     * @param directory     exists and holds no other weights; use {@link AtomicFiles#publishDirectory} around this to
     *                      publish all files in one step
     * @param maxShardBytes largest number of tensor bytes in one file
     * @throws CheckpointException if a file cannot be written
     */
    public static void write(Path directory, List<SafetensorsWriter.Entry> entries, long maxShardBytes) {
        List<List<SafetensorsWriter.Entry>> shards = split(entries, maxShardBytes);
        if (shards.size() == 1) {
            SafetensorsWriter.write(directory.resolve(SINGLE), shards.getFirst(), SafetensorsWriter.PYTORCH);
            return;
        }
        ObjectNode index = JsonFiles.MAPPER.createObjectNode();
        index.putObject("metadata")
                .put(
                        "total_size",
                        entries.stream()
                                .mapToLong(SafetensorsWriter.Entry::byteSize)
                                .sum());
        ObjectNode files = index.putObject("weight_map");
        for (int i = 0; i < shards.size(); i++) {
            String name = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
            SafetensorsWriter.write(directory.resolve(name), shards.get(i), SafetensorsWriter.PYTORCH);
            for (SafetensorsWriter.Entry entry : shards.get(i)) {
                if (files.has(entry.name())) {
                    throw new IllegalArgumentException("tensor name not free: " + entry.name());
                }
                files.put(entry.name(), name);
            }
        }
        AtomicFiles.writeJson(directory.resolve(INDEX), index);
    }

    private static List<List<SafetensorsWriter.Entry>> split(
            List<SafetensorsWriter.Entry> entries, long maxShardBytes) {
        if (maxShardBytes <= 0) {
            throw new IllegalArgumentException("shard size must be positive: " + maxShardBytes);
        }
        List<List<SafetensorsWriter.Entry>> shards = new ArrayList<>();
        shards.add(new ArrayList<>());
        long bytes = 0;
        for (SafetensorsWriter.Entry entry : entries) {
            if (bytes > 0 && bytes + entry.byteSize() > maxShardBytes) {
                shards.add(new ArrayList<>());
                bytes = 0;
            }
            shards.getLast().add(entry);
            bytes += entry.byteSize();
        }
        return shards;
    }
}
