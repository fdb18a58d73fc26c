package io.hearth.device.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bits are the same from run to run; our own kernels' also for every number of threads. */
class ReproducibilityTest {
    @Test
    void resultsAreTheSameInEveryRunAndThreadsSleepWhenIdle() {
        Map<String, String> first = probe(2);
        assertThat(first).containsEntry("threads", "2").containsKeys("own.F32", "products.BF16");
        Map<String, String> again = probe(2);
        for (String key : List.of("own.F32", "own.BF16", "products.F32", "products.BF16")) {
            assertThat(again.get(key)).as(key).isEqualTo(first.get(key));
        }
        assertThat(Integer.parseInt(first.get("openMp"))).isLessThanOrEqualTo(1);
        assertThat(Integer.parseInt(first.get("idleMillis"))).isLessThan(50);

        Map<String, String> alone = probe(1);
        assertThat(alone).containsEntry("threads", "1");
        assertThat(alone.get("own.F32")).isEqualTo(first.get("own.F32"));
        assertThat(alone.get("own.BF16")).isEqualTo(first.get("own.BF16"));
        assertThat(probe(3).get("own.F32")).isEqualTo(first.get("own.F32"));
    }

    private static Map<String, String> probe(int threads) {
        ChildProcess child =
                ChildProcess.run(Map.of("HEARTH_CPU_THREADS", Integer.toString(threads)), KernelProbe.class);
        assertThat(child.status()).as(child.output()).isZero();
        return child.values();
    }
}
