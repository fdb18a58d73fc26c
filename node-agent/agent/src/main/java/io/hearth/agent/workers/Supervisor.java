package io.hearth.agent.workers;

import io.hearth.agent.common.DurableFile;
import io.hearth.agent.common.LogText;
import io.hearth.protocol.FromNode;
import io.hearth.protocol.WorkerSpec;
import io.hearth.protocol.WorkerStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * All workers of this node: makes them what the control plane's assignment says. At its start it finds again what a former agent
 * has left: processes that still run are adopted, processes that nobody knows are ended.
 */
public final class Supervisor {
    /** Begins the names of folders that are being removed. */
    static final String DYING = ".gone-";

    private static final System.Logger LOG = System.getLogger(Supervisor.class.getName());
    private static final long STRAY_MILLIS = 5_000;

    /** Is told of what happens to workers; must return at once. */
    public interface Listener {
        /** The status of a worker has changed. */
        void changed(String worker);

        /** A worker has said something. */
        void said(String worker);

        /** Nothing is left of a worker. */
        void gone(String worker);

        /** Whether the link to the control plane is up. */
        boolean linked();
    }

    private final Path folder;
    private final Surroundings around;
    private final Listener listener;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, ManagedWorker> workers = new ConcurrentHashMap<>();
    private List<WorkerSpec> wanted;

    /** @param home the agent's home */
    public Supervisor(
            Path home, WorkerStarter starter, Supplies supplies, Clock clock, WorkerLimits limits, Listener listener) {
        this.folder = home.toAbsolutePath().normalize().resolve("workers");
        this.listener = listener;
        this.around = new Surroundings(starter, supplies, clock, limits, new Surroundings.Listener() {
            @Override
            public void changed(ManagedWorker worker) {
                listener.changed(worker.id());
            }

            @Override
            public void said(ManagedWorker worker) {
                listener.said(worker.id());
            }

            @Override
            public void gone(ManagedWorker worker) {
                Supervisor.this.gone(worker);
            }

            @Override
            public boolean linked() {
                return listener.linked();
            }
        });
    }

