package io.hearth.worker.bench;

import io.hearth.engine.model.ModelConfig;
import io.hearth.engine.model.RopeConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Shapes of models that are measured with random weights, by name. */
final class ModelShapes {
    /** For an emulated card. */
    static final String TINY = "tiny";

    private static final Map<String, ModelConfig> SHAPES = new LinkedHashMap<>();

    static {
        SHAPES.put("qwen2.5-0.5b", halfBillion());
        SHAPES.put("llama-3-8b", eightBillion());
        SHAPES.put(TINY, tiny());
    }

    private ModelShapes() {}

    static Optional<ModelConfig> named(String name) {
        return Optional.ofNullable(SHAPES.get(name));
    }

    static Set<String> names() {
        return Collections.unmodifiableSet(SHAPES.keySet());
    }

    /** The shape of Qwen2.5-0.5B. */
    static ModelConfig halfBillion() {
        return shape("qwen2", 151_936, 896, 4864, 24, 14, 2, 64, 1e-6, 1_000_000, true, 32_768);
    }

    /** The shape of Llama-3-8B. */
    private static ModelConfig eightBillion() {
        return shape("llama", 128_256, 4096, 14_336, 32, 32, 8, 128, 1e-5, 500_000, false, 8192);
    }

    private static ModelConfig tiny() {
        return shape("qwen2", 512, 128, 256, 2, 2, 1, 64, 1e-6, 10_000, true, 1024);
    }

    private static ModelConfig shape(
            String modelType,
            int vocabulary,
            int hidden,
            int intermediate,
            int layers,
            int heads,
            int keyValueHeads,
            int headDim,
            double eps,
            double theta,
            boolean tied,
            int positions) {
        return new ModelConfig(
                modelType,
                vocabulary,
                hidden,
                intermediate,
                layers,
                heads,
                keyValueHeads,
                headDim,
                eps,
                RopeConfig.unscaled(theta),
                tied,
                modelType.equals("qwen2"),
                false,
                Collections.nCopies(layers, 0),
                positions,
                OptionalInt.empty(),
                OptionalInt.empty(),
                List.of(),
                "bfloat16");
    }
}
