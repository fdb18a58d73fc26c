package io.hearth.device.ascend.cann;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CannFoldersTest {
    @TempDir
    Path root;

    private Path installation(String path, String runtime) throws IOException {
        Path home = root.resolve(path);
        Files.createDirectories(home.resolve("lib64"));
        Files.createFile(home.resolve("lib64").resolve(runtime));
        return home;
    }

    @Test
    void theSettingComesBeforeTheVendorsVariablesAndTheUsualFolders() throws IOException {
        Path usual = installation("usr/local/Ascend/ascend-toolkit/latest", "libascendcl.so");
        assertThat(CannFolders.find(null, Map.of(), root).home()).contains(usual);
        Path named = installation("opt/cann", "libascendcl.so");
        Map<String, String> vendor = Map.of("ASCEND_HOME_PATH", named.toString());
        assertThat(CannFolders.find(null, vendor, root).home()).contains(named);
        Path variable = installation("opt/ours", "libacl_rt.so");
        Map<String, String> both =
                Map.of("ASCEND_HOME_PATH", named.toString(), "HEARTH_ASCEND_HOME", variable.toString());
        assertThat(CannFolders.find(null, both, root).home()).contains(variable);
        Path property = installation("opt/property", "libacl_rt.so");
        assertThat(CannFolders.find(property.toString(), both, root).home()).contains(property);
    }

    @Test
    void aFolderWithoutTheRuntimeIsNoInstallation() throws IOException {
        Files.createDirectories(root.resolve("opt/empty/lib64"));
        CannFolders folders = CannFolders.find(root.resolve("opt/empty").toString(), Map.of(), root);
        assertThat(folders.home()).isEmpty();
        assertThat(folders.configured()).isEqualTo(root.resolve("opt/empty"));
    }

    @Test
    void theDriverIsTheInstallationsOwnOrTheMachines() throws IOException {
        Path machines = Files.createDirectories(root.resolve("usr/local/Ascend/driver"));
        Path firmware = Files.createDirectories(root.resolve("usr/local/Ascend/firmware"));
        CannFolders folders = CannFolders.find(null, Map.of(), root);
        assertThat(folders.driver()).contains(machines);
        assertThat(folders.firmware()).contains(firmware);
        Path home = installation("opt/cann", "libascendcl.so");
        Path own = Files.createDirectories(home.resolve("driver"));
        assertThat(CannFolders.find(home.toString(), Map.of(), root).driver()).contains(own);
        Path named = Files.createDirectories(root.resolve("opt/driver"));
        assertThat(CannFolders.find(home.toString(), Map.of("HEARTH_ASCEND_DRIVER", named.toString()), root)
                        .driver())
                .contains(named);
    }

    @Test
    void librariesAreLookedForInCannBeforeTheDriver() throws IOException {
        Path home = installation("opt/cann", "libascendcl.so");
        Path inCann = Files.createFile(home.resolve("lib64/libhccl.so"));
        Path driver = Files.createDirectories(home.resolve("driver/lib64/driver"));
        Path inDriver = Files.createFile(driver.resolve("libascend_hal.so"));
        CannFolders folders = CannFolders.find(home.toString(), Map.of(), root);
        assertThat(folders.library("libhccl.so")).contains(inCann);
        assertThat(folders.library("libascend_hal.so")).contains(inDriver);
        assertThat(folders.library("libhcomm.so")).isEmpty();
    }
}
