package io.hearth.worker.quickstart;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.worker.process.Json;
import io.hearth.worker.process.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The quickstart's files: what comes with Hearth, and the folder in which the run takes place.
 *
 * @param model the starter model
 * @param rows rows to train on
 * @param heldOut questions to ask afterwards
 * @param folder receives the job, the deployment, logs and the result
 */
record QuickstartFiles(Path model, Path rows, Path heldOut, Path folder) {
    /** Public name of the starter model. */
    static final String BASE = "starter";

    /** Public name of the adapter that the quickstart trains. */
    static final String TUNED = "starter-pumps";

    private static final String DTYPE = "f32";

    /**
     * @param root the repository
     * @param home Hearth's own directory
     * @throws UsageException if the sample is not there
     */
    static QuickstartFiles of(Path root, Path home) {
        Path starter = root.resolve("runtime").resolve("starter");
        QuickstartFiles files = new QuickstartFiles(
                starter.resolve("model"),
                starter.resolve("sample").resolve("train.jsonl"),
                starter.resolve("sample").resolve("heldout.jsonl"),
                home.resolve("quickstart"));
        for (Path needed : List.of(files.model.resolve("config.json"), files.rows, files.heldOut)) {
            if (!Files.isRegularFile(needed)) {
                throw new UsageException("The sample that comes with Hearth is not whole: " + needed
                        + " is missing. Get a fresh copy of Hearth.");
            }
        }
        return files;
    }

    /** Empties the folder, so that a run starts from nothing. */
    void clear() throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        Files.createDirectories(folder);
    }

    Path adapter() {
        return folder.resolve("out").resolve("adapter");
    }

    /** Writes the job file. */
    Path writeJob() throws IOException {
        ObjectNode job = Json.MAPPER.createObjectNode();
        job.put("job", "quickstart").put("base", model.toString());
        job.putObject("data").put("train", rows.toString()).put("evaluation", heldOut.toString());
        job.putObject("recipe")
                .put("method", "lora")
                .put("loraRank", 16)
                .put("loraAlpha", 32)
                .put("learningRate", 1e-2)
                .put("schedule", "linear")
                .put("warmupSteps", 10)
                .put("epochs", 30)
                .put("batchTokens", 768)
                .put("dtype", DTYPE);
        job.put("output", "out");
        return write("job.json", job);
    }

    /**
     * Writes the deployment file: the starter model, and beside it the adapter that was trained.
     *
     * @param port to listen on; 0 for any
     */
    Path writeDeployment(int port) throws IOException {
        ObjectNode deployment = Json.MAPPER.createObjectNode();
        deployment.put("deployment", "quickstart");
        deployment.putObject("model").put("name", BASE).put("directory", model.toString());
        deployment
                .putArray("adapters")
                .addObject()
                .put("name", TUNED)
                .put("directory", adapter().toString());
        deployment.put("port", port).put("dtype", DTYPE);
        return write("deployment.json", deployment);
    }

    private Path write(String name, ObjectNode content) throws IOException {
        Path file = folder.resolve(name);
        Json.MAPPER.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), content);
        return file;
    }
}
