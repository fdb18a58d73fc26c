package io.hearth.device.ascend;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.ascend.StandIn.Face;
import io.hearth.device.ascend.kernels.PathScene;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ways through the kernels that the conformance kit cannot choose: what is composed where operators are missing, refuse, or
 * do not take a size, and work that is cut because scratch memory is small. Each is compared with double precision, and the
 * operators that were called tell that it was the way that is meant.
 */
class KernelPathsTest {
    private static final String PACKED = "aclnnFlashAttentionVarLenScore";
    private static final String PACKED_GRAD = "aclnnFlashAttentionUnpaddingScoreGrad";
    private static final String PAGED_V4 = "aclnnFusedInferAttentionScoreV4";
    private static final String PAGED_V3 = "aclnnFusedInferAttentionScoreV3";
    private static final String PAGED_V2 = "aclnnFusedInferAttentionScoreV2";
    private static final String SCATTER = "aclnnScatterPaKvCache";
    private static final String ADAM = "aclnnApplyAdamWV2";
    private static final String PRODUCT = "aclnnBatchMatMul";
    private static final String FIRST_PHASE = "GetWorkspaceSize";

    private static final String CHIP_910B = "Ascend910B3";
    private static final String CHIP_310P = "Ascend310P3";

    /** Kibibytes of scratch memory of a real card. */
    private static final int ALL = 64 << 10;

    /** How a scene ended, and how often functions were called. */
    private record Seen(String output, Map<String, Integer> calls) {
        int calls(String function) {
            return calls.get(function);
        }
    }

    private static Seen run(
            StandIn card, String scene, String type, int scratchKib, List<Integer> numbers, String... functions) {
        List<String> arguments = new ArrayList<>(List.of(scene, type, Integer.toString(scratchKib)));
        for (int i = 0; i < 3; i++) {
            arguments.add(Integer.toString(i < numbers.size() ? numbers.get(i) : 0));
        }
        arguments.addAll(List.of(functions));
        ChildProcess child = card.run(PathScene.class, arguments.toArray(String[]::new));
        assertThat(child.output()).contains("as wanted");
        assertThat(child.status()).isZero();
        Map<String, Integer> calls = new HashMap<>();
        child.output().lines().filter(line -> line.matches("aclnn\\w+ \\d+")).forEach(line -> {
            String[] parts = line.split(" ");
            calls.put(parts[0], Integer.parseInt(parts[1]));
        });
        return new Seen(child.output(), calls);
    }

    private static StandIn nine() {
        return StandIn.of(Face.CANN9);
    }

    // ---- Packed sequences ------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"F32,16,0", "BF16,64,9", "F16,128,0", "BF16,256,33", "F16,512,0"})
    void headSizesInUnitsOfSixteenAreFused(String type, int size, int window) {
        Seen seen = run(nine(), "packed", type, ALL, List.of(size, window, 70), PACKED, PACKED_GRAD, PRODUCT);
        assertThat(seen.calls(PACKED)).isEqualTo(4);
        assertThat(seen.calls(PACKED_GRAD)).isEqualTo(2);
        assertThat(seen.calls(PRODUCT)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"F32,20,9", "BF16,24,0", "F16,80,15", "F16,520,0"})
    void otherHeadSizesAndMissingSymbolsAreComposed(String type, int size, int window) {
        StandIn card = size == 80 ? nine().lacking(PACKED_GRAD) : nine();
        Seen seen = run(card, "packed", type, ALL, List.of(size, window, 70), PACKED, PACKED_GRAD, PRODUCT);
        assertThat(seen.calls(PACKED) + seen.calls(PACKED_GRAD)).isZero();
        assertThat(seen.calls(PRODUCT)).isPositive();
    }

    /** Without statistics to keep, the fused operator still writes them: as many queries at a time as scratch memory allows. */
    @ParameterizedTest
    @ValueSource(ints = {0, 40})
    void aLongSequenceIsCutByItsQueriesWhereStatisticsAreNotKept(int window) {
        Seen seen = run(nine(), "packed", "F32", 24, List.of(32, window, 300), PACKED, PRODUCT);
        assertThat(seen.calls(PACKED)).isGreaterThanOrEqualTo(2 + 2 * 5);
        assertThat(seen.calls(PRODUCT)).isZero();
    }

