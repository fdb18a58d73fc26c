package io.hearth.ui.deployments;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.ui.nodes.Worker;
import io.hearth.ui.nodes.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import org.jdbi.v3.core.Handle;

/** Hears what serving workers say of themselves; what they cost is heard by metering. */
@ApplicationScoped
public class DeploymentWatch implements Workers.Listener {
    private static final String OWNERS = "deployment/";
    private static final int MOST_CHARACTERS = 500;

    private final Clock clock;
    private final DeploymentStore store = new DeploymentStore();

    public DeploymentWatch(Clock clock) {
        this.clock = clock;
    }

    @Override
    public boolean attends(String owner) {
        return owner.startsWith(OWNERS);
    }

    @Override
    public void said(Handle handle, Worker worker, long sequence, JsonNode event) {
        String deployment = worker.owner().substring(OWNERS.length());
        switch (event.path("event").asText()) {
            case "ready" -> {
                store.complain(handle, worker.id(), null);
                happened(handle, deployment, "deployments.event.ready", worker.id());
            }
            case "failed" -> {
                String reason = shortened(event.path("reason").asText());
                store.complain(handle, worker.id(), reason);
                happened(handle, deployment, "deployments.event.failed", worker.id(), reason);
            }
            case "warning" ->
                happened(
                        handle,
                        deployment,
                        "deployments.event.warning",
                        worker.id(),
                        shortened(event.path("message").asText()));
            default -> {}
        }
    }

    @Override
    public void changed(Handle handle, Worker worker) {
        // The controller looks at all workers when it is told that one has changed.
    }

    private void happened(Handle handle, String deployment, String key, Object... arguments) {
        if (store.find(handle, deployment).isPresent()) {
            store.happened(handle, deployment, clock.millis(), key, arguments);
        }
    }

    private static String shortened(String text) {
        return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "…";
    }
}
