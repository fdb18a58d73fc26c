package io.hearth.engine.train;

import io.hearth.contract.TrainJob;
import io.hearth.device.Tensor;
import io.hearth.engine.checkpoint.AtomicFiles;
import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.checkpoint.PeftAdapter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Publishes the result of a run, each directory whole or not at all. */
final class ResultWriter {
    private final TrainJob job;
    private final Path output;
    private final TrainingSession session;

    ResultWriter(TrainJob job, Path output, TrainingSession session) {
        this.job = job;
        this.output = output;
        this.session = session;
    }

    /**
     * Writes the adapter or the model, and the merged model if the recipe asks for one.
     *
     * @param lineage what the result was made of, given the hash of its weights
     * @return directory of the adapter or of the fully trained model
     */
    Path write(Function<String, Lineage> lineage) {
        Tensor master = session.trainer().optimizer().master();
        if (!session.isAdapter()) {
            return publishModel(
                    "model", keepsMaster() ? master : session.trained().values(), lineage);
        }
        Path directory = output.resolve("adapter");
        LoraAdapter adapter =
                AdapterExport.download(session.model().device(), session.adapter(), master, session.loraConfig());
        AtomicFiles.publishDirectory(directory, fresh -> {
            PeftAdapter.writeInto(fresh, adapter);
            AtomicFiles.writeJson(fresh.resolve("lineage.json"), lineage.apply(weightsHash(fresh)));
        });
        if (job.recipe().mergeOutput()) {
            ModelExport.merge(
                    session.model(), session.adapter(), session.loraConfig().scale());
            publishModel("merged", session.model().weights().arena().values(), lineage);
        }
        return directory;
    }

    /** bf16 models stay bf16; an f32 run keeps f32. */
    private boolean keepsMaster() {
        return session.trainer().optimizer().master() == session.trained().values();
    }

    private Path publishModel(String name, Tensor values, Function<String, Lineage> lineage) {
        Path directory = output.resolve(name);
        AtomicFiles.publishDirectory(directory, fresh -> {
            ModelExport.writeInto(fresh, session.model(), values);
            AtomicFiles.writeJson(fresh.resolve("lineage.json"), lineage.apply(weightsHash(fresh)));
        });
        return directory;
    }

    /** Hash of the weights in a directory: of the one file, or of the hashes of all of them in order. */
    static String weightsHash(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> weights = files.filter(file -> file.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList();
            if (weights.size() == 1) {
                return Hashes.sha256(weights.getFirst());
            }
            StringBuilder all = new StringBuilder();
            weights.forEach(file -> all.append(Hashes.sha256(file)).append('\n'));
            return Hashes.sha256OfText(all.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
