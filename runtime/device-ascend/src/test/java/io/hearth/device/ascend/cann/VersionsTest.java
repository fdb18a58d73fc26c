package io.hearth.device.ascend.cann;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files are those that CANN's and the driver's packages leave behind. */
class VersionsTest {
    @TempDir
    Path home;

    @BeforeEach
    void install() throws IOException {
        write("lib64/libascendcl.so", "");
        write(
                "driver/version.info",
                "Version=24.1.rc1\nascendhal_version=7.35.19\nInnerversion=V100R001C15SPC006B220\n"
                        + "compatible_version=[V100R001C30],[V100R001C13],[V100R001C15]\n");
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(home.resolve(file).getParent());
        Files.writeString(home.resolve(file), text);
    }

    private Versions versions() {
        return Versions.of(CannFolders.find(home.toString(), Map.of(), home.resolve("nowhere")));
    }

    @Test
    void cannNamesItsReleaseInOneFileOrAnother() throws IOException {
        assertThat(versions().cann()).isNull();
        write("aarch64-linux/ascend_toolkit_install.info", "package_name=Ascend-cann-toolkit\nversion=8.0.0\n");
        assertThat(versions().cann()).isEqualTo("8.0.0");
        write("version.cfg", "# version: 1.0\nruntime_running_version=[7.7.0.1.238:8.1.RC1]\n");
        assertThat(versions().cann()).isEqualTo("8.1.RC1");
        write("compiler/version.info", "Version=9.0.0\nrequired_package_runtime_version=\"9.0\"\n");
        assertThat(versions().cann()).isEqualTo("9.0.0");
        write("runtime/version.info", "Version=7.7.0.1.238\nversion_dir=8.2.RC1\n");
        assertThat(versions().cann()).isEqualTo("8.2.RC1");
    }

    @Test
    void aDriverThatKnowsTheReleaseOfCannIsFine() throws IOException {
        write("x86_64-linux/ascend_toolkit_install.info", "version=8.0.0\ninnerversion=V100R001C13SPC001B238\n");
        assertThat(versions().mismatches()).isEmpty();
        assertThat(versions().driver()).isEqualTo("24.1.rc1");
    }

    @Test
    void aDriverThatDoesNotKnowItIsASentence() throws IOException {
        write("x86_64-linux/ascend_toolkit_install.info", "version=8.1.RC1\ninnerversion=V100R001C21SPC001B238\n");
        assertThat(versions().mismatches())
                .containsExactly(
                        "CANN 8.1.RC1 (V100R001C21) is not among those that the driver 24.1.rc1 says it works with. "
                                + "Install a driver of the same release as CANN.");
    }

    @Test
    void firmwareOfAnotherReleaseIsASentence() throws IOException {
        write("firmware/version.info", "Version=7.1.0.11.220\nfirmware_version=1.0\npackage_version=23.0.7\n");
        assertThat(versions().firmware()).isEqualTo("7.1.0.11.220 (23.0.7)");
        assertThat(versions().mismatches())
                .containsExactly(
                        "The cards' firmware 7.1.0.11.220 (23.0.7) does not go with the driver 24.1.rc1. Install "
                                + "firmware and driver of one release, the firmware first, and restart the machine.");
        write(
                "firmware/version.info",
                "Version=7.1.0.11.220\npackage_version=23.0.7\n"
                        + "compatible_version_drv=[23.0.rc3,23.0.rc3.],[24.1.rc1,24.1.rc1.]\n");
        assertThat(versions().mismatches()).isEmpty();
        write("firmware/version.info", "Version=7.5.0.1.129\npackage_version=24.1.rc1\n");
        assertThat(versions().mismatches()).isEmpty();
    }

    @Test
    void onlyOldMajorVersionsAreRefusedByTheirNumber() {
        assertThat(Versions.tooOld("7.0.0")).isTrue();
        assertThat(Versions.tooOld("6.3.RC2")).isTrue();
        assertThat(Versions.tooOld("8.1.RC1")).isFalse();
        assertThat(Versions.tooOld("9.0.0")).isFalse();
        assertThat(Versions.tooOld("unknown")).isFalse();
    }
}