    /** In turn: heads do not fit together, rows do not, keys do not. */
    @ParameterizedTest
    @CsvSource({"F32,400,0", "BF16,400,9", "F32,256,0", "F32,96,0", "BF16,96,50"})
    void composedAttentionIsCutToScratchMemory(String type, int scratchKib, int window) {
        run(nine(), "packed", type, scratchKib, List.of(20, window, 170), PRODUCT);
    }

    @ParameterizedTest
    @CsvSource({"F16,65536,64,0", "F16,400,24,9", "F32,400,24,0"})
    void the310pComposes(String type, int scratchKib, int size, int window) {
        StandIn card = nine().soc(CHIP_310P);
        Seen seen = run(card, "packed", type, scratchKib, List.of(size, window, 90), PACKED, PRODUCT);
        assertThat(seen.calls(PACKED)).isZero();
        // Its matrix unit would round f32.
        assertThat(seen.calls(PRODUCT) == 0).isEqualTo(type.equals("F32"));
    }

    @ParameterizedTest
    @CsvSource({PACKED + ",561003", PACKED_GRAD + ",161002"})
    void whatIsRefusedIsAskedOnceAndComposed(String operator, int code) {
        StandIn card = nine().failing(operator + FIRST_PHASE, 1, code);
        Seen seen = run(card, "packed", "BF16", ALL, List.of(64, 0, 40), operator, operator + FIRST_PHASE, PRODUCT);
        assertThat(seen.calls(operator)).isZero();
        assertThat(seen.calls(operator + FIRST_PHASE)).isOne();
        assertThat(seen.calls(PRODUCT)).isPositive();
        assertThat(seen.output())
                .containsOnlyOnce(operator + " does not take 6 heads on 2 of BF16[64]: it is composed");
    }

    @Test
    void whatFailsForAnotherReasonIsNotComposed() {
        ChildProcess child = nine().failing(PACKED + FIRST_PHASE, 1, 361001)
                .run(PathScene.class, "packed", "BF16", "65536", "64", "0", "40");
        assertThat(child.status()).isNotZero();
        assertThat(child.output())
                .contains("could not prepare the operator " + PACKED)
                .contains("(361001)");
    }

    // ---- The paged cache -------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0, 37})
    void theNewestVersionOfPagedAttentionIsTaken(int window) {
        for (List<String> lacking : List.of(List.<String>of(), List.of(PAGED_V4), List.of(PAGED_V4, PAGED_V3))) {
            StandIn card = lacking.isEmpty() ? nine() : nine().lacking(lacking.toArray(String[]::new));
            Seen seen =
                    run(card, "paged", "BF16", ALL, List.of(64, window, 128), PAGED_V4, PAGED_V3, PAGED_V2, PRODUCT);
            List<Integer> calls = List.of(seen.calls(PAGED_V4), seen.calls(PAGED_V3), seen.calls(PAGED_V2));
            // The sequence without queries divides the others into two runs.
            assertThat(calls.get(lacking.size())).isEqualTo(2 * 2);
            assertThat(calls.stream().mapToInt(Integer::intValue).sum()).isEqualTo(2 * 2);
            assertThat(seen.calls(PRODUCT)).isZero();
        }
    }

    @Test
    void withoutAnyVersionPagedAttentionIsComposed() {
        StandIn card = nine().lacking(PAGED_V4, PAGED_V3, PAGED_V2);
        assertThat(run(card, "paged", "F16", ALL, List.of(64, 37, 128), PRODUCT).calls(PRODUCT))
                .isPositive();
    }

