package io.hearth.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StickImagesTest {
    private static final String NODE = """
            # for the second row of racks
            version: 1
            role: node
            control-plane: https://10.0.0.5:8444
            join-code: REPLACED-LATER.0123456789abcdef0123
            hostname: row-two
            disk: {transport: nvme}
            """;

    @TempDir
    Path folder;

    private static String code(int box) {
        return "ABCDE-FGHJK-%05d.0123456789abcdef0123".formatted(box);
    }

    @Test
    void aHundredBoxesGetAHundredCodes() throws Exception {
        assumeTrue(
                Files.exists(Path.of("/usr/sbin/mkfs.vfat")) || Files.exists(Path.of("/sbin/mkfs.vfat")),
                "dosfstools is not installed");
        assumeTrue(Files.exists(Path.of("/usr/bin/mcopy")), "mtools is not installed");
        List<Path> images = StickImages.write(
                NODE,
                IntStream.rangeClosed(1, 100).mapToObj(StickImagesTest::code).toList(),
                folder.resolve("sticks"));
        assertThat(images).hasSize(100).first().asString().endsWith("row-two-1.img");
        Path read = folder.resolve("read.yaml");
        Process process = new ProcessBuilder(
                        "mcopy", "-i", images.get(41).toString(), "::provision.yaml", read.toString())
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
        ProvisionFile file = ProvisionFile.read(read);
        assertThat(file.text("/join-code")).isEqualTo(code(42));
        assertThat(file.text("/hostname")).isEqualTo("row-two-42");
        assertThat(read).content().startsWith("# for the second row of racks");
    }

    @Test
    void oneWrongCodeWritesNothing() {
        assertThatThrownBy(() -> StickImages.write(NODE, List.of(code(1), "no code"), folder.resolve("sticks")))
                .isInstanceOf(Mistakes.class)
                .hasMessageContaining("is no join code");
        assertThatThrownBy(() -> StickImages.write(NODE, List.of(code(1), code(1)), folder.resolve("sticks")))
                .hasMessageContaining("stands twice");
        assertThat(folder.resolve("sticks")).doesNotExist();
    }

    @Test
    void sticksOfAnotherDayAreNotMixedIn() throws Exception {
        Files.createFile(folder.resolve("old.img"));
        assertThatThrownBy(() -> StickImages.write(NODE, List.of(), folder)).hasMessageContaining("is not empty");
    }

    @Test
    void aFactoryResetIsForOneMachine() {
        String reset = NODE.replace("transport: nvme", "transport: nvme, wipe: true")
                + "factory-reset: {hostname: row-two-1, order: again}\n";
        assertThatThrownBy(() -> StickImages.write(reset, List.of(code(1), code(2)), folder.resolve("sticks")))
                .isInstanceOf(Mistakes.class)
                .hasMessageContaining("is for one machine");
        assertThat(folder.resolve("sticks")).doesNotExist();
    }
}
