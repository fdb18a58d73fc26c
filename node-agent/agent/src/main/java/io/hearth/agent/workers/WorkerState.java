package io.hearth.agent.workers;

import io.hearth.protocol.WorkerStatus;
import java.util.List;

/**
 * What the agent knows of a worker, as it lies in {@code state.json}.
 *
 * @param state what it is doing
 * @param since when that began, milliseconds since 1970
 * @param reason why it waits or failed, or null
 * @param attempt number of the present or last start, 0 before the first
 * @param faults faults in a row
 * @param startedAt when the last attempt began
 * @param retryAt when the next attempt is due
 * @param process the present attempt's process, or null
 * @param firstEvent sequence of the first event of the present attempt
 * @param exitCode of the last attempt, or null
 * @param token the worker's bearer token
 * @param url where the server listens, or null
 * @param outputs what was sent, or null
 * @param settled whether the control plane has stored every event of a worker that has ended for good: then it may be told of
 *     the end
 */
record WorkerState(
        WorkerStatus.State state,
        long since,
        String reason,
        int attempt,
        int faults,
        long startedAt,
        long retryAt,
        ProcessMark process,
        long firstEvent,
        Integer exitCode,
        String token,
        String url,
        List<WorkerStatus.Output> outputs,
        Boolean settled) {

    /** What a file of an older agent does not have is absent: such components are objects, never primitives. */
    WorkerState {
        settled = settled != null && settled;
    }

    static WorkerState fresh(long now, String token) {
        return new WorkerState(
                WorkerStatus.State.FETCHING, now, null, 0, 0, 0, 0, null, 1, null, token, null, null, false);
    }

    /** In another state. */
    WorkerState in(WorkerStatus.State next, long now, String why) {
        return new WorkerState(
                next,
                next == state ? since : now,
                why,
                attempt,
                faults,
                startedAt,
                retryAt,
                process,
                firstEvent,
                exitCode,
                token,
                url,
                outputs,
                false);
    }

    /** About to start. */
    WorkerState starting(long now, long nextEvent) {
        return new WorkerState(
                WorkerStatus.State.STARTING,
                now,
                null,
                attempt + 1,
                faults,
                now,
                0,
                null,
                nextEvent,
                exitCode,
                token,
                null,
                null,
                false);
    }

    WorkerState with(ProcessMark started) {
        return new WorkerState(
                state,
                since,
                reason,
                attempt,
                faults,
                startedAt,
                retryAt,
                started,
                firstEvent,
                exitCode,
                token,
                url,
                outputs,
                false);
    }

    /** Works; a server listens there. */
    WorkerState running(long now, String address) {
        return new WorkerState(
                WorkerStatus.State.RUNNING,
                now,
                null,
                attempt,
                faults,
                startedAt,
                retryAt,
                process,
                firstEvent,
                exitCode,
                token,
                address,
                outputs,
                false);
    }

    /** The process is no more. */
    WorkerState ended(Integer code) {
        return new WorkerState(
                state,
                since,
                reason,
                attempt,
                faults,
                startedAt,
                retryAt,
                null,
                firstEvent,
                code,
                token,
                null,
                outputs,
                false);
    }

    /** Waits for another attempt. */
    WorkerState waiting(long now, String why, int faultsSoFar, long until) {
        return new WorkerState(
                WorkerStatus.State.WAITING,
                now,
                why,
                attempt,
                faultsSoFar,
                startedAt,
                until,
                null,
                firstEvent,
                exitCode,
                token,
                null,
                null,
                false);
    }

    WorkerState done(long now, List<WorkerStatus.Output> sent) {
        return new WorkerState(
                WorkerStatus.State.DONE,
                now,
                null,
                attempt,
                faults,
                startedAt,
                0,
                null,
                firstEvent,
                exitCode,
                token,
                null,
                List.copyOf(sent),
                false);
    }

    /** The control plane has stored everything that it said. */
    WorkerState settle() {
        return new WorkerState(
                state,
                since,
                reason,
                attempt,
                faults,
                startedAt,
                retryAt,
                process,
                firstEvent,
                exitCode,
                token,
                url,
                outputs,
                true);
    }
}
