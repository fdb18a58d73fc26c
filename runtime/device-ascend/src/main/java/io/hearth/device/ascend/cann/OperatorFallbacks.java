package io.hearth.device.ascend.cann;

import java.util.Map;

/** What is called in the place of an operator that is missing; names without their common beginning {@code aclnn}. */
final class OperatorFallbacks {
    private static final String SINGLE = "the same from smaller operators, slower";

    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("ScatterPaKvCache", "InplaceIndexCopy on the cache as one matrix"),
            Map.entry("RotaryPositionEmbedding", SINGLE),
            Map.entry("RotaryPositionEmbeddingGrad", SINGLE),
            Map.entry("ApplyAdamWV2", SINGLE),
            Map.entry("SwiGlu", SINGLE),
            Map.entry("SwiGluGrad", SINGLE),
            Map.entry("FlashAttentionVarLenScore", SINGLE),
            Map.entry("FlashAttentionUnpaddingScoreGrad", SINGLE),
            Map.entry(
                    "FusedInferAttentionScoreV2",
                    "another version of FusedInferAttentionScore, else smaller operators"),
            Map.entry(
                    "FusedInferAttentionScoreV3",
                    "another version of FusedInferAttentionScore, else smaller operators"),
            Map.entry(
                    "FusedInferAttentionScoreV4",
                    "another version of FusedInferAttentionScore, else smaller operators"),
            Map.entry("GroupedMatmulV4", "GroupedMatmulV5, else a product for each group"),
            Map.entry("GroupedMatmulV5", "GroupedMatmulV4, else a product for each group"),
            Map.entry("GroupedMatmulAdd", "Mm, Cast and InplaceAdd"),
            Map.entry("Embedding", "IndexSelect"),
            Map.entry("IndexPutImpl", "IndexAdd"),
            Map.entry("DropoutGenMask", "InplaceUniform and GeScalar"),
            Map.entry("DropoutDoMask", "InplaceUniform and GeScalar"));

    private OperatorFallbacks() {}

    /** In words; null if nothing takes its place. */
    static String of(String name) {
        return WORDS.get(name);
    }
}
