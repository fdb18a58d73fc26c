package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import io.hearth.engine.checkpoint.Checkpoint;
import io.hearth.engine.checkpoint.CheckpointException;
import io.hearth.engine.checkpoint.StoredTensor;
import io.hearth.engine.checkpoint.StoredType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;

/** A model from a directory in Hugging Face layout, ready on a device. */
public final class LoadedModel implements AutoCloseable {
    private final Device device;
    private final Path directory;
    private final DType act;
    private final Weights weights;
    private final Decoder decoder;

    private LoadedModel(Device device, Path directory, DType act, Weights weights, Decoder decoder) {
        this.device = device;
        this.directory = directory;
        this.act = act;
        this.weights = weights;
        this.decoder = decoder;
    }

    /** Loads a model for its full context without recomputation. */
    public static LoadedModel load(Device device, Path directory, DType act) {
        ModelConfig config = ModelConfigReader.read(directory);
        return load(device, directory, act, config.maxPositionEmbeddings(), false);
    }

    /**
     * Loads a model.
     *
     * @param act type of weights and activations
     * @param positions longest sequence
     * @param recompute see {@link Decoder}
     * @throws CheckpointException with a sentence if the directory does not hold a model that can be run
     * @throws io.hearth.device.DeviceException if the device has not enough memory or lacks the type
     */
    public static LoadedModel load(Device device, Path directory, DType act, int positions, boolean recompute) {
        if (!device.supports(act)) {
            throw new CheckpointException(
                    "The device " + device.info().id() + " does not compute in " + act + ". Choose another dtype.");
        }
        ModelConfig config = ModelConfigReader.read(directory);
        Weights weights;
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            weights = Weights.allocate(device, config, act);
            try {
                fill(device, checkpoint, weights);
            } catch (RuntimeException e) {
                weights.close();
                throw e;
            }
        }
        return new LoadedModel(
                device, directory, act, weights, new Decoder(device, config, weights, positions, recompute));
    }

    /** A model of the given shape with weights of zeros; for planning and benchmarks. */
    public static LoadedModel blank(Device device, ModelConfig config, DType act, int positions, boolean recompute) {
        Weights weights = Weights.allocate(device, config, act);
        return new LoadedModel(device, null, act, weights, new Decoder(device, config, weights, positions, recompute));
    }

    private static void fill(Device device, Checkpoint checkpoint, Weights weights) {
        for (Map.Entry<String, Tensor> entry : weights.named().entrySet()) {
            Tensor target = entry.getValue();
            StoredTensor stored = checkpoint.require(entry.getKey(), target.shape());
            try (Arena arena = Arena.ofConfined()) {
                device.upload(converted(stored, target.type(), target.bytes(), arena), target);
            }
        }
    }

    private static MemorySegment converted(StoredTensor stored, DType act, long bytes, Arena arena) {
        StoredType wanted = act == DType.F32 ? StoredType.F32 : StoredType.BF16;
        if (stored.type() == wanted) {
            return stored.data();
        }
        MemorySegment host = arena.allocate(bytes, 64);
        if (wanted == StoredType.F32) {
            stored.toF32(host);
        } else {
            stored.toBf16(host);
        }
        return host;
    }

    public Device device() {
        return device;
    }

    /** Where it was loaded from; null for a blank one. */
    public Path directory() {
        return directory;
    }

    public ModelConfig config() {
        return decoder.config();
    }

    /** Type of weights and activations. */
    public DType act() {
        return act;
    }

    public Weights weights() {
        return weights;
    }

    public Decoder decoder() {
        return decoder;
    }

    @Override
    public void close() {
        decoder.close();
        weights.close();
    }
}
