package io.hearth.agent.telemetry.nvidia;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.agent.telemetry.nvidia.Nvml.Call;
import io.hearth.agent.testing.StandInCards;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NvmlLibraryTest {
    private static final String PROPERTY = "hearth.cuda.libraries";

    @TempDir
    Path folder;

    @Test
    void foldersOfTheAdministratorComeInTheirOrder() {
        System.setProperty(PROPERTY, "/one" + File.pathSeparator + File.pathSeparator + "/two");
        try {
            assertThat(NvmlLibrary.configured()).containsExactly(Path.of("/one"), Path.of("/two"));
        } finally {
            System.clearProperty(PROPERTY);
        }
    }

    @Test
    void aFileThatIsNoLibraryIsPassedOver() throws Exception {
        Path broken = Files.createDirectories(folder.resolve("broken"));
        Files.writeString(broken.resolve(NvmlLibrary.NAME), "no library");
        Path good = Files.createDirectories(folder.resolve("good"));
        StandInCards.in(good);
        try (Arena arena = Arena.ofConfined()) {
            assertThat(NvmlLibrary.load(List.of(broken), arena)).isEmpty();
            Nvml nvml = new Nvml(NvmlLibrary.load(List.of(broken, good), arena).orElseThrow());
            assertThat(nvml.call(Call.INIT)).isEqualTo(NvmlStatus.SUCCESS);
            nvml.call(Call.SHUTDOWN);
        }
    }

    @Test
    void theStandInIsAsStrictAsTheLibraryItStandsFor() throws Exception {
        StandInCards.in(folder);
        try (Arena arena = Arena.ofConfined()) {
            Nvml nvml = new Nvml(
                    NvmlLibrary.load(List.of(Path.of("/none"), folder), arena).orElseThrow());
            MemorySegment out = arena.allocate(64, 8);
            assertThat(nvml.call(Call.COUNT, out))
                    .as("before the initialisation")
                    .isEqualTo(1);
            nvml.call(Call.INIT);
            assertThat(nvml.call(Call.HANDLE, 7, out))
                    .as("a card that is not there")
                    .isEqualTo(2);
            assertThat(nvml.call(Call.POWER, MemorySegment.ofAddress(4711), out))
                    .as("a handle that is none")
                    .isEqualTo(2);
            nvml.call(Call.HANDLE, 0, out);
            MemorySegment card = out.get(ValueLayout.ADDRESS, 0);
            out.fill((byte) 0);
            assertThat(nvml.call(Call.MEMORY_V2, card, out))
                    .as("a struct without version")
                    .isEqualTo(25);
            assertThat(nvml.call(Call.NAME, card, out, 5))
                    .as("too little room")
                    .isEqualTo(NvmlStatus.INSUFFICIENT_SIZE);
            assertThat(nvml.call(Call.PROCESSES_V2, card, out, out))
                    .as("a function that is not there")
                    .isEqualTo(NvmlStatus.FUNCTION_NOT_FOUND);
            nvml.call(Call.SHUTDOWN);
            assertThat(nvml.call(Call.COUNT, out)).as("after the end").isEqualTo(1);
        }
    }
}
