package io.hearth.engine.model;

import io.hearth.device.DType;
import io.hearth.device.Device;
import io.hearth.device.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A decoder's weights on a device. The projections to queries, keys and values are one matrix, and so are gate and up:
 * one product instead of three or two. {@link #named()} shows the parts under the names of the Hugging Face layout.
 */
public final class Weights implements AutoCloseable {
    /**
     * Weights of one decoder layer.
     *
     * @param inputNorm [H]
     * @param qkv [(Nq + 2 Nkv) D, H]: queries, keys, values
     * @param qkvBias [(Nq + 2 Nkv) D], or null
     * @param queryNorm [D], or null
     * @param keyNorm [D], or null
     * @param output [H, Nq D]
     * @param postAttentionNorm [H]
     * @param gateUp [2F, H], gate first
     * @param down [H, F]
     */
    public record Layer(
            Parameter inputNorm,
            Parameter qkv,
            Parameter qkvBias,
            Parameter queryNorm,
            Parameter keyNorm,
            Parameter output,
            Parameter postAttentionNorm,
            Parameter gateUp,
            Parameter down) {}

    private final ModelConfig config;
    private final ParameterArena arena = new ParameterArena();
    private final Parameter embedding;
    private final List<Layer> layers = new ArrayList<>();
    private final Parameter finalNorm;
    private final Parameter head;

    private Weights(ModelConfig config) {
        this.config = config;
        long hidden = config.hiddenSize();
        embedding = arena.add("model.embed_tokens", true, config.vocabSize(), hidden);
        for (int i = 0; i < config.numHiddenLayers(); i++) {
            layers.add(layer("model.layers." + i + ".", hidden));
        }
        finalNorm = arena.add("model.norm", false, hidden);
        head = config.tieWordEmbeddings() ? embedding : arena.add("lm_head", true, config.vocabSize(), hidden);
    }

    private Layer layer(String prefix, long hidden) {
        long queries = config.queryWidth();
        long qkv = queries + 2L * config.keyValueWidth();
        long feedForward = config.intermediateSize();
        return new Layer(
                arena.add(prefix + "input_layernorm", false, hidden),
                arena.add(prefix + "self_attn.qkv", true, qkv, hidden),
                config.qkvBias() ? arena.add(prefix + "self_attn.qkv_bias", false, qkv) : null,
                config.qkNorm() ? arena.add(prefix + "self_attn.q_norm", false, config.headDim()) : null,
                config.qkNorm() ? arena.add(prefix + "self_attn.k_norm", false, config.headDim()) : null,
                arena.add(prefix + "self_attn.o_proj", true, hidden, queries),
                arena.add(prefix + "post_attention_layernorm", false, hidden),
                arena.add(prefix + "mlp.gate_up", true, 2 * feedForward, hidden),
                arena.add(prefix + "mlp.down_proj", true, hidden, feedForward));
    }

    /** Allocates weights of zeros. */
    public static Weights allocate(Device device, ModelConfig config, DType act) {
        Weights weights = new Weights(config);
        weights.arena.allocate(device, act);
        return weights;
    }

    public ParameterArena arena() {
        return arena;
    }

    /** [V, H]. */
    public Parameter embedding() {
        return embedding;
    }

    public List<Layer> layers() {
        return layers;
    }

    /** [H]. */
    public Parameter finalNorm() {
        return finalNorm;
    }

    /** [V, H]; the embedding itself if they are tied. */
    public Parameter head() {
        return head;
    }

    /** Values under their Hugging Face names, in the order in which transformers saves them. */
    public Map<String, Tensor> named() {
        return named(Parameter::value);
    }

    /** Windows of something laid out like the arena, such as master weights or gradients, under Hugging Face names. */
    public Map<String, Tensor> named(java.util.function.Function<Parameter, Tensor> window) {
        Map<String, Tensor> names = new LinkedHashMap<>();
        names.put("model.embed_tokens.weight", window.apply(embedding));
        for (int i = 0; i < layers.size(); i++) {
            nameLayer(names, "model.layers." + i + ".", layers.get(i), window);
        }
        names.put("model.norm.weight", window.apply(finalNorm));
        if (head != embedding) {
            names.put("lm_head.weight", window.apply(head));
        }
        return names;
    }

    private void nameLayer(
            Map<String, Tensor> names,
            String prefix,
            Layer layer,
            java.util.function.Function<Parameter, Tensor> window) {
        long keys = config.queryWidth();
        long values = keys + config.keyValueWidth();
        long end = values + config.keyValueWidth();
        Tensor qkv = window.apply(layer.qkv());
        names.put(prefix + "self_attn.q_proj.weight", qkv.rows(0, keys));
        names.put(prefix + "self_attn.k_proj.weight", qkv.rows(keys, values));
        names.put(prefix + "self_attn.v_proj.weight", qkv.rows(values, end));
        if (layer.qkvBias() != null) {
            Tensor bias = window.apply(layer.qkvBias());
            names.put(prefix + "self_attn.q_proj.bias", bias.rows(0, keys));
            names.put(prefix + "self_attn.k_proj.bias", bias.rows(keys, values));
            names.put(prefix + "self_attn.v_proj.bias", bias.rows(values, end));
        }
        names.put(prefix + "self_attn.o_proj.weight", window.apply(layer.output()));
        if (layer.queryNorm() != null) {
            names.put(prefix + "self_attn.q_norm.weight", window.apply(layer.queryNorm()));
            names.put(prefix + "self_attn.k_norm.weight", window.apply(layer.keyNorm()));
        }
        Tensor gateUp = window.apply(layer.gateUp());
        long feedForward = config.intermediateSize();
        names.put(prefix + "mlp.gate_proj.weight", gateUp.rows(0, feedForward));
        names.put(prefix + "mlp.up_proj.weight", gateUp.rows(feedForward, 2 * feedForward));
        names.put(prefix + "mlp.down_proj.weight", window.apply(layer.down()));
        names.put(prefix + "input_layernorm.weight", window.apply(layer.inputNorm()));
        names.put(prefix + "post_attention_layernorm.weight", window.apply(layer.postAttentionNorm()));
    }

    @Override
    public void close() {
        arena.close();
    }
}
