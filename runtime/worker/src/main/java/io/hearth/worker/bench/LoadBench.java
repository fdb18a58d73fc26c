package io.hearth.worker.bench;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.engine.checkpoint.AtomicFiles;
import io.hearth.engine.checkpoint.CheckpointException;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.ModelConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Loads a checkpoint of random weights, which is written to the disk first: from the disk, and from memory. */
final class LoadBench {
    private static final double WRITING_SECONDS = 45;

    /** If writing took longer, reading from the disk is left out: it cannot be broken off. */
    private static final double COLD_WRITING_SECONDS = 25;

    private static final double ROOM = 1.1;
    private static final String COLD = "load, from the disk";
    private static final String WARM = "load, from the page cache";

    private final Device device;
    private final ModelConfig config;
    private final DType act;
    private final int positions;
    private final boolean recompute;
    private final Consumer<Figure> results;

    /**
     * @param positions longest sequence
     * @param recompute of the model that {@link #run} returns
     */
    LoadBench(
            Device device, ModelConfig config, DType act, int positions, boolean recompute, Consumer<Figure> results) {
        this.device = device;
        this.config = config;
        this.act = act;
        this.positions = positions;
        this.recompute = recompute;
        this.results = results;
    }

    /**
     * Measures, and returns the model. Where no checkpoint can be written, that is said and the model is filled on the
     * device.
     *
     * @param folder in which a directory is made, and deleted again
     */
    LoadedModel run(Path folder) {
        Path directory =
                folder.resolve("hearth-bench-" + ProcessHandle.current().pid());
        try {
            requireRoom(folder);
            long begin = System.nanoTime();
            RandomCheckpoint.write(directory, config, act, WRITING_SECONDS);
            return measure(directory, (System.nanoTime() - begin) / 1e9);
        } catch (CheckpointException e) {
            results.accept(Figure.skipped("load", COLD, 1, 0, e.getMessage()));
            results.accept(Figure.skipped("load", WARM, 1, 0, e.getMessage()));
            LoadedModel model = LoadedModel.blank(device, config, act, positions, recompute);
            RandomWeights.fill(model);
            return model;
        } finally {
            delete(directory);
        }
    }

    private void requireRoom(Path folder) {
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            long bytes = RandomCheckpoint.bytes(config, act);
            if (free < ROOM * bytes) {
                throw new CheckpointException("%s has %.1f GB free, and the checkpoint takes %.1f GB."
                        .formatted(folder, free / 1e9, bytes / 1e9));
            }
        } catch (IOException e) {
            throw new CheckpointException(folder + " cannot be written to: " + e.getMessage() + ".", e);
        }
    }

    private LoadedModel measure(Path directory, double writing) {
        if (writing > COLD_WRITING_SECONDS) {
            String why = "The disk is slow: writing the checkpoint took %.0f seconds.".formatted(writing);
            results.accept(Figure.skipped("load", COLD, 1, 0, why));
        } else if (forget(directory)) {
            timed(COLD, directory).close();
        } else {
            results.accept(Figure.skipped("load", COLD, 1, 0, "The system does not forget files when it is asked to."));
        }
        return timed(WARM, directory);
    }

    private static boolean forget(Path directory) {
        boolean all = true;
        for (Path file : files(directory)) {
            all &= PageCache.forget(file);
        }
        return all;
    }

    private LoadedModel timed(String name, Path directory) {
        long begin = System.nanoTime();
        LoadedModel model = LoadedModel.load(device, directory, act, positions, recompute);
        device.synchronize();
        double seconds = (System.nanoTime() - begin) / 1e9;
        results.accept(
                Figure.loaded(name, seconds, RandomCheckpoint.bytes(config, act), "file system " + type(directory)));
        return model;
    }

    private static String type(Path directory) {
        try {
            return Files.getFileStore(directory).type();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static List<Path> files(Path directory) {
        try (Stream<Path> entries = Files.walk(directory)) {
            return entries.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try {
            AtomicFiles.deleteTree(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
