package io.hearth.engine.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import io.hearth.engine.checkpoint.AtomicFiles;
import io.hearth.engine.checkpoint.CheckpointException;
import io.hearth.engine.checkpoint.JsonFiles;
import io.hearth.engine.checkpoint.SafetensorsFile;
import io.hearth.engine.checkpoint.SafetensorsWriter;
import io.hearth.engine.checkpoint.StoredType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Checkpoints of a run in a directory, one subdirectory each. A checkpoint has its final name only when it is complete on
 * disk, so a kill or a power cut at any moment leaves the ones before it usable.
 */
final class TrainingCheckpoints {
    private static final String STATE = "state.json";
    private static final String WEIGHTS = "trainable.safetensors";
    private static final String BEST = "best";
    private static final long MAX_STATE_BYTES = 1 << 20;

    private final Path directory;
    private final Device device;

    TrainingCheckpoints(Path directory, Device device) {
        this.directory = directory;
        this.device = device;
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new JobException("The folder " + directory + " cannot be made: " + e.getMessage(), e);
        }
        AtomicFiles.deleteLeftovers(directory);
    }

    /**
     * Writes a checkpoint and deletes the oldest ones beyond {@code keep}.
     *
     * @return its directory
     * @throws CheckpointException if it cannot be written, because the disk is full, say; older ones are untouched
     */
    Path save(TrainingState state, Map<String, Tensor> tensors, int keep) {
        Path target = directory.resolve("step-%08d".formatted(state.step()));
        write(target, state, tensors);
        List<Path> all = complete();
        for (Path old : all.subList(0, Math.max(0, all.size() - Math.max(1, keep)))) {
            delete(old);
        }
        return target;
    }

    /** Writes the weights with the lowest evaluation loss, in place of earlier ones. */
    void saveBest(TrainingState state, Tensor parameters) {
        write(directory.resolve(BEST), state, Map.of("parameter", parameters));
    }

    private void write(Path target, TrainingState state, Map<String, Tensor> tensors) {
        AtomicFiles.publishDirectory(target, temporary -> {
            Path weights = temporary.resolve(WEIGHTS);
            List<SafetensorsWriter.Entry> entries = new ArrayList<>();
            try (Arena arena = Arena.ofShared()) {
                long largest =
                        tensors.values().stream().mapToLong(Tensor::bytes).max().orElse(0);
                MemorySegment buffer = arena.allocate(Math.max(1, largest), 64);
                tensors.forEach((name, tensor) -> entries.add(new SafetensorsWriter.Entry(
                        name, StoredType.F32, new long[] {tensor.elements()}, () -> fetch(tensor, buffer))));
                SafetensorsWriter.write(weights, entries, Map.of());
            }
            long elements = tensors.get("parameter").elements();
            AtomicFiles.writeJson(temporary.resolve(STATE), state.stored(elements, Hashes.sha256(weights)));
        });
    }

    private MemorySegment fetch(Tensor tensor, MemorySegment buffer) {
        MemorySegment part = buffer.asSlice(0, tensor.bytes());
        device.download(tensor, part);
        return part;
    }

    private static void delete(Path checkpoint) {
        try {
            AtomicFiles.deleteTree(checkpoint);
        } catch (IOException e) {
            throw new CheckpointException("The old checkpoint " + checkpoint + " cannot be deleted: " + e.getMessage());
        }
    }

    private List<Path> complete() {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(path -> path.getFileName().toString().matches("step-\\d{8}"))
                    .sorted(Comparator.naturalOrder())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Restores the newest checkpoint that is whole.
     *
     * @param tensors receive what was saved
     * @param warnings told of a checkpoint that is damaged and passed over
     * @return its state, or empty if there is none
     * @throws JobException if the checkpoints are those of another job
     */
    Optional<TrainingState> restore(String fingerprint, Map<String, Tensor> tensors, Consumer<String> warnings) {
        for (Path checkpoint : complete().reversed()) {
            TrainingState state;
            try {
                state = read(checkpoint);
            } catch (CheckpointException e) {
                warnings.accept("The checkpoint " + checkpoint.getFileName() + " is damaged and was passed over: "
                        + e.getMessage());
                continue;
            }
            if (!state.fingerprint().equals(fingerprint)) {
                throw new JobException("The folder " + directory.getParent()
                        + " holds checkpoints of another job: its recipe, rows or base model are not the same. "
                        + "Choose another output folder, or delete \"checkpoints\" in it to start over.");
            }
            load(checkpoint.resolve(WEIGHTS), tensors);
            return Optional.of(state);
        }
        return Optional.empty();
    }

    /** Restores the best weights if there are any. */
    boolean restoreBest(Tensor parameters) {
        Path best = directory.resolve(BEST);
        if (!Files.isDirectory(best)) {
            return false;
        }
        read(best);
        load(best.resolve(WEIGHTS), Map.of("parameter", parameters));
        return true;
    }

    private static TrainingState read(Path checkpoint) {
        TrainingState state;
        try {
            state = JsonFiles.MAPPER.treeToValue(
                    JsonFiles.readObject(checkpoint.resolve(STATE), MAX_STATE_BYTES), TrainingState.class);
        } catch (JsonProcessingException e) {
            throw new CheckpointException("its state cannot be read: " + e.getOriginalMessage(), e);
        }
        if (state.format() != TrainingState.FORMAT) {
            throw new CheckpointException("its format " + state.format() + " is not known to this version");
        }
        Path weights = checkpoint.resolve(WEIGHTS);
        if (!Files.isRegularFile(weights) || !Hashes.sha256(weights).equals(state.weightsSha256())) {
            throw new CheckpointException("its weights are not the ones that were written");
        }
        return state;
    }

    private void load(Path weights, Map<String, Tensor> tensors) {
        try (SafetensorsFile file = SafetensorsFile.open(weights)) {
            tensors.forEach((name, tensor) -> {
                if (!file.tensor(name).hasShape(tensor.elements())) {
                    throw new JobException(weights + " does not fit this job: delete the folder to start over.");
                }
                device.upload(file.tensor(name).data(), tensor);
            });
        }
    }
}
