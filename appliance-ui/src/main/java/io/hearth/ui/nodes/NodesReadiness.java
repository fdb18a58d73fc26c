package io.hearth.ui.nodes;

import io.hearth.ui.core.Database;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Whether the control plane can do its work: the database answers, the node port is open. */
@Readiness
@ApplicationScoped
public class NodesReadiness implements HealthCheck {
    private final Database database;
    private final NodePort port;
    private final EventIntake events;
    private final Changes changes;

    public NodesReadiness(Database database, NodePort port, EventIntake events, Changes changes) {
        this.database = database;
        this.port = port;
        this.events = events;
        this.changes = changes;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("control plane");
        boolean listening = port.port() > 0;
        try {
            long aside = events.setAside();
            return response.withData("database", "ok")
                    .withData("nodePort", listening ? "open" : "closed")
                    .withData("workersWithEventsThatWait", events.stuck())
                    .withData("ownersThatCouldNotBeTold", changes.failing())
                    .withData("eventsSetAside", aside)
                    .status(listening)
                    .build();
        } catch (RuntimeException e) {
            return response.withData("database", "does not answer").down().build();
        }
    }
}
