package io.hearth.ui.shell;

import com.vaadin.flow.component.UI;
import com.vaadin.flow.component.UIDetachedException;
import io.hearth.ui.core.News;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Refreshes a part of a page when news of a topic come. Many news in a short time make one refresh. */
final class Live {
    private static final long PAUSE_MILLIS = 250;
    private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("page-refresh").daemon().factory());

    private final News.Topic topic;
    private final String id;
    private final Runnable refresh;
    private final AtomicBoolean waiting = new AtomicBoolean();
    private volatile long last;
    private News.Subscription subscription;

    Live(News.Topic topic, String id, Runnable refresh) {
        this.topic = topic;
        this.id = id;
        this.refresh = refresh;
    }

    void start(UI ui, News news) {
        if (subscription == null) {
            subscription = news.subscribe(topic, changed -> {
                if (id.isEmpty() || changed.isEmpty() || changed.equals(id)) {
                    soon(ui);
                }
            });
        }
    }

    void stop() {
        if (subscription != null) {
            subscription.close();
            subscription = null;
        }
    }

    private void soon(UI ui) {
        if (waiting.compareAndSet(false, true)) {
            long since = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - last);
            TIMER.schedule(() -> now(ui), Math.clamp(PAUSE_MILLIS - since, 0, PAUSE_MILLIS), TimeUnit.MILLISECONDS);
        }
    }

    private void now(UI ui) {
        last = System.nanoTime();
        waiting.set(false);
        try {
            ui.access(() -> {
                if (subscription != null) {
                    refresh.run();
                }
            });
        } catch (UIDetachedException e) {
            // The page was closed meanwhile: nobody waits for the refresh.
            waiting.set(false);
        }
    }
}
