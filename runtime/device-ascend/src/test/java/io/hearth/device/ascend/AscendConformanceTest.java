package io.hearth.device.ascend;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.conformance.ConformanceCommand;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The kernels of Ascend cards against the references, over the stand-in of CANN, which refuses what CANN does not allow. Each
 * run is a process of its own.
 */
class AscendConformanceTest {
    private static void conforms(StandIn standIn, int rounds, int seed) {
        ChildProcess child = standIn.run(
                ConformanceCommand.class,
                "ascend:0",
                "--rounds",
                Integer.toString(rounds),
                "--seed",
                Integer.toString(20260101 + seed));
        assertThat(child.status()).as(child.output()).isZero();
        assertThat(child.output())
                .contains("Result: passed")
                .doesNotContain("FAILED")
                .doesNotContain("stand-in:");
    }

    @ParameterizedTest
    @EnumSource
    void kernelsConformOverBothFaces(StandIn.Face face) {
        conforms(StandIn.of(face), 5, 0);
    }

    @Test
    void operatorsServeKernelsWithSmallErrors() {
        ChildProcess child = StandIn.of(StandIn.Face.CANN9).run(ConformanceTable.class, "3", "20260101");
        System.out.println(child.output());
        assertThat(child.status()).as(child.output()).isZero();
        assertThat(child.output())
                .contains(
                        "| aclnnFlashAttentionVarLenScore | ",
                        "| aclnnFlashAttentionUnpaddingScoreGrad | ",
                        "| aclnnFusedInferAttentionScoreV4 | ",
                        "| aclnnScatterPaKvCache | ",
                        "| aclnnRotaryPositionEmbedding | ",
                        "| aclnnRotaryPositionEmbeddingGrad | ",
                        "| aclnnRmsNormGrad | ",
                        "| aclnnSwiGluGrad | ",
                        "| aclnnGroupedMatmulV4 | ",
                        "| aclnnApplyAdamWV2 | ",
                        "| aclnnMm | ");
    }

    /** No bfloat16, no fused attention, no rotary operators, no optimiser. */
    @ParameterizedTest
    @EnumSource
    void kernelsConformOn310P(StandIn.Face face) {
        conforms(StandIn.of(face).soc("Ascend310P3"), 3, 1);
    }

    @Test
    void kernelsConformOnA3() {
        conforms(StandIn.of(StandIn.Face.CANN9).soc("Ascend910_9391"), 1, 5);
    }

    /** What was queued has not happened for long, so that whoever forgets to wait reads what was there before. */
    @Test
    void kernelsConformOnSlowStreams() {
        conforms(StandIn.of(StandIn.Face.CANN9).delay(3000), 1, 3);
    }

    /** Kernels take their second way where the first operator is missing. */
    @ParameterizedTest
    @CsvSource({
        "CANN9, aclnnRotaryPositionEmbedding;aclnnRotaryPositionEmbeddingGrad;aclnnScatterPaKvCache",
        "CANN9, aclnnFusedInferAttentionScoreV2;aclnnFusedInferAttentionScoreV3;aclnnFusedInferAttentionScoreV4",
        "CANN8, aclnnFlashAttentionVarLenScore;aclnnFlashAttentionUnpaddingScoreGrad",
        "CANN9, aclnnApplyAdamWV2;aclnnSwiGlu;aclnnSwiGluGrad;aclnnAddRmsNorm",
        "CANN8, aclnnGroupedMatmulV4;aclnnGroupedMatmulAdd;aclnnDropoutGenMask;aclnnDropoutDoMask",
        "CANN9, aclSetAclOpExecutorRepeatable"
    })
    void kernelsConformWithoutSomeSymbols(StandIn.Face face, String symbols) {
        conforms(StandIn.of(face).lacking(symbols.split(";")), 1, 4);
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({
        "CANN8, Ascend910B3",
        "CANN9, Ascend910B3",
        "CANN8, Ascend310P3",
        "CANN9, Ascend310P3",
        "CANN9, Ascend910_9391"
    })
    void kernelsConformOnManyShapes(StandIn.Face face, String soc) {
        for (int seed = 10; seed < 13; seed++) {
            conforms(StandIn.of(face).soc(soc), 20, seed);
        }
    }
}
