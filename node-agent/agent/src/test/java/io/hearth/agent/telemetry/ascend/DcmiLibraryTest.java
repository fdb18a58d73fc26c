package io.hearth.agent.telemetry.ascend;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.hearth.agent.telemetry.ascend.Dcmi.Call;
import io.hearth.agent.testing.StandInNpus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DcmiLibraryTest {
    private static final int INVALID_PARAMETER = -8001;
    private static final int INNER_ERROR = -8005;
    private static final int INVALID_DEVICE = -8007;

    /** The library keeps its address. */
    private static final DcmiEvents.Handler HANDLER = event -> {};

    @TempDir
    Path folder;

    @Test
    void itIsLookedForWhereTheAdministratorSaysAndThenInTheUsualPlaces() {
        List<Path> usual = List.of(
                Path.of("/usr/local/Ascend/driver/lib64/libdcmi.so"),
                Path.of("/usr/local/Ascend/driver/lib64/driver/libdcmi.so"),
                Path.of("/usr/local/dcmi/libdcmi.so"));
        Path root = Path.of("/");
        assertThat(DcmiLibrary.files(null, null, Map.of(), root)).isEqualTo(usual);
        assertThat(DcmiLibrary.files(null, null, Map.of("HEARTH_ASCEND_HOME", "/cann"), root))
                .startsWith(Path.of("/cann/driver/lib64/libdcmi.so"), Path.of("/cann/driver/lib64/driver/libdcmi.so"))
                .endsWith(usual.toArray(Path[]::new));
        Map<String, String> both = Map.of("HEARTH_ASCEND_HOME", "/cann", "HEARTH_ASCEND_DRIVER", "/drv");
        assertThat(DcmiLibrary.files(null, null, both, root))
                .startsWith(Path.of("/drv/lib64/libdcmi.so"), Path.of("/drv/lib64/driver/libdcmi.so"))
                .hasSize(5);
        assertThat(DcmiLibrary.files("/mine", null, both, root)).startsWith(Path.of("/mine/lib64/libdcmi.so"));
        assertThat(DcmiLibrary.files(" ", "", Map.of(), root)).isEqualTo(usual);
    }

    @Test
    void aFileThatIsNoLibraryIsPassedOver() throws Exception {
        Path broken = Files.writeString(folder.resolve("libdcmi.so"), "no library");
        assertThat(DcmiLibrary.load(List.of(folder.resolve("none"), broken))).isEmpty();
        Path good = StandInNpus.in(folder).library();
        Dcmi dcmi = new Dcmi(DcmiLibrary.load(List.of(broken, good)).orElseThrow());
        assertThat(dcmi.call(Call.INIT)).isEqualTo(DcmiStatus.OK);
    }

    @Test
    void theStandInIsAsStrictAsTheLibraryItStandsFor() throws Exception {
        StandInNpus npus = StandInNpus.in(folder).set("chips", 2);
        Dcmi dcmi = new Dcmi(DcmiLibrary.load(List.of(npus.library())).orElseThrow());
        try (Memory out = new Memory(1024)) {
            assertThat(dcmi.call(Call.HEALTH, 0, 0, out))
                    .as("before the initialisation")
                    .isEqualTo(INNER_ERROR);
            assertThat(dcmi.call(Call.INIT)).isZero();
            assertThat(dcmi.call(Call.HEALTH, 2, 0, out))
                    .as("a card that is not there")
                    .isEqualTo(INVALID_DEVICE);
            assertThat(dcmi.call(Call.HEALTH, 1, 1, out))
                    .as("a chip that is not there")
                    .isEqualTo(INVALID_DEVICE);
            assertThat(dcmi.call(Call.HEALTH, 0, 0, Pointer.NULL))
                    .as("nowhere to answer")
                    .isEqualTo(INVALID_PARAMETER);
            assertThat(dcmi.call(Call.CARDS, out, out, 65))
                    .as("a list that is too long")
                    .isEqualTo(INVALID_PARAMETER);
            assertThat(dcmi.call(Call.DRIVER_VERSION, out, 3))
                    .as("too little room")
                    .isEqualTo(INVALID_PARAMETER);
            assertThat(dcmi.call(Call.UTILISATION, 0, 0, 8, out))
                    .as("a kind that the chip does not tell")
                    .isEqualTo(DcmiStatus.NOT_SUPPORTED);
            assertThat(dcmi.call(Call.MEMORY, 0, 0, out)).as("chips with HBM").isEqualTo(DcmiStatus.NOT_SUPPORTED);
            DcmiEvents.Filter filter = new DcmiEvents.Filter();
            filter.reserved[31] = 1;
            assertThat(dcmi.call(Call.SUBSCRIBE, -1, -1, filter, HANDLER))
                    .as("a filter with rubbish")
                    .isEqualTo(INVALID_PARAMETER);
            filter.reserved[31] = 0;
            assertThat(dcmi.call(Call.SUBSCRIBE, -1, -1, filter, null)).isEqualTo(INVALID_PARAMETER);
            assertThat(dcmi.call(Call.SUBSCRIBE, -1, -1, filter, HANDLER)).isZero();
            assertThat(dcmi.call(Call.SUBSCRIBE, -1, -1, filter, HANDLER))
                    .as("a second time in one process")
                    .isEqualTo(INNER_ERROR);
            npus.set("chip0.lost", 1);
            assertThat(dcmi.call(Call.HEALTH, 0, 0, out)).isEqualTo(DcmiStatus.NOT_READY);
        }
    }
}
