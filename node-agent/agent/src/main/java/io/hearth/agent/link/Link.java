package io.hearth.agent.link;

import io.hearth.agent.common.Backoff;
import io.hearth.agent.common.LogText;
import io.hearth.agent.common.Signal;
import io.hearth.agent.enrolment.NodeIdentity;
import io.hearth.protocol.FromNode;
import io.hearth.protocol.Protocol;
import io.hearth.protocol.ToNode;
import io.hearth.protocol.WorkerStatus;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The link, kept up: connects, greets, says what there is to say, and after any break waits a little and begins anew. One thread
 * hears, one speaks; what there is to say is asked for when it is said, so that nothing grows while the link is down.
 */
public final class Link {
    private static final System.Logger LOG = System.getLogger(Link.class.getName());
    private static final long FIRST_WAIT = 500;
    private static final long LONGEST_WAIT = 5_000;
    private static final long GREETING_MILLIS = 10_000;
    private static final long PAUSE_MILLIS = 40;
    private static final long SECOND = 1_000;

    /** What the node has to say and what it does with what it hears. */
    public interface Node {
        /** The greeting. */
        FromNode.Hello hello() throws IOException;

        /** The cards as they are, and what has happened to them. */
        FromNode.Cards cards();

        /** One second of the node. */
        FromNode.Telemetry telemetry() throws IOException;

        /** Status of a worker; empty if it is gone. */
        Optional<WorkerStatus> status(String worker);

        /** The next events of a worker; empty if there are none now. */
        List<FromNode.EventLine> events(String worker) throws IOException;

        /** Workers that may have events. */
        Set<String> workers();

        /** A new link is about to greet. */
        void relink();

        /** The workers that should be here. */
        void assign(ToNode.Assignment assignment);

        /** Events are stored. */
        void stored(ToNode.EventsStored stored) throws IOException;

        /** A part of a log. */
        FromNode.LogText log(ToNode.ReadLog question) throws IOException;
    }

    /** Why {@link #run} came back. */
    public sealed interface End {
        /** The node was revoked. */
        record Revoked(String reason) implements End {}

        /** It was closed from here. */
        record Closed() implements End {}
    }

    private final Vertx vertx;
    private final URI control;
    private final Supplier<NodeIdentity> identity;
    private final Node node;
    private final Set<String> changed = ConcurrentHashMap.newKeySet();
    private final Set<String> gone = ConcurrentHashMap.newKeySet();
    private final Signal speak = new Signal();
    private final Signal wake = new Signal();
    private volatile Session session;
    private volatile boolean closed;
    private String lastComplaint;

    public Link(Vertx vertx, URI control, Supplier<NodeIdentity> identity, Node node) {
        this.vertx = vertx;
        this.control = control;
        this.identity = identity;
        this.node = node;
    }

