package io.hearth.worker.http;

import io.hearth.contract.Event;
import io.hearth.engine.serve.Ending;
import io.hearth.engine.serve.FinishReason;
import io.hearth.engine.serve.GenerationListener;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Adds up what one request has cost and tells it when the last of its generations has ended, before the request's own listener
 * hears of that end. Called by the compute thread alone.
 */
final class UsageMeter {
    private final String tag;
    private final String model;
    private final Consumer<Event> events;
    private final long arrival;
    private int running;
    private int promptTokens;
    private int completionTokens;
    private double cardSeconds;
    private FinishReason outcome = FinishReason.STOP;

    /**
     * @param tag of the request, or null
     * @param arrival of the request, as {@link System#nanoTime()}
     */
    UsageMeter(String tag, String model, long arrival, Consumer<Event> events) {
        this.tag = tag;
        this.model = model;
        this.arrival = arrival;
        this.events = events;
    }

    /** The listeners with the meter before them. */
    List<GenerationListener> before(List<GenerationListener> listeners) {
        running = listeners.size();
        return listeners.stream().map(this::before).toList();
    }

    private GenerationListener before(GenerationListener listener) {
        return new GenerationListener() {
            @Override
            public void onText(String text) {
                listener.onText(text);
            }

            @Override
            public void onEnd(Ending ending) {
                try {
                    count(ending);
                } finally {
                    listener.onEnd(ending);
                }
            }
        };
    }

    private void count(Ending ending) {
        promptTokens += ending.promptTokens();
        completionTokens += ending.completionTokens();
        cardSeconds += ending.cardSeconds();
        // In the order of declaration the later is the worse.
        outcome = ending.reason().compareTo(outcome) > 0 ? ending.reason() : outcome;
        if (--running == 0) {
            events.accept(new Event.Usage(
                    tag,
                    model,
                    promptTokens,
                    0,
                    completionTokens,
                    cardSeconds,
                    (System.nanoTime() - arrival) * 1e-9,
                    outcome.name().toLowerCase(Locale.ROOT)));
        }
    }
}
