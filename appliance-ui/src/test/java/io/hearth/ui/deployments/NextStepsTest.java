package io.hearth.ui.deployments;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.protocol.WorkerKind;
import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus;
import io.hearth.protocol.WorkerStatus.State;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.core.Texts;
import io.hearth.ui.deployments.Deployment.Desired;
import io.hearth.ui.deployments.NextSteps.Step;
import io.hearth.ui.nodes.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The table of states: what is done next in which situation, and how it is told. */
class NextStepsTest {
    private static final long NOW = 1_000_000;

    private Desired desired = Desired.SERVING;
    private int revision = 1;
    private int wanted = 1;
    private final List<Part> parts = new ArrayList<>();

    @Test
    void placesWhatIsMissing() {
        wanted = 2;
        part("a", 1, State.RUNNING);
        assertSteps(new Step.Place());
        assertObserved(Observed.State.STARTING, "1 of 2 replicas are ready.");
    }

    @Test
    void doesNothingWhenAllIsWell() {
        wanted = 2;
        part("a", 1, State.RUNNING);
        part("b", 1, State.RUNNING);
        assertSteps();
        assertObserved(Observed.State.SERVING, "Answers requests with 2 replicas.");
        assertServing("a", "b");
    }

    @Test
    void theOldRevisionAnswersUntilTheNewOneIsReadyAsAWhole() {
        revision = 2;
        wanted = 2;
        part("a", 1, State.RUNNING);
        part("b", 1, State.RUNNING);
        assertSteps(new Step.Place(), new Step.Place());
        part("c", 2, State.RUNNING);
        part("d", 2, State.STARTING);
        assertSteps();
        assertServing("a", "b");
        assertObserved(
                Observed.State.SERVING, "Revision 1 answers while revision 2 starts (1 of 2 replicas are ready).");
        parts.removeLast();
        part("d", 2, State.RUNNING);
        assertServing("c", "d");
        assertSteps(new Step.Drain("a"), new Step.Drain("b"));
    }

    @Test
    void aRevisionThatCannotStartLeavesTheOldOneServing() {
        revision = 2;
        part("a", 1, State.RUNNING);
        part("b", 2, State.FAILED);
        assertSteps();
        assertServing("a");
        assertObserved(
                Observed.State.DEGRADED,
                "Revision 1 goes on answering, because revision 2 is not ready. The model could not be started: no layers");
    }

    @Test
    void requestsThatRunFinishBeforeAReplicaIsStopped() {
        part("a", 1, State.RUNNING);
        draining("b", NOW - 10_000, 3);
        assertSteps();
        parts.removeLast();
        draining("b", NOW - 10_000, 0);
        assertSteps(new Step.Release("b"));
        parts.removeLast();
        // Requests that were sent to it a moment ago may still be on their way.
        draining("b", NOW - 1, 0);
        assertSteps();
        parts.removeLast();
        draining("b", NOW - NextSteps.DRAIN_MILLIS, 3);
        assertSteps(new Step.Release("b"));
    }

    @Test
    void aReplicaOnANodeThatIsAwayIsMadeElsewhereAndTheSurplusGoesWhenItIsBack() {
        away("a", null);
        assertSteps(new Step.Away("a", NOW));
        parts.clear();
        away("a", NOW - NextSteps.AWAY_MILLIS + 1);
        assertSteps();
        assertObserved(Observed.State.STARTING, "The node of a replica is not reached");
        parts.clear();
        away("a", NOW - NextSteps.AWAY_MILLIS);
        assertSteps(new Step.Place());
        part("b", 1, State.RUNNING);
        assertSteps();
        assertServing("b");
        // Back again: one is too many, and the later one goes.
        parts.clear();
        part("a", 1, State.RUNNING, NOW - 20_000, null, null, true, 0);
        part("b", 1, State.RUNNING, NOW - 10_000, null, null, true, 0);
        assertSteps(new Step.Drain("b"));
        // Back before the other is ready: the other is not needed.
        parts.clear();
        part("a", 1, State.RUNNING, NOW - 20_000, NOW - 60_000, null, true, 0);
        assertSteps(new Step.Away("a", null));
    }

    @Test
    void aReplicaThatWasReadyIsStillAskedWhileNoneIsReached() {
        wanted = 2;
        away("a", NOW - 2_000);
        part("b", 1, State.STARTING);
        assertServing("a");
        part("c", 1, State.RUNNING);
        assertServing("c");
    }

    @Test
    void oneOfSeveralThatIsAwayDegrades() {
        wanted = 2;
        part("a", 1, State.RUNNING);
        away("b", NOW - 60_000);
        assertSteps(new Step.Place());
        assertServing("a");
        assertObserved(Observed.State.DEGRADED, "Answers requests with 1 of 2 replicas.");
    }

