package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Kernels;
import io.hearth.device.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Forward passes over whole rows without a cache: scoring, and checks of what is served against what was trained. */
public final class PackedForward implements AutoCloseable {
    private final LoadedModel model;
    private final Device device;
    private final PackedInputs inputs;
    private final StepMemory memory;
    private final int maxTokens;

    /**
     * @param maxTokens most tokens of all rows of a call
     * @throws io.hearth.device.DeviceException if the device has not enough memory
     */
    public PackedForward(LoadedModel model, int maxTokens) {
        this.model = model;
        this.device = model.device();
        this.maxTokens = maxTokens;
        this.inputs = new PackedInputs(device, maxTokens);
        StepMemory measuring = StepMemory.measuring();
        PackedBatch largest = PackedBatch.of(List.of(PackedBatch.Row.allCounted(new int[maxTokens])), 1);
        Tensor hidden = hidden(largest, measuring, device.plan().kernels(), null);
        measuring.take(
                DType.F32, model.decoder().head().chunkRows(), model.config().vocabSize());
        measuring.take(model.act(), hidden.shape());
        this.memory = StepMemory.allocate(device, measuring.peak());
    }

    /** Most tokens of all rows of a call. */
    public int maxTokens() {
        return maxTokens;
    }

    private Tensor hidden(PackedBatch batch, StepMemory stack, Kernels kernels, Step.HiddenObserver observer) {
        PackedInputs.Uploaded uploaded = inputs.upload(batch, false);
        Step step = step(uploaded, stack, kernels, observer);
        return model.decoder().forward(step);
    }

    private Step step(PackedInputs.Uploaded uploaded, StepMemory stack, Kernels kernels, Step.HiddenObserver observer) {
        int tokens = (int) uploaded.ids().elements();
        Tensor cos = stack.take(model.act(), tokens, model.config().headDim());
        Tensor sin = stack.take(model.act(), tokens, model.config().headDim());
        model.decoder().rotary(kernels, uploaded.positions(), cos, sin);
        return Step.on(kernels, model.act(), uploaded.ids())
                .inference(stack)
                .rotary(cos, sin)
                .pattern(new AttentionPattern.Packed(uploaded.lens()))
                .observer(observer)
                .build();
    }

    /** Receives logits as they are made. */
    @FunctionalInterface
    public interface LogitsConsumer {
        /**
         * Logits of some positions.
         *
         * @param firstPosition of the chunk, counted over all rows
         * @param logits [positions * V]
         */
        void accept(int firstPosition, float[] logits);
    }

    /** Hands over the logits of every position of every row, a chunk at a time. */
    public void forEachLogits(List<int[]> rows, LogitsConsumer consumer) {
        long mark = memory.mark();
        PackedBatch batch =
                PackedBatch.of(rows.stream().map(PackedBatch.Row::allCounted).toList(), 1);
        PackedInputs.Uploaded uploaded = inputs.upload(batch, false);
        Step step = step(uploaded, memory, device.kernels(), null);
        Tensor hidden = model.decoder().forward(step);
        int vocabulary = model.config().vocabSize();
        int chunk = model.decoder().head().chunkRows();
        Tensor logits = memory.take(DType.F32, Math.min(chunk, batch.tokens()), vocabulary);
        for (int from = 0; from < batch.tokens(); from += chunk) {
            int count = Math.min(chunk, batch.tokens() - from);
            model.decoder().head().logits(step, hidden.rows(from, from + count), logits.rows(0, count));
            float[] host = new float[count * vocabulary];
            device.download(logits.rows(0, count), MemorySegment.ofArray(host));
            consumer.accept(from, host);
        }
        memory.release(mark);
    }

    /** Logits of every row, [length * V] each. Meant for short rows and small vocabularies. */
    public List<float[]> logits(List<int[]> rows) {
        int vocabulary = model.config().vocabSize();
        int tokens = rows.stream().mapToInt(row -> row.length).sum();
        float[] all = new float[Math.multiplyExact(tokens, vocabulary)];
        forEachLogits(rows, (first, part) -> System.arraycopy(part, 0, all, first * vocabulary, part.length));
        List<float[]> result = new ArrayList<>();
        int from = 0;
        for (int[] row : rows) {
            result.add(Arrays.copyOfRange(all, from, from + row.length * vocabulary));
            from += row.length * vocabulary;
        }
        return result;
    }

    /** The likeliest token after a row, the lowest id among equals. */
    public int nextToken(int[] row) {
        int vocabulary = model.config().vocabSize();
        int[] best = new int[1];
        forEachLogits(List.of(row), (first, part) -> {
            int last = (row.length - 1 - first) * vocabulary;
            if (last >= 0 && last < part.length) {
                for (int i = 0; i < vocabulary; i++) {
                    if (part[last + i] > part[last + best[0]]) {
                        best[0] = i;
                    }
                }
            }
        });
        return best[0];
    }

    /** Hidden states of a row in f32 models: after the embedding and each layer, the last one after the final norm. */
    public List<float[]> hiddenStates(int[] row) {
        List<float[]> states = new ArrayList<>();
        long mark = memory.mark();
        PackedBatch batch = PackedBatch.of(List.of(PackedBatch.Row.allCounted(row)), 1);
        hidden(batch, memory, device.kernels(), (layer, stream) -> {
            float[] host = new float[(int) stream.elements()];
            device.download(stream, MemorySegment.ofArray(host));
            states.add(host);
        });
        memory.release(mark);
        return states;
    }

    @Override
    public void close() {
        memory.close();
        inputs.close();
    }
}
