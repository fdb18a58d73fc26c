package io.hearth.agent.workers;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.protocol.WorkerKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerdictTest {
    @TempDir
    private Path folder;

    private Verdict of(WorkerKind kind, Integer code, String lastEvent, boolean asked) throws Exception {
        EventSpool spool = new EventSpool(folder);
        Files.writeString(spool.file(1), lastEvent == null ? "" : lastEvent + "\n");
        Observer observer = new Observer(spool, 1);
        observer.look();
        return Verdict.of(kind, code == null ? OptionalInt.empty() : OptionalInt.of(code), observer, asked);
    }

    @Test
    void judgesByTheExitCodeWhereItIsKnown() throws Exception {
        assertThat(of(WorkerKind.TRAIN, 0, "{\"event\":\"done\"}", false)).isInstanceOf(Verdict.Finished.class);
        assertThat(of(WorkerKind.TRAIN, 0, "{\"event\":\"done\"}", true)).isInstanceOf(Verdict.Finished.class);
        assertThat(of(WorkerKind.TRAIN, 75, null, false)).isInstanceOf(Verdict.LeftOff.class);
        assertThat(of(WorkerKind.TRAIN, 143, null, true)).isInstanceOf(Verdict.LeftOff.class);
        assertThat(of(WorkerKind.TRAIN, 143, null, false)).isInstanceOf(Verdict.Fault.class);
        assertThat(of(WorkerKind.TRAIN, 2, "{\"event\":\"failed\",\"reason\":\"Why.\"}", true))
                .isEqualTo(new Verdict.Hopeless("Why."));
        assertThat(of(WorkerKind.EVALUATE, 1, "{\"event\":\"failed\",\"reason\":\"Why.\"}", false))
                .isEqualTo(new Verdict.Fault("Why."));
        assertThat(of(WorkerKind.SERVE, 0, null, false)).isInstanceOf(Verdict.Fault.class);
        assertThat(of(WorkerKind.SERVE, 0, null, true)).isInstanceOf(Verdict.LeftOff.class);
    }

    @Test
    void judgesAnAdoptedProcessByItsLastWords() throws Exception {
        assertThat(of(WorkerKind.TRAIN, null, "{\"event\":\"done\"}", false)).isInstanceOf(Verdict.Finished.class);
        assertThat(of(WorkerKind.PLAN, null, "{\"event\":\"planned\"}", false)).isInstanceOf(Verdict.Finished.class);
        assertThat(of(WorkerKind.TRAIN, null, "{\"event\":\"stopped\"}", false)).isInstanceOf(Verdict.LeftOff.class);
        assertThat(of(WorkerKind.TRAIN, null, "{\"event\":\"failed\",\"reason\":\"Why.\"}", false))
                .as("whether it was a mistake or a fault, the next attempt tells")
                .isEqualTo(new Verdict.Fault("Why."));
        assertThat(of(WorkerKind.TRAIN, null, "{\"event\":\"step\"}", false)).isInstanceOf(Verdict.Fault.class);
        assertThat(of(WorkerKind.TRAIN, null, "{\"event\":\"done\"", false))
                .as("a torn word is none")
                .isInstanceOf(Verdict.Fault.class);
    }
}
