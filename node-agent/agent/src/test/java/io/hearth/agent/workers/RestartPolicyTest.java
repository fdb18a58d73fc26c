package io.hearth.agent.workers;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.agent.testing.Specs;
import io.hearth.protocol.WorkerSpec;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {
    private static RestartPolicy policy(WorkerSpec.Restart restart) {
        WorkerSpec spec = Specs.job("w", "finish");
        return new RestartPolicy(new WorkerSpec(
                spec.id(), spec.kind(), spec.card(), spec.task(), null, null, null, restart, spec.desired()));
    }

    @Test
    void waitsTwiceAsLongEachTimeAndGivesUp() {
        RestartPolicy policy = policy(new WorkerSpec.Restart(4, 100, 500));
        assertThat(policy.delay(1)).isEqualTo(OptionalLong.of(100));
        assertThat(policy.delay(2)).isEqualTo(OptionalLong.of(200));
        assertThat(policy.delay(3)).isEqualTo(OptionalLong.of(400));
        assertThat(policy.delay(4)).isEqualTo(OptionalLong.of(500));
        assertThat(policy.delay(5)).isEmpty();
    }

    @Test
    void aServiceIsNeverGivenUp() {
        RestartPolicy policy = policy(WorkerSpec.Restart.SERVICE);
        assertThat(policy.delay(1_000_000)).isEqualTo(OptionalLong.of(30_000));
    }

    @Test
    void theCountBeginsAnewAfterTenCalmMinutes() {
        RestartPolicy policy = policy(null);
        assertThat(policy.faults(2, 0, 599_999)).isEqualTo(3);
        assertThat(policy.faults(2, 0, 600_000)).isEqualTo(1);
        assertThat(policy.delay(3)).isPresent();
        assertThat(policy.delay(4)).isEmpty();
    }
}
