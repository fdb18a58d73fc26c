package io.hearth.device.ascend.cann;

import io.hearth.device.ascend.cann.Symbols.Need;
import io.hearth.device.ascend.cann.Symbols.Symbol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The operators among the {@link Symbols}: names without their common beginning {@code aclnn}. */
final class OperatorSymbols {
    private static final String EIGHT = "libopapi.so";

    private static final Map<String, String> LIBRARIES =
            Map.of("libopapi_math.so", """
            Cast InplaceCopy InplaceZero InplaceFillScalar Add Adds InplaceAdd InplaceAdds Sub Mul InplaceMul InplaceMuls
            Div Neg Exp Log Sqrt Reciprocal Sigmoid Clamp ClampMax SWhere InplaceMaskedFillScalar GeScalar EqScalar Arange
            Cumsum LogSumExp ReduceSum MaxV2 ArgMax Sort InplaceUniform DropoutGenMask DropoutDoMask LinalgVectorNorm
            """, "libopapi_nn.so", """
            Mm BatchMatMul Addmm InplaceAddmm RmsNorm RmsNormGrad SwiGlu SwiGluGrad InplaceIndexCopy ScatterNdUpdate
            Embedding IndexSelect Gather IndexPutImpl IndexAdd InplaceScatter Softmax SoftmaxBackward ApplyAdamWV2
            """, "libopapi_transformer.so", """
            GroupedMatmulV4 GroupedMatmulV5 GroupedMatmulAdd RotaryPositionEmbedding RotaryPositionEmbeddingGrad
            FlashAttentionVarLenScore FlashAttentionUnpaddingScoreGrad FusedInferAttentionScoreV2 FusedInferAttentionScoreV3
            FusedInferAttentionScoreV4 ScatterPaKvCache
            """);

    /** Not in the public headers of CANN 8.1, though its libraries may have them. */
    private static final Set<String> NINE_ONLY = Set.of(
            "RotaryPositionEmbedding",
            "RotaryPositionEmbeddingGrad",
            "FusedInferAttentionScoreV4",
            "ScatterPaKvCache",
            "GroupedMatmulV5");

    private static final String REFUSED = "kernels that are built on it are refused";

    private OperatorSymbols() {}

    static List<Symbol> all() {
        List<Symbol> rows = new ArrayList<>();
        LIBRARIES.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> Arrays.stream(entry.getValue().strip().split("\\s+"))
                        .forEach(name -> rows.add(row(name, entry.getKey()))));
        return List.copyOf(rows);
    }

    private static Symbol row(String name, String nine) {
        String fallback = OperatorFallbacks.of(name);
        return new Symbol(
                "aclnn" + name,
                Part.OPERATORS,
                NINE_ONLY.contains(name) ? "-" : EIGHT,
                nine,
                fallback == null ? Need.FOR_SOME : Need.REPLACED,
                fallback == null ? REFUSED : fallback);
    }
}
