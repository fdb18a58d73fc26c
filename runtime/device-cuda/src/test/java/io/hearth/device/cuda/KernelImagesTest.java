package io.hearth.device.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.device.DeviceException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelImagesTest {
    @TempDir
    Path folder;

    private KernelImages images(String... targets) throws Exception {
        StringBuilder index = new StringBuilder();
        for (String source : List.of("norm", "rope")) {
            for (String target : targets) {
                String file = source + "." + target;
                Files.writeString(folder.resolve(file), file);
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(file.getBytes(StandardCharsets.UTF_8));
                index.append(source + " " + target + " " + file + " ")
                        .append(HexFormat.of().formatHex(hash))
                        .append("\n");
            }
        }
        Files.writeString(folder.resolve("index"), index);
        return KernelImages.in(folder);
    }

    private static String chosen(KernelImages images, int capability) {
        return images.forCapability(capability)
                .map(KernelImages.Chosen::describe)
                .orElse("none");
    }

    @Test
    void aCardGetsTheNearestImage() throws Exception {
        KernelImages images = images("sm_80", "sm_86", "sm_89", "sm_90", "compute_80", "compute_90");
        assertThat(chosen(images, 80)).isEqualTo("sm_80");
        assertThat(chosen(images, 86)).isEqualTo("sm_86");
        assertThat(chosen(images, 87)).isEqualTo("sm_86");
        assertThat(chosen(images, 90)).isEqualTo("sm_90");
        assertThat(chosen(images, 100)).isEqualTo("compute_90");
        assertThat(chosen(images, 120)).isEqualTo("compute_90");
        assertThat(chosen(images, 75)).isEqualTo("none");
    }

    @Test
    void imagesForOneCardAloneServeOnlyThatCard() throws Exception {
        KernelImages images = images("sm_90a", "sm_90", "compute_80");
        assertThat(chosen(images, 90)).isEqualTo("sm_90a");
        assertThat(chosen(images, 89)).isEqualTo("compute_80");
        assertThat(KernelImages.rank("sm_100a", 103)).isZero();
    }

    @Test
    void everySourceMustHaveAnImage() throws Exception {
        KernelImages images = images("sm_80");
        assertThat(chosen(images, 80)).isEqualTo("sm_80");
        Files.writeString(
                folder.resolve("index"), Files.readString(folder.resolve("index")) + "loss sm_90 loss.sm_90 00\n");
        assertThat(chosen(KernelImages.in(folder), 80)).isEqualTo("none");
    }

    @Test
    void ptxEndsWithAZeroAndCubinsAreAsTheyWere() throws Exception {
        assertThat(images("compute_80").forCapability(90).orElseThrow().read())
                .containsExactly("norm.compute_80\0".getBytes(), "rope.compute_80\0".getBytes());
        assertThat(images("sm_80").forCapability(80).orElseThrow().read())
                .containsExactly("norm.sm_80".getBytes(), "rope.sm_80".getBytes());
    }

    @Test
    void whatIsNotAsItWasBuiltIsNotLoaded() throws Exception {
        KernelImages.Chosen chosen = images("sm_80").forCapability(80).orElseThrow();
        Files.writeString(folder.resolve("rope.sm_80"), "something else");
        assertThatThrownBy(chosen::read)
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("rope.sm_80")
                .hasMessageContaining("damaged");
    }

    @Test
    void aBuildWithoutImagesHasNone() throws IOException {
        assertThat(chosen(KernelImages.in(folder), 90)).isEqualTo("none");
    }
}
