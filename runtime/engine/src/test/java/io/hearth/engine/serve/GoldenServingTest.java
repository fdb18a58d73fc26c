package io.hearth.engine.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.engine.TestDevice;
import io.hearth.engine.checkpoint.PeftAdapter;
import io.hearth.engine.model.AdapterPool;
import io.hearth.engine.model.Golden;
import io.hearth.engine.model.LoadedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine on the models of the reference implementation. */
@Timeout(300)
@Tag("card")
class GoldenServingTest {
    private static final int VOCABULARY = 160;

    private static Device device;

    @BeforeAll
    static void openDevice() {
        device = TestDevice.open();
    }

    @AfterAll
    static void closeDevice() {
        if (device != null) {
            device.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "mistral"})
    void greedyTokensAgreeAloneAndInAMixedBatch(String name) throws Exception {
        Golden golden = Golden.load(name);
        JsonNode greedy = golden.json().get("greedy");
        int[] prompt = Golden.ints(greedy.get("prompt_ids"));
        int[] expected = Golden.ints(greedy.get("generated_ids"));
        // Chunks of 8 tokens, blocks of 4, and fewer blocks than eight sequences would like.
        EngineLimits limits = new EngineLimits(64, VOCABULARY, 0, 30, 4, 6, 8, 100);
        try (LoadedModel model = LoadedModel.load(device, golden.directory(), DType.F32);
                InferenceEngine engine = new InferenceEngine(limits, new ModelStepRunner(model, null, limits))) {
            Collector alone = new Collector();
            engine.submit(request(prompt, -1, expected.length, SamplingOptions.GREEDY), alone);
            alone.ending();
            assertThat(alone.tokenArray()).containsExactly(expected);

            Random random = new Random(7);
            List<Collector> mixed = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                boolean same = i % 3 == 1;
                int[] other = random.ints(1 + random.nextInt(40), 0, VOCABULARY).toArray();
                Collector collector = new Collector();
                engine.submit(request(same ? prompt : other, -1, 16, SamplingOptions.GREEDY), collector);
                if (same) {
                    mixed.add(collector);
                }
            }
            for (Collector collector : mixed) {
                collector.ending();
                assertThat(collector.tokenArray()).containsExactly(expected);
            }
        }
    }

    @Test
    void mixedTrafficWithAdaptersAndPreemptionEqualsOneByOne() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Golden base = Golden.load("qwen2");
        Golden tuned = Golden.load("lora_qwen2");
        EngineLimits roomy = new EngineLimits(120, VOCABULARY, 2, 40, 16, 4, 256, 100);
        EngineLimits tight = new EngineLimits(120, VOCABULARY, 2, 12, 16, 10, 40, 100);
        try (LoadedModel model = LoadedModel.load(device, base.directory(), DType.F32);
                AdapterPool pool = new AdapterPool(
                        model,
                        List.of(
                                PeftAdapter.read(tuned.directory().resolve("adapter_init")),
                                PeftAdapter.read(tuned.directory().resolve("adapter_final"))))) {
            List<GenerationRequest> requests = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                requests.add(request(
                        random.ints(1 + random.nextInt(60), 0, VOCABULARY).toArray(),
                        random.nextInt(3) - 1,
                        1 + random.nextInt(50),
                        random.nextInt(3) == 0
                                ? new SamplingOptions(0.8f, 0.95f, 40, 0.01f, random.nextLong())
                                : SamplingOptions.GREEDY));
            }
            List<int[]> oneByOne = new ArrayList<>();
            try (InferenceEngine engine = new InferenceEngine(roomy, new ModelStepRunner(model, pool, roomy))) {
                for (GenerationRequest request : requests) {
                    Collector collector = new Collector();
                    engine.submit(request, collector);
                    collector.ending();
                    oneByOne.add(collector.tokenArray());
                }
            }
            try (InferenceEngine engine = new InferenceEngine(tight, new ModelStepRunner(model, pool, tight))) {
                List<Collector> collectors =
                        requests.stream().map(request -> new Collector()).toList();
                engine.submitAll(requests, collectors);
                for (int i = 0; i < requests.size(); i++) {
                    assertThat(collectors.get(i).ending().reason()).isEqualTo(FinishReason.LENGTH);
                    assertThat(collectors.get(i).tokenArray())
                            .as("seed %d, request %d", seed, i)
                            .containsExactly(oneByOne.get(i));
                }
                assertThat(engine.metrics().preemptions()).isPositive();
                assertThat(engine.metrics().blocksInUse()).isZero();
            }
        }
    }

    @Test
    void seedsDecideWhatIsDrawn() throws Exception {
        Golden golden = Golden.load("llama");
        EngineLimits limits = new EngineLimits(64, VOCABULARY, 0, 64, 4, 8, 64, 100);
        try (LoadedModel model = LoadedModel.load(device, golden.directory(), DType.F32);
                InferenceEngine engine = new InferenceEngine(limits, new ModelStepRunner(model, null, limits))) {
            List<Collector> collectors = new ArrayList<>();
            for (long seed : new long[] {1, 2, 1, 3}) {
                Collector collector = new Collector();
                collectors.add(collector);
                engine.submit(request(new int[] {9, 8, 7}, -1, 20, new SamplingOptions(1, 1, 0, 0, seed)), collector);
            }
            List<String> drawn = new ArrayList<>();
            for (Collector collector : collectors) {
                collector.ending();
                drawn.add(Arrays.toString(collector.tokenArray()));
            }
            assertThat(drawn.get(0)).isEqualTo(drawn.get(2)).isNotEqualTo(drawn.get(1));
            assertThat(drawn.get(3)).isNotEqualTo(drawn.get(1));
        }
    }

    private static GenerationRequest request(int[] prompt, int adapter, int maxTokens, SamplingOptions sampling) {
        return new GenerationRequest(prompt, adapter, maxTokens, sampling, new int[0], List.of(), TokenText.NONE, null);
    }
}
