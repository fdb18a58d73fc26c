package io.hearth.engine.serve;

/** A generation inside the engine: its sequence, and the way of its tokens to text and to the listener. */
final class ActiveGeneration {
    private static final System.Logger LOG = System.getLogger(ActiveGeneration.class.getName());

    private final Generation handle;
    private final GenerationRequest request;
    private final Sequence sequence;
    private final StopStrings stopStrings;
    private final int mostTokens;
    private boolean entered;
    private double cardSeconds;

    /** @param mostTokens tokens that may be generated: what was asked for, or what the context has room for */
    ActiveGeneration(Generation handle, long arrival, int mostTokens) {
        this.handle = handle;
        this.request = handle.request();
        this.sequence = new Sequence(arrival, request);
        this.stopStrings = new StopStrings(request.stopStrings());
        this.mostTokens = mostTokens;
    }

    Generation handle() {
        return handle;
    }

    Sequence sequence() {
        return sequence;
    }

    /** True the first time: the sequence was in a step and does not wait in the queue any more. */
    boolean enter() {
        boolean first = !entered;
        entered = true;
        return first;
    }

    /** Adds its share of a step. */
    void spend(double seconds) {
        cardSeconds += seconds;
    }

    boolean hasEntered() {
        return entered;
    }

    /**
     * Takes a new token and gives out the text that it completes.
     *
     * @return why the generation ends with it, or null if it goes on
     */
    FinishReason accept(int token) {
        sequence.append(token);
        handle.listener().onToken(token);
        if (isStopToken(token)) {
            giveOutTheRest();
            return FinishReason.STOP;
        }
        giveOut(stopStrings.accept(request.text().accept(token)));
        if (stopStrings.found()) {
            return FinishReason.STOP;
        }
        if (sequence.generated() >= mostTokens) {
            giveOutTheRest();
            // The very last characters may complete a stop string.
            return stopStrings.found() ? FinishReason.STOP : FinishReason.LENGTH;
        }
        return null;
    }

    /** Tells the listener. A listener that fails is no reason to stop the others. */
    void end(FinishReason reason, String message) {
        try {
            handle.listener()
                    .onEnd(new Ending(reason, request.prompt().length, sequence.generated(), cardSeconds, message));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "a listener failed at the end of its generation", e);
        }
    }

    private boolean isStopToken(int token) {
        for (int stop : request.stopTokens()) {
            if (stop == token) {
                return true;
            }
        }
        return false;
    }

    private void giveOutTheRest() {
        giveOut(stopStrings.accept(request.text().finish()) + stopStrings.finish());
    }

    private void giveOut(String text) {
        if (!text.isEmpty()) {
            handle.listener().onText(text);
        }
    }
}
