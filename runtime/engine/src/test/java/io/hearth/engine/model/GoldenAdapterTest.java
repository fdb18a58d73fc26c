package io.hearth.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import io.hearth.engine.TestDevice;
import io.hearth.engine.checkpoint.LoraAdapter;
import io.hearth.engine.checkpoint.LoraPair;
import io.hearth.engine.checkpoint.PeftAdapter;
import io.hearth.engine.train.AdamW;
import io.hearth.engine.train.Trainer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** LoRA training and serving against PEFT's numbers. */
@Tag("card")
class GoldenAdapterTest {
    private static final LargestDifferences DIFFERENCES = new LargestDifferences();

    private static Device device;

    @BeforeAll
    static void open() {
        device = TestDevice.open();
    }

    @AfterAll
    static void close() {
        DIFFERENCES.print(GoldenAdapterTest.class);
        if (device != null) {
            device.close();
        }
    }

    @Test
    void tenStepsGiveTheLossesAndTheAdapterOfTheReference() {
        Golden base = Golden.load("qwen2");
        Golden golden = Golden.load("lora_qwen2");
        LoraAdapter first = PeftAdapter.read(golden.directory().resolve("adapter_init"));
        LoraAdapter last = PeftAdapter.read(golden.directory().resolve("adapter_final"));
        try (LoadedModel model = LoadedModel.load(device, base.directory(), DType.F32);
                TrainableAdapter adapter = TrainableAdapter.attach(
                        model.decoder(), device, DType.F32, first.config()::targets, 4, 2.0, 0)) {
            for (LoraBranch branch : adapter.branches()) {
                LoraPair pair = first.modules().get(branch.projection().path());
                device.upload(pair.a(), branch.a().value());
                device.upload(pair.b(), branch.b().value());
            }
            AdamW.Settings settings = new AdamW.Settings(0.9, 0.999, 1e-8, 0.01);
            try (Trainer trainer = new Trainer(model, adapter.arena(), settings, 0, 1, 64)) {
                List<PackedBatch.Row> rows = Golden.trainingRows(golden.json(), base.rows());
                PackedBatch batch = PackedBatch.of(rows, 1.0 / 20);
                JsonNode losses = golden.json().get("loss_per_step");
                JsonNode norms = golden.json().get("grad_norm_per_step");
                for (int step = 1; step <= losses.size(); step++) {
                    Trainer.Result result = trainer.step(List.of(batch), step, 1e-3);
                    double loss = losses.get(step - 1).asDouble();
                    double norm = norms.get(step - 1).asDouble();
                    DIFFERENCES.check("loss", "step " + step, result.loss(), loss, 1e-5);
                    DIFFERENCES.check("norm of gradients", "step " + step, result.gradNorm(), norm, 1e-4);
                }
                double after = golden.json().get("loss_after").asDouble();
                DIFFERENCES.check("loss", "after the last step", trainer.loss(batch), after, 1e-5);
            }
            for (LoraBranch branch : adapter.branches()) {
                LoraPair pair = last.modules().get(branch.projection().path());
                assertClose(branch.a().value(), pair.a());
                assertClose(branch.b().value(), pair.b());
            }
        }
    }

    private static void assertClose(Tensor trained, MemorySegment expected) {
        float[] values = new float[(int) trained.elements()];
        device.download(trained, MemorySegment.ofArray(values));
        DIFFERENCES.check(
                "adapter weights", "after ten steps", values, expected.toArray(ValueLayout.JAVA_FLOAT), 5e-6f);
    }

    @Test
    void adaptersInThePoolGiveTheReferencesGreedyTokens() {
        Golden base = Golden.load("qwen2");
        Golden golden = Golden.load("lora_qwen2");
        LoraAdapter trained = PeftAdapter.read(golden.directory().resolve("adapter_final"));
        LoraAdapter untrained = PeftAdapter.read(golden.directory().resolve("adapter_init"));
        JsonNode greedy = golden.json().get("merged").get("greedy_after");
        int[] prompt = Golden.ints(greedy.get("prompt_ids"));
        int[] expected = Golden.ints(greedy.get("generated_ids"));
        try (LoadedModel model = LoadedModel.load(device, base.directory(), DType.F32);
                AdapterPool pool = new AdapterPool(model, List.of(untrained, trained));
                PagedRunner runner = new PagedRunner(model, pool, 32, 4, 64, 4, 8)) {
            GreedyBatch batch = new GreedyBatch(runner, model.config().vocabSize(), device, 4);
            int plain = batch.add(Golden.ints(base.json().get("greedy").get("prompt_ids")), -1);
            int tuned = batch.add(prompt, 1);
            int zero = batch.add(Golden.ints(base.json().get("greedy").get("prompt_ids")), 0);
            batch.run(16);
            int[] baseExpected = Golden.ints(base.json().get("greedy").get("generated_ids"));
            assertThat(batch.generated(tuned)).containsExactly(expected);
            assertThat(batch.generated(plain)).containsExactly(baseExpected);
            assertThat(batch.generated(zero))
                    .as("an untrained adapter changes nothing")
                    .containsExactly(baseExpected);
        }
    }

    @Test
    void greedyTokensAgreeWithCacheInAMixedBatchOfEveryFamily() {
        for (String name : List.of("llama", "qwen2", "qwen3", "mistral")) {
            Golden golden = Golden.load(name);
            JsonNode greedy = golden.json().get("greedy");
            int[] expected = Golden.ints(greedy.get("generated_ids"));
            try (LoadedModel model = LoadedModel.load(device, golden.directory(), DType.F32);
                    PagedRunner runner = new PagedRunner(model, null, 40, 4, 64, 4, 12)) {
                GreedyBatch alone = new GreedyBatch(runner, model.config().vocabSize(), device, 4);
                int only = alone.add(Golden.ints(greedy.get("prompt_ids")), -1);
                alone.run(expected.length);
                assertThat(alone.generated(only)).as(name + " alone").containsExactly(expected);

                GreedyBatch mixed = new GreedyBatch(runner, model.config().vocabSize(), device, 4);
                mixed.add(golden.rows().get(0), -1);
                int among = mixed.add(Golden.ints(greedy.get("prompt_ids")), -1);
                mixed.add(Arrays.copyOf(golden.rows().get(1), 1), -1);
                mixed.run(expected.length);
                assertThat(mixed.generated(among)).as(name + " among others").containsExactly(expected);
            }
        }
    }
}
