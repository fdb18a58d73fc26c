package io.hearth.worker.bench;

import io.hearth.device.DType;
import io.hearth.engine.checkpoint.AtomicFiles;
import io.hearth.engine.checkpoint.CheckpointException;
import io.hearth.engine.checkpoint.SafetensorsWriter;
import io.hearth.engine.checkpoint.ShardedWriter;
import io.hearth.engine.checkpoint.StoredType;
import io.hearth.engine.model.ModelConfig;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A model directory in Hugging Face layout with random weights, for measuring how fast such a directory is loaded. */
final class RandomCheckpoint {
    private static final long SHARD_BYTES = 2_000_000_000L;

    private RandomCheckpoint() {}

    /** Bytes of all weights. */
    static long bytes(ModelConfig config, DType act) {
        return config.tensorShapes().values().stream()
                .mapToLong(shape -> act.bytes() * elements(shape))
                .sum();
    }

    private static long elements(long[] shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    /**
     * Writes a directory, on the disk when this returns.
     *
     * @param act f32 or bf16
     * @param seconds after which no further tensor is begun
     * @throws CheckpointException if it cannot be written, or not in that time; nothing is left then
     */
    static void write(Path directory, ModelConfig config, DType act, double seconds) {
        long begin = System.nanoTime();
        long total = bytes(config, act);
        long[] written = {0};
        Map<String, long[]> shapes = config.tensorShapes();
        long largest = shapes.values().stream()
                .mapToLong(shape -> elements(shape))
                .max()
                .orElseThrow();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment matrix = arena.allocate(act.bytes() * largest, 64);
            MemorySegment ones = arena.allocate(act.bytes() * largestVector(shapes), 64);
            RandomWeights.fill(matrix, act);
            RandomWeights.ones(ones, act);
            List<SafetensorsWriter.Entry> entries = new ArrayList<>();
            shapes.forEach((name, shape) -> {
                long bytes = act.bytes() * elements(shape);
                MemorySegment source = (shape.length == 1 ? ones : matrix).asSlice(0, bytes);
                Supplier<MemorySegment> next = () -> {
                    if (System.nanoTime() - begin > seconds * 1e9) {
                        throw new CheckpointException("Only %.1f of %.1f GB were written in %.0f seconds."
                                .formatted(written[0] / 1e9, total / 1e9, seconds));
                    }
                    written[0] += bytes;
                    return source;
                };
                StoredType type = act == DType.F32 ? StoredType.F32 : StoredType.BF16;
                entries.add(new SafetensorsWriter.Entry(name, type, shape, next));
            });
            AtomicFiles.publishDirectory(directory, temporary -> {
                AtomicFiles.writeJson(temporary.resolve("config.json"), configFile(config));
                ShardedWriter.write(temporary, entries, SHARD_BYTES);
            });
        }
    }

    private static long largestVector(Map<String, long[]> shapes) {
        return shapes.values().stream()
                .filter(shape -> shape.length == 1)
                .mapToLong(RandomCheckpoint::elements)
                .max()
                .orElseThrow();
    }

    private static Map<String, Object> configFile(ModelConfig config) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("model_type", config.modelType());
        fields.put("vocab_size", config.vocabSize());
        fields.put("hidden_size", config.hiddenSize());
        fields.put("intermediate_size", config.intermediateSize());
        fields.put("num_hidden_layers", config.numHiddenLayers());
        fields.put("num_attention_heads", config.numAttentionHeads());
        fields.put("num_key_value_heads", config.numKeyValueHeads());
        fields.put("head_dim", config.headDim());
        fields.put("rms_norm_eps", config.rmsNormEps());
        fields.put("rope_theta", config.rope().theta());
        fields.put("tie_word_embeddings", config.tieWordEmbeddings());
        fields.put("max_position_embeddings", config.maxPositionEmbeddings());
        fields.put("torch_dtype", config.weightType());
        return fields;
    }
}
