package io.hearth.engine.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import io.hearth.engine.checkpoint.AtomicFiles;
import io.hearth.engine.checkpoint.JsonFiles;
import io.hearth.engine.checkpoint.SafetensorsWriter;
import io.hearth.engine.checkpoint.ShardedWriter;
import io.hearth.engine.checkpoint.StoredType;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.LoraBranch;
import io.hearth.engine.model.Parameter;
import io.hearth.engine.model.ParameterArena;
import io.hearth.engine.model.TrainableAdapter;
import io.hearth.engine.model.Weights;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Writes whole models in Hugging Face layout: fine-tuned ones, and bases with an adapter merged in. */
final class ModelExport {
    private static final long SHARD_BYTES = 5_000_000_000L;
    private static final long MAX_CONFIG_BYTES = 1 << 20;

    private ModelExport() {}

    /**
     * Adds each adapter's product to the weight that it belongs to, {@code W += scale * B A}, rounded to the weight's type
     * once at the end.
     */
    static void merge(LoadedModel model, TrainableAdapter adapter, double scale) {
        Device device = model.device();
        Map<String, Tensor> weights = model.weights().named();
        for (LoraBranch branch : adapter.branches()) {
            Tensor weight = weights.get(branch.projection().path() + ".weight");
            Tensor sum = device.allocate(DType.F32, weight.shape());
            Tensor a = f32(device, branch.a().value());
            Tensor b = f32(device, branch.b().value());
            device.kernels().copy(weight, sum);
            device.kernels().matmul(b, false, a, false, (float) scale, 1, sum);
            device.kernels().copy(sum, weight);
            device.synchronize();
            List.of(sum, a, b).forEach(tensor -> tensor.buffer().close());
        }
        model.decoder().refresh();
    }

    private static Tensor f32(Device device, Tensor tensor) {
        Tensor copy = device.allocate(DType.F32, tensor.shape());
        device.kernels().copy(tensor, copy);
        return copy;
    }

    /**
     * Writes a model into an empty directory: weights, and the configuration and tokenizer of the base it came from.
     *
     * @param values weights laid out like the model's arena: the arena's own, or f32 masters of them
     */
    static void writeInto(Path directory, LoadedModel model, Tensor values) throws IOException {
        copyCompanions(model.directory(), directory);
        declareType(directory.resolve("config.json"), values.type() == DType.F32 ? "float32" : "bfloat16");
        Weights weights = model.weights();
        Map<String, Tensor> named = weights.named(parameter -> window(weights.arena(), parameter, values));
        long largest = named.values().stream().mapToLong(Tensor::bytes).max().orElseThrow();
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment buffer = arena.allocate(largest, 64);
            named.forEach((name, tensor) -> entries.add(new SafetensorsWriter.Entry(
                    name,
                    tensor.type() == DType.F32 ? StoredType.F32 : StoredType.BF16,
                    tensor.shape(),
                    () -> fetch(model.device(), tensor, buffer))));
            ShardedWriter.write(directory, entries, SHARD_BYTES);
        }
    }

    /** Says in the configuration which type the weights have now, in the spelling that the base used. */
    private static void declareType(Path config, String type) {
        ObjectNode fields = JsonFiles.readObject(config, MAX_CONFIG_BYTES);
        String key = fields.has("dtype") ? "dtype" : "torch_dtype";
        if (!type.equals(fields.path(key).asText())) {
            fields.put(key, type);
            AtomicFiles.writeJson(config, fields);
        }
    }

    private static Tensor window(ParameterArena arena, Parameter parameter, Tensor values) {
        if (values == arena.values()) {
            return parameter.value();
        }
        Tensor own = parameter.value();
        return values.slice(parameter.offset(), own.elements()).reshape(own.shape());
    }

    private static MemorySegment fetch(Device device, Tensor tensor, MemorySegment buffer) {
        MemorySegment part = buffer.asSlice(0, tensor.bytes());
        device.download(tensor, part);
        return part;
    }

    /** Everything small that makes the directory a model, but no weights and no lineage. */
    private static void copyCompanions(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = file.getFileName().toString();
                boolean companion = (name.endsWith(".json")
                                || name.endsWith(".jinja")
                                || name.endsWith(".txt")
                                || name.endsWith(".model"))
                        && !name.endsWith(".safetensors.index.json")
                        && !name.equals("lineage.json");
                if (companion) {
                    Files.copy(file, to.resolve(name));
                }
            }
        }
    }
}
