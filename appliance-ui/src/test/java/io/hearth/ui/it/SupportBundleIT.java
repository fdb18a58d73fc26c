package io.hearth.ui.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Json;
import io.hearth.ui.machine.StandInMachine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A support bundle holds no word of a customer and no secret: an appliance is used with canaries in every place where a person or a
 * program can put a text, then every byte of its bundle is searched for them.
 */
class SupportBundleIT {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Canaries CANARIES = new Canaries();
    private static final String MARK = Ids.random(6);

    private static StandInMachine machine;
    private static Appliance appliance;
    private static Api.Answer archive;
    private static Map<String, String> files;
    private static JsonNode made;
    private static String failedJob;

    @BeforeAll
    static void useTheAppliance() throws IOException {
        machine = new StandInMachine(Files.createTempDirectory("hearth-machine-"));
        machine.write(
                "devices/journal.txt",
                "2026-11-27T12:00:02.000001+00:00 java[7]: " + name("line of the journal") + "\n");
        appliance = Appliance.empty("support", "-Dhearth.machine.socket=" + machine.socket());
        machine.shares(appliance.home());
        secret("first-run code", appliance.firstRunCode());
        appliance.setUp();
        secret("password of the administrator", Appliance.PASSWORD);
        String joinCode = Patience.until("there is a join code", LONG, () -> {
            Path file = appliance.home().resolve("keys/local-join-code");
            return Files.exists(file) ? read(file) : null;
        });
        secret("join code", joinCode);
        secret("join code without its dashes", joinCode.replace("-", ""));
        appliance.addAgent(name("node"), joinCode);
        people();
        useModels();
        wrongRequests();
        JsonNode bundle =
                appliance.api().post("/api/v1/machine/support-bundle", Map.of()).good();
        made = bundle;
        archive = appliance.api().get(bundle.path("download").asText());
        files = unpack(archive.body());
        Files.write(Path.of("target/it/support/bundle.zip"), archive.body());
    }

    @AfterAll
    static void stop() throws IOException {
        if (appliance != null) {
            appliance.close();
        }
        if (machine != null) {
            machine.close();
        }
    }

    @Test
    void noWordOfACustomerAndNoSecretIsInIt() throws IOException {
        keys();
        assertThat(CANARIES.forms()).isGreaterThan(300);
        assertThat(CANARIES.in("bundle", archive.body())).isEmpty();
    }

    /** What lies on a stick in the end: names and bytes. */
    @Test
    void noneIsOnAStickEither() throws IOException {
        machine.plugIn("1234-ABCD", "STICK", Map.of());
        String base = "/api/v1/machine/support-bundle/stick";
        String stick = appliance.api().get(base + "s").good().at("/0/id").asText();
        assertThat(appliance.api().post(base, Map.of("stick", stick)).status()).isEqualTo(202);
        Patience.until("it is written", LONG, () -> {
            JsonNode now = appliance.api().get(base).good();
            assertThat(now.path("step").asText()).as("%s", now).isNotEqualTo("refused");
            return now.path("step").asText().equals("written") ? true : null;
        });
        keys();
        int files = 0;
        try (Stream<Path> written = Files.walk(machine.file("devices/sdz1"))) {
            for (Path file : written.filter(Files::isRegularFile).toList()) {
                assertThat(CANARIES.in("stick", Files.readAllBytes(file))).isEmpty();
                assertThat(CANARIES.in("name", file.getFileName().toString().getBytes(StandardCharsets.UTF_8)))
                        .isEmpty();
                files++;
            }
        }
        assertThat(files).isEqualTo(1);
    }

