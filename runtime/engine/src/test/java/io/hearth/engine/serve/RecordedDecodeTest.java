package io.hearth.engine.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.engine.TestDevice;
import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.checkpoint.PeftAdapter;
import io.hearth.engine.model.AdapterPool;
import io.hearth.engine.model.Golden;
import io.hearth.engine.model.LoadedModel;
import io.hearth.engine.model.RecordingDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Decoding steps that are padded, recorded and replayed draw what direct steps draw. */
@Tag("card")
class RecordedDecodeTest {
    private static final int MOST_STEPS = 5_000;
    private static final int VOCABULARY = 160;
    private static final int CONTEXT = 96;
    private static final int BLOCK_SIZE = 4;

    private static Device device;

    @BeforeAll
    static void open() {
        device = TestDevice.open();
    }

    @AfterAll
    static void close() {
        if (device != null) {
            device.close();
        }
    }

    @Test
    void withAdaptersJoinsLeavesAndPreemption() {
        LoraAdapter untrained = adapter("adapter_init");
        LoraAdapter trained = adapter("adapter_final");
        RecordingDevice recording = new RecordingDevice(device);
        run("qwen2", recording, List.of(trained, untrained, trained), steps(400, 60));
        assertThat(recording.replays).isGreaterThan(steps(80, 10));
        assertThat(recording.open).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen3", "mistral"})
    void withoutAdapters(String name) {
        RecordingDevice recording = new RecordingDevice(device);
        run(name, recording, List.of(), steps(150, 30));
        assertThat(recording.replays).isGreaterThan(steps(30, 3));
        assertThat(recording.open).isZero();
    }

    @Test
    void whenTheDeviceFailsToRecord() {
        RecordingDevice recording = new RecordingDevice(device);
        recording.failAfter(4);
        run("qwen2", recording, List.of(), steps(150, 30));
        assertThat(recording.recordings).isEqualTo(4);
    }

    private static int steps(int onProcessor, int onCard) {
        return TestDevice.isCard() ? onCard : onProcessor;
    }

    private static LoraAdapter adapter(String folder) {
        return PeftAdapter.read(Golden.load("lora_qwen2").directory().resolve(folder));
    }

    /** Both runners compute every step of the same random traffic, each with a cache of its own. */
    private static void run(String name, RecordingDevice recording, List<LoraAdapter> adapters, int steps) {
        // Between shapes, results differ on a card by what rounding leaves: enough to draw another token once in a long
        // while.
        long seed = TestDevice.isCard() ? 5 : System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        Golden golden = Golden.load(name);
        EngineLimits limits =
                new EngineLimits(CONTEXT, VOCABULARY, adapters.size(), 60, BLOCK_SIZE, 20, 48, Integer.MAX_VALUE);
        try (LoadedModel model = LoadedModel.load(RecordingDevice.without(device), golden.directory(), DType.F32);
                AdapterPool pool = new AdapterPool(model, adapters);
                StepRunner direct = new ModelStepRunner(model, pool, limits);
                LoadedModel recordingModel = LoadedModel.load(recording, golden.directory(), DType.F32);
                AdapterPool recordingPool = new AdapterPool(recordingModel, adapters);
                StepRunner recorded = new ModelStepRunner(recordingModel, recordingPool, limits)) {
            Traffic traffic = new Traffic(random, limits);
            for (int step = 0; step < steps || traffic.goesOn(step); step++) {
                List<Chunk> chunks = traffic.next();
                int[] expected = direct.run(chunks);
                assertThat(recorded.run(chunks))
                        .as("seed %d, step %d", seed, step)
                        .containsExactly(expected);
                traffic.drawn(chunks, expected);
            }
            assertThat(traffic.scheduler.preemptions() > 0 || TestDevice.isCard())
                    .as("seed %d: a sequence was preempted", seed)
                    .isTrue();
        }
    }

    /** Sequences that come and go at random, more of them than the cache holds at their full lengths. */
    private static final class Traffic {
        private final SplittableRandom random;
        private final EngineLimits limits;
        private final Scheduler scheduler;
        private final List<Sequence> all = new ArrayList<>();
        private long arrivals;

        /** Random traffic may take a while until it fills the cache; a card, which is slow here, is not kept waiting for it. */
        boolean goesOn(int step) {
            return !TestDevice.isCard() && scheduler.preemptions() == 0 && step < MOST_STEPS;
        }

        Traffic(SplittableRandom random, EngineLimits limits) {
            this.random = random;
            this.limits = limits;
            this.scheduler = new Scheduler(
                    new BlockManager(limits.blocks(), limits.blockSize()),
                    limits.maxSequences(),
                    limits.maxBatchTokens());
        }

        List<Chunk> next() {
            // Bursts, and pauses in which the running ones decode among themselves.
            boolean burst = random.nextInt(12) == 0;
            int joining = all.isEmpty() ? 1 : burst ? random.nextInt(8) : 0;
            for (int i = 0; i < joining; i++) {
                join();
            }
            return scheduler.schedule();
        }

        private void join() {
            int[] prompt = random.ints(1 + random.nextInt(12), 0, VOCABULARY).toArray();
            SamplingOptions sampling = random.nextBoolean()
                    ? SamplingOptions.GREEDY
                    : new SamplingOptions(0.9f, 0.95f, 40, 0.01f, random.nextLong());
            Sequence sequence = new Sequence(
                    arrivals++,
                    new GenerationRequest(
                            prompt,
                            random.nextInt(-1, limits.adapters()),
                            1 + random.nextInt(CONTEXT - prompt.length - 1),
                            sampling,
                            new int[0],
                            List.of(),
                            TokenText.NONE,
                            null));
            all.add(sequence);
            scheduler.add(sequence);
        }

        void drawn(List<Chunk> chunks, int[] tokens) {
            List<Sequence> drawing =
                    chunks.stream().filter(Chunk::draws).map(Chunk::sequence).toList();
            scheduler.computed(chunks);
            for (int i = 0; i < drawing.size(); i++) {
                Sequence sequence = drawing.get(i);
                sequence.append(tokens[i]);
                boolean leaves = random.nextInt(100) == 0;
                if (leaves || sequence.generated() == sequence.request().maxTokens()) {
                    scheduler.remove(sequence);
                    all.remove(sequence);
                }
            }
        }
    }
}
