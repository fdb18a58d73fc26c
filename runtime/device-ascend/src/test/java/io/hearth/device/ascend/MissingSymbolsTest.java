package io.hearth.device.ascend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A function that CANN lacks is replaced where something can take its place, and named where nothing can. */
@Timeout(120)
class MissingSymbolsTest {
    private static final StandIn CARD = StandIn.of(StandIn.Face.CANN9);

    private static String run(Class<?> main, StandIn card, String... arguments) {
        Map<String, String> environment = new HashMap<>(card.environment());
        environment.put("HEARTH_ASCEND_PATIENCE", "2");
        ChildProcess child = ChildProcess.run(environment, List.of(), main, arguments);
        assertThat(child.status()).as(child.output()).isZero();
        assertThat(child.output()).contains("unharmed").doesNotContain("\tat ");
        return child.output();
    }

    @Test
    void withoutAFunctionOfTheRuntimeNoCardIsUsed() {
        assertThat(run(DiscoveryProbe.class, CARD.lacking("aclrtMemsetAsync", "aclrtMallocHost"), "ascend:0"))
                .doesNotContain("card DeviceInfo")
                .containsPattern(
                        "refusal CANN in .* lacks aclrtMallocHost, aclrtMemsetAsync, which Hearth cannot do without\\. "
                                + "Install CANN 8\\.1\\.RC1 or newer\\.")
                .contains("not opened CANN in ");
    }

    @Test
    void anOperatorWithoutReplacementIsNamedByTheKernelThatNeedsIt() {
        assertThat(run(FaultScene.class, CARD.lacking("aclnnInplaceAdd"), "compute"))
                .contains("has no operator aclnnInplaceAdd, and nothing takes its place. Install a newer CANN; "
                        + "\"./hearth doctor\" lists what is missing.");
    }

    @Test
    void withoutTheFunctionsOfReuseEveryCallIsPreparedAnew() {
        StandIn lacking =
                CARD.lacking("aclSetAclOpExecutorRepeatable", "aclDestroyAclOpExecutor", "aclSetRawTensorAddr");
        assertThat(run(FaultScene.class, lacking, "compute")).contains("nothing happened");
    }

    @Test
    void withoutBoundedWaitsTheStreamIsAskedAndPatienceEndsAllTheSame() {
        StandIn lacking = CARD.lacking("aclrtSynchronizeStreamWithTimeout");
        assertThat(run(FaultScene.class, lacking, "compute")).contains("nothing happened");
        assertThat(run(FaultScene.class, lacking.hanging("aclnnInplaceAdd", 1), "compute"))
                .contains("The Ascend card ascend:0 has not finished its work within 2 seconds");
    }

    @Test
    void withoutTheFunctionThatTellsTheVersionFilesTellIt() {
        assertThat(run(DiscoveryProbe.class, CARD.lacking("aclsysGetCANNVersion", "aclGetCannAttribute")))
                .contains("Atlas A2, CANN 9.0.0");
    }

    @Test
    void theReportNamesWhatIsMissingAndWhatTakesItsPlace() {
        StandIn lacking = CARD.lacking("aclnnScatterPaKvCache", "aclnnInplaceAdd", "aclmdlRICaptureBegin");
        assertThat(run(ReportProbe.class, lacking).lines())
                .anyMatch(line -> line.startsWith("CANN 9.0.0 in "))
                .anyMatch(line -> line.startsWith("driver 25.5.0, firmware 7.8.0.5.216 (25.5.0)"))
                .anyMatch(line -> line.matches("aclnnMm +libopapi\\.so +libopapi_nn\\.so +libopapi_nn\\.so"))
                .anyMatch(line ->
                        line.matches("aclnnScatterPaKvCache +- +libopapi_transformer\\.so +missing +instead: .+"))
                .anyMatch(line -> line.matches("aclnnInplaceAdd +.* missing +kernels that are built on it are refused"))
                .anyMatch(line -> line.matches("aclmdlRICaptureBegin +.* missing +instead: nothing is recorded, .*"));
    }
}
