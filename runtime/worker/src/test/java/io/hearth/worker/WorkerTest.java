package io.hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.contract.ExitCode;
import io.hearth.worker.process.Json;
import org.junit.jupiter.api.Test;

/** The entrance: what is said to a person who calls it wrongly. */
class WorkerTest {
    @Test
    void anUnknownCommandIsAnsweredWithTheNearestOne() throws Exception {
        WorkerRun run = WorkerRun.of("docter");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("There is no command \"docter\". Did you mean \"doctor\"?");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void withoutACommandTheCommandsAreNamed() throws Exception {
        WorkerRun run = WorkerRun.of();
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .contains("Say what to do: worker ", "score", "doctor")
                .doesNotContain("\tat ");
    }

    @Test
    void aMissingOptionIsNamed() throws Exception {
        WorkerRun run = WorkerRun.of("score");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--model").doesNotContain("\tat ");
    }

    @Test
    void doctorNamesTheProcessor() throws Exception {
        WorkerRun run = WorkerRun.of("doctor");
        assertThat(run.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(run.out()).contains("cpu:0", "threads");
    }

    @Test
    void doctorTellsProgramsTheSame() throws Exception {
        WorkerRun run = WorkerRun.of("doctor", "--json");
        assertThat(run.exitCode()).isEqualTo(ExitCode.DONE);
        JsonNode report = Json.MAPPER.readTree(run.out());
        assertThat(report.path("cards").findValuesAsText("id")).contains("cpu:0");
        assertThat(report.at("/cards/0/totalBytes").asLong()).isPositive();
        assertThat(report.path("refusals").isArray()).isTrue();
    }
}
