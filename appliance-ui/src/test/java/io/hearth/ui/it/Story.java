package io.hearth.ui.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The main job over REST, one step after the other: a model and rows come in, a job is planned and run, its result is promoted and
 * served, and a key is used. Each step may be begun again: what is there already is not made twice. While the control plane is
 * away, a step waits for it.
 */
final class Story {
    static final String MODEL = "starter";
    static final int BAD_ROWS = 3;
    private static final int CHUNK = 16 * 1024;
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration AWAY = Duration.ofSeconds(120);

    private final Appliance appliance;
    private final String name;
    private final Map<String, Object> recipe;

    /**
     * @param name name of all that is made: dataset, job, model and deployment
     * @param steps optimiser steps of the job
     */
    Story(Appliance appliance, String name, int steps) {
        this.appliance = appliance;
        this.name = name;
        this.recipe = Map.of(
                "learningRate",
                1e-2,
                "loraRank",
                8,
                "maxSteps",
                steps,
                "batchTokens",
                512,
                "evaluateEvery",
                Math.max(1, steps / 3),
                "checkpointEvery",
                Math.max(1, steps / 4),
                "seed",
                7);
    }

    String name() {
        return name;
    }

    /** Name of the model that is made. */
    String tuned() {
        return name + "-tuned";
    }

    /** All steps, up to an answer of the tuned model. */
    void tell() {
        model();
        dataset();
        String job = job();
        awaitJob(job);
        promote(job);
        deploy();
        awaitServed();
        chat(key("story"), "What does E08 mean?");
    }

    /** Imports the sample model from its folder; its version's id. */
    String model() {
        Optional<JsonNode> there = patiently(() -> first("/api/v1/models", "/model/name", MODEL));
        if (there.isEmpty()) {
            String id = patiently(() -> appliance
                    .api()
                    .post(
                            "/api/v1/models/imports",
                            Map.of(
                                    "name",
                                    MODEL,
                                    "folder",
                                    Packages.starterModel().toString()))
                    .good()
                    .path("id")
                    .asText());
            await("the model is imported", "/api/v1/models/imports/" + id, List.of("ready"));
        }
        return patiently(() -> first("/api/v1/models", "/model/name", MODEL).orElseThrow())
                .at("/versions/0/id")
                .asText();
    }

