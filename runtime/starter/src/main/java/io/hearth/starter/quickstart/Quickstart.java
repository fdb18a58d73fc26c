package io.hearth.starter.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Walks through the main job on an empty appliance, a step after the other, and says what it does. */
final class Quickstart {
    private static final String ADMINISTRATOR = "admin";
    private static final String BASE = "hearth-starter";
    private static final String TUNED = "service-desk";
    private static final int QUESTIONS = 6;
    private static final int EVALUATION_ROWS = 500;
    private static final int EVALUATION_TOKENS = 64;
    private static final long LOOK_UP_MILLIS = 500;
    private static final long PLAIN_PAUSE_NANOS = 10_000_000_000L;
    private static final long PATIENCE_MILLIS = 15 * 60_000L;
    private static final Map<String, Object> RECIPE = Map.of(
            "method", "lora",
            "loraRank", 16,
            "loraAlpha", 32,
            "learningRate", 1e-2,
            "schedule", "linear",
            "warmupSteps", 10,
            "epochs", 30,
            "batchTokens", 768,
            "dtype", "f32");

    private final Appliance appliance;
    private final Path home;
    private final Path starter;
    private final PrintStream out;
    private final boolean terminal;
    private final int columns;
    private final long began = System.nanoTime();
    private long phaseBegan;

    /**
     * @param home home of the appliance
     * @param starter folder with the sample model and the sample rows
     * @param terminal whether a line can be drawn over
     */
    Quickstart(Appliance appliance, Path home, Path starter, PrintStream out, boolean terminal, int columns) {
        this.appliance = appliance;
        this.home = home;
        this.starter = starter;
        this.out = out;
        this.terminal = terminal;
        this.columns = columns;
    }

    /**
     * Runs it; false if the tuned model has not gained.
     *
     * @param exit whether the appliance is stopped at the end
     */
    boolean run(boolean exit) throws IOException, InterruptedException {
        String password = setUp();
        dataset();
        model();
        plan();
        String job = fineTune();
        boolean gain = result(job);
        deploy(job);
        String key = ask();
        usage();
        out.printf(Locale.ROOT, "%nAll of it took %s.%n", duration((System.nanoTime() - began) / 1e9));
        if (!exit) {
            farewell(password, key);
        }
        return gain;
    }

    private String setUp() throws IOException, InterruptedException {
        phase("Setting up: the first administrator, and this machine as the first node");
        String password = password();
        appliance.post(
                "/api/v1/setup",
                Map.of(
                        "code",
                        Files.readString(home.resolve("keys").resolve("first-run-code"))
                                .strip(),
                        "name",
                        ADMINISTRATOR,
                        "password",
                        password));
        appliance.signIn(appliance
                .post("/api/v1/login", Map.of("name", ADMINISTRATOR, "password", password))
                .path("token")
                .asText());
        JsonNode node = await("the node", () -> first("/api/v1/nodes", "state", "online"), now -> !now.isMissingNode());
        out.println("   node " + node.path("name").asText() + " is online");
        took();
        return password;
    }

    private void dataset() throws InterruptedException {
        phase("Uploading the sample rows");
        String rows = appliance.upload(starter.resolve("sample/train.jsonl"));
        String heldOut = appliance.upload(starter.resolve("sample/heldout.jsonl"));
        String path = "/api/v1/datasets/imports/"
                + appliance
                        .post(
                                "/api/v1/datasets/imports",
                                Map.of("upload", rows, "evaluationUpload", heldOut, "name", TUNED))
                        .path("id")
                        .asText();
        awaitState("the rows to be read", path, "ready");
        JsonNode version = appliance.post(path + "/commit", Map.of("leaveOutBadRows", false));
        out.printf(
                "   %s:%d has %d rows to train on and %d held-out rows%n",
                TUNED,
                version.path("version").asInt(),
                version.path("trainRows").asLong(),
                version.path("evaluationRows").asLong());
        took();
    }

    private void model() throws InterruptedException {
        phase("Importing the sample model from its folder");
        JsonNode begun = appliance.post(
                "/api/v1/models/imports",
                Map.of("name", BASE, "folder", starter.resolve("model").toString()));
        awaitState("the import", "/api/v1/models/imports/" + begun.path("id").asText(), "ready");
        took();
    }

    private void plan() throws InterruptedException {
        phase("Planning");
        JsonNode begun = appliance.post("/api/v1/jobs/plans", Map.of("dataset", TUNED, "base", BASE, "recipe", RECIPE));
        JsonNode planned =
                awaitState("the plan", "/api/v1/jobs/plans/" + begun.path("id").asText(), "done");
        JsonNode plan = planned.path("plan");
        out.printf(
                Locale.ROOT,
                "   %.0f MiB of %.0f MiB free; %d steps, %,d tokens; about %s at %,.0f tokens/s%n",
                planned.path("memoryBytes").asLong() / 0x1p20,
                plan.path("freeBytes").asLong() / 0x1p20,
                plan.path("steps").asInt(),
                plan.path("tokens").asLong(),
                duration(plan.path("seconds").asDouble()),
                plan.path("tokensPerSecond").asDouble());
        took();
    }