    @Test
    void fewerReplicasDrainTheWorstFirst() {
        wanted = 1;
        part("a", 1, State.RUNNING);
        part("b", 1, State.STARTING);
        part("c", 1, State.FAILED);
        assertSteps(new Step.Drain("c"), new Step.Drain("b"));
    }

    @Test
    void drainsAndIsGone() {
        desired = Desired.DRAINED;
        part("a", 1, State.RUNNING);
        assertSteps(new Step.Drain("a"));
        assertServing();
        assertObserved(Observed.State.DRAINING, "its replicas are being stopped");
        parts.clear();
        assertSteps();
        assertObserved(Observed.State.STOPPED, "Drained");
        desired = Desired.DELETED;
        assertSteps(new Step.Bury());
    }

    @Test
    void whatIsGoneWithItsNodeIsMadeAnew() {
        parts.add(new Part("a", 1, NOW - 10_000, null, null, null, null, 0));
        assertSteps(new Step.Forget("a"));
        parts.clear();
        assertSteps(new Step.Place());
    }

    @Test
    void aFailureIsToldAndNotRepeatedForEver() {
        part("a", 1, State.FAILED);
        assertSteps();
        assertObserved(Observed.State.FAILED, "Does not answer. The model could not be started: no layers");
        parts.clear();
        part("a", 1, State.WAITING);
        assertSteps();
        assertObserved(Observed.State.STARTING, "It said: no layers");
    }

    @Test
    void makesRoomOnlyIfAnotherGoesOnAnswering() {
        revision = 2;
        part("a", 1, State.RUNNING);
        assertThat(NextSteps.makesRoom(situation())).isEmpty();
        part("b", 1, State.RUNNING);
        assertThat(NextSteps.makesRoom(situation())).map(Part::id).contains("b");
        draining("c", NOW, 0);
        assertThat(NextSteps.makesRoom(situation())).isEmpty();
    }

    // ---- Tools
    // --------------------------------------------------------------------------------------------------------

    private void part(String id, int of, State state) {
        part(id, of, state, NOW - 10_000 + parts.size(), null, null, true, 0);
    }

    private void draining(String id, long since, int running) {
        part(id, 1, State.RUNNING, NOW - 20_000, null, since, true, running);
    }

    private void away(String id, Long since) {
        part(id, 1, State.RUNNING, NOW - 20_000, since, null, false, 0);
    }

    private void part(
            String id,
            int of,
            State state,
            long created,
            Long unreachable,
            Long draining,
            boolean reachable,
            int running) {
        WorkerSpec spec = new WorkerSpec(
                id,
                WorkerKind.SERVE,
                "cpu:0",
                null,
                List.of(),
                List.of(),
                null,
                WorkerSpec.Restart.SERVICE,
                WorkerSpec.Desired.RUN);
        String reason = state == State.FAILED || state == State.WAITING ? "no layers" : null;
        WorkerStatus status = new WorkerStatus(id, state, 1, created, reason, null, null, List.of());
        Worker worker = new Worker(id, "node-" + id, "deployment/dep-1", spec, status, 1, 0, false, reachable);
        parts.add(new Part(id, of, created, draining, unreachable, null, worker, running));
    }

    private Situation situation() {
        return new Situation(
                new Deployment("dep-1", "m", desired, revision, wanted, List.of(), List.of(), 1, "Olga"),
                List.copyOf(parts),
                NOW);
    }

    private void assertSteps(Step... steps) {
        assertThat(NextSteps.of(situation())).containsExactly(steps);
    }

    private void assertServing(String... ids) {
        assertThat(situation().serving().stream().map(Part::id)).containsExactly(ids);
    }

    private void assertObserved(Observed.State state, String words) {
        Observed observed = Observed.of(situation(), null, false);
        assertThat(observed.state()).isEqualTo(state);
        assertThat(observed.sentence().toString()).contains(words);
        for (Locale language : Texts.LANGUAGES) {
            assertThat(Texts.say(language, observed.sentence())).doesNotContain("!deployments");
        }
    }

    @Test
    void saysWhyThereIsNoPlace() {
        Observed later = Observed.of(situation(), Sentence.of("deployments.says.loading"), false);
        assertThat(later.state()).isEqualTo(Observed.State.STARTING);
        Observed never = Observed.of(situation(), Sentence.of("deployments.says.loading"), true);
        assertThat(never.state()).isEqualTo(Observed.State.FAILED);
        assertThat(never.sentence().toString()).isEqualTo("Does not answer. The model is being loaded.");
    }
}
