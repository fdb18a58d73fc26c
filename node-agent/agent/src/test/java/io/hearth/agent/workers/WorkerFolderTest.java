package io.hearth.agent.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.agent.testing.Specs;
import io.hearth.protocol.WorkerStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerFolderTest {
    @TempDir
    private Path workers;

    @Test
    void whatIsWrittenIsReadAgain() throws Exception {
        WorkerFolder folder = new WorkerFolder(workers, "w-1");
        folder.create(Specs.job("w-1", "finish"));
        WorkerState state = WorkerState.fresh(5, "token")
                .starting(6, 3)
                .with(new ProcessMark(7, 8, "boot"))
                .running(9, "http://127.0.0.1:10")
                .ended(0)
                .done(11, List.of(new WorkerStatus.Output("out/x", "00", 1)))
                .settle();
        folder.writeState(state);
        assertThat(folder.readState()).contains(state);
        assertThat(folder.readSpec()).contains(Specs.job("w-1", "finish"));
        assertThat(state.settled()).isTrue();
        assertThat(state.attempt()).isEqualTo(1);
    }

    @Test
    void aStateOfAnOlderAgentIsRead() throws Exception {
        WorkerFolder folder = new WorkerFolder(workers, "w-1");
        folder.create(Specs.job("w-1", "finish"));
        Files.writeString(
                folder.path().resolve("state.json"),
                "{\"state\":\"done\",\"since\":1,\"attempt\":2,\"faults\":0,\"startedAt\":1,\"retryAt\":0,"
                        + "\"firstEvent\":1,\"exitCode\":0,\"token\":\"t\",\"outputs\":[]}");
        WorkerState state = folder.readState().orElseThrow();
        assertThat(state.state()).isEqualTo(WorkerStatus.State.DONE);
        assertThat(state.settled()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "..", "../x", "/etc/passwd", "a/../../x", "a/./b", "a//../b", "events/x", "spec.json"})
    void filesElsewhereAreRefused(String path) {
        assertThatThrownBy(() -> new WorkerFolder(workers, "w-1").inside(path))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "a/b", ".gone-x", "a.b", "-a", "a\nb"})
    void idsAreLettersDigitsAndDashes(String id) {
        assertThat(WorkerFolder.validId(id)).isFalse();
    }
}
