package io.hearth.agent.workers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.agent.common.DurableFile;
import io.hearth.agent.common.LogText;
import io.hearth.agent.common.Signal;
import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus;
import io.hearth.protocol.WorkerStatus.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One worker of this node: reconciles what is wanted with what is, on one thread. Every step is on disk before the next is taken,
 * so that a new agent finds out where the last one was killed.
 */
final class ManagedWorker {
    private static final System.Logger LOG = System.getLogger(ManagedWorker.class.getName());
    private static final long GLANCE_MILLIS = 100;
    private static final long LOG_CHECK_MILLIS = 2_000;
    private static final long LONG = 3_600_000;

    private final WorkerFolder folder;
    private final Surroundings around;
    private final EventSpool spool;
    private final EventFeed feed;
    private final WorkerLog log;
    private final Travel travel;
    private final Signal signal = new Signal();
    private final Aftermath aftermath;
    private Thread thread;
    private volatile WorkerSpec spec;
    private volatile Wish wish;
    private volatile WorkerState state;
    private volatile long observed;
    private volatile boolean forgotten;

    /** @param known what a former agent knew, or null if the worker is new */
    ManagedWorker(WorkerFolder folder, WorkerSpec spec, WorkerState known, String token, Surroundings around)
            throws IOException {
        this.folder = folder;
        this.spec = spec;
        this.around = around;
        this.spool = new EventSpool(folder.events());
        this.feed = new EventFeed(spool, known == null);
        this.log = new WorkerLog(folder.log(), around.limits().logBytes());
        this.aftermath = new Aftermath(new RestartPolicy(spec));
        this.wish = Wish.of(spec);
        this.state = known != null ? known : WorkerState.fresh(around.now(), token);
        this.observed = spool.last();
        this.travel = new Travel(folder, around, () -> around.listener().changed(this));
    }

    /** Goes on with it. */
    synchronized void begin() {
        if (thread == null || !thread.isAlive()) {
            thread = Thread.ofVirtual().name("worker-" + spec.id()).start(this::live);
        }
        signal.raise();
    }

    String id() {
        return spec.id();
    }

    WorkerSpec spec() {
        return spec;
    }

    EventFeed feed() {
        return feed;
    }

    WorkerLog log() {
        return log;
    }

    /** The process, if it lives. */
    Optional<ProcessMark> process() {
        return Optional.ofNullable(state.process());
    }

    String token() {
        return state.token();
    }

    /** Where the server listens; empty if it is not ready. */
    Optional<String> url() {
        WorkerState now = state;
        return now.state() == State.RUNNING ? Optional.ofNullable(now.url()) : Optional.empty();
    }

    /** Its status, as the control plane may see it: an end only once everything it said is stored. */
    WorkerStatus status() {
        WorkerState now = state;
        State shown = now.state();
        if (shown.last() && !now.settled()) {
            shown = shown == State.DONE ? State.UPLOADING : State.STOPPING;
        } else if (wish == Wish.GONE) {
            shown = State.STOPPING;
        }
        return new WorkerStatus(
                spec.id(),
                shown,
                now.attempt(),
                now.since(),
                now.reason(),
                now.exitCode(),
                travel.progress(),
                shown == State.DONE ? now.outputs() : null);
    }

