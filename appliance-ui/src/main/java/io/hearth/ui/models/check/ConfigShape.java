package io.hearth.ui.models.check;

import java.util.LinkedHashMap;
import java.util.Map;

/** The sizes of a model, as {@code config.json} gives them, and the tensors that follow from them. */
record ConfigShape(
        String family,
        int vocabulary,
        int hidden,
        int intermediate,
        int layers,
        int heads,
        int keyValueHeads,
        int headDim,
        boolean tied,
        int positions) {

    private boolean biased() {
        return family.equals("qwen2");
    }

    private boolean normed() {
        return family.equals("qwen3");
    }

    /** The linear layers that an adapter may be put on, by module path: {@code [out, in]}. */
    Map<String, long[]> linears() {
        long query = (long) heads * headDim;
        long keyValue = (long) keyValueHeads * headDim;
        Map<String, long[]> modules = new LinkedHashMap<>();
        for (int layer = 0; layer < layers; layer++) {
            String attention = "model.layers." + layer + ".self_attn.";
            modules.put(attention + "q_proj", new long[] {query, hidden});
            modules.put(attention + "k_proj", new long[] {keyValue, hidden});
            modules.put(attention + "v_proj", new long[] {keyValue, hidden});
            modules.put(attention + "o_proj", new long[] {hidden, query});
            String mlp = "model.layers." + layer + ".mlp.";
            modules.put(mlp + "gate_proj", new long[] {intermediate, hidden});
            modules.put(mlp + "up_proj", new long[] {intermediate, hidden});
            modules.put(mlp + "down_proj", new long[] {hidden, intermediate});
        }
        return modules;
    }

    /** Every tensor that the weights must hold; a tied output head is not among them. */
    Map<String, long[]> tensors() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("model.embed_tokens.weight", new long[] {vocabulary, hidden});
        linears().forEach((module, shape) -> {
            shapes.put(module + ".weight", shape);
            if (biased() && (module.endsWith("q_proj") || module.endsWith("k_proj") || module.endsWith("v_proj"))) {
                shapes.put(module + ".bias", new long[] {shape[0]});
            }
        });
        for (int layer = 0; layer < layers; layer++) {
            String prefix = "model.layers." + layer + ".";
            shapes.put(prefix + "input_layernorm.weight", new long[] {hidden});
            shapes.put(prefix + "post_attention_layernorm.weight", new long[] {hidden});
            if (normed()) {
                shapes.put(prefix + "self_attn.q_norm.weight", new long[] {headDim});
                shapes.put(prefix + "self_attn.k_norm.weight", new long[] {headDim});
            }
        }
        shapes.put("model.norm.weight", new long[] {hidden});
        if (!tied) {
            shapes.put("lm_head.weight", new long[] {vocabulary, hidden});
        }
        return shapes;
    }
}
