package io.hearth.worker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.contract.Event;
import io.hearth.contract.ExitCode;
import io.hearth.worker.WorkerRun;
import io.hearth.worker.event.EventReader;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve} as the agent starts it: a child process. */
@Timeout(240)
class ServeCommandTest {
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    Path folder;

    @Test
    void saysWhenItIsReadyAnswersAndEndsWellOnSigterm() throws Exception {
        Process process = WorkerRun.start(folder, List.of("serve", deployment(0).toString()));
        try {
            String url = awaitReady(process).url();
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/completions"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            "{\"model\": \"tuned\", \"prompt\": \"Hi\", \"max_tokens\": 3, \"temperature\": 0}"))
                    .build();
            try (HttpClient client = HttpClient.newHttpClient()) {
                HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                assertThat(answer.body()).contains("\"completion_tokens\":3");
            }
            process.destroy();
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        WorkerRun run = WorkerRun.collect(process, folder);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        assertThat(run.first(Event.Failed.class)).isEmpty();
    }

    @Test
    void anAddressThatIsTakenIsASentence() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            WorkerRun run =
                    WorkerRun.of("serve", deployment(taken.getLocalPort()).toString());
            assertThat(run.exitCode()).as(run.out()).isEqualTo(ExitCode.USAGE);
            assertThat(run.first(Event.Failed.class).orElseThrow().reason())
                    .contains(String.valueOf(taken.getLocalPort()))
                    .doesNotContain("Exception");
            assertThat(run.err()).doesNotContain("\tat ");
        }
    }

    private Event.Ready awaitReady(Process process) throws Exception {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            Optional<Event.Ready> ready = Files.readString(folder.resolve("stdout"))
                    .lines()
                    .map(EventReader::read)
                    .flatMap(Optional::stream)
                    .filter(Event.Ready.class::isInstance)
                    .map(Event.Ready.class::cast)
                    .findFirst();
            if (ready.isPresent()) {
                return ready.get();
            }
            assertThat(process.isAlive())
                    .as("worker alive; it said: " + Files.readString(folder.resolve("stderr")))
                    .isTrue();
            assertThat(System.nanoTime()).isLessThan(patience);
            Thread.sleep(50);
        }
    }

    private Path deployment(int port) throws Exception {
        TinyModel.write(folder.resolve("model"), "qwen2", TinyModel.CHATML);
        return Files.writeString(
                folder.resolve("deployment.json"), """
                {
                  "model": {"name": "base", "directory": "model"},
                  "adapters": [{"name": "tuned", "directory": "%s"}],
                  "port": %d, "dtype": "f32", "maxSequences": 4, "cacheBytes": 1000000
                }""".formatted(TinyModel.adapter("adapter_final"), port));
    }
}
