package io.hearth.worker.bench;

import io.hearth.device.DType;
import io.hearth.engine.model.ModelConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Operations and bytes that a model's steps need at least. A multiplication and an addition are two operations. */
record ModelCost(ModelConfig config, DType act) {
    /** What the methods compute, for whoever reads the figures. */
    static final Map<String, String> FORMULAE = formulae();

    private static Map<String, String> formulae() {
        Map<String, String> formulae = new LinkedHashMap<>();
        formulae.put(
                "letters",
                "W weights of all linear layers without the head; V vocabulary; H hidden size; L layers; Q query heads times head "
                        + "size; K key-value heads times head size; b bytes of a weight; t tokens of a row or prompt; c context; "
                        + "B sequences; R weights of the adapter. A multiplication and an addition are two operations.");
        formulae.put("prefill FLOP", "2 t W + 2 V H + 2 L Q t (t + 1)");
        formulae.put("decode FLOP", "B (2 (W + V H) + 4 L Q c)");
        formulae.put("decode bytes", "b (W + V H + 2 L K c B)");
        formulae.put(
                "LoRA training FLOP",
                "rows (t (4 (W + V H) + 6 R) + 7 L Q t (t + 1)): forward, and backward to the inputs; frozen weights have no "
                        + "gradient; what is computed again to save memory does not count");
        formulae.put("MFU", "FLOP of a step / seconds of a step / FLOP per second of the card");
        return Collections.unmodifiableMap(formulae);
    }

    /** Weights of all linear layers, the head left out. */
    long linearWeights() {
        long hidden = config.hiddenSize();
        long layer = hidden * (config.queryWidth() + 2L * config.keyValueWidth())
                + (long) config.queryWidth() * hidden
                + 3 * hidden * config.intermediateSize();
        return config.numHiddenLayers() * layer;
    }

    /** Weights of the head. */
    long headWeights() {
        return (long) config.vocabSize() * config.hiddenSize();
    }

    /** Causal attention of a whole row: two products, of which half of each is needed. */
    private double attentionFlops(int tokens) {
        return 2.0 * config.numHiddenLayers() * config.queryWidth() * tokens * (tokens + 1.0);
    }

    /** A prompt with logits for its last token. */
    double prefillFlops(int tokens) {
        return 2.0 * tokens * linearWeights() + 2.0 * headWeights() + attentionFlops(tokens);
    }

    /** One token for each of some sequences with a context: every weight once, every cached key and value once. */
    double decodeBytes(int sequences, int context) {
        double cache = 2.0 * config.numHiddenLayers() * config.keyValueWidth() * context * sequences;
        return act.bytes() * (linearWeights() + headWeights() + cache);
    }

    /** The same step's operations. */
    double decodeFlops(int sequences, int context) {
        double attention = 4.0 * config.numHiddenLayers() * config.queryWidth() * context;
        return sequences * (2.0 * (linearWeights() + headWeights()) + attention);
    }

    /**
     * A LoRA step in which every token's loss counts: forward, and backward to the inputs; frozen weights have no gradient.
     * Attention's backward has five products where its forward has two.
     *
     * @param rows rows of the batch
     * @param tokens tokens of each
     * @param rank of the adapter, on all linear layers
     */
    double loraFlops(int rows, int tokens, int rank) {
        double perToken = 4.0 * (linearWeights() + headWeights()) + 6.0 * loraWeights(rank);
        return rows * (tokens * perToken + 3.5 * attentionFlops(tokens));
    }

    /** Weights of an adapter on all linear layers. */
    double loraWeights(int rank) {
        return config.linearModules().values().stream()
                .mapToDouble(shape -> (double) rank * (shape.in() + shape.out()))
                .sum();
    }
}
