package io.hearth.ui.deployments;

import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.deployments.Deployment.Desired;
import java.util.List;
import java.util.Optional;

/**
 * How a deployment is, worked out from its workers.
 *
 * @param state in a word
 * @param sentence in words that a person can act on
 * @param ready workers that take requests
 * @param wanted workers that should
 */
public record Observed(State state, Sentence sentence, int ready, int wanted) {
    /** How a deployment is. */
    public enum State {
        /** No worker is ready yet, or not all for the first time. */
        STARTING,
        /** All that should answer do. */
        SERVING,
        /** It answers, but not with all its workers, or not with the revision that it should. */
        DEGRADED,
        /** It does not answer and will not by itself. */
        FAILED,
        /** It finishes what runs. */
        DRAINING,
        /** It has no workers. */
        STOPPED
    }

    /**
     * How it is.
     *
     * @param noRoom why a worker could not be placed, or null
     * @param never whether that will not change by itself
     */
    static Observed of(Situation situation, Sentence noRoom, boolean never) {
        Deployment deployment = situation.deployment();
        int wanted = deployment.replicas();
        if (deployment.desired() != Desired.SERVING) {
            return leaving(situation);
        }
        List<Part> fresh = Situation.ready(situation.current());
        List<Part> before = Situation.ready(situation.old());
        Optional<Part> failed =
                situation.current().stream().filter(Part::failed).findFirst();
        if (!before.isEmpty() && fresh.size() < wanted) {
            return changing(situation, before, fresh, failed, noRoom);
        }
        if (fresh.size() >= wanted) {
            return new Observed(
                    State.SERVING,
                    Sentence.of(wanted == 1 ? "deployments.says.serving-one" : "deployments.says.serving", wanted),
                    fresh.size(),
                    wanted);
        }
        Sentence why = obstacle(situation, failed, noRoom);
        if (fresh.isEmpty()) {
            boolean lost = failed.isPresent() || noRoom != null && never;
            return new Observed(
                    lost ? State.FAILED : State.STARTING,
                    lost
                            ? Sentence.of("deployments.says.failed", why)
                            : Sentence.of(
                                    "deployments.says.starting", 0, wanted, why == null ? progress(situation) : why),
                    0,
                    wanted);
        }
        return why == null
                ? new Observed(
                        State.STARTING,
                        Sentence.of("deployments.says.starting", fresh.size(), wanted, progress(situation)),
                        fresh.size(),
                        wanted)
                : new Observed(
                        State.DEGRADED,
                        Sentence.of("deployments.says.degraded", fresh.size(), wanted, why),
                        fresh.size(),
                        wanted);
    }

    private static Observed leaving(Situation situation) {
        boolean deleted = situation.deployment().desired() == Desired.DELETED;
        if (situation.parts().isEmpty()) {
            return new Observed(
                    State.STOPPED,
                    Sentence.of(deleted ? "deployments.says.deleted" : "deployments.says.stopped"),
                    0,
                    0);
        }
        int running = situation.parts().stream().mapToInt(Part::running).sum();
        return new Observed(
                State.DRAINING,
                running == 0
                        ? Sentence.of("deployments.says.draining-idle")
                        : Sentence.of("deployments.says.draining", running),
                0,
                0);
    }

    private static Observed changing(
            Situation situation, List<Part> before, List<Part> fresh, Optional<Part> failed, Sentence noRoom) {
        int wanted = situation.deployment().replicas();
        int old = before.getFirst().revision();
        int next = situation.deployment().revision();
        Sentence why = obstacle(situation, failed, noRoom);
        return why == null
                ? new Observed(
                        State.SERVING,
                        Sentence.of("deployments.says.changing", old, next, fresh.size(), wanted, progress(situation)),
                        before.size(),
                        wanted)
                : new Observed(
                        State.DEGRADED, Sentence.of("deployments.says.stuck", old, next, why), before.size(), wanted);
    }

    /** What is in the way, or null if it is only a matter of time. */
    private static Sentence obstacle(Situation situation, Optional<Part> failed, Sentence noRoom) {
        if (failed.isPresent()) {
            String reason = failed.get().reason();
            return reason == null
                    ? Sentence.of("deployments.says.no-reason")
                    : Sentence.of("deployments.says.quoted", reason);
        }
        for (Part part : situation.current()) {
            if (!part.reachable()) {
                return noRoom == null
                        ? Sentence.of("deployments.says.away")
                        : Sentence.of("deployments.says.away-no-room", noRoom);
            }
            if (part.worker().state() == WorkerStatus.State.WAITING) {
                return part.reason() == null
                        ? Sentence.of("deployments.says.restarting")
                        : Sentence.of("deployments.says.restarting-after", part.reason());
            }
        }
        return noRoom;
    }

    private static Sentence progress(Situation situation) {
        for (Part part : situation.current()) {
            WorkerStatus status = part.worker() == null ? null : part.worker().status();
            if (part.ready() || status == null) {
                continue;
            }
            if (status.state() == WorkerStatus.State.FETCHING) {
                return status.fetch() == null || status.fetch().total() <= 0
                        ? Sentence.of("deployments.says.fetching")
                        : Sentence.of(
                                "deployments.says.fetching-part",
                                100 * status.fetch().done() / status.fetch().total());
            }
            return Sentence.of("deployments.says.loading");
        }
        return Sentence.of("deployments.says.placing");
    }
}
