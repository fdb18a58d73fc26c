package io.hearth.device.ascend.aclnn;

import java.util.Set;

/**
 * The chip of a card, by the name that CANN gives it, and what it has. Where the public tables say nothing of a chip, its
 * library's symbols decide.
 *
 * @param name as {@code aclrtGetSocName} tells it, such as Ascend910B3
 * @param family what it belongs to
 */
public record Soc(String name, Family family) {
    /** Chips with the same abilities. */
    public enum Family {
        /** Atlas A2, "910B". */
        A2,
        /** Atlas A3, "910C": two dies in a package. */
        A3,
        /** Atlas inference cards with 310P: no bf16, no fused attention, no training operators. */
        P310,
        /** Newer than this table. */
        OTHER
    }

    private static final Set<String> A3_NAMES = Set.of(
            "Ascend910_9391",
            "Ascend910_9392",
            "Ascend910_9381",
            "Ascend910_9382",
            "Ascend910_9372",
            "Ascend910_9362",
            "Ascend910_9363");

    /** Operators that the 310P lacks though its libraries have their symbols. */
    private static final Set<String> NOT_ON_310P = Set.of(
            "aclnnFlashAttentionVarLenScore",
            "aclnnFlashAttentionUnpaddingScoreGrad",
            "aclnnFusedInferAttentionScoreV2",
            "aclnnFusedInferAttentionScoreV3",
            "aclnnFusedInferAttentionScoreV4",
            "aclnnScatterPaKvCache",
            "aclnnRotaryPositionEmbedding",
            "aclnnRotaryPositionEmbeddingGrad",
            "aclnnApplyAdamWV2",
            "aclnnGroupedMatmulV4",
            "aclnnGroupedMatmulV5",
            "aclnnGroupedMatmulAdd");

    /** The chip of this name. */
    public static Soc of(String name) {
        Family family = name.matches("Ascend910B\\d.*")
                ? Family.A2
                : A3_NAMES.contains(name) ? Family.A3 : name.startsWith("Ascend310P") ? Family.P310 : Family.OTHER;
        return new Soc(name, family);
    }

    /** Whether it is a chip from before the A2, or an embedded one: neither can do what Hearth asks for. */
    public boolean tooOld() {
        return name.matches("Ascend910(A|ProA|PremiumA|ProB|B)?")
                || name.startsWith("Ascend310B")
                || name.equals("Ascend310");
    }

    /** Whether it computes in bf16. */
    public boolean bf16() {
        return family != Family.P310;
    }

    /** Whether it has FlashAttention for training, with gradient. */
    public boolean trainingAttention() {
        return family != Family.P310;
    }

    /** Whether it has fused attention over a paged cache. */
    public boolean fusedInference() {
        return family != Family.P310;
    }

    /** Whether it has a rotary operator. */
    public boolean rotary() {
        return family != Family.P310;
    }

    /** Whether it has a fused AdamW. */
    public boolean adamW() {
        return family != Family.P310;
    }

    /** Whether matrix products of f32 keep f32; the 310P refuses f32 unless it may round to f16. */
    public boolean f32Products() {
        return family != Family.P310;
    }

    /** Whether it has an operator, as far as is known. */
    boolean has(Operator operator) {
        return family != Family.P310 || !NOT_ON_310P.contains(operator.name());
    }
}
