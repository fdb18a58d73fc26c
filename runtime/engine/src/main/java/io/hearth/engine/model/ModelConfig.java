package io.hearth.engine.model;

import io.hearth.engine.checkpoint.LinearShape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalInt;
import java.util.SequencedMap;

/**
 * What a decoder is made of: {@code config.json} in one form, whichever spelling it came in. Names are those of Hugging
 * Face configurations. {@link ModelConfigReader} makes it and has checked it.
 *
 * @param modelType             {@code llama}, {@code qwen2}, {@code qwen3} or {@code mistral}
 * @param vocabSize             rows of the embedding
 * @param hiddenSize            width of the residual stream
 * @param intermediateSize      width inside the gated MLP
 * @param numHiddenLayers       decoder layers
 * @param numAttentionHeads     query heads
 * @param numKeyValueHeads      key and value heads; divides numAttentionHeads
 * @param headDim               dimensions per head, even; not always hiddenSize / numAttentionHeads
 * @param rmsNormEps            added to the mean square in every RMSNorm
 * @param rope                  rotary position embedding
 * @param tieWordEmbeddings     whether the output head is the embedding matrix
 * @param qkvBias               whether the q, k and v projections have a bias (Qwen2)
 * @param qkNorm                whether q and k pass an RMSNorm per head before rotation (Qwen3)
 * @param slidingWindow         per layer: how many positions a token sees, itself included, or 0 for all before it
 * @param maxPositionEmbeddings longest context the model was made for
 * @param bosTokenId            beginning of a text, if the model has one
 * @param padTokenId            padding, if the model has one
 * @param eosTokenIds           tokens that end an answer, those of {@code generation_config.json} first; may be empty
 * @param weightType            the type that the file says its weights have, such as {@code bfloat16}; {@code float32}
 *                              where it says nothing. Each tensor's own type is what counts
 */
public record ModelConfig(
        String modelType,
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int numHiddenLayers,
        int numAttentionHeads,
        int numKeyValueHeads,
        int headDim,
        double rmsNormEps,
        RopeConfig rope,
        boolean tieWordEmbeddings,
        boolean qkvBias,
        boolean qkNorm,
        List<Integer> slidingWindow,
        int maxPositionEmbeddings,
        OptionalInt bosTokenId,
        OptionalInt padTokenId,
        List<Integer> eosTokenIds,
        String weightType) {

    public ModelConfig {
        slidingWindow = List.copyOf(slidingWindow);
        eosTokenIds = List.copyOf(eosTokenIds);
        if (slidingWindow.size() != numHiddenLayers) {
            throw new IllegalArgumentException(
                    "%d windows for %d layers".formatted(slidingWindow.size(), numHiddenLayers));
        }
    }

    /** Width of all query heads together: numAttentionHeads * headDim. */
    public int queryWidth() {
        return numAttentionHeads * headDim;
    }

    /** Width of all key (or value) heads together: numKeyValueHeads * headDim. */
    public int keyValueWidth() {
        return numKeyValueHeads * headDim;
    }

    /** The window of one layer, itself included; 0 means that a token sees everything before it. */
    public int slidingWindow(int layer) {
        return slidingWindow.get(layer);
    }

    /** Whether this token ends an answer. */
    public boolean isEos(int token) {
        return eosTokenIds.contains(token);
    }

    /** Number of weights; tied ones count once. */
    public long parameterCount() {
        long layer = (long) hiddenSize * (2L * queryWidth() + 2L * keyValueWidth() + 3L * intermediateSize + 2);
        if (qkvBias) {
            layer += queryWidth() + 2L * keyValueWidth();
        }
        if (qkNorm) {
            layer += 2L * headDim;
        }
        long embedding = (long) vocabSize * hiddenSize;
        return numHiddenLayers * layer + (tieWordEmbeddings ? 1 : 2) * embedding + hiddenSize;
    }

    /**
     * The linear layers inside the decoder layers, by module path ({@code model.layers.0.self_attn.q_proj}), in order.
     * These are what LoRA may be put on; the output head is not among them.
     */
    public SequencedMap<String, LinearShape> linearModules() {
        SequencedMap<String, LinearShape> modules = new LinkedHashMap<>();
        for (int layer = 0; layer < numHiddenLayers; layer++) {
            String attention = "model.layers." + layer + ".self_attn.";
            modules.put(attention + "q_proj", new LinearShape(queryWidth(), hiddenSize));
            modules.put(attention + "k_proj", new LinearShape(keyValueWidth(), hiddenSize));
            modules.put(attention + "v_proj", new LinearShape(keyValueWidth(), hiddenSize));
            modules.put(attention + "o_proj", new LinearShape(hiddenSize, queryWidth()));
            String mlp = "model.layers." + layer + ".mlp.";
            modules.put(mlp + "gate_proj", new LinearShape(intermediateSize, hiddenSize));
            modules.put(mlp + "up_proj", new LinearShape(intermediateSize, hiddenSize));
            modules.put(mlp + "down_proj", new LinearShape(hiddenSize, intermediateSize));
        }
        return modules;
    }

    /**
     * Every tensor that a checkpoint of this model holds, by its Hugging Face name, with its shape. A tied output head
     * is not listed.
     */
    public SequencedMap<String, long[]> tensorShapes() {
        SequencedMap<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("model.embed_tokens.weight", new long[] {vocabSize, hiddenSize});
        linearModules().forEach((module, linear) -> {
            shapes.put(module + ".weight", new long[] {linear.out(), linear.in()});
            boolean biased = module.endsWith(".q_proj") || module.endsWith(".k_proj") || module.endsWith(".v_proj");
            if (qkvBias && biased) {
                shapes.put(module + ".bias", new long[] {linear.out()});
            }
        });
        for (int layer = 0; layer < numHiddenLayers; layer++) {
            String prefix = "model.layers." + layer + ".";
            shapes.put(prefix + "input_layernorm.weight", new long[] {hiddenSize});
            shapes.put(prefix + "post_attention_layernorm.weight", new long[] {hiddenSize});
            if (qkNorm) {
                shapes.put(prefix + "self_attn.q_norm.weight", new long[] {headDim});
                shapes.put(prefix + "self_attn.k_norm.weight", new long[] {headDim});
            }
        }
        shapes.put("model.norm.weight", new long[] {hiddenSize});
        if (!tieWordEmbeddings) {
            shapes.put("lm_head.weight", new long[] {vocabSize, hiddenSize});
        }
        return shapes;
    }
}
