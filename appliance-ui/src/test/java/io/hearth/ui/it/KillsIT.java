package io.hearth.ui.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The main job while its parts are killed with SIGKILL: it ends as if nothing had been, nothing is lost or there twice, and
 * nothing is left lying about. The seed is printed; give it with {@code -Dhearth.seed=N} to see the same again.
 */
class KillsIT {
    private static final int STEPS = 24;
    private static final int QUESTIONS = 3;
    private static final int SHORT = 2;
    private static final int LONG = 30;
    private static final Duration SETTLED = Duration.ofSeconds(120);

    /** What is killed. */
    private enum Victim {
        CONTROL_PLANE,
        AGENT,
        WORKER
    }

    private static Appliance appliance;

    /** How long a run takes when nothing is killed, so that any moment of it can be hit. */
    private static long usualMillis;

    @BeforeAll
    static void start() throws Exception {
        appliance = Appliance.ready("kills");
        new Story(appliance, "none", STEPS).model();
        long began = System.nanoTime();
        Story undisturbed = new Story(appliance, "undisturbed", STEPS);
        check(undisturbed, tell(undisturbed));
        usualMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    }

    @AfterAll
    static void stop() {
        if (appliance != null) {
            appliance.close();
        }
    }

    @Test
    void aFewKillsChangeNothing() throws Exception {
        runs(SHORT);
    }

    @Test
    @Tag("long")
    void thirtyKillsChangeNothing() throws Exception {
        runs(LONG);
    }

    private static void runs(int count) throws Exception {
        long seed = Long.getLong("hearth.seed", System.nanoTime());
        System.out.println("KillsIT: seed " + seed + ", a run takes " + usualMillis + " ms");
        Random random = new Random(seed);
        for (int run = 0; run < count; run++) {
            Victim victim = Victim.values()[random.nextInt(Victim.values().length)];
            long moment = (long) (random.nextDouble() * usualMillis);
            long pause = random.nextInt(3_000);
            String what = "run " + run + ": " + victim + " after " + moment + " ms, back after " + pause + " ms";
            System.out.println("KillsIT: " + what);
            Story story = new Story(appliance, "run-" + Long.toString(seed & 0xffffff, 36) + "-" + run, STEPS);
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<Told> told = threads.submit(() -> tell(story));
                kill(victim, moment, pause, told);
                check(story, told.get());
            } catch (ExecutionException e) {
                throw new AssertionError(what + " (seed " + seed + ")", e.getCause());
            } catch (AssertionError e) {
                throw new AssertionError(what + " (seed " + seed + "): " + e.getMessage(), e);
            }
        }
    }

    /** What a client saw: the key's name, and how many questions it sent and got answered. */
    private record Told(String key, int asked, int answered) {}

    private static Told tell(Story story) {
        story.dataset();
        String job = story.job();
        story.awaitJob(job);
        story.promote(job);
        story.deploy();
        story.awaitServed();
        String name = "key-" + story.name();
        String key = story.key(name);
        int asked = 0;
        int answered = 0;
        while (answered < QUESTIONS) {
            asked++;
            if (story.ask(key, "What does E08 mean?").isPresent()) {
                answered++;
            } else {
                Patience.pause(500);
            }
        }
        return new Told(name, asked, answered);
    }

    private static void kill(Victim victim, long moment, long pause, Future<?> told) throws InterruptedException {
        try {
            told.get(moment, TimeUnit.MILLISECONDS);
            return;
        } catch (TimeoutException e) {
            // It is under way: now is the moment.
        } catch (ExecutionException e) {
            return;
        }
        switch (victim) {
            case CONTROL_PLANE -> {
                appliance.controlPlane().kill();
                Patience.pause(pause);
                appliance.startControlPlane();
            }
            case AGENT -> {
                appliance.agent("local").kill();
                Patience.pause(pause);
                appliance.agent("local").start();
            }
            case WORKER -> {
                while (!told.isDone() && appliance.workers().isEmpty()) {
                    Patience.pause(20);
                }
                appliance.workers().stream()
                        .findFirst()
                        .flatMap(ProcessHandle::of)
                        .ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    private static void check(Story story, Told told) {
        appliance.awaitNode("local");
        assertThat(all("/api/v1/datasets", "/dataset/name", story.name()))
                .as("datasets")
                .hasSize(1);
        JsonNode version = story.datasetVersion();
        assertThat(version.path("rows").asLong()).as("rows").isEqualTo(Story.goodRows());
        List<JsonNode> jobs = all("/api/v1/jobs", "/name", story.name());
        assertThat(jobs).as("jobs").hasSize(1);
        List<Integer> steps = story.steps(jobs.getFirst().path("id").asText());
        List<Integer> expected = new ArrayList<>();
        for (int step = 1; step <= STEPS; step++) {
            expected.add(step);
        }
        assertThat(steps).as("steps").isEqualTo(expected);
        assertThat(all("/api/v1/models", "/model/name", story.tuned()))
                .as("models")
                .hasSize(1);
        assertThat(all("/api/v1/keys", "/name", told.key())).as("keys").hasSize(1);
        JsonNode usage = Patience.until("every answer is counted", SETTLED, () -> {
            List<JsonNode> lines = all("/api/v1/usage?group=key", "/keyName", told.key());
            return lines.size() == 1 && lines.getFirst().path("requests").asInt() >= told.answered()
                    ? lines.getFirst()
                    : null;
        });
        assertThat(usage.path("requests").asInt()).as("requests").isBetween(told.answered(), told.asked());
        assertThat(appliance
                        .api()
                        .get("/api/v1/audit/verify")
                        .good()
                        .path("whole")
                        .asBoolean())
                .as("audit")
                .isTrue();
        story.endDeployment();
        Patience.until("no worker is left", SETTLED, () -> appliance.workers().isEmpty());
        assertThat(appliance.processes()).as("processes").hasSize(2);
        wholeBlobs(appliance.home().resolve("blobs"));
    }

    private static List<JsonNode> all(String path, String place, String value) {
        List<JsonNode> found = new ArrayList<>();
        String page = path + (path.contains("?") ? "&" : "?") + "limit=500";
        for (JsonNode item : appliance.api().get(page).good().path("items")) {
            if (item.at(place).asText().equals(value)) {
                found.add(item);
            }
        }
        return found;
    }

    /** Every blob that can be seen is what its name says. */
    private static void wholeBlobs(Path blobs) {
        try (Stream<Path> files = Files.walk(blobs)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (file.getFileName().toString().matches("[0-9a-f]{64}")) {
                    MessageDigest digest = MessageDigest.getInstance("SHA-256");
                    assertThat(HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file))))
                            .isEqualTo(file.getFileName().toString());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
