package io.hearth.ui.jobs;

import static io.hearth.ui.jobs.JobState.CANCELLED;
import static io.hearth.ui.jobs.JobState.DONE;
import static io.hearth.ui.jobs.JobState.EVALUATING;
import static io.hearth.ui.jobs.JobState.FAILED;
import static io.hearth.ui.jobs.JobState.PAUSED;
import static io.hearth.ui.jobs.JobState.QUEUED;
import static io.hearth.ui.jobs.JobState.RUNNING;
import static io.hearth.ui.jobs.JobState.STARTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobStateTest {
    private static final Map<JobState, Set<JobState>> ALLOWED = Map.of(
            QUEUED, Set.of(STARTING, PAUSED, FAILED, CANCELLED),
            STARTING, Set.of(RUNNING, PAUSED, EVALUATING, DONE, FAILED, CANCELLED, QUEUED),
            RUNNING, Set.of(PAUSED, EVALUATING, DONE, FAILED, CANCELLED, QUEUED),
            PAUSED, Set.of(QUEUED, STARTING, EVALUATING, FAILED, CANCELLED, DONE),
            EVALUATING, Set.of(PAUSED, DONE, FAILED, CANCELLED),
            FAILED, Set.of(QUEUED, STARTING, EVALUATING, CANCELLED, DONE),
            DONE, Set.of(),
            CANCELLED, Set.of());

    @TempDir
    Path folder;

    @Test
    void everyTransitionIsAllowedAndRecordedOrRefusedAndLeavesNothing() {
        try (JobsFixture fixture = new JobsFixture(folder)) {
            for (JobState from : JobState.values()) {
                for (JobState to : JobState.values()) {
                    Job job = fixture.jobIn(from);
                    int before = fixture.events(job).size();
                    if (ALLOWED.get(from).contains(to)) {
                        fixture.database.run(h -> fixture.jobs.move(h, job, to, "test", null, 5));
                        assertThat(fixture.job(job).state())
                                .as(from + " to " + to)
                                .isEqualTo(to);
                        assertThat(fixture.events(job)).hasSize(before + 1);
                        assertThat(fixture.events(job).getLast().from()).isEqualTo(from);
                        assertThat(fixture.events(job).getLast().to()).isEqualTo(to);
                    } else {
                        assertThatThrownBy(
                                        () -> fixture.database.run(h -> fixture.jobs.move(h, job, to, "test", null, 5)))
                                .as(from + " to " + to)
                                .isInstanceOf(IllegalStateException.class);
                        assertThat(fixture.job(job).state()).isEqualTo(from);
                        assertThat(fixture.events(job)).hasSize(before);
                    }
                }
            }
        }
    }

    @Test
    void whoeverComesLateCannotMoveTheJobFromAStateItHasLeft() {
        try (JobsFixture fixture = new JobsFixture(folder)) {
            Job job = fixture.jobIn(QUEUED);
            fixture.database.run(h -> fixture.jobs.move(h, job, PAUSED, "one", null, 5));
            assertThatThrownBy(() -> fixture.database.run(h -> fixture.jobs.move(h, job, STARTING, "two", null, 6)))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(fixture.job(job).state()).isEqualTo(PAUSED);
        }
    }
}