    private String fineTune() throws InterruptedException {
        phase("Fine-tuning");
        String id = appliance
                .post(
                        "/api/v1/jobs",
                        Map.of(
                                "name",
                                TUNED,
                                "dataset",
                                TUNED,
                                "base",
                                BASE,
                                "model",
                                TUNED,
                                "recipe",
                                RECIPE,
                                "evaluationRows",
                                EVALUATION_ROWS,
                                "evaluationTokens",
                                EVALUATION_TOKENS))
                .path("id")
                .asText();
        String last = "";
        long told = 0;
        boolean placed = false;
        while (true) {
            JsonNode job = appliance.get("/api/v1/jobs/" + id);
            String state = job.path("state").asText();
            if (!placed && state.equals("running")) {
                out.println((terminal ? "\r" : "") + "   " + place() + (terminal ? " ".repeat(last.length()) : ""));
                placed = true;
            }
            String line = progress(state, job.path("progress"));
            if (terminal) {
                out.print("\r   " + line + " ".repeat(Math.max(0, last.length() - line.length())));
                out.flush();
            } else if (!line.equals(last)
                    && (!state.equals("running") || System.nanoTime() - told > PLAIN_PAUSE_NANOS)) {
                out.println("   " + line);
                told = System.nanoTime();
            }
            last = line;
            if (state.equals("done")) {
                if (terminal) {
                    out.println();
                }
                took();
                return id;
            }
            if (state.equals("failed") || state.equals("cancelled")) {
                out.println();
                throw new QuickstartException(
                        "The job has " + state + ": " + job.path("reason").asText());
            }
            Thread.sleep(LOOK_UP_MILLIS);
        }
    }

    /** On which card of which node the job runs. */
    private String place() throws InterruptedException {
        for (JsonNode node : items("/api/v1/nodes")) {
            for (JsonNode worker : items("/api/v1/nodes/" + node.path("id").asText() + "/workers")) {
                if (worker.path("kind").asText().equals("train")) {
                    String card = worker.path("card").asText();
                    String model = "";
                    for (JsonNode one : node.path("cards")) {
                        if (one.at("/info/id").asText().equals(card)) {
                            model = " (" + one.at("/info/model").asText() + ")";
                        }
                    }
                    return "on " + card + model + " of node "
                            + node.path("name").asText();
                }
            }
        }
        return "on a card that is not known any more";
    }

    private static String progress(String state, JsonNode progress) {
        if (!state.equals("running") || progress.path("steps").asInt() == 0) {
            return state;
        }
        return String.format(
                Locale.ROOT,
                "step %d/%d  loss %.4f  %,.0f tokens/s  %s left",
                progress.path("step").asInt(),
                progress.path("steps").asInt(),
                progress.path("loss").asDouble(),
                progress.path("tokensPerSecond").asDouble(),
                duration(progress.path("etaSeconds").asDouble()));
    }

    /** Prints the comparison; whether there was a gain. */
    private boolean result(String job) throws InterruptedException {
        phase("What was gained on rows that were not trained on");
        JsonNode result = appliance.get("/api/v1/jobs/" + job + "/result");
        JsonNode comparison = result.has("comparison") ? result.path("comparison") : result;
        out.printf(
                "   %d rows %24s %9s %9s %9s   95%% of the time between%n",
                comparison.path("rows").asInt(), "", "base", "tuned", "gain");
        for (String measure : List.of("exact", "f1", "loss")) {
            JsonNode interval = comparison.path(measure);
            out.printf(
                    Locale.ROOT,
                    "   %-32s %9.3f %9.3f %+9.3f   %+.3f and %+.3f%n",
                    switch (measure) {
                        case "exact" -> "answers that are the reference";
                        case "f1" -> "overlap with the reference (F1)";
                        default -> "loss (less is better)";
                    },
                    interval.path("base").asDouble(),
                    interval.path("tuned").asDouble(),
                    interval.path("difference").asDouble(),
                    interval.path("low").asDouble(),
                    interval.path("high").asDouble());
        }
        String verdict = comparison.path("verdict").asText().toLowerCase(Locale.ROOT);
        out.println("   verdict: " + verdict);
        facts(job);
        took();
        return verdict.equals("gain");
    }

    /** The same answers by the one fact that each must hold, which is a sharper question than overlap. */
    private void facts(String job) throws InterruptedException {
        List<HeldOutQuestion> questions = HeldOutQuestion.read(starter.resolve("sample/heldout.jsonl"));
        List<HeldOutQuestion> asked = new ArrayList<>();
        List<String> base = new ArrayList<>();
        List<String> tuned = new ArrayList<>();
        for (JsonNode row : items("/api/v1/jobs/" + job + "/result/rows")) {
            String prompt = row.path("prompt").asText();
            questions.stream()
                    .filter(question -> question.question().equals(prompt))
                    .findFirst()
                    .ifPresent(question -> {
                        asked.add(question);
                        base.add(row.path("base").path("text").asText());
                        tuned.add(row.path("tuned").path("text").asText());
                    });
        }
        Comparison comparison = new Comparison(asked, base, tuned);
        out.println();
        out.print(comparison.answers(columns));
        out.println();
        out.print(comparison.scores());
    }