    /** The search itself finds what is there, however it is written and packed. */
    @Test
    void theSearchFindsACanary() throws IOException {
        Canaries some = new Canaries();
        String canary = some.add("row", "Zilp \"zalp\" über 北京 " + MARK);
        byte[] json = Json.write(Map.of("a", "x" + canary)).getBytes(StandardCharsets.UTF_8);
        assertThat(some.in("json", json)).isNotEmpty();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(java.util.Base64.getEncoder().encode(("ab" + canary).getBytes(StandardCharsets.UTF_8)));
        }
        assertThat(some.in("gzip", packed.toByteArray())).isNotEmpty();
        assertThat(some.in("other", "nothing of that".getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
    }

    @Test
    void whatSupportNeedsIsInIt() throws IOException {
        assertThat(files.keySet())
                .contains(
                        "README.txt",
                        "versions.json",
                        "nodes.json",
                        "jobs.json",
                        "audit.json",
                        "logs/control-plane.log");
        assertThat(files.keySet().iterator().next()).isEqualTo("README.txt");
        JsonNode failed = null;
        for (JsonNode job : Json.MAPPER.readTree(files.get("jobs.json"))) {
            failed = job.path("id").asText().equals(failedJob) ? job : failed;
        }
        assertThat(failed).isNotNull();
        assertThat(failed.path("state").asText()).isEqualTo("failed");
        // That the error is one of a chat template is kept; what the template said is not.
        assertThat(failed.path("reason").path("english").asText()).contains("…");
        assertThat(Json.MAPPER
                        .readTree(files.get("nodes.json"))
                        .at("/0/cards/0/id")
                        .asText())
                .isEqualTo("cpu:0");
        assertThat(files.get("logs/control-plane.log")).contains("has joined.");
        assertThat(Json.MAPPER.readTree(files.get("versions.json")).path("java").asText())
                .startsWith("25");
        assertThat(files.get("audit.json")).contains("job.create");
        assertThat(files.get("schema.json")).contains("101");
        assertThat(Json.MAPPER
                        .readTree(files.get("requests.json"))
                        .at("/0/requests")
                        .asInt())
                .isPositive();
    }

    @Test
    void theManifestNamesEveryFile() {
        List<String> named = new ArrayList<>(List.of("README.txt"));
        made.path("contents").forEach(content -> named.add(content.path("file").asText()));
        assertThat(files.keySet()).containsExactlyElementsOf(named);
        files.keySet().stream()
                .skip(1)
                .forEach(file -> assertThat(files.get("README.txt")).contains("\n" + file + "\n"));
        assertThat(files.get("README.txt"))
                .doesNotContain("!support")
                .contains("Left out")
                .contains("不包含");
    }

    @Test
    void onlyAdministratorsMakeOneAndItIsRecorded() {
        Api engineer = appliance.anonymous().as(appliance.token(PERSON, PERSONS_PASSWORD));
        assertThat(engineer.post("/api/v1/machine/support-bundle", Map.of()).status())
                .isEqualTo(403);
        assertThat(engineer.get(made.path("download").asText()).status()).isEqualTo(403);
        List<String> actions = new ArrayList<>();
        appliance
                .api()
                .get("/api/v1/audit?action=support")
                .good()
                .path("items")
                .forEach(row -> actions.add(row.path("action").asText()));
        assertThat(actions).contains("support.bundle", "support.download");
        assertThat(appliance
                        .api()
                        .get("/api/v1/machine/support-bundle/sup-none/file")
                        .status())
                .isEqualTo(404);
    }

    // ---- The appliance is used

    private static final String PERSON = CANARIES.add("user", "kanari-person-" + MARK);
    private static final String PERSONS_PASSWORD = CANARIES.add("password", "zeisig gimpel stieglitz " + MARK);

    private static void people() {
        Api api = appliance.api();
        api.post(
                        "/api/v1/users",
                        Map.of(
                                "name",
                                PERSON,
                                "password",
                                PERSONS_PASSWORD,
                                "role",
                                "engineer",
                                "mustChangePassword",
                                false))
                .good();
        secret("session", appliance.token(PERSON, PERSONS_PASSWORD));
        appliance
                .anonymous()
                .post("/api/v1/login", Map.of("name", PERSON, "password", secret("wrong password", name("wrong"))));
        api.send(
                        "PATCH",
                        "/api/v1/settings",
                        "application/json",
                        Json.write(Map.of("appliance.name", name("appliance"))).getBytes(StandardCharsets.UTF_8))
                .good();
        secret(
                "second join code",
                api.post("/api/v1/nodes/join-codes", Map.of("note", name("note of a join code"), "minutes", 30))
                        .good()
                        .path("code")
                        .asText());
    }

    private static void useModels() throws IOException {
        Api api = appliance.api();
        Story story = new Story(appliance, name("story"), 3);
        story.model();
        story.dataset();
        String good = story.job();
        failedJob = refusedJob(story);
        badImport(story);
        story.awaitJob(good);
        api.post("/api/v1/jobs/" + good + "/promote", Map.of("alias", "prod", "reason", name("reason why")))
                .good();
        story.deploy();
        story.awaitServed();
        String key = secret("API key", story.key(name("key")));
        String prompt = name("prompt") + " \"Wie geht's?\" 你好";
        CANARIES.add("prompt", prompt);
        story.chat(key, prompt);
        appliance
                .anonymous()
                .as(key)
                .post("/v1/chat/completions", Map.of("model", name("model that is not there"), "messages", List.of()));
        // The usage of the request is counted a moment later.
        Patience.until(
                "the request is counted",
                LONG,
                () -> api.get("/api/v1/usage").text().contains("\"requests\":0") ? null : true);
    }

    /** A model whose template refuses certain rows, and quotes them: so the job's error quotes a row. */
    private static String refusedJob(Story story) throws IOException {
        Path folder = appliance.home().resolve("import/refusing");
        Files.createDirectories(folder);
        try (Stream<Path> parts = Files.list(Packages.starterModel())) {
            for (Path part : parts.toList()) {
                Files.copy(part, folder.resolve(part.getFileName()));
            }
        }
        Path settings = folder.resolve("tokenizer_config.json");
        ObjectNode tokenizer = (ObjectNode) Json.MAPPER.readTree(Files.readString(settings));
        tokenizer.put(
                "chat_template",
                "{% for m in messages %}{% if '" + MARK
                        + "' in m['content'] %}{{ raise_exception('No: ' + m['content']) }}"
                        + "{% endif %}{% endfor %}"
                        + tokenizer.path("chat_template").asText());
        Files.writeString(settings, Json.write(tokenizer));
        Api api = appliance.api();
        String model = name("model");
        String imported = api.post("/api/v1/models/imports", Map.of("name", model, "folder", folder.toString()))
                .good()
                .path("id")
                .asText();
        await("/api/v1/models/imports/" + imported, "ready");

        String row = name("row");
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            rows.append(Json.write(Map.of(
                            "messages",
                            List.of(
                                    Map.of("role", "user", "content", "Frage " + i + " zu " + row + " über 北京"),
                                    Map.of("role", "assistant", "content", name("answer"))))))
                    .append('\n');
        }
        CANARIES.add("row, as it is quoted", row + " über 北京");
        String dataset = name("dataset");
        String upload = story.upload(name("file") + ".jsonl", rows.toString().getBytes(StandardCharsets.UTF_8));
        String id = api.post("/api/v1/datasets/imports", Map.of("upload", upload, "name", dataset))
                .good()
                .path("id")
                .asText();
        await("/api/v1/datasets/imports/" + id, "ready");
        api.post(
                        "/api/v1/datasets/imports/" + id + "/commit",
                        Map.of("leaveOutBadRows", true, "evaluationShare", 0.1, "seed", 7))
                .good();
        String job = api.post(
                        "/api/v1/jobs",
                        Map.of(
                                "name",
                                name("job"),
                                "dataset",
                                dataset,
                                "base",
                                model,
                                "model",
                                name("tuned"),
                                "recipe",
                                Map.of("maxSteps", 2)))
                .good()
                .path("id")
                .asText();
        JsonNode failed = await("/api/v1/jobs/" + job, "failed");
        assertThat(failed.toString()).as("the error quotes a row").contains(row);
        return job;
    }

