package io.hearth.agent;

import io.hearth.agent.blobs.Blobs;
import io.hearth.agent.enrolment.Enroller;
import io.hearth.agent.enrolment.IdentityStore;
import io.hearth.agent.enrolment.Membership;
import io.hearth.agent.enrolment.NodeIdentity;
import io.hearth.agent.link.Link;
import io.hearth.agent.serving.Entrance;
import io.hearth.agent.telemetry.CardCheck;
import io.hearth.agent.telemetry.Telemetry;
import io.hearth.agent.workers.Supervisor;
import io.hearth.agent.workers.WorkerCommand;
import io.hearth.agent.workers.WorkerDoctor;
import io.hearth.agent.workers.WorkerLimits;
import io.hearth.agent.workers.WorkerStarter;
import io.hearth.agent.workers.WorkerUnits;
import io.hearth.protocol.FromNode;
import io.hearth.protocol.Protocol;
import io.hearth.protocol.ToNode;
import io.hearth.protocol.WorkerStatus;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The agent: puts its parts together and walks through a node's life. It joins, links, and when it is sent away stops its workers
 * and waits for a new join code.
 */
final class Agent {
    private static final System.Logger LOG = System.getLogger(Agent.class.getName());

    private final AgentSettings settings;
    private final Vertx vertx;
    private final Supervisor supervisor;
    private final CardCheck check;
    private final Telemetry telemetry;
    private final Blobs blobs;
    private final Membership membership;
    private final Entrance entrance;
    private final String version;
    private volatile Link link;
    private volatile int servingPort;
    private volatile boolean stopping;

    Agent(AgentSettings settings, Vertx vertx, Clock clock, WorkerLimits limits, String version) throws IOException {
        this.settings = settings;
        this.vertx = vertx;
        this.version = version;
        this.blobs = new Blobs(settings.home(), settings.control(), settings.blobBudgetBytes(), clock);
        WorkerCommand command = new WorkerCommand(settings.workerCommandFile(), settings.workerHeapBytes());
        WorkerStarter starter = settings.workerSocket() != null
                ? new WorkerUnits(settings.workerSocket(), settings.workerHeapBytes())
                : command;
        this.supervisor = new Supervisor(settings.home(), starter, blobs, clock, limits, new News());
        blobs.protect(supervisor::blobsInUse);
        this.check = new CardCheck(new WorkerDoctor(command)::ask);
        this.telemetry =
                new Telemetry(settings.home(), settings.name(), clock, blobs::bytes, supervisor::processes, check);
        this.membership = new Membership(
                new IdentityStore(settings.home()),
                new Enroller(settings.control()),
                settings.joinCode(),
                settings.joinCodeFile(),
                settings.name(),
                clock);
        this.entrance = new Entrance(vertx, supervisor::entrance);
    }

    /** Lives until {@link #stop}. */
    void run() throws IOException, InterruptedException {
        supervisor.start(membership.belongs());
        while (!stopping) {
            NodeIdentity identity = membership.join(() -> stopping);
            if (stopping) {
                return;
            }
            blobs.identify(identity);
            int wanted = settings.servingPort() != 0 ? settings.servingPort() : servingPort;
            servingPort = entrance.open(wanted, identity);
            link = new Link(vertx, settings.control(), membership::identity, new Mouth());
            Thread renewal = Thread.ofVirtual().name("renewal").start(this::keepCertificate);
            Link.End end = stopping ? new Link.End.Closed() : link.run();
            renewal.interrupt();
            renewal.join();
            link = null;
            if (end instanceof Link.End.Revoked(String reason)) {
                leave(reason);
            }
        }
    }

    /** Ends {@link #run}; workers go on, unless the administrator has set otherwise. */
    void stop() throws InterruptedException {
        stopping = true;
        Link present = link;
        if (present != null) {
            present.close();
        }
        membership.wake();
        entrance.close();
        if (settings.stopWorkersOnExit()) {
            LOG.log(System.Logger.Level.INFO, "Workers are stopped.");
            supervisor.suspend();
        }
        check.close();
        telemetry.close();
    }

    /** Gets the next certificate in time, and shows it from then on. */
    private void keepCertificate() {
        try {
            while (!stopping) {
                if (membership.renewIfDue()) {
                    NodeIdentity next = membership.identity();
                    blobs.identify(next);
                    entrance.renew(next);
                    Link present = link;
                    if (present != null) {
                        present.renew();
                    }
                }
                membership.await();
            }
        } catch (InterruptedException e) {
            return;
        }
    }

    private void leave(String reason) throws IOException, InterruptedException {
        LOG.log(
                System.Logger.Level.ERROR,
                "This node does not belong to its control plane any more: {0} Its workers are stopped. It waits for a new join code.",
                reason);
        blobs.identify(null);
        entrance.close();
        membership.leave(reason);
        supervisor.suspend();
    }

    /** Tells the link what happens to workers. */
    private final class News implements Supervisor.Listener {
        @Override
        public void changed(String worker) {
            Link present = link;
            if (present != null) {
                present.changed(worker);
            }
        }

        @Override
        public void said(String worker) {
            Link present = link;
            if (present != null) {
                present.said(worker);
            }
        }

        @Override
        public void gone(String worker) {
            Link present = link;
            if (present != null) {
                present.gone(worker);
            }
        }

        @Override
        public boolean linked() {
            Link present = link;
            return present != null && present.up();
        }
    }

    /** What the link asks of the node. */
    private final class Mouth implements Link.Node {
        @Override
        public FromNode.Hello hello() {
            return new FromNode.Hello(
                    Protocol.VERSION,
                    version,
                    telemetry.host(),
                    telemetry.cards(),
                    servingPort,
                    settings.servingHost(),
                    supervisor.statuses());
        }

        @Override
        public FromNode.Cards cards() {
            return new FromNode.Cards(telemetry.cards(), telemetry.incidents());
        }

        @Override
        public FromNode.Telemetry telemetry() throws IOException {
            return telemetry.sample();
        }

        @Override
        public Optional<WorkerStatus> status(String worker) {
            return supervisor.status(worker);
        }

        @Override
        public List<FromNode.EventLine> events(String worker) throws IOException {
            return supervisor.events(worker);
        }

        @Override
        public Set<String> workers() {
            return supervisor.ids();
        }

        @Override
        public void relink() {
            supervisor.relink();
        }

        @Override
        public void assign(ToNode.Assignment assignment) {
            supervisor.assign(assignment.workers());
        }

        @Override
        public void stored(ToNode.EventsStored stored) throws IOException {
            supervisor.stored(stored.worker(), stored.sequence());
        }

        @Override
        public FromNode.LogText log(ToNode.ReadLog question) throws IOException {
            return supervisor.log(question.request(), question.worker(), question.offset(), question.maxBytes());
        }
    }
}
