package io.hearth.device.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.conformance.ConformanceKit;
import io.hearth.device.conformance.ConformanceReport;
import io.hearth.device.conformance.Outcome;
import io.hearth.device.cpu.portable.PortableKernels;
import org.junit.jupiter.api.Test;

class PortableConformanceTest {
    private static final long SEED = Long.getLong("hearth.conformance.seed", 20260101);

    @Test
    void portableKernelsConform() {
        try (CpuDevice device = new CpuDevice(new PortableKernels())) {
            ConformanceReport report =
                    ConformanceKit.run(device, ConformanceKit.Options.standard().withSeed(SEED));
            assertThat(report.outcome()).as(report.table()).isEqualTo(Outcome.PASSED);
            assertThat(report.results()).noneMatch(result -> result.outcome() == Outcome.SKIPPED);
        }
    }
}
