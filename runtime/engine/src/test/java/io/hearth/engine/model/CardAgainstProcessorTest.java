package io.hearth.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hearth.device.Bfloat16;
import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Devices;
import io.hearth.device.Tensor;
import io.hearth.engine.TestDevice;
import io.hearth.engine.train.AdamW;
import io.hearth.engine.train.Trainer;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A card and the processor on the same models in bf16, with head sizes that real models have and for which cards have kernels
 * of their own. Both are compared with the processor in f32 on the same weights: the card may be no further off.
 */
@Tag("card")
class CardAgainstProcessorTest {
    private static final int VOCABULARY = 300;
    private static final int BLOCK_SIZE = 16;

    /** How much further off than the processor the card may be: sums in another order round differently. */
    private static final double MARGIN = 1.5;

    private static Device processor;
    private static Device card;

    @BeforeAll
    static void open() {
        assumeTrue(TestDevice.isCard(), "there is nothing to compare the processor with");
        card = TestDevice.open();
        processor = Devices.open("cpu:0");
    }

    @AfterAll
    static void close() {
        if (card != null) {
            card.close();
            processor.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 80, 96, 128})
    void inBf16(int headDim) {
        Map<String, float[]> exact = results(processor, headDim, DType.F32);
        Map<String, float[]> onProcessor = results(processor, headDim, DType.BF16);
        Map<String, float[]> onCard = results(card, headDim, DType.BF16);
        StringBuilder line = new StringBuilder("Head size " + headDim + ", processor and card against f32:");
        exact.forEach((name, values) -> {
            double allowed = difference(onProcessor.get(name), values);
            double seen = difference(onCard.get(name), values);
            line.append(String.format(" %s %.1e %.1e,", name, allowed, seen));
            assertThat(seen).as(name).isLessThan(MARGIN * allowed);
        });
        System.out.println(line.substring(0, line.length() - 1));
    }

    /** Length of the difference, relative to the length of what is expected. */
    private static double difference(float[] actual, float[] expected) {
        double squares = 0;
        double total = 0;
        for (int i = 0; i < expected.length; i++) {
            squares += Math.pow(actual[i] - (double) expected[i], 2);
            total += Math.pow(expected[i], 2);
        }
        return Math.sqrt(squares / total);
    }

    private static Map<String, float[]> results(Device device, int headDim, DType act) {
        Map<String, float[]> results = new LinkedHashMap<>();
        try (LoadedModel model = LoadedModel.blank(device, config(headDim), act, 512, false)) {
            fill(model);
            train(model, results);
            serve(model, results);
        }
        return results;
    }

    private static ModelConfig config(int headDim) {
        return new ModelConfig(
                "qwen3",
                VOCABULARY,
                128,
                192,
                2,
                4,
                2,
                headDim,
                1e-6,
                RopeConfig.unscaled(10_000),
                false,
                false,
                true,
                List.of(0, 40),
                512,
                OptionalInt.empty(),
                OptionalInt.empty(),
                List.of(),
                "bfloat16");
    }

    /** The same weights in both types, since they are rounded to bf16 before. */
    private static void fill(LoadedModel model) {
        model.weights().named().forEach((name, tensor) -> {
            SplittableRandom random = new SplittableRandom(name.hashCode());
            boolean norm = name.endsWith("norm.weight");
            double size = norm ? 0.2 : name.contains("embed") ? 1 : 1.2 / Math.sqrt(tensor.cols());
            float[] values = new float[(int) tensor.elements()];
            for (int i = 0; i < values.length; i++) {
                double value = (random.nextDouble() - 0.5) * Math.sqrt(12) * size + (norm ? 1 : 0);
                values[i] = Bfloat16.toFloat(Bfloat16.fromFloat((float) value));
            }
            ActUpload.upload(model.device(), MemorySegment.ofArray(values), tensor);
        });
        model.decoder().refresh();
    }

    private static int[] tokens(int count, long seed) {
        return new SplittableRandom(seed).ints(count, 0, VOCABULARY).toArray();
    }

    private static void train(LoadedModel model, Map<String, float[]> results) {
        Device device = model.device();
        model.weights().arena().allocateGradients(device);
        AdamW.Settings settings = new AdamW.Settings(0.9, 0.999, 1e-8, 0);
        try (Trainer trainer = new Trainer(model, model.weights().arena(), settings, 0, 1, 256)) {
            List<PackedBatch.Row> rows = List.of(
                    PackedBatch.Row.allCounted(tokens(150, 1)),
                    PackedBatch.Row.allCounted(tokens(67, 2)),
                    PackedBatch.Row.allCounted(tokens(5, 3)));
            trainer.gradients(List.of(PackedBatch.of(rows, 1.0 / 219)), 1);
            model.weights()
                    .named(Parameter::gradient)
                    .forEach((name, gradient) ->
                            results.merge(group(name), read(device, gradient), (a, b) -> join(a, b)));
        }
    }

    /** Gradients of one kind of weights, such as {@code q_proj}, are compared together. */
    private static String group(String name) {
        String[] path = name.split("\\.");
        return path[path.length - 2];
    }

    private static float[] join(float[] a, float[] b) {
        float[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    /** Prompts, one of them in two chunks, then a few tokens one at a time. */
    private static void serve(LoadedModel model, Map<String, float[]> results) {
        int[][] sequences = {tokens(170, 4), tokens(33, 5), tokens(18, 6)};
        try (PagedRunner runner = new PagedRunner(model, null, 40, BLOCK_SIZE, 256, 3, 12)) {
            int[][] ends = {{100, 30, 10}, {160, 31, 11}, {161, 32, 12}, {162, 33, 13}, {163, 33, 14}};
            int[] cached = new int[3];
            for (int[] end : ends) {
                Tensor logits = runner.logits(batch(sequences, cached, end));
                String name = end[0] - cached[0] == 1 ? "decode" : "prefill";
                results.merge(name, read(model.device(), logits), CardAgainstProcessorTest::join);
                cached = end;
            }
        }
    }

    private static PagedBatch batch(int[][] sequences, int[] from, int[] to) {
        List<Integer> ids = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        List<Integer> slots = new ArrayList<>();
        List<Integer> logitRows = new ArrayList<>();
        List<Integer> kvLen = new ArrayList<>();
        List<Integer> cuQ = new ArrayList<>(List.of(0));
        List<int[]> tables = new ArrayList<>();
        for (int b = 0; b < sequences.length; b++) {
            if (from[b] == to[b]) {
                continue;
            }
            for (int t = from[b]; t < to[b]; t++) {
                ids.add(sequences[b][t]);
                positions.add(t);
                slots.add((12 * b + t / BLOCK_SIZE) * BLOCK_SIZE + t % BLOCK_SIZE);
            }
            logitRows.add(ids.size() - 1);
            cuQ.add(ids.size());
            kvLen.add(to[b]);
            int first = 12 * b;
            int[] table = new int[12];
            Arrays.setAll(table, i -> first + i);
            tables.add(table);
        }
        return new PagedBatch(
                ints(ids),
                ints(positions),
                ints(slots),
                ints(cuQ),
                ints(kvLen),
                tables.toArray(int[][]::new),
                ints(Collections.nCopies(tables.size(), -1)),
                ints(logitRows));
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    private static float[] read(Device device, Tensor tensor) {
        float[] values = new float[(int) tensor.elements()];
        device.download(tensor, MemorySegment.ofArray(values));
        return values;
    }
}
