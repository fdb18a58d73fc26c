package io.hearth.engine.checkpoint;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A LoRA adapter in memory.
 *
 * @param config  its settings
 * @param modules the matrices by module path, such as {@code model.layers.0.self_attn.q_proj}
 */
public record LoraAdapter(LoraConfig config, SortedMap<String, LoraPair> modules) {
    public LoraAdapter {
        modules = Collections.unmodifiableSortedMap(new TreeMap<>(modules));
        modules.forEach((path, pair) -> {
            if (pair.rank() != config.rank()) {
                throw new CheckpointException("The adapter has rank %d on %s, but its settings say r = %d."
                        .formatted(pair.rank(), path, config.rank()));
            }
        });
    }

    /** Number of weights in all matrices. */
    public long parameterCount() {
        return modules.values().stream()
                .mapToLong(pair -> (long) pair.rank() * (pair.in() + pair.out()))
                .sum();
    }

    /**
     * Checks that the adapter belongs to a model: it has matrices of the right sizes for every layer that its settings
     * target, and for no other.
     *
     * @param linears the model's linear layers by module path
     * @throws CheckpointException that names the first misfit
     */
    public void requireFits(Map<String, LinearShape> linears) {
        for (String target : config.targetModules()) {
            if (linears.keySet().stream().noneMatch(path -> path.equals(target) || path.endsWith("." + target))) {
                throw new CheckpointException(
                        "The adapter targets '%s', but the model has no linear layer of that name that can be adapted. The layers are called %s."
                                .formatted(target, String.join(", ", LoraConfig.ALL_LINEAR)));
            }
        }
        modules.forEach((path, pair) -> {
            LinearShape linear = linears.get(path);
            if (linear == null || !config.targets(path)) {
                throw new CheckpointException("The adapter has weights for %s, which %s."
                        .formatted(
                                path, linear == null ? "the model does not have" : "its target_modules do not name"));
            }
            if (pair.in() != linear.in() || pair.out() != linear.out()) {
                throw new CheckpointException(
                        "The adapter's weights for %s are for %d inputs and %d outputs, but the model's layer has %d and %d. It was made for another model."
                                .formatted(path, pair.in(), pair.out(), linear.in(), linear.out()));
            }
        });
        for (String path : linears.keySet()) {
            if (config.targets(path) && !modules.containsKey(path)) {
                throw new CheckpointException(
                        "The adapter has no weights for %s, though it targets it. It was made for another model, or is incomplete."
                                .formatted(path));
            }
        }
    }
}
