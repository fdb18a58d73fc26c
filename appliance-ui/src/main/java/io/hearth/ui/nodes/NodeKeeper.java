package io.hearth.ui.nodes;

import io.hearth.ui.certificates.PagesCertificate;
import io.hearth.ui.core.Database;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Does what is due: inputs are the clock and the rows, outputs are closed links, told owners, written history. */
@ApplicationScoped
public class NodeKeeper {
    private final Conversation conversation;
    private final EventIntake events;
    private final Changes changes;
    private final Telemetry telemetry;
    private final JoinCodes codes;
    private final NodeBlobs blobs;
    private final PagesCertificate certificates;
    private final NodePort port;
    private final NodeMetrics metrics;
    private final Database database;
    private final WorkerService workers;
    private final NodeService nodes;
    private boolean settled;

    public NodeKeeper(
            Conversation conversation,
            EventIntake events,
            Changes changes,
            Telemetry telemetry,
            JoinCodes codes,
            NodeBlobs blobs,
            PagesCertificate certificates,
            NodePort port,
            NodeMetrics metrics,
            Database database,
            WorkerService workers,
            NodeService nodes) {
        this.conversation = conversation;
        this.events = events;
        this.changes = changes;
        this.telemetry = telemetry;
        this.codes = codes;
        this.blobs = blobs;
        this.certificates = certificates;
        this.port = port;
        this.metrics = metrics;
        this.database = database;
        this.workers = workers;
        this.nodes = nodes;
    }

    void onStart(@Observes StartupEvent event) {
        codes.keepLocalCode();
        blobs.clear();
        metrics.refresh();
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void everySecond() {
        conversation.dropSilent();
        events.retry();
        changes.tell();
    }

    @Scheduled(every = "10s", delayed = "10s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void everyTenSeconds() {
        telemetry.write();
        conversation.remind();
        metrics.refresh();
        if (!settled) {
            settled = true;
            // Nodes that live have come back by now; owners of workers on the others have to know.
            nodes.tellOfMissing();
        }
    }

    @Scheduled(every = "60s", delayed = "30s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void everyMinute() {
        telemetry.thin();
        codes.keepLocalCode();
        database.run(workers::grant);
    }

    @Scheduled(every = "12h", delayed = "1h", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void twiceADay() {
        blobs.clear();
        if (certificates.refresh()) {
            port.certificatesRenewed();
        }
    }
}
