package io.hearth.engine.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InferenceEngineTest {
    private static final int STOP_TOKEN = 5;

    @Test
    void manyRequestsAtOnceGetWhatEachWouldGetAlone() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        EngineLimits limits = new EngineLimits(200, RecallRunner.VOCABULARY, 2, 40, 8, 12, 48, 1000);
        try (InferenceEngine engine = new InferenceEngine(limits, new RecallRunner(limits))) {
            List<Collector> collectors = new ArrayList<>();
            List<GenerationRequest> requests = new ArrayList<>();
            List<Generation> cancelled = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                GenerationRequest request =
                        request(prompt(random, 1 + random.nextInt(120)), random.nextInt(3) - 1, 1 + random.nextInt(80));
                Collector collector = new Collector();
                Generation generation = engine.submit(request, collector);
                if (random.nextInt(5) == 0) {
                    cancelled.add(generation);
                }
                if (random.nextBoolean() && !cancelled.isEmpty()) {
                    cancelled.get(random.nextInt(cancelled.size())).cancel();
                }
                requests.add(request);
                collectors.add(collector);
            }
            cancelled.forEach(Generation::cancel);
            for (int i = 0; i < requests.size(); i++) {
                Ending ending = collectors.get(i).ending();
                GenerationRequest request = requests.get(i);
                int[] alone = RecallRunner.alone(request.prompt(), request.adapter(), request.maxTokens(), STOP_TOKEN);
                List<Integer> made = collectors.get(i).tokens;
                if (ending.reason() == FinishReason.CANCELLED) {
                    assertThat(made).as("seed %d", seed).containsExactly(boxed(Arrays.copyOf(alone, made.size())));
                } else {
                    boolean stopped = alone[alone.length - 1] == STOP_TOKEN;
                    assertThat(made).as("seed %d, request %d", seed, i).containsExactly(boxed(alone));
                    assertThat(ending.reason()).isEqualTo(stopped ? FinishReason.STOP : FinishReason.LENGTH);
                    assertThat(ending.completionTokens()).isEqualTo(alone.length);
                }
            }
            EngineMetrics metrics = engine.metrics();
            assertThat(metrics.blocksInUse()).as("seed %d", seed).isZero();
            assertThat(metrics.running() + metrics.waiting()).isZero();
            assertThat(metrics.finished()).isEqualTo(200);
            assertThat(metrics.preemptions())
                    .as("the cache is small on purpose")
                    .isPositive();
        }
    }

    @Test
    void endsAtTheContext() throws Exception {
        EngineLimits limits = limits(10);
        try (InferenceEngine engine = new InferenceEngine(limits, new RecallRunner(limits))) {
            Collector collector = new Collector();
            engine.submit(request(new int[] {1, 2, 3, 4}, -1, 1000), collector);

            Ending ending = collector.ending();
            int[] alone = RecallRunner.alone(new int[] {1, 2, 3, 4}, -1, 96, STOP_TOKEN);
            assertThat(ending.completionTokens()).isEqualTo(alone.length);
            assertThat(ending.promptTokens()).isEqualTo(4);
        }
    }

    @Test
    void refusesWhatCannotWorkWithASentence() {
        EngineLimits limits = limits(10);
        try (InferenceEngine engine = new InferenceEngine(limits, new RecallRunner(limits))) {
            assertThatThrownBy(() -> engine.submit(request(new int[100], -1, 1), new Collector()))
                    .isInstanceOf(RequestRefusedException.class)
                    .hasMessageContaining("100 tokens")
                    .hasMessageContaining("ends at 100");
            assertThatThrownBy(() -> engine.submit(request(new int[] {97}, -1, 1), new Collector()))
                    .hasMessageContaining("token 97");
            assertThatThrownBy(() -> engine.submit(request(new int[] {-3}, -1, 1), new Collector()))
                    .hasMessageContaining("token -3");
            assertThatThrownBy(() -> engine.submit(request(new int[] {1}, 2, 1), new Collector()))
                    .hasMessageContaining("adapter 2");
            assertThat(engine.metrics().finished()).isZero();
        }
    }

    @Test
    void refusesRequestsWhenTheQueueIsFullAndTakesThemAgainLater() throws Exception {
        EngineLimits limits = limits(2);
        GatedRunner runner = new GatedRunner(new RecallRunner(limits));
        try (InferenceEngine engine = new InferenceEngine(limits, runner)) {
            Collector first = new Collector();
            engine.submit(request(new int[] {1}, -1, 3), first);
            runner.entered.acquire();
            List<Collector> waiting = List.of(new Collector(), new Collector());
            List<Generation> taken = waiting.stream()
                    .map(collector -> engine.submit(request(new int[] {2}, -1, 1), collector))
                    .toList();

            assertThatThrownBy(() -> engine.submit(request(new int[] {3}, -1, 1), new Collector()))
                    .isInstanceOfSatisfying(
                            RequestRefusedException.class,
                            e -> assertThat(e.reason()).isEqualTo(RequestRefusedException.Reason.QUEUE_FULL))
                    .hasMessageContaining("2 requests are waiting");

            taken.getFirst().cancel();
            runner.gate.release(1000);
            waiting.getFirst().ending();
            waiting.getLast().ending();
            first.ending();
            Collector later = new Collector();
            engine.submit(request(new int[] {3}, -1, 1), later);
            assertThat(later.ending().reason()).isIn(FinishReason.LENGTH, FinishReason.STOP);
        }
    }

    @Test
    void aCancelledRequestIsGoneBeforeTheNextStep() throws Exception {
        EngineLimits limits = limits(10);
        GatedRunner runner = new GatedRunner(new RecallRunner(limits));
        try (InferenceEngine engine = new InferenceEngine(limits, runner)) {
            Collector collector = new Collector();
            Generation generation = engine.submit(request(new int[30], -1, 50), collector);
            runner.entered.acquire();
            generation.cancel();
            runner.gate.release();

            assertThat(collector.ending().reason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(engine.metrics().blocksInUse()).isZero();
            assertThat(runner.entered.availablePermits()).isZero();
        }
    }

    @Test
    void aFaultFailsTheStepsRequestsAndTheEngineGoesOn() throws Exception {
        EngineLimits limits = limits(10);
        RecallRunner good = new RecallRunner(limits);
        StepRunner faulty = new StepRunner() {
            @Override
            public int[] run(List<Chunk> chunks) {
                if (chunks.stream().anyMatch(chunk -> chunk.sequence().token(0) == 66)) {
                    throw new IllegalStateException("a secret detail");
                }
                return good.run(chunks);
            }

            @Override
            public void close() {
                good.close();
            }
        };
        try (InferenceEngine engine = new InferenceEngine(limits, faulty)) {
            Collector bad = new Collector();
            engine.submit(request(new int[] {66}, -1, 5), bad);
            assertThat(bad.ending().reason()).isEqualTo(FinishReason.ERROR);
            assertThat(bad.ending().message()).contains("failed").doesNotContain("secret");
            assertThat(engine.metrics().blocksInUse()).isZero();

            Collector next = new Collector();
            engine.submit(request(new int[] {7}, -1, 5), next);
            assertThat(next.ending().reason()).isNotEqualTo(FinishReason.ERROR);
        }
        assertThat(good.closed).isTrue();
    }

    @Test
    void logitsThatAreNotNumbersFailTheirRequestOnly() throws Exception {
        EngineLimits limits = limits(10);
        RecallRunner good = new RecallRunner(limits);
        StepRunner runner = new StepRunner() {
            @Override
            public int[] run(List<Chunk> chunks) {
                int[] tokens = good.run(chunks);
                List<Chunk> drawing = chunks.stream().filter(Chunk::draws).toList();
                for (int i = 0; i < tokens.length; i++) {
                    if (drawing.get(i).sequence().token(0) == 66) {
                        tokens[i] = NOT_A_NUMBER;
                    }
                }
                return tokens;
            }

            @Override
            public void close() {}
        };
        try (InferenceEngine engine = new InferenceEngine(limits, runner)) {
            Collector bad = new Collector();
            Collector fine = new Collector();
            engine.submitAll(
                    List.of(request(new int[] {66}, -1, 5), request(new int[] {7}, -1, 5)), List.of(bad, fine));

            assertThat(bad.ending().message()).contains("not a finite number");
            assertThat(fine.ending().reason()).isNotEqualTo(FinishReason.ERROR);
        }
    }

    @Test
    void closingWithGraceLetsRequestsFinish() throws Exception {
        EngineLimits limits = limits(10);
        InferenceEngine engine = new InferenceEngine(limits, new RecallRunner(limits));
        List<Collector> collectors = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            collectors.add(new Collector());
            engine.submit(request(new int[] {i + 10}, -1, 90), collectors.get(i));
        }
        engine.close(Duration.ofSeconds(30));

        for (Collector collector : collectors) {
            assertThat(collector.ending().reason()).isIn(FinishReason.LENGTH, FinishReason.STOP);
        }
        assertThatThrownBy(() -> engine.submit(request(new int[] {1}, -1, 1), new Collector()))
                .isInstanceOfSatisfying(
                        RequestRefusedException.class,
                        e -> assertThat(e.reason()).isEqualTo(RequestRefusedException.Reason.CLOSED));
    }

    @Test
    void closingWithoutGraceCancelsThem() throws Exception {
        EngineLimits limits = limits(10);
        GatedRunner runner = new GatedRunner(new RecallRunner(limits));
        InferenceEngine engine = new InferenceEngine(limits, runner);
        Collector running = new Collector();
        engine.submit(request(new int[] {1}, -1, 90), running);
        runner.entered.acquire();
        Thread closer = Thread.ofVirtual().start(engine::close);
        // The step that runs is not torn apart: closing waits for it.
        assertThat(closer.join(Duration.ofMillis(50))).isFalse();
        runner.gate.release(1000);
        closer.join();

        assertThat(running.ending().reason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(engine.metrics().blocksInUse()).isZero();
    }

    @Test
    void aRequestFailsAtItsTimeLimit() throws Exception {
        EngineLimits limits = limits(10);
        try (InferenceEngine engine = new InferenceEngine(limits, new RecallRunner(limits))) {
            Collector collector = new Collector();
            GenerationRequest request = new GenerationRequest(
                    new int[] {1}, -1, 9, SamplingOptions.GREEDY, new int[0], List.of(), TokenText.NONE, Duration.ZERO);
            engine.submit(request, collector);

            assertThat(collector.ending().reason()).isEqualTo(FinishReason.ERROR);
            assertThat(collector.ending().message()).contains("limit");
        }
    }

    @Test
    void stopStringsEndTheTextBeforeThem() throws Exception {
        EngineLimits limits = limits(10);
        try (InferenceEngine engine = new InferenceEngine(limits, new RecallRunner(limits))) {
            int[] alone = RecallRunner.alone(new int[] {9}, -1, 40, -1);
            StringBuilder text = new StringBuilder();
            for (int token : alone) {
                text.append('<').append(token).append('>');
            }
            // Across two tokens, in the middle of both.
            String stop = alone[20] + "><" + Integer.toString(alone[21]).charAt(0);
            Collector collector = new Collector();
            engine.submit(textRequest(List.of(stop)), collector);
            Collector unstopped = new Collector();
            engine.submit(textRequest(List.of("no such text")), unstopped);

            assertThat(collector.ending().reason()).isEqualTo(FinishReason.STOP);
            assertThat(collector.text.toString()).isEqualTo(text.substring(0, text.indexOf(stop)));
            assertThat(unstopped.ending().reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(unstopped.text.toString()).isEqualTo(text.toString());
        }
    }

    @Test
    void aListenerThatFailsEndsOnlyItsOwnRequest() throws Exception {
        EngineLimits limits = limits(10);
        try (InferenceEngine engine = new InferenceEngine(limits, new RecallRunner(limits))) {
            Collector broken = new Collector() {
                @Override
                public void onToken(int token) {
                    throw new IllegalStateException("gone");
                }
            };
            Collector fine = new Collector();
            engine.submitAll(
                    List.of(request(new int[] {8}, -1, 20), request(new int[] {9}, -1, 20)), List.of(broken, fine));

            assertThat(broken.ending().reason()).isEqualTo(FinishReason.ERROR);
            assertThat(fine.ending().reason()).isIn(FinishReason.LENGTH, FinishReason.STOP);
        }
    }

    private static EngineLimits limits(int maxQueue) {
        return new EngineLimits(100, RecallRunner.VOCABULARY, 2, 26, 4, 8, 16, maxQueue);
    }

    private static GenerationRequest request(int[] prompt, int adapter, int maxTokens) {
        return new GenerationRequest(
                prompt,
                adapter,
                maxTokens,
                SamplingOptions.GREEDY,
                new int[] {STOP_TOKEN},
                List.of(),
                TokenText.NONE,
                null);
    }

    private static GenerationRequest textRequest(List<String> stops) {
        TokenText bracketed = new TokenText() {
            @Override
            public String accept(int token) {
                return "<" + token + ">";
            }

            @Override
            public String finish() {
                return "";
            }
        };
        return new GenerationRequest(new int[] {9}, -1, 40, SamplingOptions.GREEDY, new int[0], stops, bracketed, null);
    }

    private static int[] prompt(Random random, int length) {
        return random.ints(length, 0, RecallRunner.VOCABULARY).toArray();
    }

    private static Integer[] boxed(int[] values) {
        return Arrays.stream(values).boxed().toArray(Integer[]::new);
    }

    /** Every step waits for a permit. */
    private static final class GatedRunner implements StepRunner {
        final Semaphore entered = new Semaphore(0);
        final Semaphore gate = new Semaphore(0);
        private final StepRunner inner;

        GatedRunner(StepRunner inner) {
            this.inner = inner;
        }

        @Override
        public int[] run(List<Chunk> chunks) {
            entered.release();
            gate.acquireUninterruptibly();
            return inner.run(chunks);
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
