package io.hearth.engine.checkpoint;

import java.util.List;

/**
 * The settings of a LoRA adapter, with PEFT's meaning.
 *
 * @param rank           {@code r}: width of the bottleneck
 * @param alpha          {@code lora_alpha}: numerator of the scale
 * @param dropout        {@code lora_dropout}: share of the inputs of A that training zeroes, from 0 to below 1
 * @param targetModules  {@code target_modules}: names or ends of the paths of the adapted linear layers
 * @param rankStabilized {@code use_rslora}: divide alpha by the root of the rank instead of by the rank
 * @param baseModel      {@code base_model_name_or_path}: what the adapter was trained on; may be empty
 */
public record LoraConfig(
        int rank, double alpha, double dropout, List<String> targetModules, boolean rankStabilized, String baseModel) {
    /** What PEFT's {@code all-linear} stands for in the supported models: everything but the output head. */
    public static final List<String> ALL_LINEAR =
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    private static final int MAX_RANK = 1 << 16;

    /**
     * Checks the settings.
     *
     * @throws CheckpointException if one of them makes no sense
     */
    public LoraConfig {
        targetModules = List.copyOf(targetModules);
        if (rank < 1 || rank > MAX_RANK) {
            throw new CheckpointException("The LoRA rank r is %d; it must be from 1 to %d.".formatted(rank, MAX_RANK));
        }
        if (!(alpha > 0) || Double.isInfinite(alpha)) {
            throw new CheckpointException("lora_alpha is %s; it must be a positive number.".formatted(alpha));
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new CheckpointException("lora_dropout is %s; it must be at least 0 and below 1.".formatted(dropout));
        }
        if (targetModules.isEmpty()) {
            throw new CheckpointException("target_modules is empty: the adapter would adapt nothing.");
        }
    }

    /** What the product B·A·x is multiplied with before it is added. */
    public double scale() {
        return alpha / (rankStabilized ? Math.sqrt(rank) : rank);
    }

    /** Whether the module with this path is adapted: a target is the whole path, or its end after a dot. */
    public boolean targets(String modulePath) {
        return targetModules.stream()
                .anyMatch(target -> modulePath.equals(target) || modulePath.endsWith("." + target));
    }
}
