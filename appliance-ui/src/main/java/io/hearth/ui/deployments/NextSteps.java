package io.hearth.ui.deployments;

import io.hearth.ui.deployments.Deployment.Desired;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What to do next for a deployment: a function of its situation alone. */
final class NextSteps {
    /** Time in which requests that were on their way to a worker arrive, after it takes no new ones. */
    static final long SETTLE_MILLIS = 2_000;

    /** Longest time that requests get to finish. */
    static final long DRAIN_MILLIS = 120_000;

    /** Time for which a node may be away before its replica is made elsewhere. */
    static final long AWAY_MILLIS = 15_000;

    /** A step. */
    sealed interface Step {
        /** A worker more for the revision that should serve. */
        record Place() implements Step {}

        /** No new requests to this one. */
        record Drain(String worker) implements Step {}

        /** This one is stopped for good. */
        record Release(String worker) implements Step {}

        /** This one is gone. */
        record Forget(String worker) implements Step {}

        /** Its node is not reached since now, or is again. */
        record Away(String worker, Long since) implements Step {}

        /** All is gone, and so is the deployment. */
        record Bury() implements Step {}
    }

    /** The steps, of which each leaves a situation from which the rest follows, also after a stop. */
    static List<Step> of(Situation situation) {
        List<Step> steps = new ArrayList<>();
        for (Part part : situation.parts()) {
            if (part.worker() == null) {
                steps.add(new Step.Forget(part.id()));
            } else if (part.reachable() == (part.unreachable() != null)) {
                steps.add(new Step.Away(part.id(), part.reachable() ? null : (Long) situation.now()));
            }
        }
        if (!steps.isEmpty()) {
            return steps;
        }
        for (Part part : situation.draining()) {
            if (drained(part, situation.now())) {
                steps.add(new Step.Release(part.id()));
            }
        }
        if (situation.deployment().desired() == Desired.SERVING) {
            serve(situation, steps);
        } else {
            situation.parts().stream()
                    .filter(part -> part.draining() == null)
                    .forEach(part -> steps.add(new Step.Drain(part.id())));
            if (situation.parts().isEmpty() && situation.deployment().desired() == Desired.DELETED) {
                steps.add(new Step.Bury());
            }
        }
        return steps;
    }

    private static boolean drained(Part part, long now) {
        long since = now - part.draining();
        return !part.ready() || since >= DRAIN_MILLIS || since >= SETTLE_MILLIS && part.running() == 0;
    }

    private static void serve(Situation situation, List<Step> steps) {
        int wanted = situation.deployment().replicas();
        List<Part> current = situation.current();
        List<Part> counted =
                current.stream().filter(part -> !away(part, situation.now())).toList();
        boolean replaced = Situation.ready(current).size() >= wanted;
        for (Part part : situation.old()) {
            if (replaced || part.failed()) {
                steps.add(new Step.Drain(part.id()));
            }
        }
        for (int missing = wanted - counted.size(); missing > 0; missing--) {
            steps.add(new Step.Place());
        }
        counted.stream()
                .sorted(Comparator.comparing(Part::failed)
                        .reversed()
                        .thenComparing(Part::ready)
                        .thenComparing(Comparator.comparingLong(Part::created).reversed()))
                .limit(Math.max(0, counted.size() - wanted))
                .forEach(part -> steps.add(new Step.Drain(part.id())));
    }

    private static boolean away(Part part, long now) {
        return part.unreachable() != null && now - part.unreachable() >= AWAY_MILLIS;
    }

    /**
     * A worker of the revision before that can make room for a new one, when there is no room beside it: only if another one goes
     * on answering meanwhile.
     */
    static Optional<Part> makesRoom(Situation situation) {
        List<Part> old = Situation.ready(situation.old());
        int answering = old.size() + Situation.ready(situation.current()).size();
        return old.isEmpty() || answering < 2 || !situation.draining().isEmpty()
                ? Optional.empty()
                : Optional.of(old.getLast());
    }

    private NextSteps() {}
}
