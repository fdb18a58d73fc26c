package io.hearth.device.ascend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What fails on a card is a sentence of bounded delay, and the process ends by itself afterwards. */
@Timeout(120)
class FaultsTest {
    private static final StandIn CARD = StandIn.of(StandIn.Face.CANN9);

    private static String run(String scene, StandIn card, String... settings) {
        Map<String, String> environment = new HashMap<>(card.environment());
        environment.put("HEARTH_ASCEND_PATIENCE", "2");
        for (int i = 0; i < settings.length; i += 2) {
            environment.put(settings[i], settings[i + 1]);
        }
        ChildProcess child = ChildProcess.run(environment, List.of(), FaultScene.class, scene);
        assertThat(child.status()).as(child.output()).isZero();
        assertThat(child.output()).contains("unharmed").doesNotContain("\tat ");
        return child.output();
    }

    @Test
    void moreMemoryThanThereIsSaysHowMuchIsFree() {
        assertThat(run("allocate", CARD.memoryMib(256)))
                .containsPattern(
                        "ascend:0 \\(Ascend910B3\\) has not enough memory: 1024 MiB were asked for, \\d+ MiB are free\\.")
                .contains("works again");
    }

    @Test
    void aCardTooSmallForItsOwnNeedsIsRefusedWhenItIsOpened() {
        assertThat(run("compute", CARD.memoryMib(48))).contains("has not enough memory: 64 MiB were asked for");
    }

    @Test
    void aHungStreamEndsPatience() {
        long begun = System.nanoTime();
        assertThat(run("compute", CARD.hanging("aclnnInplaceAdd", 1)))
                .contains("The Ascend card ascend:0 has not finished its work within 2 seconds")
                .contains("HEARTH_ASCEND_PATIENCE");
        assertThat((System.nanoTime() - begun) / 1_000_000_000).isLessThan(30);
    }

    @Test
    void aHungStreamEndsADownload() {
        assertThat(run("download", CARD.hanging("aclnnInplaceAdd", 1)))
                .contains("The Ascend card ascend:0 has not finished its work within 2 seconds");
    }

    @Test
    void aLostCardIsSaidToBeLost() {
        assertThat(run("endless", CARD.lost(1))).contains("The card is lost: look at \"npu-smi info\"");
    }

    @Test
    void anOperatorThatFailsIsNamedWithItsArgumentsAndCannsOwnWords() {
        assertThat(run("compute", CARD.failing("aclnnInplaceAddGetWorkspaceSize", 1, 561002)))
                .contains(
                        "The Ascend card could not prepare the operator aclnnInplaceAdd (selfRef FLOAT[4], other FLOAT[4], ")
                .contains("(561002)")
                .contains("CANN says: ");
    }

    @Test
    void workThatFailsOnTheCardIsSaidWhenItIsWaitedFor() {
        assertThat(run("compute", CARD.failingBehind("aclnnInplaceAdd", 1, 507015)))
                .contains("the card's cores stopped on an error (507015)");
    }

    @Test
    void patienceIsANumber() {
        assertThat(run("compute", CARD, "HEARTH_ASCEND_PATIENCE", "long"))
                .contains("HEARTH_ASCEND_PATIENCE is \"long\". It is a number of seconds, such as 600.");
    }
}
