package io.hearth.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
    @TempDir
    Path directory;

    @Test
    void filesAndDirectoriesAreReplaced() throws IOException {
        Path file = directory.resolve("file");
        AtomicFiles.writeBytes(file, new byte[] {1});
        AtomicFiles.writeBytes(file, new byte[] {2});
        assertThat(file).hasBinaryContent(new byte[] {2});
        AtomicFiles.writeJson(directory.resolve("json"), Map.of("a", 1));
        assertThat(directory.resolve("json")).hasContent("{\n  \"a\" : 1\n}\n");

        Path published = directory.resolve("deep/published");
        AtomicFiles.publishDirectory(published, fresh -> Files.writeString(fresh.resolve("old"), "x"));
        AtomicFiles.publishDirectory(published, fresh -> {
            Files.createDirectory(fresh.resolve("inner"));
            Files.writeString(fresh.resolve("inner/new"), "y");
        });
        assertThat(names(published)).containsExactly("inner");
        assertThat(published.resolve("inner/new")).hasContent("y");
        assertThat(names(directory.resolve("deep"))).containsExactly("published");
    }

    @Test
    void aFailureLeavesWhatWasThereAndNothingElse() throws IOException {
        Path file = directory.resolve("file");
        AtomicFiles.writeBytes(file, new byte[] {1});
        assertThatThrownBy(() -> AtomicFiles.write(file, channel -> {
                    channel.write(ByteBuffer.allocate(100));
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("file could not be written: No space left on device. What was there before");
        assertThat(file).hasBinaryContent(new byte[] {1});

        Path published = directory.resolve("published");
        AtomicFiles.publishDirectory(published, fresh -> Files.writeString(fresh.resolve("old"), "x"));
        assertThatThrownBy(() -> AtomicFiles.publishDirectory(published, fresh -> {
                    Files.writeString(fresh.resolve("new"), "y");
                    throw new IllegalStateException("ours");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("ours");
        assertThat(names(published)).containsExactly("old");
        assertThat(names(directory)).containsExactlyInAnyOrder("file", "published");
        assertThatThrownBy(() -> AtomicFiles.writeBytes(directory.resolve("no/such"), new byte[1]))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("NoSuchFileException");
    }

    @Test
    void leftoversAreClearedAwayAndNothingElse() throws IOException {
        String suffix = ".tmp-" + "0af".repeat(10) + "12";
        Files.writeString(directory.resolve("a" + suffix), "x");
        Files.createDirectories(directory.resolve("b" + suffix + "/inner"));
        Files.writeString(directory.resolve("users.tmp-file"), "x");
        Files.createSymbolicLink(
                directory.resolve("b" + suffix + "/link"), Files.createDirectory(directory.resolve("kept")));
        Files.writeString(directory.resolve("kept/file"), "x");
        AtomicFiles.deleteLeftovers(directory);
        assertThat(names(directory)).containsExactlyInAnyOrder("kept", "users.tmp-file");
        assertThat(directory.resolve("kept/file")).exists();
    }

    @Test
    void twoNamesAreExchangedInOneStep() throws IOException {
        Path one = Files.createDirectory(directory.resolve("öne"));
        Path other = Files.createDirectory(directory.resolve("other"));
        Files.writeString(one.resolve("1"), "");
        boolean exchanged = NameExchange.exchange(one, other);
        assertThat(Files.exists(other.resolve("1"))).isEqualTo(exchanged);
        assertThat(Files.exists(one.resolve("1"))).isNotEqualTo(exchanged);
        assertThat(NameExchange.exchange(one, directory.resolve("absent"))).isFalse();
    }

    /** A real limit of the system, met in the middle of the file, as a full disk would be. */
    @Test
    void aFileThatOutgrowsItsSpaceLeavesTheOldOne() throws Exception {
        Path file = directory.resolve("weights.safetensors");
        CheckpointWritingProcess.writeWeights(file, 1);
        byte[] before = Files.readAllBytes(file);
        // The unit of ulimit -f is 512 bytes in dash and 1024 in bash; either way less than the file needs.
        Process process = new ProcessBuilder(withSmallFileLimit(childCommand("once", directory)))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(output).contains("weights.safetensors could not be written").contains("before is unchanged");
        assertThat(file).hasBinaryContent(before);
        assertThat(names(directory)).containsExactly("weights.safetensors");
    }

    @Test
    void whatIsPublishedIsWholeAfterKillsAtRandomMoments() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        CheckpointWritingProcess.writeWeights(directory.resolve("weights.safetensors"), 0);
        CheckpointWritingProcess.publish(directory.resolve("published"), 0);
        int interrupted = 0;
        for (int kill = 0; kill < 10; kill++) {
            Process process = new ProcessBuilder(childCommand("loop", directory))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (InputStream output = process.getInputStream()) {
                assertThat(output.read()).as("child started, seed %d", seed).isEqualTo('s');
                Thread.sleep(random.nextInt(120));
                process.destroyForcibly();
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(process.exitValue()).as("killed, not ended by itself").isEqualTo(128 + 9);
            assertThat(CheckpointWritingProcess.requireWhole(directory.resolve("weights.safetensors")))
                    .isPositive();
            CheckpointWritingProcess.requireWholeDirectory(directory.resolve("published"));
            interrupted += names(directory).stream().anyMatch(name -> name.contains(".tmp-")) ? 1 : 0;
            AtomicFiles.deleteLeftovers(directory);
            assertThat(names(directory)).containsExactlyInAnyOrder("weights.safetensors", "published");
        }
        assertThat(interrupted)
                .as("kills in the middle of a write, seed %d", seed)
                .isPositive();
    }

    private static List<String> withSmallFileLimit(List<String> command) {
        List<String> all = new ArrayList<>(List.of("sh", "-c", "ulimit -f 200; exec \"$@\"", "sh"));
        all.addAll(command);
        return all;
    }

    private static List<String> childCommand(String mode, Path directory) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CheckpointWritingProcess.class.getName(),
                mode,
                directory.toString());
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(path -> path.getFileName().toString()).toList();
        }
    }
}
