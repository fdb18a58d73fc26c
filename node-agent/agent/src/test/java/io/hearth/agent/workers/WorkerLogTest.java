package io.hearth.agent.workers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerLogTest {
    @TempDir
    private Path folder;

    @Test
    void keepsTwoOldFilesWhileTheWorkerHoldsTheFileOpen() throws Exception {
        Path file = folder.resolve("worker.log");
        WorkerLog log = new WorkerLog(file, 10);
        try (var held = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (int i = 1; i <= 4; i++) {
                held.write(("a long line " + i + "\n").getBytes());
                log.rotate();
            }
            held.write("last\n".getBytes());
            log.rotate();
        }
        assertThat(file).hasContent("last");
        assertThat(folder.resolve("worker.log.1")).hasContent("a long line 4");
        assertThat(folder.resolve("worker.log.2")).hasContent("a long line 3");
        assertThat(folder.resolve("worker.log.3")).doesNotExist();
    }

    @Test
    void answersInWholeLines() throws Exception {
        Path file = Files.writeString(folder.resolve("worker.log"), "one\ntwo\nthree\nhal");
        WorkerLog log = new WorkerLog(file, 1000);
        assertThat(log.read("q", 0, 6).text()).isEqualTo("one\n");
        assertThat(log.read("q", 4, 100).text()).isEqualTo("two\nthree\n");
        assertThat(log.read("q", -10, 100).text()).isEqualTo("three\n");
        assertThat(log.read("q", -10, 100).offset()).isEqualTo(8);
        assertThat(log.read("q", 14, 100).text()).isEmpty();
        assertThat(log.read("q", 99, 100).offset()).isEqualTo(17);
        assertThat(log.read("q", 8, 3).text())
                .as("a line that is longer than asked for")
                .isEqualTo("thr");
    }
}
