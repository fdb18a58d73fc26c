package io.hearth.worker.http;

import io.hearth.contract.Event;
import io.hearth.engine.serve.Chunk;
import io.hearth.engine.serve.EngineLimits;
import io.hearth.engine.serve.InferenceEngine;
import io.hearth.engine.serve.StepRunner;
import io.hearth.engine.serve.TokenText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/**
 * A model that writes the text of {@link #SCRIPT} over and over, one word a token, and takes a step only when it is let: so
 * that a test can look at the server in the middle of a request.
 */
final class GatedModel implements StepRunner, TextCodec {
    static final List<String> SCRIPT = List.of("Grüße", " aus", " 北京", "\n", "\"quoted\"", " 🙂");

    /** A prompt that begins with this token makes the step fail. */
    static final int FAULT = 66;

    /** A prompt that begins with this makes the first step fail. */
    static final int ALWAYS = 67;

    /** How often each word is repeated in the text of its token. */
    private final int repeats;

    final List<Event> usage = Collections.synchronizedList(new ArrayList<>());
    final Semaphore entered = new Semaphore(0);
    final Semaphore gate = new Semaphore(0);
    final InferenceEngine engine;

    GatedModel(int maxSequences, int maxQueue, int repeats) {
        this.repeats = repeats;
        engine = new InferenceEngine(new EngineLimits(100_000, 1000, 0, 10_000, 16, maxSequences, 256, maxQueue), this);
    }

    Backend backend() {
        return new Backend(new ServedModels("scripted", List.of(), 1), this, engine, List.of(), usage::add);
    }

    @Override
    public int[] run(List<Chunk> chunks) {
        entered.release();
        gate.acquireUninterruptibly();
        if (chunks.stream().anyMatch(chunk -> chunk.sequence().token(0) == ALWAYS)) {
            throw new IllegalStateException("a secret detail");
        }
        if (chunks.stream().anyMatch(chunk -> chunk.sequence().token(0) == FAULT && chunk.from() > 2)) {
            throw new IllegalStateException("a secret detail");
        }
        return chunks.stream()
                .filter(Chunk::draws)
                .mapToInt(chunk -> chunk.sequence().generated() % SCRIPT.size())
                .toArray();
    }

    @Override
    public int[] encodeChat(List<Map<String, Object>> messages, List<Object> tools, Map<String, Object> variables) {
        return encodeText(messages.getLast().get("content").toString());
    }

    @Override
    public int[] encodeText(String text) {
        return new int[] {
            switch (text) {
                case "fault" -> FAULT;
                case "always" -> ALWAYS;
                default -> 1;
            }
        };
    }

    @Override
    public TokenText decoder() {
        return new TokenText() {
            @Override
            public String accept(int token) {
                return SCRIPT.get(token).repeat(repeats);
            }

            @Override
            public String finish() {
                return "";
            }
        };
    }

    /** Lets every step go on from now on. */
    void open() {
        gate.release(Integer.MAX_VALUE / 2);
    }

    @Override
    public void close() {}
}
