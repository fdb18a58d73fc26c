package io.hearth.ui.nodes;

import io.hearth.protocol.CardSample;
import io.hearth.protocol.FromNode;
import io.hearth.protocol.HostSample;
import io.hearth.ui.core.Database;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * What nodes and cards measure: every second of the last ten minutes in memory; in the database spans of 10 seconds for a day, of a
 * minute for a week, of ten minutes for 30 days, each with mean and maximum. Times are those of this machine's clock.
 */
@ApplicationScoped
public class Telemetry {
    /** The series of the machine itself; others are named as the cards are. */
    public static final String HOST = "";

    /** A span of the history and how long it is kept. */
    enum Step {
        TEN_SECONDS(10, Duration.ofHours(24)),
        MINUTE(60, Duration.ofDays(7)),
        TEN_MINUTES(600, Duration.ofDays(30));

        final int seconds;
        final Duration kept;

        Step(int seconds, Duration kept) {
            this.seconds = seconds;
            this.kept = kept;
        }

        long millis() {
            return seconds * 1000L;
        }
    }

    private static final Duration IN_MEMORY = Duration.ofMinutes(10);
    /** A span is thinned when surely nothing is missing of it. */
    private static final long SETTLED_MILLIS = 30_000;

    /**
     * The last second of a node.
     *
     * @param time when it came, milliseconds since 1970
     */
    public record Live(long time, HostSample host, List<CardSample> cards) {
        /** The sample of a card. */
        public Optional<CardSample> card(String id) {
            return cards.stream().filter(card -> card.card().equals(id)).findFirst();
        }

        /** Cards and codes of what was found of them. */
        Set<String> findings() {
            return cards.stream()
                    .filter(card -> card.findings() != null)
                    .flatMap(card -> card.findings().stream().map(finding -> card.card() + " " + finding.code()))
                    .collect(Collectors.toSet());
        }
    }

    private final Database database;
    private final Clock clock;
    private final TelemetryStore store = new TelemetryStore();
    private final Map<String, Live> live = new ConcurrentHashMap<>();
    private final Map<TelemetryStore.Key, Deque<Second>> recent = new LinkedHashMap<>();
    private final Map<TelemetryStore.Key, Bucket> open = new LinkedHashMap<>();
    private final List<TelemetryStore.Row> finished = new ArrayList<>();
    private final Map<Step, Long> thinned = new EnumMap<>(Step.class);

    /** One second, as compact as it can be: there are many. */
    private record Second(long time, double[] values) {}

