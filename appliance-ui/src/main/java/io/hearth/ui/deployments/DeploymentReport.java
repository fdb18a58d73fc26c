package io.hearth.ui.deployments;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.core.Sentence;
import java.util.List;

/**
 * A deployment as it should be and as it is.
 *
 * @param deployment what should be
 * @param revision the revision that should serve
 * @param observed how it is
 * @param newer label of the model version to which its reference has moved on, or null
 * @param replicas its workers
 */
public record DeploymentReport(
        Deployment deployment, Revision revision, Observed observed, String newer, List<Replica> replicas) {
    /**
     * One of its workers.
     *
     * @param worker its id
     * @param node id of its node
     * @param card card that it holds
     * @param revision which revision it serves
     * @param state what it is doing
     * @param attempt 1 for its first start
     * @param reachable whether its node is
     * @param draining whether it takes no new requests
     * @param running requests that it has
     * @param reason what is wrong, or null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Replica(
            String worker,
            String node,
            String card,
            int revision,
            WorkerStatus.State state,
            int attempt,
            boolean reachable,
            boolean draining,
            int running,
            String reason) {}

    /**
     * Something that happened to a deployment.
     *
     * @param time milliseconds since 1970
     * @param sentence what
     */
    public record Happened(long time, Sentence sentence) {}
}