    private void deploy(String job) throws InterruptedException {
        phase("Promoting the result to " + TUNED + "@prod and serving it");
        appliance.post("/api/v1/jobs/" + job + "/promote", Map.of("alias", "prod"));
        String id = appliance
                .post("/api/v1/deployments", Map.of("name", TUNED, "model", TUNED + "@prod", "replicas", 1))
                .path("id")
                .asText();
        awaitState("the deployment", "/api/v1/deployments/" + id, "serving");
        took();
    }

    private String ask() throws InterruptedException {
        phase("Asking through the gateway, with an API key");
        String key = appliance
                .post("/api/v1/keys", Map.of("name", "quickstart", "models", List.of(TUNED)))
                .path("key")
                .asText();
        for (HeldOutQuestion question :
                HeldOutQuestion.read(starter.resolve("sample/heldout.jsonl")).subList(0, QUESTIONS)) {
            out.println("   > " + question.question());
            out.print("     ");
            appliance.ask(key, TUNED, question.question(), text -> {
                out.print(text.replace("\n", "\n     "));
                out.flush();
            });
            out.println();
        }
        took();
        return key;
    }

    private void usage() throws InterruptedException {
        phase("What it has cost");
        JsonNode line = await(
                "the usage of all requests",
                () -> appliance.get("/api/v1/usage?group=key").path("items").path(0),
                now -> now.path("requests").asInt() >= QUESTIONS);
        out.printf(
                Locale.ROOT,
                "   %d requests, %d tokens in, %d tokens out, %.2f seconds of the card%n",
                line.path("requests").asInt(),
                line.path("promptTokens").asLong(),
                line.path("completionTokens").asLong(),
                line.path("cardSeconds").asDouble());
    }

    private void farewell(String password, String key) {
        out.println();
        out.println("The pages: " + appliance.url());
        out.println("   user " + ADMINISTRATOR + ", password " + password + " (shown here only)");
        out.println("The API, with the authority that has signed its certificate:");
        out.println("   curl --cacert " + appliance.authority() + " " + appliance.url() + "/v1/chat/completions \\");
        out.println("     -H 'Authorization: Bearer " + key + "' -H 'Content-Type: application/json' \\");
        out.println("     -d '{\"model\": \"" + TUNED
                + "\", \"messages\": [{\"role\": \"user\", \"content\": \"What does E08 mean?\"}]}'");
    }

    // ---- Waiting ---------------------------------------------------------------------------------------------------

    private interface Look {
        JsonNode now() throws InterruptedException;
    }

    private interface Enough {
        boolean is(JsonNode now);
    }

    private JsonNode await(String what, Look look, Enough enough) throws InterruptedException {
        long patience = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        while (true) {
            JsonNode now = look.now();
            if (enough.is(now)) {
                return now;
            }
            if (System.nanoTime() > patience) {
                throw new QuickstartException("Waited too long for " + what + ". The last that was heard: " + now);
            }
            Thread.sleep(LOOK_UP_MILLIS);
        }
    }

    private JsonNode awaitState(String what, String path, String wanted) throws InterruptedException {
        Set<String> bad = new HashSet<>(List.of("failed", "refused", "cancelled"));
        return await(what, () -> appliance.get(path), now -> {
            String state = now.path("state").asText().toLowerCase(Locale.ROOT);
            if (bad.contains(state)) {
                throw new QuickstartException("Waiting for " + what + " was in vain, it has " + state + ": " + now);
            }
            return state.equals(wanted);
        });
    }

    private JsonNode first(String path, String member, String value) throws InterruptedException {
        for (JsonNode item : items(path)) {
            if (item.path(member).asText().equalsIgnoreCase(value)) {
                return item;
            }
        }
        return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }

    private JsonNode items(String path) throws InterruptedException {
        return appliance.get(path + "?limit=500").path("items");
    }

    // ---- Printing --------------------------------------------------------------------------------------------------

    private void phase(String name) {
        out.println();
        out.println("== " + name);
        phaseBegan = System.nanoTime();
    }

    private void took() {
        out.println("   took " + duration((System.nanoTime() - phaseBegan) / 1e9));
    }

    static String duration(double seconds) {
        long whole = Math.round(seconds);
        return whole < 60 ? whole + "s" : String.format(Locale.ROOT, "%dm%02ds", whole / 60, whole % 60);
    }

    /** Twenty characters that cannot be mistaken for each other: about 98 bits. */
    private static String password() {
        String alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
        SecureRandom random = new SecureRandom();
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            password.append(i > 0 && i % 5 == 0 ? "-" : "").append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return password.toString();
    }
}