    /** The sample rows, with a few bad ones among them. */
    static byte[] rows() {
        try {
            List<String> lines = new ArrayList<>(Files.readAllLines(Packages.sampleRows()));
            lines.add(3, "{\"messages\":[{\"role\":\"user\",\"content\":\"no end\"");
            lines.add(10, "{\"messages\":[{\"role\":\"user\",\"content\":\"no answer\"}]}");
            lines.add(
                    20,
                    "{\"messages\":[{\"role\":\"narrator\",\"content\":\"?\"},{\"role\":\"assistant\",\"content\":\"?\"}]}");
            return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Uploads the rows in chunks, imports them without the bad ones; the version's id. */
    String dataset() {
        Optional<JsonNode> there = patiently(() -> first("/api/v1/datasets", "/dataset/name", name));
        if (there.isEmpty()) {
            String upload = upload("rows.jsonl", rows());
            String id = patiently(() -> appliance
                    .api()
                    .post("/api/v1/datasets/imports", Map.of("upload", upload, "name", name))
                    .good()
                    .path("id")
                    .asText());
            String path = "/api/v1/datasets/imports/" + id;
            await("the rows are read", path, List.of("ready", "committed"));
            patiently(() -> {
                if (!appliance.api().get(path).good().path("state").asText().equals("committed")) {
                    appliance
                            .api()
                            .post(path + "/commit", Map.of("leaveOutBadRows", true, "evaluationShare", 0.1, "seed", 7))
                            .good();
                }
                return true;
            });
        }
        return name;
    }

    /** Sends a file in small chunks, going on after what has arrived; the upload's id. */
    String upload(String file, byte[] content) {
        String id = patiently(() -> appliance
                .api()
                .post("/api/v1/uploads", Map.of("name", file, "size", content.length))
                .good()
                .path("id")
                .asText());
        patiently(() -> {
            int received = appliance
                    .api()
                    .get("/api/v1/uploads/" + id)
                    .good()
                    .path("received")
                    .asInt();
            while (received < content.length) {
                byte[] part = Arrays.copyOfRange(content, received, Math.min(content.length, received + CHUNK));
                received = appliance
                        .api()
                        .send("PUT", "/api/v1/uploads/" + id + "?offset=" + received, "application/octet-stream", part)
                        .good()
                        .path("received")
                        .asInt();
            }
            return true;
        });
        return id;
    }

    /** Works out what the job will need. */
    JsonNode plan() {
        String id = patiently(() -> appliance
                .api()
                .post("/api/v1/jobs/plans", Map.of("dataset", name, "base", MODEL, "recipe", recipe))
                .good()
                .path("id")
                .asText());
        return await("the plan is made", "/api/v1/jobs/plans/" + id, List.of("done"));
    }

    /** Files the job; its id. */
    String job() {
        Optional<JsonNode> there = patiently(() -> first("/api/v1/jobs", "/name", name));
        return there.orElseGet(() -> patiently(() -> appliance
                        .api()
                        .post(
                                "/api/v1/jobs",
                                Map.of(
                                        "name", name, "dataset", name, "base", MODEL, "model", tuned(), "recipe",
                                        recipe))
                        .good()))
                .path("id")
                .asText();
    }

    /** Waits until the job has ended well. */
    JsonNode awaitJob(String job) {
        return await("the job is done", "/api/v1/jobs/" + job, List.of("done"));
    }

    /** Points {@code prod} to the result; with a reason if there was no gain. */
    void promote(String job) {
        patiently(() -> {
            Api.Answer answer = appliance.api().post("/api/v1/jobs/" + job + "/promote", Map.of("alias", "prod"));
            if (answer.status() == 409) {
                answer = appliance
                        .api()
                        .post("/api/v1/jobs/" + job + "/promote", Map.of("alias", "prod", "reason", "a short test"));
            }
            return answer.good();
        });
    }

    /** Deploys the tuned model. */
    void deploy() {
        patiently(() -> first("/api/v1/deployments", "/name", name))
                .orElseGet(() -> patiently(() -> appliance
                        .api()
                        .post("/api/v1/deployments", Map.of("name", name, "model", tuned() + "@prod", "replicas", 1))
                        .good()));
    }

    /** Waits until the deployment answers. */
    void awaitServed() {
        Patience.until(
                "the deployment is served",
                LONG,
                () -> first("/api/v1/deployments", "/name", name)
                        .filter(deployment -> deployment.path("state").asText().equals("serving"))
                        .orElse(null));
    }

    /** A new key. */
    String key(String name) {
        return patiently(() -> appliance
                .api()
                .post("/api/v1/keys", Map.of("name", name))
                .good()
                .path("key")
                .asText());
    }

    /** Asks the deployment until it answers. */
    JsonNode chat(String key, String question) {
        return Patience.until(
                "the deployment answers", AWAY, () -> ask(key, question).orElse(null));
    }

    /** Asks once; empty if the deployment or the control plane is away. */
    Optional<JsonNode> ask(String key, String question) {
        try {
            Api.Answer answer = appliance
                    .anonymous()
                    .as(key)
                    .post(
                            "/v1/chat/completions",
                            Map.of(
                                    "model",
                                    name,
                                    "max_tokens",
                                    16,
                                    "temperature",
                                    0,
                                    "messages",
                                    List.of(Map.of("role", "user", "content", question))));
            return answer.status() >= 500 || answer.status() == 404 ? Optional.empty() : Optional.of(answer.good());
        } catch (Api.Unreachable e) {
            return Optional.empty();
        }
    }

    /** Takes the deployment away. */
    void endDeployment() {
        first("/api/v1/deployments", "/name", name)
                .ifPresent(deployment -> appliance
                        .api()
                        .delete("/api/v1/deployments/" + deployment.path("id").asText())
                        .good());
    }

    /** The version of the dataset. */
    JsonNode datasetVersion() {
        return first("/api/v1/datasets", "/dataset/name", name).orElseThrow().at("/versions/0");
    }

    /** How many of {@link #rows()} are good. */
    static int goodRows() {
        try (java.util.stream.Stream<String> lines = Files.lines(Packages.sampleRows())) {
            return (int) lines.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Numbers of the optimiser steps that were recorded, in their order. */
    List<Integer> steps(String job) {
        List<Integer> steps = new ArrayList<>();
        appliance
                .api()
                .get("/api/v1/jobs/" + job + "/metrics")
                .good()
                .path("steps")
                .forEach(step -> steps.add(step.path("step").asInt()));
        return steps;
    }

    /** The first item of a list that has a value at a place, written as a JSON pointer. */
    Optional<JsonNode> first(String path, String place, String value) {
        for (JsonNode item : appliance.api().get(path + "?limit=500").good().path("items")) {
            if (item.at(place).asText().equals(value)) {
                return Optional.of(item);
            }
        }
        return Optional.empty();
    }

    private JsonNode await(String what, String path, List<String> good) {
        return Patience.until(what, LONG, () -> {
            JsonNode now = appliance.api().get(path).good();
            String state = now.path("state").asText().toLowerCase(java.util.Locale.ROOT);
            if (state.equals("failed") || state.equals("refused") || state.equals("cancelled")) {
                throw new AssertionError("In vain until " + what + ": " + now);
            }
            return good.contains(state) ? now : null;
        });
    }

    /** Does something again while the control plane is away. */
    private static <T> T patiently(Supplier<T> step) {
        return Patience.until("the control plane answers", AWAY, step);
    }
}