    public Telemetry(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** The last second of a node, if it is online. */
    public Optional<Live> live(String node) {
        return Optional.ofNullable(live.get(node));
    }

    /**
     * What a series measured from one time to another, at most {@code points} spans of equal length, from the finest figures that
     * reach back so far.
     */
    public List<Point> history(Handle handle, String node, String series, long from, long to, int points) {
        TelemetryStore.Key key = new TelemetryStore.Key(node, series);
        long now = clock.millis();
        List<Point> found;
        if (from >= now - IN_MEMORY.toMillis() - Step.TEN_SECONDS.millis()) {
            List<Point> recent = recent(key, from, to);
            long begin = recent.isEmpty() ? to : recent.getFirst().time();
            // After a restart, memory does not reach back so far.
            found = new ArrayList<>(
                    store.find(handle, key, Step.TEN_SECONDS.seconds, from, begin - Step.TEN_SECONDS.millis() + 1));
            found.addAll(recent);
        } else {
            Step step = Step.TEN_MINUTES;
            for (Step finer : Step.values()) {
                if (from >= now - finer.kept.toMillis()) {
                    step = finer;
                    break;
                }
            }
            found = store.find(handle, key, step.seconds, from, to);
        }
        long span = Math.max(1000, Math.ceilDiv(Math.ceilDiv(to - from, Math.max(1, points)), 1000) * 1000);
        return merge(found, span);
    }

    /**
     * Takes a second of a node in.
     *
     * @return whether something else is wrong with its cards than the second before
     */
    boolean take(String node, FromNode.Telemetry sample) {
        long now = clock.millis();
        Live next = new Live(now, sample.host(), List.copyOf(sample.cards()));
        Live before = live.put(node, next);
        synchronized (this) {
            add(new TelemetryStore.Key(node, HOST), now, Samples.values(sample.host()));
            for (CardSample card : sample.cards()) {
                add(new TelemetryStore.Key(node, card.card()), now, Samples.values(card));
            }
        }
        return before != null && !before.findings().equals(next.findings());
    }

    /** The node's link is down. */
    void silent(String node) {
        live.remove(node);
    }

    /** Writes finished spans to the database. What cannot be written is tried again next time, up to an hour of it. */
    void write() {
        List<TelemetryStore.Row> rows;
        synchronized (this) {
            long now = clock.millis();
            open.entrySet().removeIf(entry -> {
                boolean over = entry.getValue().start() + Step.TEN_SECONDS.millis() <= now;
                if (over) {
                    finish(entry.getKey(), entry.getValue());
                }
                return over;
            });
            recent.values().removeIf(seconds -> {
                drop(seconds, now);
                return seconds.isEmpty();
            });
            rows = List.copyOf(finished);
        }
        database.run(h -> store.insert(h, rows));
        synchronized (this) {
            finished.subList(0, Math.min(rows.size(), finished.size())).clear();
        }
    }

    /** Makes longer spans of shorter ones, and takes away what is too old. */
    void thin() {
        long now = clock.millis();
        database.run(h -> {
            thin(h, Step.TEN_SECONDS, Step.MINUTE, now);
            thin(h, Step.MINUTE, Step.TEN_MINUTES, now);
            for (Step step : Step.values()) {
                store.delete(h, step.seconds, now - step.kept.toMillis());
            }
        });
    }

    private void thin(Handle handle, Step from, Step to, long now) {
        long end = Math.floorDiv(now - SETTLED_MILLIS, to.millis()) * to.millis();
        long oldest = now - from.kept.toMillis();
        for (TelemetryStore.Key key : store.keys(handle, from.seconds, thinned.getOrDefault(to, oldest))) {
            long newest = store.newest(handle, key, to.seconds);
            long begin = newest < 0 ? oldest : Math.max(oldest, newest + to.millis());
            List<Point> points = store.find(handle, key, from.seconds, begin, end);
            store.insert(
                    handle,
                    merge(points, to.millis()).stream()
                            .map(point -> new TelemetryStore.Row(key.node(), key.series(), to.seconds, point))
                            .toList());
        }
        thinned.put(to, end);
    }

    private synchronized List<Point> recent(TelemetryStore.Key key, long from, long to) {
        return recent.getOrDefault(key, new ArrayDeque<>()).stream()
                .filter(second -> second.time() >= from && second.time() < to)
                .map(second -> Samples.point(second.time(), names(key), second.values()))
                .toList();
    }

    private static List<String> names(TelemetryStore.Key key) {
        return key.series().equals(HOST) ? Samples.OF_HOST : Samples.OF_CARD;
    }

    private void add(TelemetryStore.Key key, long time, double[] values) {
        Deque<Second> seconds = recent.computeIfAbsent(key, any -> new ArrayDeque<>());
        seconds.add(new Second(time, values));
        drop(seconds, time);
        long start = Math.floorDiv(time, Step.TEN_SECONDS.millis()) * Step.TEN_SECONDS.millis();
        Bucket bucket = open.get(key);
        if (bucket == null || bucket.start() != start) {
            if (bucket != null) {
                finish(key, bucket);
            }
            bucket = new Bucket(start);
            open.put(key, bucket);
        }
        bucket.add(Samples.point(time, names(key), values));
    }

    private static void drop(Deque<Second> seconds, long now) {
        while (!seconds.isEmpty() && seconds.getFirst().time() < now - IN_MEMORY.toMillis()) {
            seconds.removeFirst();
        }
    }

    private void finish(TelemetryStore.Key key, Bucket bucket) {
        finished.add(new TelemetryStore.Row(key.node(), key.series(), Step.TEN_SECONDS.seconds, bucket.point()));
        if (finished.size() > 50_000) {
            finished.removeFirst();
        }
    }

    private static List<Point> merge(List<Point> points, long span) {
        List<Point> merged = new ArrayList<>();
        Bucket bucket = null;
        for (Point point : points) {
            long start = Math.floorDiv(point.time(), span) * span;
            if (bucket == null || bucket.start() != start) {
                if (bucket != null) {
                    merged.add(bucket.point());
                }
                bucket = new Bucket(start);
            }
            bucket.add(point);
        }
        if (bucket != null) {
            merged.add(bucket.point());
        }
        return merged;
    }
}
