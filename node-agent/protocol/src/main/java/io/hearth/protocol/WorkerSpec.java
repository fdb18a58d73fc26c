package io.hearth.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A worker as the control plane wants it. The agent gives it a folder of its own, lays the inputs under it, writes {@code task}
 * to {@code task.json} there and starts {@code worker COMMAND task.json}. Nothing but {@code desired} ever changes under one id.
 *
 * @param id id of the worker, letters, digits and dashes
 * @param kind what it does
 * @param card card to use, such as {@code cpu:0}
 * @param task content of the task file ({@code TrainJob}, {@code EvaluationJob}, {@code MergeJob} or {@code Deployment}); its
 *     paths are relative to the worker's folder, and its {@code device} is the card
 * @param inputs files to lay under the folder before it starts
 * @param outputs folders below the worker's folder that are sent to the control plane, file by file, when it is done
 * @param heapBytes Java memory; null: the agent's default
 * @param restart when to start it again
 * @param desired what it should do now
 */
public record WorkerSpec(
        String id,
        WorkerKind kind,
        String card,
        JsonNode task,
        List<Input> inputs,
        List<String> outputs,
        Long heapBytes,
        Restart restart,
        Desired desired) {
    /**
     * A file that a worker reads.
     *
     * @param path relative to the worker's folder, with slashes, without {@code ..}
     * @param sha256 its hash
     * @param size its bytes
     */
    public record Input(String path, String sha256, long size) {}

    /**
     * When a worker that ended by a fault is started again. Exit code 2 (a mistake in the task) is never tried again.
     *
     * @param attempts most restarts in a row; the count begins anew after ten minutes without a fault; -1: without end
     * @param firstDelayMillis wait before the first restart; doubled each time
     * @param longestDelayMillis but never longer than this
     */
    public record Restart(int attempts, long firstDelayMillis, long longestDelayMillis) {
        /** Three more attempts, as for a job. */
        public static final Restart JOB = new Restart(3, 1_000, 30_000);

        /** Without end, as for a deployment. */
        public static final Restart SERVICE = new Restart(-1, 500, 30_000);
    }

    /** What a worker should do. */
    public enum Desired {
        /** Run, to its end if it has one. */
        @JsonProperty("run")
        RUN,
        /** Stop so that it can go on later; its folder stays. */
        @JsonProperty("pause")
        PAUSE
    }

    /** The same with another wish. */
    public WorkerSpec with(Desired other) {
        return new WorkerSpec(id, kind, card, task, inputs, outputs, heapBytes, restart, other);
    }
}
