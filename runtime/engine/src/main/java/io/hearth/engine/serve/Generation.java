package io.hearth.engine.serve;

/** The client's handle on a request that the engine has taken. */
public final class Generation {
    private final GenerationRequest request;
    private final GenerationListener listener;
    private final Runnable wakeUp;
    private final long deadline;
    private volatile boolean cancelled;

    Generation(GenerationRequest request, GenerationListener listener, Runnable wakeUp) {
        this.request = request;
        this.listener = listener;
        this.wakeUp = wakeUp;
        this.deadline = request.timeLimit() == null
                ? 0
                : System.nanoTime() + request.timeLimit().toNanos();
    }

    /**
     * Ends the generation before the next step, wherever it is; its listener hears of it once. Nothing happens if it has
     * ended. Any thread may call this.
     */
    public void cancel() {
        cancelled = true;
        wakeUp.run();
    }

    public GenerationRequest request() {
        return request;
    }

    GenerationListener listener() {
        return listener;
    }

    boolean isCancelled() {
        return cancelled;
    }

    boolean isOverdue() {
        return request.timeLimit() != null && System.nanoTime() - deadline >= 0;
    }
}
