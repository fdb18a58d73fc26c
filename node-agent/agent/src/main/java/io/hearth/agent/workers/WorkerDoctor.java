package io.hearth.agent.workers;

import io.hearth.protocol.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Asks a worker which cards it can use: {@code worker doctor --json}. */
public final class WorkerDoctor {
    private static final int MOST_BYTES = 1 << 20;
    private static final long PATIENCE_SECONDS = 120;

    private final WorkerCommand command;

    public WorkerDoctor(WorkerCommand command) {
        this.command = command;
    }

    /**
     * What the worker says.
     *
     * @param cards cards that it can use
     * @param refusals why it cannot use others, a sentence each
     * @param warnings what is amiss with cards that it can use
     */
    public record Answer(List<Card> cards, List<String> refusals, List<Warning> warnings) {
        public Answer {
            cards = cards == null ? List.of() : List.copyOf(cards);
            refusals = refusals == null ? List.of() : List.copyOf(refusals);
            warnings = warnings == null ? List.of() : List.copyOf(warnings);
        }
    }

    /**
     * Something that is amiss with cards that a worker can use.
     *
     * @param kind of the cards, the part of their ids before the colon
     * @param sentence for a person
     */
    public record Warning(String kind, String sentence) {}

    /**
     * A card that a worker can use.
     *
     * @param id as job files name it
     * @param hardwareId its place in the machine, such as its PCI address; null if the worker does not say
     */
    public record Card(String id, String hardwareId) {}

    /**
     * Asks.
     *
     * @throws IOException if the worker cannot be asked, with a sentence
     */
    public Answer ask() throws IOException, InterruptedException {
        Process process = command.doctor().start();
        try {
            CompletableFuture<String> said = read(process.getInputStream());
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("It has not answered within " + PATIENCE_SECONDS + " seconds.");
            }
            String text = said.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (text.isBlank()) {
                throw new IOException("It said nothing and ended with exit code " + process.exitValue() + ".");
            }
            return Protocol.read(text, Answer.class);
        } catch (IllegalArgumentException e) {
            throw new IOException("Its answer cannot be read: " + e.getMessage(), e);
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new IOException("Its answer cannot be read: " + e.getMessage(), e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static CompletableFuture<String> read(InputStream from) {
        CompletableFuture<String> said = new CompletableFuture<>();
        Thread.ofVirtual().name("worker doctor").start(() -> {
            try (from) {
                said.complete(new String(from.readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
            } catch (IOException e) {
                said.completeExceptionally(e);
            }
        });
        return said;
    }
}
