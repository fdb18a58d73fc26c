package io.hearth.device.ascend.cann;

import java.util.Map;

/** What is called in the place of an operator that is missing. */
final class OperatorFallbacks {
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("ScatterPaKvCache", "InplaceIndexCopy on the cache as one matrix"),
            Map.entry("RotaryPositionEmbedding", "Muls, Neg and Cat of halves"),
            Map.entry("RotaryPositionEmbeddingGrad", "Muls, Neg and Cat of halves"),
            Map.entry("ApplyAdamWV2", "AdamW from single operators"));

    private OperatorFallbacks() {}

    /** In words; null if nothing takes its place. */
    static String of(String name) {
        return WORDS.get(name);
    }
}