    /** CANN 8.1 knows packed queries over a paged cache from no document: single queries are fused all the same. */
    @Test
    void anOlderCannIsAskedAndThenDecodesOneQueryEach() {
        Seen seen = run(StandIn.of(Face.CANN8), "paged", "BF16", ALL, List.of(64, 0, 128), PAGED_V3, PRODUCT);
        assertThat(seen.output()).containsOnlyOnce("does not take TND of 8 heads on 2 of BF16[64] in blocks of 128");
        assertThat(seen.calls(PAGED_V3)).isEqualTo(2 * 2);
        assertThat(seen.calls(PRODUCT)).isEqualTo(2 * 2 * 2);
    }

    @ParameterizedTest
    @CsvSource({"F16,64,0,16,4", "F16,64,20,16,0", "BF16,24,0,128,0", "F32,64,0,128,0", "BF16,64,0,24,0"})
    void blocksAndTypesThatAreNotTakenAreComposed(String type, int size, int window, int blockSize, int fused) {
        Seen seen = run(nine(), "paged", type, ALL, List.of(size, window, blockSize), PAGED_V4, PRODUCT);
        assertThat(seen.calls(PAGED_V4)).isEqualTo(fused);
        assertThat(seen.calls(PRODUCT)).isPositive();
    }

    @ParameterizedTest
    @CsvSource({"F32,200,0,16", "BF16,200,50,16", "BF16,150,0,24"})
    void aLongContextIsGatheredInStretches(String type, int scratchKib, int window, int blockSize) {
        run(nine(), "paged", type, scratchKib, List.of(40, window, blockSize), PRODUCT);
    }

    @ParameterizedTest
    @CsvSource({"F32,16,0", "F32,128,30", "BF16,16,0", "BF16,128,0", "F16,16,30"})
    void aSequenceHasTheSameBitsAloneAndInABatch(String type, int blockSize, int window) {
        run(nine(), "alone", type, ALL, List.of(64, window, blockSize));
    }

    @ParameterizedTest
    @CsvSource({CHIP_310P + ",F16", CHIP_310P + ",F32", CHIP_910B + ",F32"})
    void servingIsComposed(String chip, String type) {
        Seen seen = run(nine().soc(chip), "paged", type, ALL, List.of(64, 0, 128), PAGED_V4);
        assertThat(seen.calls(PAGED_V4)).isZero();
    }

    @Test
    void rowsAreWrittenWithAndWithoutAnOperatorForIt() {
        assertThat(run(nine(), "cache", "BF16", 8, List.of(32), SCATTER).calls(SCATTER))
                .isOne();
        assertThat(run(StandIn.of(Face.CANN8), "cache", "BF16", 8, List.of(32), SCATTER)
                        .calls(SCATTER))
                .isZero();
        assertThat(run(nine(), "cache", "F32", 16, List.of(32), SCATTER).calls(SCATTER))
                .isZero();
        StandIn refusing = nine().failing(SCATTER + FIRST_PHASE, 1, 561002);
        assertThat(run(refusing, "cache", "F16", 16, List.of(16), SCATTER).calls(SCATTER))
                .isZero();
    }

    // ---- Loss and optimiser ----------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"F32,65536,2", "BF16,65536,2", "F32,32,8", "F16,40,8"})
    void crossEntropyTakesAsManyRowsAsFit(String type, int scratchKib, int leastPasses) {
        Seen seen = run(nine(), "loss", type, scratchKib, List.of(37, 1000), "aclnnReduceSum");
        assertThat(seen.calls("aclnnReduceSum")).isGreaterThanOrEqualTo(leastPasses);
    }

    @ParameterizedTest
    @CsvSource({CHIP_910B + ",1", CHIP_910B + ",7", CHIP_310P + ",1", CHIP_310P + ",1000"})
    void adamWIsTheSameFusedAndComposed(String chip, int step) {
        boolean fused = chip.equals(CHIP_910B);
        Seen seen = run(nine().soc(chip), "adam", "F16", 16, List.of(5000, step), ADAM, "aclnnSqrt");
        assertThat(seen.calls(ADAM)).isEqualTo(fused ? 1 : 0);
        assertThat(seen.calls("aclnnSqrt")).isEqualTo(fused ? 0 : 3);
    }
}
