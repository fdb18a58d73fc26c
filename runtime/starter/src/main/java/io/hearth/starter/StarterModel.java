package io.hearth.starter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An untrained Qwen3-architecture model in Hugging Face's layout: {@code config.json},
 * {@code generation_config.json} and {@code model.safetensors} with seeded random weights (f32).
 */
public final class StarterModel {
    private static final int VOCABULARY_MULTIPLE = 32;
    private static final double EMBEDDING_SCALE = 0.02;
    private static final double LINEAR_SCALE = 0.6;

    /** A weight, row-major; {@code scale} is the standard deviation it starts with, 0 for all ones. */
    record Weight(String name, List<Integer> shape, double scale) {
        long elements() {
            return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
        }
    }

    private final ModelShape shape;
    private final int vocabularySize;

    /** Describes a model for a tokenizer with {@code tokens} tokens; the vocabulary is padded to a multiple of 32. */
    public StarterModel(ModelShape shape, int tokens) {
        this.shape = shape;
        this.vocabularySize = Math.ceilDiv(tokens, VOCABULARY_MULTIPLE) * VOCABULARY_MULTIPLE;
    }

    /** Returns the number of parameters; the tied output layer counts once. */
    public long parameters() {
        return weights().stream().mapToLong(Weight::elements).sum();
    }

    /** Writes {@code config.json} and {@code generation_config.json}. */
    public void writeConfig(Path directory) throws IOException {
        WholeFile.writeJson(directory.resolve("config.json"), config());
        ObjectNode generation = Resources.JSON.createObjectNode();
        generation.put("bos_token_id", 0);
        generation.putArray("eos_token_id").add(2).add(0);
        generation.put("pad_token_id", 0).put("do_sample", false);
        WholeFile.writeJson(directory.resolve("generation_config.json"), generation);
    }

    /** Writes {@code model.safetensors}; the same seed gives the same bytes. */
    public void writeWeights(Path directory, long seed) {
        InitialWeights.write(directory.resolve("model.safetensors"), weights(), seed);
    }

    /** Returns the weights in file order, under Hugging Face's names. */
    List<Weight> weights() {
        int hidden = shape.hiddenSize();
        int queries = shape.heads() * shape.headDim();
        int keys = shape.keyValueHeads() * shape.headDim();
        int inner = shape.intermediateSize();
        List<Weight> weights = new ArrayList<>();
        weights.add(new Weight("model.embed_tokens.weight", List.of(vocabularySize, hidden), EMBEDDING_SCALE));
        for (int layer = 0; layer < shape.layers(); layer++) {
            String prefix = "model.layers." + layer + ".";
            weights.add(norm(prefix + "input_layernorm", hidden));
            weights.add(linear(prefix + "self_attn.q_proj", queries, hidden));
            weights.add(linear(prefix + "self_attn.k_proj", keys, hidden));
            weights.add(linear(prefix + "self_attn.v_proj", keys, hidden));
            weights.add(intoResidual(prefix + "self_attn.o_proj", hidden, queries));
            weights.add(norm(prefix + "self_attn.q_norm", shape.headDim()));
            weights.add(norm(prefix + "self_attn.k_norm", shape.headDim()));
            weights.add(norm(prefix + "post_attention_layernorm", hidden));
            weights.add(linear(prefix + "mlp.gate_proj", inner, hidden));
            weights.add(linear(prefix + "mlp.up_proj", inner, hidden));
            weights.add(intoResidual(prefix + "mlp.down_proj", hidden, inner));
        }
        weights.add(norm("model.norm", hidden));
        return weights;
    }

    private static Weight norm(String name, int width) {
        return new Weight(name + ".weight", List.of(width), 0);
    }

    private static Weight linear(String name, int outputs, int inputs) {
        return new Weight(name + ".weight", List.of(outputs, inputs), LINEAR_SCALE / Math.sqrt(inputs));
    }

    /** What writes into the residual stream starts smaller, so that its sum does not grow with depth (GPT-2). */
    private Weight intoResidual(String name, int outputs, int inputs) {
        double scale = LINEAR_SCALE / Math.sqrt(inputs) / Math.sqrt(2.0 * shape.layers());
        return new Weight(name + ".weight", List.of(outputs, inputs), scale);
    }

    private ObjectNode config() {
        ObjectNode config = Resources.JSON.createObjectNode();
        config.putArray("architectures").add("Qwen3ForCausalLM");
        config.put("model_type", "qwen3");
        config.put("vocab_size", vocabularySize);
        config.put("hidden_size", shape.hiddenSize());
        config.put("num_hidden_layers", shape.layers());
        config.put("num_attention_heads", shape.heads());
        config.put("num_key_value_heads", shape.keyValueHeads());
        config.put("head_dim", shape.headDim());
        config.put("intermediate_size", shape.intermediateSize());
        config.put("hidden_act", "silu");
        config.put("max_position_embeddings", StarterTokenizer.MAX_POSITIONS);
        config.put("rms_norm_eps", 1e-6);
        config.put("rope_theta", 10_000.0);
        config.putNull("rope_scaling");
        config.put("attention_bias", false);
        config.put("attention_dropout", 0.0);
        config.put("use_sliding_window", false);
        config.putNull("sliding_window");
        config.put("max_window_layers", shape.layers());
        config.put("tie_word_embeddings", true);
        config.put("initializer_range", EMBEDDING_SCALE);
        config.put("bos_token_id", 0);
        config.put("eos_token_id", 2);
        config.put("pad_token_id", 0);
        // Of the trained weights; the first ones are f32, and readers go by each tensor's own type.
        config.put("torch_dtype", "bfloat16");
        config.put("use_cache", true);
        return config;
    }
}
