package io.hearth.engine.serve;

import io.hearth.engine.serve.RequestRefusedException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Serves many generations at once on one device.
 *
 * <p>Requests come from any thread; one compute thread owns the device and does everything else. A fault in a step fails
 * the requests of that step, each with a sentence, and the engine goes on with the others.
 */
public final class InferenceEngine implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(InferenceEngine.class.getName());
    private static final Runnable NOTHING = () -> {};
    private static final int FAULTS_IN_A_ROW = 3;

    private final EngineLimits limits;
    private final StepRunner runner;
    private final BlockManager blocks;
    private final Scheduler scheduler;
    private final Thread thread;

    /** What other threads ask of the compute thread. */
    private final LinkedBlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();

    /** By sequence, in the order of arrival; touched by the compute thread only. */
    private final Map<Sequence, ActiveGeneration> active = new LinkedHashMap<>();

    private final Object door = new Object();
    private int queued;
    private boolean closed;
    private boolean cancelRest;

    private long arrivals;
    private long promptTokens;
    private long generatedTokens;
    private long finished;
    private volatile EngineMetrics metrics;
    private volatile int faultsInARow;

    /**
     * Starts the compute thread.
     *
     * @param runner computes the steps; the engine closes it
     */
    public InferenceEngine(EngineLimits limits, StepRunner runner) {
        this.limits = limits;
        this.runner = runner;
        this.blocks = new BlockManager(limits.blocks(), limits.blockSize());
        this.scheduler = new Scheduler(blocks, limits.maxSequences(), limits.maxBatchTokens());
        publishMetrics();
        this.thread = Thread.ofPlatform().name("hearth-compute").unstarted(this::loop);
        thread.start();
    }

    public EngineLimits limits() {
        return limits;
    }

    /** Whether the compute thread is there; it ends when the engine is closed, or by a fault that it cannot get over. */
    public boolean isRunning() {
        return thread.isAlive();
    }

    /** Whether it is running and computes: not if the last steps, and there were several, have all failed. */
    public boolean isHealthy() {
        return isRunning() && faultsInARow < FAULTS_IN_A_ROW;
    }

    /** The figures after the last step. */
    public EngineMetrics metrics() {
        return metrics;
    }

    /**
     * Takes a request.
     *
     * @throws RequestRefusedException with a sentence for the client
     */
    public Generation submit(GenerationRequest request, GenerationListener listener) {
        return submitAll(List.of(request), List.of(listener)).getFirst();
    }

    /**
     * Takes all of these requests or none.
     *
     * @throws RequestRefusedException with a sentence for the client
     */
    public List<Generation> submitAll(List<GenerationRequest> requests, List<? extends GenerationListener> listeners) {
        requests.forEach(this::check);
        List<Generation> generations = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            generations.add(new Generation(requests.get(i), listeners.get(i), () -> inbox.add(NOTHING)));
        }
        synchronized (door) {
            if (closed) {
                throw new RequestRefusedException(
                        Reason.CLOSED, "The server is shutting down and takes no new requests.");
            }
            if (queued + requests.size() > limits.maxQueue()) {
                throw new RequestRefusedException(
                        Reason.QUEUE_FULL,
                        "The server is busy: " + queued + " requests are waiting and at most " + limits.maxQueue()
                                + " may. Try again in a moment.");
            }
            queued += requests.size();
            generations.forEach(generation -> inbox.add(() -> take(generation)));
        }
        return generations;
    }

    private void check(GenerationRequest request) {
        int length = request.prompt().length;
        if (length >= limits.contextLength()) {
            throw new RequestRefusedException(
                    Reason.TOO_LONG,
                    "The prompt has " + length + " tokens, but the context of this model ends at "
                            + limits.contextLength() + " tokens, prompt and answer together. Shorten the prompt.");
        }
        for (int token : request.prompt()) {
            if (token < 0 || token >= limits.vocabularySize()) {
                throw new RequestRefusedException(
                        Reason.INVALID,
                        "The prompt holds token " + token + ", but this model's tokens go from 0 to "
                                + (limits.vocabularySize() - 1) + ".");
            }
        }
        if (request.adapter() < -1 || request.adapter() >= limits.adapters()) {
            throw new RequestRefusedException(
                    Reason.INVALID,
                    "There is no adapter " + request.adapter() + "; " + limits.adapters() + " are loaded.");
        }
    }

    /** Stops taking requests, cancels those that run, and waits until the compute thread has ended. */
    @Override
    public void close() {
        close(Duration.ZERO);
    }

    /**
     * Stops taking requests, lets those that run or wait finish for at most this long, cancels the rest, and waits until
     * the compute thread has ended and the runner is closed.
     */
    public void close(Duration grace) {
        synchronized (door) {
            closed = true;
        }
        inbox.add(NOTHING);
        boolean interrupted = false;
        try {
            thread.join(grace);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        inbox.add(() -> cancelRest = true);
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                // The device must not be given back while a step runs; a step is short.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- The compute thread ----------------------------------------------------------------------------------------

    private void loop() {
        try (runner) {
            while (takeIn()) {
                endCancelledAndOverdue();
                if (!scheduler.isIdle()) {
                    step();
                }
            }
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "the compute thread has failed", e);
            throw e;
        } finally {
            failAll("The server's compute thread has stopped.");
        }
    }

    /** Waits for work if there is none. False when the engine is closed and everything has ended. */
    private boolean takeIn() {
        Runnable command = inbox.poll();
        if (command == null && scheduler.isIdle()) {
            if (isClosed()) {
                return !inbox.isEmpty();
            }
            command = takeCommand();
        }
        for (; command != null; command = inbox.poll()) {
            command.run();
        }
        return true;
    }

    private Runnable takeCommand() {
        try {
            return inbox.take();
        } catch (InterruptedException e) {
            throw new IllegalStateException("the compute thread was interrupted", e);
        }
    }

    private boolean isClosed() {
        synchronized (door) {
            return closed;
        }
    }

    private void take(Generation generation) {
        GenerationRequest request = generation.request();
        int most = Math.min(request.maxTokens(), limits.contextLength() - request.prompt().length);
        ActiveGeneration entry = new ActiveGeneration(generation, arrivals++, most);
        active.put(entry.sequence(), entry);
        scheduler.add(entry.sequence());
        publishMetrics();
    }

    private void endCancelledAndOverdue() {
        for (ActiveGeneration entry : List.copyOf(active.values())) {
            if (cancelRest || entry.handle().isCancelled()) {
                end(entry, FinishReason.CANCELLED, null);
            } else if (entry.handle().isOverdue()) {
                Duration limit = entry.handle().request().timeLimit();
                end(
                        entry,
                        FinishReason.ERROR,
                        "The request took longer than its limit of " + limit.toSeconds() + " s.");
            }
        }
    }

    private void step() {
        long begin = System.nanoTime();
        List<Chunk> chunks = scheduler.schedule();
        for (Chunk chunk : chunks) {
            if (active.get(chunk.sequence()).enter()) {
                leaveQueue();
            }
        }
        List<ActiveGeneration> drawing = chunks.stream()
                .filter(Chunk::draws)
                .map(chunk -> active.get(chunk.sequence()))
                .toList();
        int[] tokens;
        try {
            tokens = runner.run(chunks);
        } catch (RuntimeException | Error e) {
            faultsInARow++;
            share(System.nanoTime() - begin, chunks);
            failStep(chunks, e);
            return;
        }
        faultsInARow = 0;
        share(System.nanoTime() - begin, chunks);
        promptTokens += chunks.stream()
                .filter(chunk -> chunk.count() > 1)
                .mapToInt(Chunk::count)
                .sum();
        scheduler.computed(chunks);
        for (int i = 0; i < drawing.size(); i++) {
            accept(drawing.get(i), tokens[i]);
        }
        publishMetrics();
    }

    /** Divides a step's time over its sequences by the tokens that each had in it. */
    private void share(long nanos, List<Chunk> chunks) {
        int tokens = chunks.stream().mapToInt(Chunk::count).sum();
        for (Chunk chunk : chunks) {
            active.get(chunk.sequence()).spend(nanos * 1e-9 * chunk.count() / tokens);
        }
    }

    private void accept(ActiveGeneration entry, int token) {
        if (token == StepRunner.NOT_A_NUMBER) {
            end(
                    entry,
                    FinishReason.ERROR,
                    "The model's output is not a finite number for this prompt. Check the model's weights and the type"
                            + " it is computed in.");
            return;
        }
        generatedTokens++;
        try {
            FinishReason reason = entry.accept(token);
            if (reason != null) {
                end(entry, reason, null);
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "a generation could not give out its token", e);
            end(entry, FinishReason.ERROR, "The server could not turn a token into text. It is written in its log.");
        }
    }

    private void failStep(List<Chunk> chunks, Throwable fault) {
        LOG.log(System.Logger.Level.ERROR, "a step with " + chunks.size() + " sequences has failed", fault);
        for (Chunk chunk : chunks) {
            end(
                    active.get(chunk.sequence()),
                    FinishReason.ERROR,
                    "The server failed to compute this request. The cause is in its log; other requests go on.");
        }
    }

    private void end(ActiveGeneration entry, FinishReason reason, String message) {
        active.remove(entry.sequence());
        scheduler.remove(entry.sequence());
        if (!entry.hasEntered()) {
            leaveQueue();
        }
        finished++;
        // First the figures, then the listener: who hears of the end finds the blocks free.
        publishMetrics();
        entry.end(reason, message);
    }

    private void leaveQueue() {
        synchronized (door) {
            queued--;
        }
    }

    /** Nobody may wait for ever, whatever has happened to the compute thread. */
    private void failAll(String message) {
        synchronized (door) {
            closed = true;
        }
        for (Runnable command = inbox.poll(); command != null; command = inbox.poll()) {
            command.run();
        }
        for (ActiveGeneration entry : List.copyOf(active.values())) {
            end(entry, FinishReason.ERROR, message);
        }
    }

    private void publishMetrics() {
        metrics = new EngineMetrics(
                scheduler.running(),
                scheduler.waiting(),
                blocks.blocksInUse(),
                blocks.blocks(),
                promptTokens,
                generatedTokens,
                scheduler.preemptions(),
                finished);
    }
}
