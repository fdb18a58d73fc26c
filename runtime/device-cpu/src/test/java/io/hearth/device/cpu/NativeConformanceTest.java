package io.hearth.device.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.device.conformance.ConformanceKit;
import io.hearth.device.conformance.ConformanceReport;
import io.hearth.device.conformance.Outcome;
import org.junit.jupiter.api.Test;

class NativeConformanceTest {
    @Test
    void theHostsFastestKernelsConform() {
        try (CpuDevice device = new CpuDevice()) {
            ConformanceReport report = ConformanceKit.run(device, ConformanceKit.Options.standard());
            assertThat(report.outcome()).as(report.table()).isEqualTo(Outcome.PASSED);
        }
    }
}
