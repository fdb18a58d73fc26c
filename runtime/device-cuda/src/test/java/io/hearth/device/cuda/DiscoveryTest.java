package io.hearth.device.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hearth.device.cuda.library.NvidiaLibraries;
import io.hearth.device.cuda.nvrtc.Nvrtc;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each way in which a card can be unusable gives one sentence, and the process goes on. */
class DiscoveryTest {
    @TempDir
    Path folder;

    private static boolean blasHere;

    @BeforeAll
    static void lookForCublas() {
        System.clearProperty("hearth.cuda.libraries");
        blasHere = NvidiaLibraries.ofThisMachine()
                .find(NvidiaLibraries.BLAS.get(1))
                .isPresent();
        Stand.require();
    }

    private static Map<String, String> emulated(String... settings) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "HEARTH_CUDA_LIBRARIES", Stand.LIBRARIES.toString(),
                "HEARTH_CUDA_KERNELS", Stand.KERNELS.toString()));
        for (int i = 0; i < settings.length; i += 2) {
            environment.put(settings[i], settings[i + 1]);
        }
        return environment;
    }

    private static String discovered(String... settings) {
        ChildProcess child = ChildProcess.run(emulated(settings), List.of(), DiscoveryProbe.class);
        assertThat(child.status()).as(child.output()).isZero();
        assertThat(child.output()).contains("unharmed").doesNotContain("\tat ");
        return child.output();
    }

    @Test
    void withoutDriverThereIsOneSentenceAndNoClassOfThePresets() {
        assumeTrue(!Files.exists(Path.of("/proc/driver/nvidia")), "this machine has a driver");
        ChildProcess child = ChildProcess.run(Map.of(), List.of("-verbose:class"), DiscoveryProbe.class, "cuda:0");
        assertThat(child.output())
                .contains("unharmed")
                .contains("refusal ")
                .contains("no NVIDIA driver (libcuda.so.1)")
                .contains("not opened ")
                .doesNotContain("card DeviceInfo")
                .doesNotContain("org.bytedeco");
        assertThat(child.output().lines().filter(line -> line.startsWith("refusal ")))
                .hasSize(1);
    }

    @Test
    void findsCardsWithoutTouchingThePresets() {
        ChildProcess child = ChildProcess.run(
                emulated("HEARTH_EMULATED_CARDS", "2"), List.of("-verbose:class"), DiscoveryProbe.class);
        assertThat(child.output())
                .contains("index=0")
                .contains("index=1")
                .contains("compute capability 9.0")
                .contains("CUDA 13.0")
                .contains("unharmed")
                .doesNotContain("refusal")
                .doesNotContain("org.bytedeco");
    }

    @Test
    void aDriverWithoutCardsIsNoHarm() {
        assertThat(discovered("HEARTH_EMULATED_NO_DEVICE", "1")).contains("the driver is there but finds no card");
    }

    @Test
    void hiddenCardsAreExplained() {
        assertThat(discovered("HEARTH_EMULATED_NO_DEVICE", "1", "CUDA_VISIBLE_DEVICES", ""))
                .contains("CUDA_VISIBLE_DEVICES");
    }

    @Test
    void anOldDriverIsToldWithWhatIsNeeded() {
        assertThat(discovered("HEARTH_EMULATED_DRIVER_VERSION", "12040"))
                .contains("it serves CUDA 12.4")
                .contains("serves CUDA 13.0")
                .contains("Install NVIDIA's driver 580 or newer");
    }

    @Test
    void anOldCardIsToldByName() {
        assertThat(discovered("HEARTH_EMULATED_CAPABILITY", "75"))
                .contains("cuda:0 (Emulated card at 0000:01:00.0) is too old")
                .contains("compute capability is 7.5")
                .contains("8.0 or newer");
    }

    @Test
    void aBusyCardIsToldWithWhatToDo() {
        assertThat(discovered("HEARTH_EMULATED_BUSY", "1"))
                .contains("is busy: another process has it for itself")
                .contains("nvidia-smi");
    }

    @Test
    void aForbiddenCardIsToldWithWhatToDo() {
        assertThat(discovered("HEARTH_EMULATED_COMPUTE_MODE", "2"))
                .contains("\"Prohibited\"")
                .contains("nvidia-smi -i 0000:01:00.0 -c DEFAULT");
    }

    @Test
    void aBuildWithoutKernelsSaysSo() {
        assumeTrue(!Nvrtc.isHere(NvidiaLibraries.ofThisMachine()), "this machine compiles kernels itself");
        assertThat(discovered("HEARTH_CUDA_KERNELS", folder.toString()))
                .contains("has no kernels for cuda:0 (Emulated card at 0000:01:00.0) (compute capability 9.0)");
    }

    @Test
    void missingLibrariesAreNamedWithTheirPackages() throws IOException {
        assumeTrue(!blasHere, "this machine has cuBLAS where it belongs");
        assertThat(discovered("HEARTH_CUDA_LIBRARIES", driverAlone("missing").toString()))
                .contains("libcublasLt.so.13")
                .contains("libcublas-13-0")
                .contains("HEARTH_CUDA_LIBRARIES");
    }

    @Test
    void librariesOfAnotherVersionAreNotTaken() throws IOException {
        assumeTrue(!blasHere, "this machine has cuBLAS where it belongs");
        Path alone = driverAlone("older");
        Files.createFile(alone.resolve("libcublasLt.so.12"));
        assertThat(discovered("HEARTH_CUDA_LIBRARIES", alone.toString()))
                .contains("libcublasLt.so.12 is of another version than Hearth needs, libcublasLt.so.13");
    }

    /** Everything of the emulated card but what products need, in a new folder. */
    private static Path driverAlone(String name) throws IOException {
        Path alone = Files.createDirectories(Path.of("target", "driver-alone", name));
        try (DirectoryStream<Path> old = Files.newDirectoryStream(alone)) {
            for (Path file : old) {
                Files.delete(file);
            }
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Stand.LIBRARIES)) {
            for (Path file : all) {
                if (!NvidiaLibraries.BLAS.contains(file.getFileName().toString())) {
                    Files.createSymbolicLink(alone.resolve(file.getFileName()), file);
                }
            }
        }
        return alone.toAbsolutePath();
    }

    @Test
    void whatIsNoLibraryIsToldWhenACardIsOpened() throws IOException {
        Path alone = driverAlone("broken");
        for (String file : NvidiaLibraries.BLAS) {
            Files.writeString(alone.resolve(file), "no library");
        }
        ChildProcess child = ChildProcess.run(
                emulated("HEARTH_CUDA_LIBRARIES", alone.toString()), List.of(), DiscoveryProbe.class, "cuda:0");
        assertThat(child.output())
                .contains("not opened NVIDIA's library " + alone.toRealPath().resolve(NvidiaLibraries.BLAS.getFirst()))
                .contains("cannot be loaded")
                .contains("unharmed");
    }

    @Test
    void aDriverThatCannotBeLoadedIsNotTakenForAbsent() throws IOException {
        assumeTrue(!Files.exists(Path.of("/proc/driver/nvidia")), "this machine has a driver");
        Files.writeString(folder.resolve("libcuda.so.1"), "no library");
        assertThat(discovered("HEARTH_CUDA_LIBRARIES", folder.toString()))
                .contains("NVIDIA's driver " + folder.toRealPath().resolve("libcuda.so.1") + " cannot be loaded");
    }

    @Test
    void opensACardThatIsThereAndNoOther() {
        ChildProcess here = ChildProcess.run(emulated(), List.of(), DiscoveryProbe.class, "cuda:0");
        assertThat(here.output()).contains("opened cuda:0").contains("unharmed");
        ChildProcess absent = ChildProcess.run(emulated(), List.of(), DiscoveryProbe.class, "cuda:3");
        assertThat(absent.output())
                .contains("not opened There is no device \"cuda:3\": this machine has one NVIDIA card, cuda:0.");
    }
}
