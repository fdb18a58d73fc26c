package io.hearth.worker.ranks;

import io.hearth.contract.TrainJob;
import io.hearth.device.RankLostException;
import io.hearth.device.Rendezvous;
import io.hearth.device.RendezvousFolder;
import io.hearth.engine.checkpoint.AtomicFiles;
import io.hearth.worker.process.UsageException;
import io.hearth.worker.process.WorkerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The other ranks of a job, which this process, rank 0, has started: one child process for each card but the first. It sees at
 * once when one of them ends; whoever closes this, ends all of them.
 */
public final class LaunchedRanks implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LaunchedRanks.class.getName());
    private static final String FOLDER = ".ranks-";
    private static final String CPU = "cpu:";
    private static final String CPU_THREADS = "HEARTH_CPU_THREADS";

    /** How long ranks that are done may take to close their cards. */
    private static final Duration LEAVING = Duration.ofSeconds(30);

    /** How long after the failure of an exchange the end of a child may become known. */
    private static final Duration EXPLANATION = Duration.ofSeconds(2);

    private final Path folder;
    private final List<ChildRank> children = new ArrayList<>();
    private final List<ChildRank> lost = new CopyOnWriteArrayList<>();
    private Duration leaving = Duration.ZERO;

    private LaunchedRanks(Path folder) {
        this.folder = folder;
    }

    /**
     * Starts ranks 1 and up.
     *
     * @param job its output folder is this process's alone
     * @throws UsageException if the system refuses
     */
    public static LaunchedRanks start(TrainJob job, Path jobFile) {
        Path output = Path.of(job.output());
        try {
            deleteFoldersOfBefore(output);
            LaunchedRanks ranks = new LaunchedRanks(Files.createTempDirectory(output, FOLDER));
            try {
                ranks.startAll(job.cards(), jobFile);
                return ranks;
            } catch (IOException | RuntimeException e) {
                ranks.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UsageException("The processes for the job's other cards cannot be started: " + e.getMessage(), e);
        }
    }

    /** Those of attempts that were killed. */
    private static void deleteFoldersOfBefore(Path output) throws IOException {
        try (Stream<Path> entries = Files.list(output)) {
            for (Path old : entries.filter(path -> path.getFileName().toString().startsWith(FOLDER))
                    .toList()) {
                AtomicFiles.deleteTree(old);
            }
        }
    }

    private void startAll(List<String> cards, Path jobFile) throws IOException {
        Optional<String> threads = threadsOfEach(cards);
        for (int rank = 1; rank < cards.size(); rank++) {
            ProcessBuilder builder = WorkerProcess.of(List.of(
                    "train",
                    jobFile.toString(),
                    "--rank",
                    Integer.toString(rank),
                    "--meet",
                    folder.toString(),
                    "--leashed"));
            threads.ifPresent(number -> builder.environment().put(CPU_THREADS, number));
            children.add(new ChildRank(rank, cards.get(rank), builder, this::hasEnded));
        }
    }

    /** Ranks on the processor share its cores, unless someone has said how many threads there shall be. */
    private static Optional<String> threadsOfEach(List<String> cards) {
        String property = "hearth.cpu.threads";
        if (!cards.getFirst().startsWith(CPU)
                || System.getenv(CPU_THREADS) != null
                || System.getProperty(property) != null) {
            return Optional.empty();
        }
        String threads = Integer.toString(Math.max(1, Runtime.getRuntime().availableProcessors() / cards.size()));
        System.setProperty(property, threads);
        return Optional.of(threads);
    }

    private void hasEnded(ChildRank child) {
        if (child.isLost()) {
            lost.add(child);
            LOG.log(System.Logger.Level.WARNING, "A part of the job is gone: " + child.ending() + ".");
        }
    }

    /** Where this process, as rank 0, meets the others. */
    public Rendezvous rendezvous() {
        Rendezvous inFolder = new RendezvousFolder(folder);
        return new Rendezvous() {
            @Override
            public byte[] enter(int rank, int size, Supplier<byte[]> make, Duration patience) {
                return inFolder.enter(rank, size, make, patience);
            }

            @Override
            public Optional<String> lost() {
                return lost.stream().findFirst().map(ChildRank::ending).or(inFolder::lost);
            }

            @Override
            public void close() {
                inFolder.close();
            }
        };
    }

    /** What to tell of an exchange that could not be finished, in place of it: the cause if that is known. */
    public RuntimeException explain(RankLostException e) {
        long begin = System.nanoTime();
        while (lost.isEmpty() && System.nanoTime() - begin < EXPLANATION.toNanos()) {
            LockSupport.parkNanos(10_000_000);
        }
        Optional<ChildRank> first = lost.stream().findFirst();
        if (first.isPresent() && first.get().refused()) {
            return new UsageException("The part of the job on another card cannot be done ("
                    + first.get().name() + "): " + first.get().reason());
        }
        String cause = first.filter(child -> !child.followed())
                .map(ChildRank::ending)
                .filter(ending -> !e.getMessage().contains(ending))
                .map(ending -> " The cause: " + ending + ".")
                .orElse("");
        return new RankLostException(
                e.getMessage() + cause + " Started again, the job goes on from its newest checkpoint.", e);
    }

    /** Says that the work has come to its end, so that the others come to theirs. */
    public void succeeded() {
        leaving = LEAVING;
    }

    /** Waits until all have ended, after {@link #succeeded}; else ends them at once. */
    @Override
    public void close() {
        boolean interrupted = false;
        for (ChildRank child : children) {
            try {
                child.end(leaving);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        try {
            AtomicFiles.deleteTree(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
