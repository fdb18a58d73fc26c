package io.hearth.device.cuda.nvrtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hearth.device.DeviceException;
import io.hearth.device.cuda.library.NvidiaLibraries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernels compiled without nvcc. Skipped where NVIDIA's runtime compiler is not installed. */
class NvrtcCompilerTest {
    private static final String KERNEL =
            "#include \"twice.h\"\nextern \"C\" __global__ void f(float* x) { *x = twice(*x); }";
    private static final String HEADER = "__device__ float twice(float x) { return 2 * x; }";

    @TempDir
    Path root;

    private Nvrtc nvrtc;

    @BeforeEach
    void load() {
        NvidiaLibraries libraries = NvidiaLibraries.ofThisMachine();
        assumeTrue(Nvrtc.isHere(libraries), "NVIDIA's runtime compiler (libnvrtc) is not installed");
        nvrtc = Nvrtc.load(libraries);
    }

    private NvrtcCompiler compiler(String header) {
        return new NvrtcCompiler(
                nvrtc, new KernelSources(Map.of("f.cu", KERNEL, "g.cu", KERNEL, "twice.h", header)), List.of(root));
    }

    private List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void makesACubinOfEverySourceForTheCard() throws Exception {
        Path folder = compiler(HEADER).compile(90);
        assertThat(files(folder)).containsExactly("f.sm_90.cubin", "g.sm_90.cubin", "index");
        assertThat(Files.readAllLines(folder.resolve("index")).getFirst())
                .matches("f sm_90 f\\.sm_90\\.cubin [0-9a-f]{64}");
        assertThat(Files.readAllBytes(folder.resolve("f.sm_90.cubin"))).startsWith(0x7f, 'E', 'L', 'F');
    }

    @Test
    void aCardThatTheCompilerDoesNotKnowGetsPtx() throws Exception {
        Path folder = compiler(HEADER).compile(990);
        String target = "compute_" + nvrtc.capabilities().getLast();
        assertThat(files(folder)).containsExactly("f." + target + ".ptx", "g." + target + ".ptx", "index");
        assertThat(Files.readString(folder.resolve("f." + target + ".ptx")))
                .contains(".visible .entry f(")
                .doesNotContain("\0");
    }

    @Test
    void whatIsThereIsTakenAndNothingElseStays() throws Exception {
        Path first = compiler(HEADER).compile(80);
        Path image = first.resolve("f.sm_80.cubin");
        Files.writeString(image, "as it was");
        assertThat(compiler(HEADER).compile(80)).isEqualTo(first);
        assertThat(image).hasContent("as it was");
        assertThat(compiler(HEADER).compile(86)).isNotEqualTo(first);
        assertThat(compiler(HEADER.replace('2', '3')).compile(80)).isNotEqualTo(first);
        assertThat(files(root.resolve("kernels"))).hasSize(3).allMatch(name -> name.matches("[0-9a-f]{24}"));
    }

    @Test
    void anErrorNamesSourceAndLineAndLeavesNothing() throws Exception {
        assertThatThrownBy(() -> compiler("__device__ float twice(float x) { return y; }")
                        .compile(80))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("could not compile f.cu for sm_80")
                .hasMessageContaining("twice.h(1)");
        assertThat(files(root.resolve("kernels"))).isEmpty();
    }

    @Test
    void aFolderThatCannotBeWrittenToIsPassedOver() throws Exception {
        Path file = Files.createFile(root.resolve("file"));
        Path folder = new NvrtcCompiler(
                        nvrtc, new KernelSources(Map.of("f.cu", KERNEL, "twice.h", HEADER)), List.of(file, root))
                .compile(80);
        assertThat(folder).startsWith(root.resolve("kernels"));
    }

    @Test
    @Tag("long")
    void allKernelsOfThisBuildCompileForAllTargets() throws Exception {
        NvrtcCompiler compiler = new NvrtcCompiler(nvrtc, KernelSources.ofThisBuild(), List.of(root));
        for (int capability : List.of(80, 86, 89, 90)) {
            assertThat(files(compiler.compile(capability)))
                    .hasSize(KernelSources.ofThisBuild().kernels().size() + 1);
        }
    }
}
