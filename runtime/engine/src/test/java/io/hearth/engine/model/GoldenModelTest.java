package io.hearth.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import io.hearth.engine.TestDevice;
import io.hearth.engine.train.AdamW;
import io.hearth.engine.train.Trainer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The model against the numbers of the reference implementation, in f32. */
@Tag("card")
class GoldenModelTest {
    private static final LargestDifferences DIFFERENCES = new LargestDifferences();

    private static Device device;

    @BeforeAll
    static void open() {
        device = TestDevice.open();
    }

    @AfterAll
    static void close() {
        DIFFERENCES.print(GoldenModelTest.class);
        if (device != null) {
            device.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "llama, config.json", "llama, config_older_style.json", "llama, config_v5_style.json",
        "qwen2, config.json", "qwen2, config_older_style.json", "qwen2, config_v5_style.json",
        "qwen3, config.json", "qwen3, config_older_style.json", "qwen3, config_v5_style.json",
        "mistral, config.json", "mistral, config_older_style.json", "mistral, config_v5_style.json"
    })
    void logitsAgreeInEverySpellingOfTheConfiguration(String name, String spelling, @TempDir Path temporary)
            throws IOException {
        Golden golden = Golden.load(name);
        try (LoadedModel model = LoadedModel.load(device, golden.withConfig(spelling, temporary), DType.F32);
                PackedForward forward = new PackedForward(model, 64)) {
            float[] expected = Golden.floats(golden.json().get("logits"));
            int vocabulary = model.config().vocabSize();
            int padded = golden.json().get("input_ids").get(0).size();
            List<float[]> logits = forward.logits(golden.rows());
            for (int row = 0; row < logits.size(); row++) {
                float[] want = Arrays.copyOfRange(
                        expected, row * padded * vocabulary, row * padded * vocabulary + logits.get(row).length);
                DIFFERENCES.check("logits", "row " + row, logits.get(row), want, 1e-4f);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "mistral"})
    void hiddenStatesAgreeAfterEveryLayer(String name) {
        Golden golden = Golden.load(name);
        try (LoadedModel model = LoadedModel.load(device, golden.directory(), DType.F32);
                PackedForward forward = new PackedForward(model, 64)) {
            JsonNode states = golden.json().get("hidden_states_seq0");
            List<float[]> seen = forward.hiddenStates(golden.rows().get(0));
            assertThat(seen).hasSize(states.size());
            for (int layer = 0; layer < states.size(); layer++) {
                DIFFERENCES.check(
                        "hidden states", "layer " + layer, seen.get(layer), Golden.floats(states.get(layer)), 1e-4f);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "mistral"})
    void lossAgrees(String name) {
        Golden golden = Golden.load(name);
        try (LoadedModel model = LoadedModel.load(device, golden.directory(), DType.F32)) {
            model.weights().arena().allocateGradients(device);
            try (Trainer trainer = trainer(model)) {
                double counted = golden.json().get("num_target_tokens").asDouble();
                PackedBatch batch = PackedBatch.of(golden.trainingRows(), 1 / counted);
                double expected = golden.json().get("loss").asDouble();
                DIFFERENCES.check("loss", "without gradients", trainer.loss(batch), expected, 1e-5);
                double loss = trainer.gradients(List.of(batch), 1).loss();
                DIFFERENCES.check("loss", "with gradients", loss, expected, 1e-5);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "llama, false, 0",
        "qwen2, false, 0",
        "llama, true, 0",
        "qwen2, true, 0",
        "llama, false, 17",
        "qwen2, true, 17"
    })
    void gradientsAgreeWithAndWithoutRecomputationAndPadding(String name, boolean recompute, int paddedLength) {
        Golden golden = Golden.load(name);
        try (LoadedModel model = LoadedModel.load(device, golden.directory(), DType.F32, 256, recompute)) {
            model.weights().arena().allocateGradients(device);
            try (Trainer trainer = trainer(model)) {
                double counted = golden.json().get("num_target_tokens").asDouble();
                trainer.gradients(List.of(PackedBatch.of(golden.trainingRows(), 1 / counted, paddedLength)), 1);
                Map<String, Tensor> gradients = model.weights().named(Parameter::gradient);
                JsonNode expected = golden.json().get("gradients");
                Iterator<String> names = expected.get("full").fieldNames();
                while (names.hasNext()) {
                    String parameter = names.next();
                    float[] full = Golden.floats(expected.get("full").get(parameter));
                    DIFFERENCES.check("gradients", parameter, read(gradients.get(parameter)), full, 1e-5f);
                }
                assertNormsAgree(gradients, expected.get("per_parameter"));
            }
        }
    }

    private static void assertNormsAgree(Map<String, Tensor> gradients, JsonNode expected) {
        assertThat(gradients.keySet()).hasSize(expected.size());
        gradients.forEach((name, gradient) -> {
            double squares = 0;
            double sum = 0;
            double largest = 0;
            for (float g : read(gradient)) {
                squares += (double) g * g;
                sum += g;
                largest = Math.max(largest, Math.abs(g));
            }
            JsonNode want = expected.get(name);
            double l2 = want.get("l2").asDouble();
            assertThat(Math.sqrt(squares)).as(name + " l2").isCloseTo(l2, within(1e-5 * Math.max(1, l2)));
            assertThat(largest).as(name + " max").isCloseTo(want.get("max_abs").asDouble(), within(1e-5));
            assertThat(sum).as(name + " sum").isCloseTo(want.get("sum").asDouble(), within(1e-4));
        });
    }

    private static Trainer trainer(LoadedModel model) {
        return new Trainer(model, model.weights().arena(), new AdamW.Settings(0.9, 0.999, 1e-8, 0), 0, 1, 64);
    }

    private static float[] read(Tensor tensor) {
        float[] values = new float[(int) tensor.elements()];
        device.download(tensor, MemorySegment.ofArray(values));
        return values;
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "mistral"})
    void greedyTokensAgreeWithoutCache(String name) {
        Golden golden = Golden.load(name);
        JsonNode greedy = golden.json().get("greedy");
        int[] prompt = Golden.ints(greedy.get("prompt_ids"));
        int[] expected = Golden.ints(greedy.get("generated_ids"));
        try (LoadedModel model = LoadedModel.load(device, golden.directory(), DType.F32);
                PackedForward forward = new PackedForward(model, 64)) {
            int[] tokens = Arrays.copyOf(prompt, prompt.length + expected.length);
            for (int i = 0; i < expected.length; i++) {
                int[] soFar = Arrays.copyOf(tokens, prompt.length + i);
                tokens[prompt.length + i] = forward.nextToken(soFar);
            }
            assertThat(Arrays.copyOfRange(tokens, prompt.length, tokens.length)).containsExactly(expected);
        }
    }
}
