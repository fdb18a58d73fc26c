package io.hearth.agent.testing;

import io.hearth.protocol.Protocol;
import io.hearth.protocol.WorkerKind;
import io.hearth.protocol.WorkerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Workers of tests: {@code fake-worker.sh} with a script. */
public final class Specs {
    private static final WorkerSpec.Restart QUICK = new WorkerSpec.Restart(3, 50, 200);

    private Specs() {}

    /** A job that does this, in the words of {@code fake-worker.sh}. */
    public static WorkerSpec job(String id, String script, WorkerSpec.Input... inputs) {
        return spec(id, WorkerKind.TRAIN, script, List.of("out"), inputs);
    }

    /** A server that does this. */
    public static WorkerSpec server(String id, String script) {
        return spec(id, WorkerKind.SERVE, script, List.of());
    }

    public static WorkerSpec paused(WorkerSpec spec) {
        return spec.with(WorkerSpec.Desired.PAUSE);
    }

    /** Writes a worker command file that starts {@code fake-worker.sh}. */
    public static Path commandFile(Path folder) throws IOException {
        Path script = Path.of("src/test/resources/fake-worker.sh").toAbsolutePath();
        return Files.writeString(folder.resolve("worker-command"), "/bin/bash\n" + script + "\n");
    }

    private static WorkerSpec spec(
            String id, WorkerKind kind, String script, List<String> outputs, WorkerSpec.Input... inputs) {
        return new WorkerSpec(
                id,
                kind,
                "cpu:0",
                Protocol.JSON.createObjectNode().put("do", script),
                List.of(inputs),
                outputs,
                null,
                QUICK,
                WorkerSpec.Desired.RUN);
    }
}
