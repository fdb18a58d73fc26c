package io.hearth.device.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hearth.device.conformance.ConformanceCommand;
import io.hearth.device.cpu.host.HostLibraries;
import io.hearth.device.cpu.host.Isa;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every instruction set that this machine has conforms, each in a process of its own. */
class InstructionSetTest {
    @ParameterizedTest
    @ValueSource(strings = {"avx2", "generic", "portable"})
    void conformsWith(String isa) {
        assumeTrue(
                !isa.equals("avx2") || HostLibraries.get().isa().compareTo(Isa.AVX2) <= 0,
                "this processor has no AVX2");
        ChildProcess child =
                ChildProcess.run(Map.of("HEARTH_CPU_ISA", isa), ConformanceCommand.class, "cpu:0", "--rounds", "2");
        assertThat(child.status()).as(child.output()).isZero();
        String kernels = HostLibraries.get().kernels().isPresent() ? isa + " kernels" : "portable Java kernels";
        assertThat(child.output()).contains(isa.equals("portable") ? "portable Java kernels" : kernels);
    }

    @Test
    void anUnknownInstructionSetIsRefusedWithTheNamesThereAre() {
        ChildProcess child = ChildProcess.run(Map.of("HEARTH_CPU_ISA", "sse9"), ConformanceCommand.class, "cpu:0");
        assertThat(child.status()).isNotZero();
        assertThat(child.output()).contains("HEARTH_CPU_ISA is \"sse9\". It can be avx512, avx2, generic or portable.");
    }
}
