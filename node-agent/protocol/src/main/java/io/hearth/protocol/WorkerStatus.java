package io.hearth.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * A worker as it is.
 *
 * @param id id of the worker
 * @param state what it is doing
 * @param attempt 1 for the first start
 * @param since when the state began, milliseconds since 1970
 * @param reason why it waits or failed: a sentence; else null
 * @param exitCode of the last attempt, or null
 * @param fetch how far its inputs or outputs are, while they travel; else null
 * @param outputs once it is done: what it left, each already a blob of the control plane
 */
public record WorkerStatus(
        String id,
        State state,
        int attempt,
        long since,
        String reason,
        Integer exitCode,
        Transfer fetch,
        List<Output> outputs) {
    /** What a worker is doing. */
    public enum State {
        /** Its inputs are being pulled. */
        @JsonProperty("fetching")
        FETCHING,
        /** The process is there and loads. */
        @JsonProperty("starting")
        STARTING,
        /** It works; a server is ready. */
        @JsonProperty("running")
        RUNNING,
        /** It was told to stop. */
        @JsonProperty("stopping")
        STOPPING,
        /** It is stopped and can go on. */
        @JsonProperty("paused")
        PAUSED,
        /** It ended by a fault and will be started again. */
        @JsonProperty("waiting")
        WAITING,
        /** It is done and its results are being sent. */
        @JsonProperty("uploading")
        UPLOADING,
        /** It is done. */
        @JsonProperty("done")
        DONE,
        /** It has failed for good. */
        @JsonProperty("failed")
        FAILED;

        /** Whether nothing more will come of it by itself. */
        public boolean last() {
            return this == DONE || this == FAILED;
        }
    }

    /**
     * Bytes under way.
     *
     * @param done bytes so far
     * @param total bytes in all
     */
    public record Transfer(long done, long total) {}

    /**
     * A file that a worker left.
     *
     * @param path relative to the worker's folder
     * @param sha256 its hash
     * @param size its bytes
     */
    public record Output(String path, String sha256, long size) {}
}
