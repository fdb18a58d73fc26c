package io.hearth.device.ascend;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.ascend.kernels.ScratchScene;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ways through elementwise, dense, layer and sampling kernels that the libraries of a card do not choose by themselves: work
 * that is cut for want of scratch memory, operators that are missing or refuse, chips that lack something. The conformance kit
 * judges each, and the stand-in's counters tell that the way was gone.
 */
class ComposedKernelsTest {
    /** The code of a shape, type or value that an operator does not take. */
    private static final int INVALID = 161002;

    private static ChildProcess run(StandIn standIn, int kib, String kernels, String... counted) {
        List<String> arguments = new ArrayList<>(List.of(Integer.toString(kib), kernels));
        arguments.addAll(List.of(counted));
        ChildProcess child = standIn.run(ScratchScene.class, arguments.toArray(String[]::new));
        assertThat(child.output()).contains("as wanted");
        assertThat(child.status()).isZero();
        return child;
    }

    /** Scratch memory is so small that no tensor of the kit fits at once. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "16 | scale,dropoutGrad,ropeTable",
                "32 | rmsNormGrad,swiGluGrad,embeddingGrad,biasGrad",
                "128 | qkvRope,qkvRopeGrad",
                "64 | sample,weightGrad,lora,groupedMatmul",
                "800 | topK",
                "64 | matmul,linear"
            })
    void workIsCutToFitIntoScratchMemory(int kib, String kernels) {
        run(StandIn.of(StandIn.Face.CANN9), kib, kernels);
        run(StandIn.of(StandIn.Face.CANN8).soc("Ascend310P3"), 2 * kib, kernels);
    }

    @Test
    void bfloatIsCopiedInPiecesWhereNoOperatorTakesIt() {
        run(StandIn.of(StandIn.Face.CANN9).soc("Ascend310P3"), 16, "copy");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CANN9 | aclnnGroupedMatmulV4 | groupedMatmul,lora | aclnnGroupedMatmulV5",
                "CANN8 | aclnnGroupedMatmulV4 | groupedMatmul,lora | aclnnMm",
                "CANN8 | aclnnGroupedMatmulAdd | weightGrad | aclnnInplaceAddmm",
                "CANN9 | aclnnDropoutGenMask | dropout | aclnnInplaceUniform",
                "CANN9 | aclnnSwiGlu,aclnnSwiGluGrad | swiGlu,swiGluGrad | aclnnSigmoid",
                "CANN8 | aclnnEmbedding | embedding | aclnnIndexSelect",
                "CANN8 | aclnnIndexPutImpl | embeddingGrad | aclnnIndexAdd",
                "CANN9 | aclnnInplaceIndexCopy | scatterRows,embeddingGrad | aclnnScatterNdUpdate",
                "CANN9 | aclnnRotaryPositionEmbedding,aclnnRotaryPositionEmbeddingGrad | qkvRope,qkvRopeGrad | aclnnMul"
            })
    void whatIsMissingIsReplaced(StandIn.Face face, String missing, String kernels, String instead) {
        ChildProcess child = run(StandIn.of(face).lacking(missing.split(",")), 4096, kernels, instead);
        assertThat(child.output()).contains(instead + " called");
    }

    /** The first phase refuses what it is given: the kernel goes its other way, then and ever after. */
    @ParameterizedTest
    @CsvSource({
        "aclnnGroupedMatmulV4, lora, aclnnInplaceAddmm",
        "aclnnGroupedMatmulV4, groupedMatmul, aclnnMm",
        "aclnnGroupedMatmulAdd, weightGrad, aclnnInplaceAddmm",
        "aclnnAddmm, matmul, aclnnMm"
    })
    void whatIsRefusedIsComposed(String operator, String kernel, String instead) {
        StandIn refusing = StandIn.of(StandIn.Face.CANN9).failing(operator + "GetWorkspaceSize", 0, INVALID);
        ChildProcess child = run(refusing, 4096, kernel, operator, instead);
        assertThat(child.output()).contains(operator + " not called", instead + " called");
    }

    /** A chip that the tables do not know is not asked for the newer way of computing: operands are converted to f32. */
    @Test
    void productsOfAnUnknownChipAreRoundedOnce() {
        StandIn unknown = StandIn.of(StandIn.Face.CANN9).soc("Ascend960X1").lacking("aclnnGroupedMatmulAdd");
        run(unknown, 64, "matmul,linear,weightGrad");
    }

    @Test
    void dropoutMasksDependOnPositionAlone() {
        run(StandIn.of(StandIn.Face.CANN9), 1200, "masks,dropout");
        run(StandIn.of(StandIn.Face.CANN8).lacking("aclnnDropoutDoMask"), 1200, "masks,dropout");
    }

    @Test
    void whatCannotBeCutIsRefusedWithASentence() {
        ChildProcess child = run(StandIn.of(StandIn.Face.CANN8).soc("Ascend310P3"), 64, "limits");
        assertThat(child.output())
                .contains("sample does not take rows of 100000 logits", "topK does not take rows", "sums up to ");
    }
}
