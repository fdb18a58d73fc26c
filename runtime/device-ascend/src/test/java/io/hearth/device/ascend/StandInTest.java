package io.hearth.device.ascend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The stand-in by itself, through its C interface: each of its rules is broken once, and operators are compared with double. */
class StandInTest {
    static Stream<Path> programs() {
        return Stream.of(StandIn.Face.values()).flatMap(face -> StandIn.of(face).programs("").stream());
    }

    /** A program in {@code src/test/c/test} prints which of its tests failed. */
    @ParameterizedTest
    @MethodSource("programs")
    void programsInCAgree(Path program) {
        StandIn.run(List.of(program.toString()));
    }

    @ParameterizedTest
    @EnumSource
    void facesExportWhatTheirReleaseHas(StandIn.Face face) {
        String exported = exported(StandIn.of(face));
        boolean nine = face == StandIn.Face.CANN9;
        assertThat(exported.contains(" aclnnScatterPaKvCache\n")).isEqualTo(nine);
        assertThat(exported.contains(" aclnnFusedInferAttentionScoreV4\n")).isEqualTo(nine);
        assertThat(exported)
                .contains(" aclnnMm\n", " aclnnMmGetWorkspaceSize\n", " aclrtMalloc\n", " aclCreateTensor\n")
                .doesNotContain(" T standin_phase_one\n");
    }

    @ParameterizedTest
    @EnumSource
    void aFaceCanLackSymbols(StandIn.Face face) {
        String exported = exported(StandIn.of(face).lacking("aclnnSwiGlu", "aclmdlRICaptureBegin"));
        assertThat(exported)
                .contains(" aclnnSwiGluGrad\n", " aclmdlRICaptureEnd\n")
                .doesNotContain(" aclnnSwiGlu\n", " aclnnSwiGluGetWorkspaceSize\n", " aclmdlRICaptureBegin\n");
    }

    private static String exported(StandIn standIn) {
        return StandIn.run(List.of(
                "sh",
                "-c",
                "for f in \"$1\"/lib64/lib[aoh]*.so \"$1\"/lib64/libnn*.so; do nm -D --defined-only $f; done",
                "sh",
                standIn.home().toString()));
    }
}