    /**
     * Finds the workers of a former agent again.
     *
     * @param goOn whether they go on; else they are stopped, and wait for the next assignment
     */
    public synchronized void start(boolean goOn) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        List<Path> found;
        try (Stream<Path> folders = Files.list(folder)) {
            found = folders.sorted().toList();
        }
        List<ManagedWorker> known = new ArrayList<>();
        for (Path each : found) {
            String id = each.getFileName().toString();
            Optional<WorkerSpec> spec =
                    WorkerFolder.validId(id) ? new WorkerFolder(folder, id).readSpec() : Optional.empty();
            if (spec.isPresent() && spec.get().id().equals(id)) {
                known.add(found(new WorkerFolder(folder, id), spec.get()));
            }
        }
        endStrays(known);
        for (Path each : found) {
            if (known.stream().noneMatch(worker -> each.endsWith(worker.id()))) {
                DurableFile.deleteTree(each);
            }
        }
        known.forEach(worker -> workers.put(worker.id(), worker));
        known.forEach(goOn ? ManagedWorker::begin : ManagedWorker::suspend);
    }

    /** Makes the workers what the control plane wants. */
    public synchronized void assign(List<WorkerSpec> assignment) {
        wanted = List.copyOf(assignment);
        Map<String, WorkerSpec> byId = new TreeMap<>();
        for (WorkerSpec spec : wanted) {
            if (WorkerFolder.validId(spec.id())
                    && spec.kind() != null
                    && spec.task() != null
                    && spec.desired() != null) {
                byId.put(spec.id(), spec);
            } else {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "The control plane wants a worker \"{0}\" that cannot be: its specification is not whole.",
                        LogText.safe(spec.id()));
            }
        }
        workers.values().stream()
                .filter(worker -> !byId.containsKey(worker.id()))
                .forEach(ManagedWorker::remove);
        for (WorkerSpec spec : byId.values()) {
            try {
                ManagedWorker present = workers.get(spec.id());
                if (present != null) {
                    present.want(spec);
                } else {
                    create(spec);
                }
            } catch (IOException e) {
                LOG.log(System.Logger.Level.ERROR, "The folder of worker " + spec.id() + " cannot be written.", e);
            }
        }
    }

    /** Status of every worker. */
    public List<WorkerStatus> statuses() {
        return workers.values().stream().map(ManagedWorker::status).toList();
    }

    /** Status of one worker; empty if there is none. */
    public Optional<WorkerStatus> status(String worker) {
        return Optional.ofNullable(workers.get(worker)).map(ManagedWorker::status);
    }

    /** Ids of all workers. */
    public Set<String> ids() {
        return Set.copyOf(workers.keySet());
    }

    /** A new link was made: no event is sent until the control plane has said where to go on. */
    public void relink() {
        workers.values().forEach(ManagedWorker::relink);
    }

    /** The control plane has stored a worker's events up to this one. */
    public void stored(String worker, long sequence) throws IOException {
        ManagedWorker known = workers.get(worker);
        if (known != null) {
            known.stored(sequence);
        }
    }

    /** The next events of a worker to be sent; empty if there are none now. */
    public List<FromNode.EventLine> events(String worker) throws IOException {
        ManagedWorker known = workers.get(worker);
        return known == null ? List.of() : known.feed().next();
    }

    /** A part of a worker's log; nothing if there is no such worker. */
    public FromNode.LogText log(String request, String worker, long offset, int maxBytes) throws IOException {
        ManagedWorker known = workers.get(worker);
        return known == null
                ? new FromNode.LogText(request, 0, "", 0)
                : known.log().read(request, offset, maxBytes);
    }

    /** Where a worker takes requests; empty if there is no such worker. */
    public Optional<Entrance> entrance(String worker) {
        return Optional.ofNullable(workers.get(worker))
                .map(known -> new Entrance(known.url().orElse(null), known.token()));
    }

    /**
     * Where a server takes requests.
     *
     * @param url its address, or null if it is not ready
     * @param token its bearer token
     */
    public record Entrance(String url, String token) {}

    /** Processes of workers that live now, by worker. */
    public Map<String, ProcessMark> processes() {
        Map<String, ProcessMark> processes = new TreeMap<>();
        workers.values().forEach(worker -> worker.process().ifPresent(mark -> processes.put(worker.id(), mark)));
        return processes;
    }

    /** Hashes of all blobs that workers here need. */
    public Set<String> blobsInUse() {
        Set<String> hashes = new HashSet<>();
        for (ManagedWorker worker : workers.values()) {
            if (worker.spec().inputs() != null) {
                worker.spec().inputs().forEach(input -> hashes.add(input.sha256()));
            }
        }
        return hashes;
    }

    /** Stops every worker and waits for their ends; a later agent, or a later assignment, goes on with them. */
    public void suspend() throws InterruptedException {
        List<ManagedWorker> all = List.copyOf(workers.values());
        all.forEach(ManagedWorker::suspend);
        for (ManagedWorker worker : all) {
            worker.join(around.limits().stopMillis() + 5_000);
        }
    }

    private ManagedWorker found(WorkerFolder at, WorkerSpec spec) throws IOException {
        WorkerState state = at.readState().orElseGet(() -> WorkerState.fresh(around.now(), token()));
        return new ManagedWorker(at, spec, state, null, around);
    }

    private void create(WorkerSpec spec) throws IOException {
        WorkerFolder at = new WorkerFolder(folder, spec.id());
        at.create(spec);
        ManagedWorker worker = new ManagedWorker(at, spec, null, token(), around);
        workers.put(spec.id(), worker);
        worker.begin();
        listener.changed(spec.id());
    }

    private synchronized void gone(ManagedWorker worker) {
        workers.remove(worker.id(), worker);
        listener.gone(worker.id());
        if (wanted != null && wanted.stream().anyMatch(spec -> worker.id().equals(spec.id()))) {
            assign(wanted);
        }
    }

    /** Ends processes of this folder that no state knows: started in the instant in which the former agent was killed. */
    private void endStrays(List<ManagedWorker> known) throws IOException, InterruptedException {
        Set<Long> ours = new HashSet<>();
        known.forEach(worker -> worker.process()
                .filter(ProcessMark::alive)
                .filter(mark -> WorkerCommand.startsUnder(ProcessMark.commandLine(mark.pid()), folder))
                .ifPresent(mark -> ours.add(mark.pid())));
        List<ProcessMark> strays = ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> !ours.contains(pid))
                .filter(pid -> WorkerCommand.startsUnder(ProcessMark.commandLine(pid), folder))
                .flatMap(pid -> ProcessMark.of(pid).stream())
                .filter(ProcessMark::alive)
                .toList();
        for (ProcessMark stray : strays) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Process {0} is a worker of this node that nobody knows; it is ended.",
                    Long.toString(stray.pid()));
            RunningProcess.kill(stray);
        }
        long until = System.nanoTime() + STRAY_MILLIS * 1_000_000;
        while (strays.stream().anyMatch(ProcessMark::alive)) {
            if (System.nanoTime() > until) {
                throw new IOException("A process of a worker that nobody knows cannot be ended: "
                        + strays.stream()
                                .map(stray -> Long.toString(stray.pid()))
                                .toList()
                        + ". End it, then start the agent again.");
            }
            Thread.sleep(20);
        }
    }

    private String token() {
        byte[] bytes = new byte[24];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