    /** An import that stays open, with rows that are not valid. */
    private static void badImport(Story story) {
        String row = "{\"messages\":[{\"role\":\"" + name("role") + "\",\"content\":\"" + name("bad row") + "\"}]}\n";
        String upload = story.upload(name("bad file") + ".jsonl", row.getBytes(StandardCharsets.UTF_8));
        String id = appliance
                .api()
                .post("/api/v1/datasets/imports", Map.of("upload", upload, "name", name("bad dataset")))
                .good()
                .path("id")
                .asText();
        Patience.until(
                "the bad rows are read",
                LONG,
                () -> appliance
                                .api()
                                .get("/api/v1/datasets/imports/" + id)
                                .good()
                                .path("state")
                                .asText()
                                .equals("reading")
                        ? null
                        : true);
    }

    /** Requests that leave a trace in logs. */
    private static void wrongRequests() {
        appliance.api().get("/api/v1/jobs/" + name("path"));
        appliance.api().post("/api/v1/users", Map.of(name("member"), name("value")));
        appliance.anonymous().with("Cookie", "hearth-session=" + name("cookie")).get("/api/v1/jobs");
        appliance.anonymous().as(name("bearer")).get("/api/v1/jobs");
    }

    /** Everything below keys/: secrets, private keys, and what they are made of. */
    private static void keys() throws IOException {
        try (Stream<Path> secrets = Files.walk(appliance.home().resolve("keys"))) {
            for (Path file : secrets.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().endsWith(".crt"))
                    .toList()) {
                byte[] content = Files.readAllBytes(file);
                String text = new String(content, StandardCharsets.ISO_8859_1).strip();
                if (text.contains("-----BEGIN")) {
                    text.lines()
                            .filter(line -> !line.startsWith("-----"))
                            .forEach(line -> secret("line of " + file, line));
                } else {
                    secret(file.getFileName().toString(), text);
                    secret(
                            file.getFileName().toString(),
                            java.util.HexFormat.of().formatHex(content));
                }
            }
        }
    }

    // ---- Help

    /** A text of this test alone, that must not be found. */
    private static String name(String what) {
        return CANARIES.add(what, "kanari-" + what.replace(' ', '-') + "-" + MARK);
    }

    private static String secret(String what, String text) {
        return CANARIES.add(what, text);
    }

    private static JsonNode await(String path, String state) {
        return Patience.until(path + " is " + state, LONG, () -> {
            JsonNode now = appliance.api().get(path).good();
            return now.path("state").asText().equalsIgnoreCase(state) ? now : null;
        });
    }

    private static String read(Path file) {
        try {
            String text = Files.readString(file).strip();
            return text.isEmpty() ? null : text;
        } catch (IOException e) {
            return null;
        }
    }

    private static Map<String, String> unpack(byte[] archive) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return files;
    }
}
