package io.hearth.engine.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * LoRA adapters in PEFT's layout: {@code adapter_config.json} and {@code adapter_model.safetensors}, whose tensors are
 * called {@code base_model.model.<module path>.lora_A.weight} [r, in] and {@code …lora_B.weight} [out, r].
 */
public final class PeftAdapter {
    public static final String CONFIG = "adapter_config.json";
    public static final String WEIGHTS = "adapter_model.safetensors";

    private static final String PREFIX = "base_model.model.";
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";

    private PeftAdapter() {}

    /**
     * Reads an adapter. The weights become f32, in memory that the garbage collector gives back.
     *
     * @throws CheckpointException if a file is missing or broken, the adapter uses something unsupported, or its
     *                             matrices do not fit each other; whether they fit a model, {@link
     *                             LoraAdapter#requireFits} tells
     */
    public static LoraAdapter read(Path directory) {
        LoraConfig config = PeftConfigFile.read(directory.resolve(CONFIG));
        Path weights = directory.resolve(WEIGHTS);
        Path pickle = directory.resolve("adapter_model.bin");
        if (!Files.exists(weights) && Files.exists(pickle)) {
            throw new CheckpointException(
                    "%s is a pickle, which can run code when it is read and is never opened. Save the adapter again with PEFT: model.save_pretrained(dir, safe_serialization=True)."
                            .formatted(pickle));
        }
        try (SafetensorsFile file = SafetensorsFile.open(weights)) {
            SortedMap<String, LoraPair> modules = new TreeMap<>();
            for (String module : modulePaths(file)) {
                modules.put(module, readPair(file, module, config.rank()));
            }
            return new LoraAdapter(config, modules);
        }
    }

    private static SortedSet<String> modulePaths(SafetensorsFile file) {
        SortedSet<String> modules = new TreeSet<>();
        for (String name : file.names()) {
            if (!name.startsWith(PREFIX) || !(name.endsWith(A) || name.endsWith(B))) {
                throw new CheckpointException(
                        "%s: tensor %s is not supported; only lora_A and lora_B matrices of linear layers are."
                                .formatted(file.path(), name));
            }
            modules.add(name.substring(PREFIX.length(), name.length() - A.length()));
        }
        if (modules.isEmpty()) {
            throw new CheckpointException("%s holds no tensors.".formatted(file.path()));
        }
        return modules;
    }

    private static LoraPair readPair(SafetensorsFile file, String module, int rank) {
        StoredTensor a = file.tensor(PREFIX + module + A);
        StoredTensor b = file.tensor(PREFIX + module + B);
        int in = otherSize(a, 0, rank);
        int out = otherSize(b, 1, rank);
        return new LoraPair(f32(a), f32(b), rank, in, out);
    }

    /** The size of a matrix along the dimension that is not the rank's. */
    private static int otherSize(StoredTensor matrix, int rankDimension, int rank) {
        long[] shape = matrix.shape();
        if (shape.length != 2 || shape[rankDimension] != rank) {
            throw new CheckpointException("%s: tensor %s must have two dimensions, dimension %d being the rank %d."
                    .formatted(matrix.file(), matrix, rankDimension, rank));
        }
        long size = shape[1 - rankDimension];
        if (size < 1 || size > Integer.MAX_VALUE) {
            throw new CheckpointException("%s: tensor %s has a senseless size.".formatted(matrix.file(), matrix));
        }
        return (int) size;
    }

    private static MemorySegment f32(StoredTensor tensor) {
        MemorySegment values = Arena.ofAuto().allocate(tensor.elements() * Float.BYTES, 64);
        tensor.toF32(values);
        return values;
    }

    /**
     * Publishes an adapter as a directory of its own, replacing an older one in one step.
     *
     * @throws CheckpointException if it cannot be written; an older one is then unchanged
     */
    public static void publish(Path directory, LoraAdapter adapter) {
        AtomicFiles.publishDirectory(directory, fresh -> writeInto(fresh, adapter));
    }

    /**
     * Writes the two files of an adapter into a directory that exists; for use inside {@link
     * AtomicFiles#publishDirectory} where other files go along. The weights are written as f32; the same adapter gives
     * the same bytes.
     */
    public static void writeInto(Path directory, LoraAdapter adapter) {
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        adapter.modules().forEach((module, pair) -> {
            long[] shapeA = {pair.rank(), pair.in()};
            long[] shapeB = {pair.out(), pair.rank()};
            entries.add(new SafetensorsWriter.Entry(PREFIX + module + A, StoredType.F32, shapeA, pair.a()));
            entries.add(new SafetensorsWriter.Entry(PREFIX + module + B, StoredType.F32, shapeB, pair.b()));
        });
        SafetensorsWriter.write(directory.resolve(WEIGHTS), entries, SafetensorsWriter.PYTORCH);
        AtomicFiles.writeJson(directory.resolve(CONFIG), PeftConfigFile.toJson(adapter.config()));
    }
}