    /** What the control plane wants now. */
    void want(WorkerSpec wanted) throws IOException {
        if (!wanted.with(spec.desired()).equals(spec)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The control plane changed the specification of worker {0}, which it must not; only pausing and going on count.",
                    spec.id());
        }
        WorkerSpec next = spec.with(wanted.desired());
        if (wish == Wish.of(next)) {
            return;
        }
        if (next.desired() != spec.desired()) {
            folder.writeSpec(next);
            spec = next;
        }
        wish = Wish.of(next);
        forgotten = false;
        begin();
    }

    /** It is to go, with everything that is left of it. Called after the control plane has said which workers it knows. */
    void remove() {
        if (!feed.known()) {
            forgotten = true;
        }
        if (wish != Wish.GONE) {
            wish = Wish.GONE;
            begin();
        }
    }

    /** It is to stop; the next agent goes on with it. */
    void suspend() {
        if (wish != Wish.GONE) {
            wish = Wish.SUSPEND;
        }
        begin();
    }

    /** Waits until its thread has ended, after {@link #suspend} or {@link #remove}. */
    void join(long millis) throws InterruptedException {
        Thread present;
        synchronized (this) {
            present = thread;
        }
        present.join(millis);
    }

    /** The control plane has stored its events up to this one. */
    void stored(long sequence) throws IOException {
        feed.stored(sequence, observed);
        if (state.state().last() || wish == Wish.GONE) {
            signal.raise();
        }
    }

    /** A new link was made: what is stored will be told. */
    void relink() {
        feed.relink();
    }

    private void live() {
        while (true) {
            try {
                if (step()) {
                    return;
                }
            } catch (InterruptedException e) {
                return;
            } catch (IOException | RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "Worker " + spec.id() + " cannot be looked after; trying again.", e);
                sleep(1_000);
            }
        }
    }

    /** Takes one step. Returns whether it was the last. */
    private boolean step() throws IOException, InterruptedException {
        WorkerState now = state;
        if (now.process() != null) {
            accompany(RunningProcess.adopted(now.process(), folder));
            return false;
        }
        switch (wish) {
            case GONE -> {
                return clear();
            }
            case SUSPEND -> {
                return true;
            }
            default -> {}
        }
        switch (now.state()) {
            case DONE, FAILED -> {
                if (!now.settled() && feed.stored() >= observed) {
                    become(now.settle());
                }
                signal.await(LONG);
            }
            case UPLOADING -> upload();
            default -> {
                if (wish == Wish.PAUSE) {
                    if (now.state() != State.PAUSED) {
                        become(now.in(State.PAUSED, around.now(), null));
                    }
                    signal.await(LONG);
                } else if (now.state() == State.WAITING && now.retryAt() > around.now()) {
                    signal.await(Math.min(now.retryAt() - around.now(), LONG));
                } else {
                    run();
                }
            }
        }
        return false;
    }

    private void run() throws IOException, InterruptedException {
        try {
            if (!travel.laid(spec)) {
                become(state.in(State.FETCHING, around.now(), null));
                travel.lay(spec, () -> wish != Wish.RUN);
            }
            ObjectNode task = spec.task().deepCopy();
            folder.write("task.json", task.put("device", spec.card()));
        } catch (Supplies.Refused | IllegalArgumentException refused) {
            become(state.in(State.FAILED, around.now(), refused.getMessage()));
            return;
        } catch (IOException later) {
            retry(State.FETCHING, later);
            return;
        } finally {
            travel.arrived();
        }
        if (wish == Wish.RUN) {
            start();
        }
    }

    private void start() throws IOException, InterruptedException {
        rotateLog();
        Files.createDirectories(folder.events());
        become(state.starting(around.now(), spool.last() + 1));
        RunningProcess process;
        try {
            process = around.starter().start(spec, folder, state.token());
        } catch (IOException e) {
            become(aftermath.fault(state, "The worker cannot be started: " + e.getMessage(), around.now()));
            return;
        }
        LOG.log(
                System.Logger.Level.INFO,
                "Worker {0} is started (process {1}, attempt {2}).",
                id(),
                Long.toString(process.pid()),
                state.attempt());
        try {
            process.mark().ifPresent(found -> become(state.with(found)));
        } catch (UncheckedIOException unknown) {
            // A process that no state names must not go on: there would be two after the next start.
            process.kill();
            throw unknown;
        }
        accompany(process);
    }

    /** Stays with a process to its end. */
    private void accompany(RunningProcess process) throws IOException, InterruptedException {
        Observer observer = new Observer(spool, state.firstEvent());
        boolean asked = state.state() == State.STOPPING;
        long killAt = asked ? around.now() + around.limits().stopMillis(spec.kind()) : Long.MAX_VALUE;
        long logAt = 0;
        while (true) {
            boolean ended = process.ended();
            observe(observer, asked);
            if (ended) {
                break;
            }
            long now = around.now();
            if (wish != Wish.RUN && killAt == Long.MAX_VALUE) {
                asked = true;
                killAt = now + around.limits().stopMillis(spec.kind());
                become(state.in(State.STOPPING, now, null));
                process.terminate();
            } else if (now >= killAt) {
                LOG.log(System.Logger.Level.WARNING, "Worker {0} does not stop and is ended by force.", id());
                process.kill();
                killAt = now + 1_000;
            }
            if (now >= logAt) {
                logAt = now + LOG_CHECK_MILLIS;
                rotateLog();
            }
            signal.await(GLANCE_MILLIS);
        }
        judge(Verdict.of(spec.kind(), process.exitCode(), observer, asked), process.exitCode());
    }

    private void rotateLog() {
        try {
            log.rotate();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The log of worker {0} cannot be rotated: {1}", id(), e.toString());
        }
    }

    private void observe(Observer observer, boolean asked) throws IOException {
        if (observer.look()) {
            observed = Math.max(observed, observer.last());
            around.listener().said(this);
        }
        boolean works = spec.kind().endless() ? observer.url() != null : observer.spoken();
        if (works && !asked && state.state() == State.STARTING) {
            become(state.running(around.now(), observer.url()));
        }
    }

    private void judge(Verdict verdict, OptionalInt code) {
        LOG.log(System.Logger.Level.INFO, "Worker {0} has ended: {1}", id(), LogText.safe(verdict.toString()));
        WorkerState ended = state.ended(code.isPresent() ? code.getAsInt() : null);
        become(aftermath.of(verdict, ended, wish, around.now()));
    }

    private void upload() throws InterruptedException {
        try {
            become(state.done(around.now(), travel.send(spec, () -> wish == Wish.GONE || wish == Wish.SUSPEND)));
        } catch (Supplies.Refused | IllegalArgumentException refused) {
            become(state.in(State.FAILED, around.now(), refused.getMessage()));
        } catch (IOException later) {
            retry(State.UPLOADING, later);
        } finally {
            travel.arrived();
        }
    }

    private void retry(State doing, IOException why) throws InterruptedException {
        if (wish == Wish.GONE || wish == Wish.SUSPEND || (doing == State.FETCHING && wish == Wish.PAUSE)) {
            return;
        }
        LOG.log(System.Logger.Level.WARNING, "Worker {0}: {1}", id(), LogText.safe(why.getMessage()));
        become(state.in(doing, around.now(), why.getMessage()));
        signal.await(travel.nextWait());
    }

    /** Removes what is left, once its last events are stored. Returns whether it is gone. */
    private boolean clear() throws IOException, InterruptedException {
        if (state.state() != State.STOPPING) {
            become(state.in(State.STOPPING, around.now(), null));
        }
        long until = around.now() + around.limits().lastEventsMillis();
        around.listener().said(this);
        while (!forgotten && feed.stored() < observed && around.now() < until) {
            signal.await(GLANCE_MILLIS);
            if (wish != Wish.GONE) {
                return false;
            }
            if (!around.listener().linked()) {
                until = around.now() + around.limits().lastEventsMillis();
            }
        }
        Path dying = folder.path().resolveSibling(Supervisor.DYING + id());
        DurableFile.deleteTree(dying);
        DurableFile.rename(folder.path(), dying);
        DurableFile.deleteTree(dying);
        LOG.log(System.Logger.Level.INFO, "Worker {0} is gone.", id());
        around.listener().gone(this);
        return true;
    }

    private void become(WorkerState next) {
        try {
            folder.writeState(next);
        } catch (IOException e) {
            throw new UncheckedIOException("The state of worker " + id() + " cannot be written.", e);
        }
        state = next;
        around.listener().changed(this);
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
