package io.hearth.worker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.contract.Deployment;
import io.hearth.contract.Deployment.NamedDirectory;
import io.hearth.contract.Event;
import io.hearth.text.TextException;
import io.hearth.worker.process.UsageException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a worker begins and ends. */
@Timeout(120)
class ServeWorkerStartTest {
    @TempDir
    Path folder;

    @Test
    void aDirectoryWithoutTokenizerIsRefused() throws Exception {
        Path model = TinyModel.write(folder.resolve("model"), "qwen2", null);
        Files.delete(model.resolve("tokenizer.json"));

        assertThatThrownBy(() -> RunningWorker.start(model, 20, 10))
                .isInstanceOf(TextException.class)
                .hasMessageContaining("tokenizer.json");
    }

    @Test
    void aBrokenTemplateIsRefused() throws Exception {
        Path model = TinyModel.write(folder.resolve("model"), "qwen2", "{% for m in messages %}{{ m.content }}");

        assertThatThrownBy(() -> RunningWorker.start(model, 20, 10)).isInstanceOf(TextException.class);
    }

    @Test
    void aModelWithoutTemplateCompletesButDoesNotChat() throws Exception {
        Path model = TinyModel.write(folder.resolve("model"), "llama", null);
        Deployment base = withoutAdapters(model, null, null);
        try (RunningWorker worker = RunningWorker.start(base, null)) {
            assertThat(worker.events).hasAtLeastOneElementOfType(Event.Warning.class);
            HttpResponse<String> chat = worker.post(
                    "/v1/chat/completions",
                    RunningWorker.JSON.writeValueAsString(ServeWorkerTest.chat("base", "Hi", 3)));
            assertThat(chat.statusCode()).isEqualTo(400);
            assertThat(chat.body()).contains("no chat template");
            worker.ask("/v1/completions", Map.of("model", "base", "prompt", "Hi"));
        }
    }

    @Test
    void namesMustBeDistinct() throws Exception {
        Path model = TinyModel.write(folder.resolve("model"), "qwen2", TinyModel.CHATML);
        String adapter = TinyModel.adapter("adapter_final").toString();
        Deployment twice = new Deployment(
                null,
                new NamedDirectory("same", model.toString()),
                List.of(new NamedDirectory("same", adapter)),
                null,
                null,
                null,
                "f32",
                null,
                null,
                null,
                1L << 20,
                null);

        assertThatThrownBy(() -> RunningWorker.start(twice, null))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("\"same\"");
    }

    @Test
    void aCacheThatIsTooSmallIsToldOrShortensTheContext() throws Exception {
        Path model = TinyModel.write(folder.resolve("model"), "llama", TinyModel.CHATML);
        assertThatThrownBy(() -> RunningWorker.start(withoutAdapters(model, 100L, null), null))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("cacheBytes");

        try (RunningWorker worker = RunningWorker.start(withoutAdapters(model, 40_000L, null), null)) {
            assertThat(worker.events)
                    .filteredOn(event -> event instanceof Event.Warning)
                    .singleElement()
                    .asString()
                    .contains("cacheBytes");
            HttpResponse<String> response =
                    worker.post("/v1/completions", "{\"model\":\"base\",\"prompt\":\"" + "a".repeat(150) + "\"}");
            assertThat(response.body()).contains("150 tokens").contains("context_length_exceeded");
        }
    }

    @Test
    void aContextBeyondTheModelsIsRefused() throws Exception {
        Path model = TinyModel.write(folder.resolve("model"), "llama", TinyModel.CHATML);

        assertThatThrownBy(() -> RunningWorker.start(withoutAdapters(model, null, 257), null))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("257")
                .hasMessageContaining("256");
    }

    @Test
    void whatIsNotSaidIsChosen() throws Exception {
        Path model = TinyModel.write(folder.resolve("tiny"), "qwen3", TinyModel.CHATML);
        Deployment bare = new Deployment(
                null,
                new NamedDirectory(null, model.toString()),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
        try (RunningWorker worker = RunningWorker.start(bare, null)) {
            assertThat(worker.events.getLast())
                    .isInstanceOfSatisfying(
                            Event.Ready.class,
                            ready -> assertThat(ready.models()).containsExactly("tiny"));
            worker.ask("/v1/chat/completions", ServeWorkerTest.chat("tiny", "Hi", 5));
            // Thirty-two sequences of 256 tokens and a hundredth in reserve: no more than can be used.
            assertThat(worker.health().get("blocks").asInt()).isBetween(512, 520);
        }
    }

    @Test
    void closingLetsWhatRunsFinishAndFreesThePort() throws Exception {
        Path model = TinyModel.write(folder.resolve("model"), "qwen2", TinyModel.CHATML);
        RunningWorker worker = RunningWorker.start(model, 40, 10);
        int port = worker.worker.port();
        CompletableFuture<HttpResponse<String>> running;
        try {
            String body = RunningWorker.JSON.writeValueAsString(
                    Map.of("model", "tuned", "prompt", List.of(9, 8, 7), "max_tokens", 190, "temperature", 0));
            running = worker.client().sendAsync(worker.request("/v1/completions", body), BodyHandlers.ofString());
            while (worker.health().get("running").asInt() == 0 && !running.isDone()) {
                Thread.onSpinWait();
            }
            worker.worker.close();
            assertThat(running.get().statusCode()).as(running.get().body()).isEqualTo(200);
        } finally {
            worker.close();
        }
        try (ServerSocket free = new ServerSocket(port)) {
            assertThat(free.getLocalPort()).isEqualTo(port);
        }
    }

    private static Deployment withoutAdapters(Path model, Long cacheBytes, Integer contextLength) {
        return new Deployment(
                null,
                new NamedDirectory("base", model.toString()),
                null,
                null,
                null,
                null,
                "f32",
                contextLength,
                4,
                64,
                cacheBytes == null ? Long.valueOf(1L << 22) : cacheBytes,
                null);
    }
}
