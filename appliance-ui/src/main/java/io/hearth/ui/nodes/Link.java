package io.hearth.ui.nodes;

import io.hearth.protocol.FromNode;
import io.hearth.protocol.Protocol;
import io.hearth.protocol.ToNode;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * One node's open link. Messages are heard in order on a thread of the link's own; while many wait, the wire is not read, so that
 * a node can take no more memory than a few messages. A node that floods is cut off.
 */
final class Link {
    /** The WebSocket, as the link uses it. Calls come from any thread. */
    interface Wire {
        void send(String text);

        void close();

        /** Whether the other side does not read what was sent. */
        boolean congested();

        void pause();

        void resume();

        /** Address that the link comes from. */
        String remoteHost();
    }

    /** Most messages that wait before the wire is no longer read. */
    private static final int WAITING = 64;

    private static final long WAITING_CHARS = 2L * Protocol.MAX_MESSAGE_CHARS;

    /** A node that says more than this in {@link #FLOOD_MILLIS} is cut off. Telemetry is ten messages in that time. */
    static final int FLOOD_MESSAGES = 5_000;

    private static final long FLOOD_MILLIS = 10_000;

    /** Messages without sense that are written to the log one by one in {@link #FLOOD_MILLIS}, so that no node can fill it. */
    private static final int COMPLAINTS = 5;

    private static final System.Logger LOG = System.getLogger(Link.class.getName());

    private final String nodeId;
    private final Wire wire;
    private final Clock clock;
    private final Queue<String> inbox = new ArrayDeque<>();
    private final Semaphore changed = new Semaphore(0);
    private final Map<String, CompletableFuture<Workers.LogPart>> questions = new ConcurrentHashMap<>();
    private long waitingChars;
    private boolean paused;
    private boolean closed;
    private boolean cutOff;
    private long windowStart;
    private int inWindow;
    private int complaints;
    private volatile long heard;
    private volatile FromNode.Hello hello;

    Link(String nodeId, Wire wire, Clock clock) {
        this.nodeId = nodeId;
        this.wire = wire;
        this.clock = clock;
        this.heard = clock.millis();
        this.windowStart = heard;
    }

    /** Begins to hear messages and, once it has greeted, to push assignments. */
    void start(Consumer<String> hear, Runnable push) {
        Thread.ofVirtual().name("link-" + nodeId).start(() -> hearAll(hear));
        Thread.ofVirtual().name("push-" + nodeId).start(() -> pushAll(push));
    }

    String nodeId() {
        return nodeId;
    }

    String remoteHost() {
        return wire.remoteHost();
    }

    /** What the node said first, or null before that. */
    FromNode.Hello hello() {
        return hello;
    }

    void greeted(FromNode.Hello said) {
        hello = said;
    }

    /** A message has come. Never waits. */
    void offer(String text) {
        long now = clock.millis();
        synchronized (this) {
            if (closed || cutOff) {
                return;
            }
            heard = now;
            if (now - windowStart > FLOOD_MILLIS) {
                windowStart = now;
                inWindow = 0;
                complaints = 0;
            }
            if (++inWindow > FLOOD_MESSAGES) {
                cutOff = true;
                LOG.log(System.Logger.Level.WARNING, "Node {0} floods its link and is cut off.", nodeId);
                wire.close();
                return;
            }
            inbox.add(text);
            waitingChars += text.length();
            if (!paused && (inbox.size() >= WAITING || waitingChars >= WAITING_CHARS)) {
                paused = true;
                wire.pause();
            }
            notifyAll();
        }
    }

    /** Whether one more message without sense is worth a line in the log: the first few are, in any ten seconds. */
    synchronized boolean complain() {
        return complaints++ < COMPLAINTS;
    }

    /** Whether nothing was heard for too long, although we have listened. */
    synchronized boolean silent() {
        return inbox.isEmpty() && !paused && clock.millis() - heard >= Protocol.SILENCE_SECONDS * 1000L;
    }

    /** When something was last heard, milliseconds since 1970. */
    long heard() {
        return heard;
    }

    /** Says something to the node. A node that does not read is cut off. */
    void send(ToNode message) {
        if (wire.congested()) {
            LOG.log(System.Logger.Level.WARNING, "Node {0} does not read its link and is cut off.", nodeId);
            wire.close();
            return;
        }
        wire.send(Protocol.write(message));
    }

    /** Asks for a part of a log. */
    CompletableFuture<Workers.LogPart> ask(String request, ToNode.ReadLog question) {
        CompletableFuture<Workers.LogPart> answer = new CompletableFuture<>();
        questions.put(request, answer);
        send(question);
        return answer;
    }

    void forget(String request) {
        questions.remove(request);
    }

    void answer(FromNode.LogText text) {
        CompletableFuture<Workers.LogPart> question = questions.remove(text.request());
        if (question != null) {
            question.complete(new Workers.LogPart(text.offset(), text.text(), text.end()));
        }
    }

    /** What the node should have has changed: it is told soon, many changes at once. */
    void push() {
        changed.release();
    }

    /** Closes it; what still waits is not heard. */
    void close() {
        ended();
        wire.close();
    }

    /** The wire is closed. */
    void ended() {
        synchronized (this) {
            closed = true;
            inbox.clear();
            notifyAll();
        }
        changed.release();
        questions.values().forEach(question -> question.completeExceptionally(new IllegalStateException("closed")));
        questions.clear();
    }

    synchronized boolean closed() {
        return closed;
    }

    private void hearAll(Consumer<String> hear) {
        for (String text = next(); text != null; text = next()) {
            hear.accept(text);
        }
    }

    private synchronized String next() {
        while (inbox.isEmpty() && !closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                return null;
            }
        }
        String text = inbox.poll();
        if (text != null) {
            waitingChars -= text.length();
            if (paused && inbox.size() < WAITING / 2 && waitingChars < WAITING_CHARS / 2) {
                paused = false;
                heard = clock.millis();
                wire.resume();
            }
        }
        return text;
    }

    private void pushAll(Runnable push) {
        while (true) {
            changed.acquireUninterruptibly();
            changed.drainPermits();
            if (closed()) {
                return;
            }
            push.run();
        }
    }
}