    /** Keeps the link up until it is closed for good. */
    public End run() throws InterruptedException {
        Backoff backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT, ThreadLocalRandom.current());
        while (!closed) {
            Session next = new Session();
            try {
                session = next;
                Optional<End> end = next.converse(backoff);
                if (end.isPresent()) {
                    return end.get();
                }
            } catch (Wire.Rejected e) {
                if (e.status() == 401 || e.status() == 403) {
                    return new End.Revoked(
                            "The control plane does not accept this node's certificate any more. Join again with a new join code.");
                }
                complain(e.getMessage());
            } catch (IOException | RuntimeException e) {
                complain(e.getMessage() == null ? e.toString() : e.getMessage());
            } finally {
                session = null;
                next.close();
            }
            if (!closed) {
                wake.await(backoff.next());
            }
        }
        return new End.Closed();
    }

    /** Whether both sides have greeted. */
    public boolean up() {
        Session now = session;
        return now != null && now.welcomed;
    }

    /** Closes the present connection and opens another at once: the identity has changed. */
    public void renew() {
        Session now = session;
        if (now != null) {
            now.close();
        }
        wake.raise();
    }

    /** Ends {@link #run}. */
    public void close() {
        closed = true;
        renew();
    }

    /** The status of a worker has changed. */
    public void changed(String worker) {
        changed.add(worker);
        speak.raise();
    }

    /** A worker has said something. */
    public void said(String worker) {
        speak.raise();
    }

    /** Nothing is left of a worker. */
    public void gone(String worker) {
        gone.add(worker);
        speak.raise();
    }

    /** Says each new trouble once, not every few seconds. */
    private void complain(String trouble) {
        if (!closed && !trouble.equals(lastComplaint)) {
            lastComplaint = trouble;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "No link to the control plane at {0}: {1} Workers go on; trying again.",
                    control,
                    LogText.safe(trouble));
        }
    }

    /** One connection, from its greeting to its end. */
    private final class Session implements Wire.Ear {
        private final BlockingQueue<String> inbox = new LinkedBlockingQueue<>();
        private final Object order = new Object();
        private volatile Wire wire;
        private volatile boolean over;
        private volatile boolean welcomed;
        private volatile long heardAt = System.nanoTime();
        private volatile FromNode.Cards said;

        Optional<End> converse(Backoff backoff) throws IOException, InterruptedException {
            wire = Wire.open(vertx, control, identity.get(), this);
            node.relink();
            changed.clear();
            gone.clear();
            FromNode.Hello hello = node.hello();
            said = new FromNode.Cards(hello.cards(), List.of());
            send(hello);
            Thread speaker = Thread.ofVirtual().name("link-speaker").start(this::speakAll);
            long greetUntil = System.nanoTime() + GREETING_MILLIS * 1_000_000;
            try {
                while (!over || !inbox.isEmpty()) {
                    String text = inbox.poll(SECOND, TimeUnit.MILLISECONDS);
                    if (text != null) {
                        Optional<End> end = hear(text, backoff);
                        if (end.isPresent()) {
                            return end;
                        }
                    }
                    long now = System.nanoTime();
                    if (inbox.isEmpty() && now - heardAt > Protocol.SILENCE_SECONDS * 1_000_000_000L) {
                        throw new IOException("Nothing was heard of it for " + Protocol.SILENCE_SECONDS + " seconds.");
                    }
                    if (!welcomed && now > greetUntil) {
                        throw new IOException("It did not answer the greeting.");
                    }
                }
                throw new IOException("The connection was closed.");
            } finally {
                over = true;
                speak.raise();
                speaker.join();
            }
        }

        private Optional<End> hear(String text, Backoff backoff) throws IOException {
            ToNode message;
            try {
                message = Protocol.read(text, ToNode.class);
            } catch (IllegalArgumentException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "A message of the control plane was passed over: {0}",
                        LogText.safe(e.getMessage()));
                return Optional.empty();
            }
            try {
                return obey(message, backoff);
            } catch (RuntimeException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "A message of the control plane (" + message.getClass().getSimpleName()
                                + ") could not be followed.",
                        e);
                return Optional.empty();
            }
        }

        private Optional<End> obey(ToNode message, Backoff backoff) throws IOException {
            switch (message) {
                case ToNode.Welcome welcome -> {
                    welcomed = true;
                    backoff.reset();
                    lastComplaint = null;
                    LOG.log(
                            System.Logger.Level.INFO,
                            "Linked to the control plane at {0} as {1}.",
                            control,
                            LogText.safe(welcome.nodeName()));
                    speak.raise();
                }
                case ToNode.Assignment assignment -> node.assign(assignment);
                case ToNode.EventsStored stored -> {
                    node.stored(stored);
                    speak.raise();
                }
                case ToNode.ReadLog question -> send(node.log(question));
                case ToNode.Goodbye goodbye -> {
                    if (goodbye.revoked()) {
                        return Optional.of(new End.Revoked(LogText.safe(goodbye.reason())));
                    }
                    throw new IOException(goodbye.reason());
                }
            }
            return Optional.empty();
        }

        /** Says what there is to say, and a second's telemetry every second. */
        private void speakAll() {
            long telemetryAt = 0;
            try {
                while (!over) {
                    long now = System.nanoTime();
                    if (welcomed && !wire.congested()) {
                        sayChanges();
                        sayEvents();
                        if (now >= telemetryAt) {
                            telemetryAt = now + SECOND * 1_000_000;
                            sayCards();
                            send(node.telemetry());
                            wire.ping();
                        }
                    }
                    Thread.sleep(PAUSE_MILLIS);
                    long wait = welcomed ? (telemetryAt - System.nanoTime()) / 1_000_000 : SECOND;
                    speak.await(Math.clamp(wait, 0, SECOND));
                }
            } catch (InterruptedException e) {
                over = true;
            } catch (IOException | RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "The link is closed by a fault of this node's agent.", e);
                close();
            }
        }

        /** Says cards that are not as they were said, and incidents that are new or have happened again. */
        private void sayCards() {
            FromNode.Cards now = node.cards();
            FromNode.Cards before = said;
            if (!now.equals(before)) {
                said = now;
                send(new FromNode.Cards(
                        now.cards(),
                        now.incidents().stream()
                                .filter(incident -> !before.incidents().contains(incident))
                                .toList()));
            }
        }

        private void sayChanges() {
            List<WorkerStatus> statuses = new ArrayList<>();
            for (String worker : drain(changed)) {
                node.status(worker).ifPresent(statuses::add);
            }
            if (!statuses.isEmpty()) {
                send(new FromNode.Workers(statuses));
            }
            List<String> ids = drain(gone);
            if (!ids.isEmpty()) {
                send(new FromNode.Gone(ids));
            }
        }

        private void sayEvents() throws IOException {
            boolean more = true;
            while (more && !over && !wire.congested()) {
                more = false;
                for (String worker : node.workers()) {
                    List<FromNode.EventLine> lines = node.events(worker);
                    if (!lines.isEmpty()) {
                        send(new FromNode.Events(worker, lines));
                        more = true;
                    }
                }
            }
        }

        private List<String> drain(Set<String> ids) {
            List<String> drained = List.copyOf(ids);
            drained.forEach(ids::remove);
            return drained;
        }

        private void send(FromNode message) {
            synchronized (order) {
                wire.send(message);
            }
        }

        @Override
        public void text(String message) {
            heardAt = System.nanoTime();
            inbox.add(message);
        }

        @Override
        public void pong() {
            heardAt = System.nanoTime();
        }

        @Override
        public void closed() {
            over = true;
            speak.raise();
        }

        void close() {
            over = true;
            Wire open = wire;
            if (open != null) {
                open.close();
            }
            speak.raise();
        }
    }
}
