package io.hearth.agent.workers;

import io.hearth.protocol.WorkerStatus.State;
import java.util.OptionalLong;

/** What becomes of a worker when an attempt has ended. */
final class Aftermath {
    private final RestartPolicy policy;

    Aftermath(RestartPolicy policy) {
        this.policy = policy;
    }

    /**
     * The state after a verdict.
     *
     * @param ended the state, of which the process is no more
     */
    WorkerState of(Verdict verdict, WorkerState ended, Wish wish, long now) {
        return switch (verdict) {
            case Verdict.Finished() -> ended.in(State.UPLOADING, now, null);
            case Verdict.LeftOff() ->
                wish == Wish.PAUSE
                        ? ended.in(State.PAUSED, now, null)
                        : ended.waiting(now, null, ended.faults(), now + (wish == Wish.RUN ? policy.pause() : 0));
            case Verdict.Hopeless(String reason) -> ended.in(State.FAILED, now, reason);
            case Verdict.Fault(String reason) -> fault(ended, reason, now);
        };
    }

    /** The state after a fault: another attempt later, or none any more. */
    WorkerState fault(WorkerState ended, String reason, long now) {
        int faults = policy.faults(ended.faults(), ended.startedAt(), now);
        OptionalLong delay = policy.delay(faults);
        return delay.isPresent()
                ? ended.waiting(now, reason, faults, now + delay.getAsLong())
                : ended.waiting(now, reason, faults, 0).in(State.FAILED, now, reason);
    }
}
