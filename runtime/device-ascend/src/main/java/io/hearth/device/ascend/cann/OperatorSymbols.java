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
            Cast InplaceCopy InplaceZero InplaceFillScalar Add Adds InplaceAdd InplaceAdds Sub Mul Muls InplaceMul InplaceMuls
            Div Divs Neg Exp Log Sqrt Rsqrt Reciprocal PowTensorScalar Cos Sin Sigmoid Clamp ClampMax SWhere InplaceMaskedFillScalar
            GeScalar EqScalar NeScalar Arange Triu Tril Cumsum IsFinite Permute Cat Stack Slice SliceV2 SplitTensor SplitWithSize
            Repeat RepeatInterleaveInt RepeatInterleaveIntWithDim Expand LogSumExp ReduceSum Mean MaxV2 ArgMax Topk Sort Argsort
            Multinomial InplaceUniform InplaceNormal InplaceRandom DropoutGenMask DropoutGenMaskV2 DropoutDoMask LinalgVectorNorm
            Norm NpuFormatCast
            """, "libopapi_nn.so", """
            Matmul Mm BatchMatMul Addmm InplaceAddmm Baddbmm MatmulWeightNz TransMatmulWeight WeightQuantBatchMatmulV2 RmsNorm
            RmsNormGrad AddRmsNorm AddRmsNormCast SwiGlu SwiGluGrad Silu SiluBackward SigmoidBackward InplaceIndexCopy
            ScatterNdUpdate InplaceScatterUpdate Embedding EmbeddingDenseBackward IndexSelect Gather GatherV2 Index IndexPutImpl
            IndexAdd Scatter InplaceScatter ScatterAdd Softmax SoftmaxBackward LogSoftmax LogSoftmaxBackward NLLLoss
            NLLLossBackward CrossEntropyLoss CrossEntropyLossGrad ApplyAdamWV2 ForeachNorm ForeachMulScalar ForeachMulScalarV2
            ForeachAddListV2
            """, "libopapi_transformer.so", """
            GroupedMatmul GroupedMatmulV4 GroupedMatmulV5 GroupedMatmulAdd RotaryPositionEmbedding RotaryPositionEmbeddingGrad
            ApplyRotaryPosEmb ApplyRotaryPosEmbV2 RopeWithSinCosCache FlashAttentionScore FlashAttentionVarLenScore
            FlashAttentionVarLenScoreV4 FlashAttentionScoreGrad FlashAttentionUnpaddingScoreGrad
            FlashAttentionUnpaddingScoreGradV4 PromptFlashAttentionV3 IncreFlashAttentionV4 FusedInferAttentionScore
            FusedInferAttentionScoreV2 FusedInferAttentionScoreV3 FusedInferAttentionScoreV4 ScatterPaKvCache
            """);

    /** Not in the public headers of CANN 8.1, though its libraries may have them. */
    private static final Set<String> NINE_ONLY = Set.of(
            "MatmulWeightNz",
            "AddRmsNormCast",
            "RotaryPositionEmbedding",
            "RotaryPositionEmbeddingGrad",
            "ApplyRotaryPosEmbV2",
            "FlashAttentionVarLenScoreV4",
            "FlashAttentionUnpaddingScoreGradV4",
            "FusedInferAttentionScoreV4",
            "ScatterPaKvCache",
            "NpuFormatCast",
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
