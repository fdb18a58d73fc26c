package io.hearth.ui.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.contract.Event;
import io.hearth.contract.Recipe;
import io.hearth.protocol.WorkerKind;
import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Problem;
import io.hearth.ui.models.ModelVersion;
import io.hearth.ui.nodes.Workers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobFlowTest {
    @TempDir
    Path folder;

    /** Steps of one job from its filing to its end; each is done by a control plane of its own, as after a restart. */
    private interface Stage {
        void on(JobsFixture fixture, Job job);
    }

    private static final List<Stage> STAGES = List.of(
            (f, job) -> f.plan(job, true),
            (f, job) -> f.look(),
            (f, job) -> f.says(job, new Event.Phase("train", "Training")),
            (f, job) -> f.says(job, JobsFixture.step(1)),
            (f, job) -> f.says(job, new Event.Evaluation(1, 2.5, 12, 50, true)),
            (f, job) -> f.says(job, new Event.Checkpoint(1, "out/checkpoint-1")),
            (f, job) -> f.says(job, JobsFixture.step(2)),
            (f, job) -> f.trained(job),
            (f, job) -> f.look(),
            (f, job) -> f.look(),
            (f, job) -> f.compared(job, 40, 0.2, 0.8, true),
            (f, job) -> f.look());

    @Test
    void goesOnFromEveryPointInAnotherProcess() {
        Job job;
        try (JobsFixture first = new JobsFixture(folder)) {
            job = first.create();
        }
        for (Stage stage : STAGES) {
            try (JobsFixture fixture = new JobsFixture(folder)) {
                // A process that starts looks first, and again, and must not do anything twice.
                fixture.look();
                fixture.look();
                stage.on(fixture, job);
            }
        }
        try (JobsFixture last = new JobsFixture(folder)) {
            last.look();
            assertDone(last, job);
        }
    }

    @Test
    void runsFromTheQueueToARegisteredAdapterWithItsLineage() {
        try (JobsFixture fixture = new JobsFixture(folder)) {
            Job job = fixture.create();
            STAGES.forEach(stage -> stage.on(fixture, job));
            assertDone(fixture, job);
        }
    }

    private static void assertDone(JobsFixture fixture, Job filed) {
        Job job = fixture.job(filed);
        assertThat(job.state()).isEqualTo(JobState.DONE);
        assertThat(job.result().verdict()).isEqualTo(Verdict.GAIN);
        assertThat(fixture.events(job).stream().map(JobEvent::to))
                .containsExactly(
                        JobState.QUEUED, JobState.STARTING, JobState.RUNNING, JobState.EVALUATING, JobState.DONE);
        assertThat(fixture.service.metrics(JobsFixture.ENGINEER, job.id(), "step", -1, 100))
                .extracting(Metric::step)
                .containsExactly(1, 2);
        ModelVersion version = fixture.database.read(h -> fixture.models.version(h, "tuned"));
        assertThat(version.id()).isEqualTo(job.version());
        assertThat(version.kind()).isEqualTo(ModelVersion.Kind.ADAPTER);
        assertThat(version.job()).isEqualTo(job.id());
        assertThat(version.files()).extracting(WorkerSpec.Input::path).containsExactly("adapter_model.safetensors");
        JsonNode lineage = fixture.database.read(h -> Json.read(
                h.createQuery("SELECT lineage FROM model_versions WHERE id = :id")
                        .bind("id", version.id())
                        .mapTo(String.class)
                        .one(),
                JsonNode.class));
        assertThat(lineage.path("dataset").path("hash").asText()).isEqualTo("d".repeat(64));
        assertThat(lineage.path("base").path("name").asText()).isEqualTo("base");
        assertThat(lineage.path("seed").asInt()).isEqualTo(42);
        assertThat(lineage.path("metrics").path("loss").asDouble()).isEqualTo(1.0);
        // Nothing is left running, and there was one training and one comparison.
        List<String> kinds = fixture.database.read(h ->
                h.createQuery("SELECT content FROM row_worker ORDER BY id").mapTo(String.class).list().stream()
                        .map(text -> Json.read(text, JsonNode.class)
                                .path("spec")
                                .path("kind")
                                .asText())
                        .toList());
        assertThat(kinds).containsExactly("plan", "train", "evaluate");
        assertThat(fixture.database.<Long>read(h -> h.createQuery("SELECT COUNT(*) FROM row_worker WHERE released = 0")
                        .mapTo(Long.class)
                        .one()))
                .isZero();
    }

    @Test
    void metricsAreStoredOnceHoweverOftenTheyAreSaid() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        try (JobsFixture fixture = new JobsFixture(folder)) {
            Job job = fixture.create();
            fixture.train(job);
            String worker = fixture.job(job).worker();
            List<JsonNode> said = new ArrayList<>();
            for (int step = 1; step <= 30; step++) {
                said.add(JobsFixture.json(JobsFixture.step(step), step * 1000L));
            }
            // As after a kill: the worker begins again at a checkpoint, the node sends again what was not acknowledged.
            for (int step = 21; step <= 40; step++) {
                said.add(JobsFixture.json(JobsFixture.step(step), 100_000 + step * 1000L));
            }
            long first = fixture.database
                            .read(h -> fixture.workers.find(h, worker))
                            .orElseThrow()
                            .lastEvent()
                    + 1;
            for (int sent = 0; sent < said.size(); ) {
                int from = Math.max(0, sent - random.nextInt(5));
                int to = Math.min(said.size(), sent + 1 + random.nextInt(7));
                fixture.database.run(h -> {
                    for (int i = from; i < to; i++) {
                        fixture.workers.say(h, fixture.events, worker, first + i, said.get(i));
                    }
                });
                sent = to;
            }
            assertThat(fixture.service.metrics(JobsFixture.ENGINEER, job.id(), "step", -1, 1000))
                    .as("seed " + seed)
                    .extracting(Metric::step)
                    .containsExactlyElementsOf(java.util.stream.IntStream.rangeClosed(1, 40)
                            .boxed()
                            .toList());
            assertThat(fixture.job(job).progress().step()).isEqualTo(40);
        }
    }

    @Test
    void whatALettingGoneWorkerSaysIsOfNoMatter() {
        try (JobsFixture fixture = new JobsFixture(folder)) {
            Job job = fixture.create();
            fixture.train(job);
            String old = fixture.job(job).worker();
            fixture.actions.restartElsewhere(JobsFixture.ENGINEER, job.id());
            fixture.says(old, JobsFixture.step(7));
            assertThat(fixture.job(job).progress().step()).isZero();
            assertThat(fixture.job(job).avoid()).isEqualTo("node-1");
            assertThat(fixture.job(job).attempt()).isEqualTo(2);
        }
    }

    @Test
    void pausesGoesOnAndIsCancelled() {
        try (JobsFixture fixture = new JobsFixture(folder)) {
            Job job = fixture.create();
            fixture.train(job);
            fixture.actions.pause(JobsFixture.ENGINEER, job.id());
            assertThat(fixture.worker(job).spec().desired()).isEqualTo(WorkerSpec.Desired.PAUSE);
            fixture.look();
            assertThat(fixture.job(job).state()).isEqualTo(JobState.RUNNING);
            fixture.status(job, WorkerStatus.State.PAUSED);
            fixture.look();
            assertThat(fixture.job(job).state()).isEqualTo(JobState.PAUSED);
            assertThatThrownBy(() -> fixture.actions.pause(JobsFixture.ENGINEER, job.id()))
                    .isInstanceOf(Problem.class);
            fixture.actions.resume(JobsFixture.ENGINEER, job.id());
            assertThat(fixture.job(job).state()).isEqualTo(JobState.STARTING);
            assertThat(fixture.worker(job).spec().desired()).isEqualTo(WorkerSpec.Desired.RUN);
            String worker = fixture.job(job).worker();
            fixture.actions.cancel(JobsFixture.ENGINEER, job.id());
            assertThat(fixture.job(job).state()).isEqualTo(JobState.CANCELLED);
            assertThat(fixture.database
                            .read(h -> fixture.workers.find(h, worker))
                            .orElseThrow()
                            .released())
                    .isTrue();
        }
    }

    @Test
    void aFailedJobGoesOnFromItsCheckpointWhereItsWorkerIsStillThere() {
        try (JobsFixture fixture = new JobsFixture(folder)) {
            Job job = fixture.create();
            fixture.train(job);
            fixture.says(job, JobsFixture.step(3));
            fixture.says(job, new Event.Failed("Out of memory."));
            fixture.status(job, WorkerStatus.State.FAILED);
            fixture.look();
            assertThat(fixture.job(job).state()).isEqualTo(JobState.FAILED);
            assertThat(fixture.job(job).reason().toString()).isEqualTo("Out of memory.");
            String worker = fixture.job(job).worker();

            fixture.actions.retry(JobsFixture.ENGINEER, job.id());
            assertThat(fixture.worker(job).spec().desired()).isEqualTo(WorkerSpec.Desired.PAUSE);
            fixture.look();
            assertThat(fixture.job(job).state()).isEqualTo(JobState.STARTING);
            fixture.status(job, WorkerStatus.State.PAUSED);
            fixture.look();
            assertThat(fixture.worker(job).spec().desired()).isEqualTo(WorkerSpec.Desired.RUN);
            fixture.status(job, WorkerStatus.State.RUNNING);
            fixture.look();
            fixture.says(job, JobsFixture.step(4));
            assertThat(fixture.job(job).state()).isEqualTo(JobState.RUNNING);
            assertThat(fixture.job(job).worker()).isEqualTo(worker);
            assertThat(fixture.job(job).attempt()).isEqualTo(1);
        }
    }

    @Test
    void aFailedJobWithoutItsWorkerBeginsAnew() {
        try (JobsFixture fixture = new JobsFixture(folder)) {
            Job job = fixture.create();
            fixture.train(job);
            fixture.says(job, JobsFixture.step(3));
            fixture.status(job, WorkerStatus.State.FAILED);
            fixture.look();
            fixture.database.run(
                    h -> fixture.workers.release(h, fixture.job(job).worker()));
            fixture.actions.retry(JobsFixture.ENGINEER, job.id());
            assertThat(fixture.job(job).state()).isEqualTo(JobState.QUEUED);
            assertThat(fixture.job(job).attempt()).isEqualTo(2);
            fixture.look();
            assertThat(fixture.job(job).state()).isEqualTo(JobState.STARTING);
            assertThat(fixture.service.metrics(JobsFixture.ENGINEER, job.id(), "step", -1, 10))
                    .isEmpty();
        }
    }

    @Test
    void aLostNodeIsShownAndTheJobGoesOnWhenItIsBack() {
        try (JobsFixture fixture = new JobsFixture(folder)) {
            Job job = fixture.create();
            fixture.train(job);
            fixture.workers.reachable = false;
            fixture.look();
            assertThat(fixture.job(job).state()).isEqualTo(JobState.RUNNING);
            assertThat(fixture.job(job).reason().key()).isEqualTo("jobs.reason.node-lost");
            fixture.workers.reachable = true;
            fixture.look();
            assertThat(fixture.job(job).reason()).isNull();
        }
    }

    @Test
    void theQueueIsByPriorityAndThenByAgeAndSaysForWhomItWaits() {
        try (JobsFixture fixture = new JobsFixture(folder)) {
            Job low = fixture.create(1);
            Job first = fixture.create(5);
            Job second = fixture.create(5);
            Job high = fixture.create(9);
            fixture.plan(low, true);
            fixture.database.run(h -> h.execute("UPDATE jobs SET state = 'queued', worker = NULL"));
            fixture.workers.refusal = RowWorkers.later("jobs.reason.planning");
            fixture.look();
            assertThat(fixture.database.read(fixture.jobs::open))
                    .extracting(Job::id)
                    .containsExactly(high.id(), first.id(), second.id(), low.id());
            assertThat(fixture.job(high).reason().key()).isEqualTo("jobs.reason.planning");
            assertThat(fixture.job(first).reason().key()).isEqualTo("jobs.reason.behind");
            assertThat(fixture.job(low).reason().toString())
                    .contains(fixture.job(high).name());
        }
    }

    @Test
    void onePlanServesAllJobsOfTheSameRowsBaseAndRecipe() {
        try (JobsFixture fixture = new JobsFixture(folder)) {
            JobPlan plan = fixture.service.plan(JobsFixture.ENGINEER, "desk", "base", Recipe.empty());
            Job job = fixture.create();
            fixture.plan(job, true);
            assertThat(fixture.job(job).plan()).isEqualTo(plan.id());
            assertThat(fixture.service
                            .plan(JobsFixture.ENGINEER, "desk", "base", Recipe.empty())
                            .id())
                    .isEqualTo(plan.id());
            Recipe seeded = Recipes.with(Recipe.empty(), "seed", 7);
            assertThat(fixture.service
                            .plan(JobsFixture.ENGINEER, "desk", "base", seeded)
                            .id())
                    .isEqualTo(plan.id());
            Recipe other = Recipes.with(Recipe.empty(), "loraRank", 64);
            assertThat(fixture.service
                            .plan(JobsFixture.ENGINEER, "desk", "base", other)
                            .id())
                    .isNotEqualTo(plan.id());
        }
    }

    @Test
    void aJobThatDoesNotFitFailsWithAdvice() {
        try (JobsFixture fixture = new JobsFixture(folder)) {
            Job job = fixture.create();
            fixture.plan(job, false);
            fixture.look();
            assertThat(fixture.job(job).state()).isEqualTo(JobState.FAILED);
            assertThat(fixture.job(job).reason().toString()).contains("Try less.");
        }
    }

    @Test
    void withoutHeldOutRowsNothingIsComparedAndPromotionNeedsAReason() {
        try (JobsFixture fixture = new JobsFixture(folder)) {
            fixture.evaluationRows = 0;
            Job job = fixture.create();
            fixture.train(job);
            fixture.trained(job);
            fixture.look();
            assertThat(fixture.job(job).state()).isEqualTo(JobState.DONE);
            assertThat(fixture.job(job).result().verdict()).isEqualTo(Verdict.NONE);
            assertThatThrownBy(() -> fixture.promotion.promote(JobsFixture.ENGINEER, job.id(), "prod", null))
                    .isInstanceOf(Problem.class);
            assertThatThrownBy(() -> fixture.promotion.promote(JobsFixture.ENGINEER, job.id(), "prod", "  because "))
                    .isInstanceOf(Problem.class);
            fixture.promotion.promote(JobsFixture.ENGINEER, job.id(), "prod", "looked at by hand");
            assertThat(fixture.database
                            .read(h -> fixture.models.version(h, "tuned@prod"))
                            .id())
                    .isEqualTo(fixture.job(job).version());
            String audited =
                    fixture.database.read(h -> h.createQuery("SELECT details FROM audit WHERE action = 'job.promote'")
                            .mapTo(String.class)
                            .one());
            assertThat(audited).contains("looked at by hand").contains("\"overridden\":true");
        }
    }

    @Test
    void promotionIsRefusedForALossAndForServingThatDiffers() {
        try (JobsFixture fixture = new JobsFixture(folder)) {
            Job worse = done(fixture, 0.8, 0.2, true);
            assertThat(worse.result().verdict()).isEqualTo(Verdict.WORSE);
            assertThatThrownBy(() -> fixture.promotion.promote(JobsFixture.ENGINEER, worse.id(), "prod", null))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("worse");
            Job differs = done(fixture, 0.2, 0.8, false);
            assertThatThrownBy(() -> fixture.promotion.promote(JobsFixture.ENGINEER, differs.id(), "prod", null))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("token 3 of prompt 1");
            Job better = done(fixture, 0.2, 0.8, true);
            fixture.promotion.promote(JobsFixture.ENGINEER, better.id(), "candidate", null);
            assertThat(fixture.database
                            .read(h -> fixture.models.version(h, "tuned@candidate"))
                            .id())
                    .isEqualTo(better.version());
        }
    }

    @Test
    void aComparisonThatFailsCanBeTriedAgainOrDoneWithout() {
        try (JobsFixture fixture = new JobsFixture(folder)) {
            Job job = fixture.create();
            fixture.train(job);
            fixture.trained(job);
            fixture.look();
            fixture.look();
            fixture.status(job, WorkerStatus.State.FAILED);
            fixture.look();
            assertThat(fixture.job(job).state()).isEqualTo(JobState.FAILED);
            fixture.actions.retry(JobsFixture.ENGINEER, job.id());
            assertThat(fixture.job(job).state()).isEqualTo(JobState.EVALUATING);
            fixture.look();
            assertThat(fixture.worker(job).spec().kind()).isEqualTo(WorkerKind.EVALUATE);
            fixture.status(job, WorkerStatus.State.FAILED);
            fixture.look();
            fixture.actions.keep(JobsFixture.ENGINEER, job.id());
            assertThat(fixture.job(job).state()).isEqualTo(JobState.DONE);
            assertThat(fixture.job(job).result().verdict()).isEqualTo(Verdict.NONE);
        }
    }

    @Test
    void theTrainingsLastWordsAreWaitedForBeforeItsFolderGoes() {
        try (JobsFixture fixture = new JobsFixture(folder)) {
            Job job = fixture.create();
            fixture.train(job);
            WorkerSpec.Input file = fixture.file("out/adapter/a", "x");
            fixture.status(
                    job, WorkerStatus.State.DONE, new WorkerStatus.Output(file.path(), file.sha256(), file.size()));
            fixture.look();
            assertThat(fixture.job(job).state()).isEqualTo(JobState.RUNNING);
            assertThat(fixture.worker(job).released()).isFalse();
            fixture.says(job, JobsFixture.step(20));
            fixture.says(job, new Event.Done("out/adapter", "x", java.util.Map.of()));
            fixture.look();
            assertThat(fixture.job(job).state()).isEqualTo(JobState.EVALUATING);
        }
    }

    @Test
    void aRecipeIsRefusedWithEverythingThatIsWrong() {
        try (JobsFixture fixture = new JobsFixture(folder)) {
            Recipe wrong = Recipes.with(
                    Recipes.with(Recipes.with(Recipe.empty(), "epochs", -1), "method", "magic"), "loraRank", 0);
            assertThatThrownBy(() -> fixture.service.create(
                            JobsFixture.ENGINEER, new NewJob(null, "desk", "base", null, wrong, null, null, null)))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("epochs")
                    .hasMessageContaining("method")
                    .hasMessageContaining("loraRank");
        }
    }

    private static Job done(JobsFixture fixture, double base, double tuned, boolean parity) {
        Job job = fixture.create();
        fixture.train(job);
        fixture.trained(job);
        fixture.look();
        fixture.look();
        fixture.compared(job, 40, base, tuned, parity);
        fixture.look();
        return fixture.job(job);
    }

    @Test
    void aPlaceThatCanNeverBeFoundFailsTheJobInWords() {
        try (JobsFixture fixture = new JobsFixture(folder)) {
            Job job = fixture.create();
            fixture.workers.refusal = new Workers.Placement.Never(
                    io.hearth.ui.core.Sentence.of("jobs.said", "It is larger than every card."));
            fixture.look();
            fixture.look();
            fixture.look();
            assertThat(fixture.job(job).state()).isEqualTo(JobState.FAILED);
            assertThat(fixture.job(job).reason().toString()).contains("larger than every card");
        }
    }
}
