package io.hearth.ui.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.protocol.CardSample;
import io.hearth.protocol.FromNode;
import io.hearth.ui.core.Database;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TelemetryTest {
    @TempDir
    Path folder;

    private final HandClock clock = new HandClock();
    private Database database;
    private Telemetry telemetry;

    @BeforeEach
    void start() {
        database = Database.open(folder.resolve("hearth.db"));
        database.run(h -> new NodeStore(node -> true).insert(h, "n", "n", false, 0, 0));
        telemetry = new Telemetry(database, clock);
        clock.move(Duration.ofMillis(600_000 - clock.millis() % 600_000));
    }

    @AfterEach
    void stop() {
        database.close();
    }

    @Test
    void theLastTenMinutesAreThereBySecond() {
        measure(700, i -> i % 2 == 0 ? 0.25 : 0.75);
        long now = clock.millis();
        List<Point> points = history(now - 600_000, now, 1000);
        assertThat(points).hasSize(600);
        assertThat(points.getLast().figures().get(Samples.CPU).mean()).isEqualTo(0.75);
        assertThat(points.getLast().figures()).doesNotContainKey(Samples.TEMPERATURE);
        List<Point> card = database.read(h -> telemetry.history(h, "n", "cpu:0", now - 60_000, now, 6));
        assertThat(card).hasSizeBetween(6, 7);
        assertThat(card.get(1).figures().get(Samples.UTILISATION).mean()).isCloseTo(0.5, Offset.offset(1e-9));
        assertThat(card.get(1).figures().get(Samples.UTILISATION).max()).isEqualTo(0.75);
        assertThat(telemetry.live("n")).isPresent();
    }

    @Test
    void historyIsThinnedWithAgeAndKeepsMeansAndMaxima() {
        measure(1800, i -> i == 100 ? 1.0 : 0.1);
        clock.move(Duration.ofMinutes(11));
        telemetry.write();
        telemetry.thin();
        assertThat(steps()).isEqualTo(Map.of(10, 180L, 60, 30L, 600, 3L));
        telemetry.thin();
        assertThat(steps()).isEqualTo(Map.of(10, 180L, 60, 30L, 600, 3L));

        clock.move(Duration.ofDays(2));
        telemetry.thin();
        assertThat(steps()).isEqualTo(Map.of(60, 30L, 600, 3L));
        clock.move(Duration.ofDays(8));
        telemetry.thin();
        assertThat(steps()).isEqualTo(Map.of(600, 3L));
        long now = clock.millis();
        List<Point> points = history(now - Duration.ofDays(29).toMillis(), now, 100_000);
        assertThat(points).hasSize(3);
        Point first = points.getFirst();
        assertThat(first.samples()).isEqualTo(600);
        assertThat(first.figures().get(Samples.CPU).max()).isEqualTo(1.0);
        assertThat(first.figures().get(Samples.CPU).mean()).isCloseTo((599 * 0.1 + 1.0) / 600, Offset.offset(1e-4));

        clock.move(Duration.ofDays(30));
        telemetry.thin();
        assertThat(steps()).isEmpty();
    }

    @Test
    void aRestartLosesOnlyTheSpanThatWasNotWritten() {
        measure(60, i -> 0.5);
        clock.move(Duration.ofSeconds(10));
        telemetry.write();
        telemetry = new Telemetry(database, clock);
        measure(60, i -> 0.5);
        clock.move(Duration.ofMinutes(10));
        telemetry.write();
        telemetry.thin();
        assertThat(history(clock.millis() - Duration.ofHours(1).toMillis(), clock.millis(), 1000))
                .extracting(Point::samples)
                .containsOnly(10)
                .hasSize(12);
    }

    @Test
    void manyPointsAreMerged() {
        measure(1800, i -> 0.5);
        clock.move(Duration.ofSeconds(10));
        telemetry.write();
        List<Point> points = history(clock.millis() - Duration.ofHours(1).toMillis(), clock.millis(), 60);
        assertThat(points).hasSizeBetween(30, 31);
        assertThat(points.stream().mapToInt(Point::samples).sum()).isEqualTo(1800);
    }

    private void measure(int seconds, java.util.function.IntToDoubleFunction cpu) {
        for (int i = 0; i < seconds; i++) {
            double value = cpu.applyAsDouble(i);
            telemetry.take(
                    "n",
                    new FromNode.Telemetry(
                            TestAgent.sample(value).host(),
                            List.of(new CardSample("cpu:0", value, 5L, 10L, null, null, null, List.of(), List.of()))));
            clock.move(Duration.ofSeconds(1));
        }
    }

    private List<Point> history(long from, long to, int points) {
        return database.read(h -> telemetry.history(h, "n", Telemetry.HOST, from, to, points));
    }

    private Map<Integer, Long> steps() {
        return database.read(h -> h.createQuery(
                        "SELECT step, COUNT(*) AS rows FROM telemetry WHERE series = '' GROUP BY step")
                .reduceRows(new java.util.TreeMap<Integer, Long>(), (map, row) -> {
                    map.put(row.getColumn("step", Integer.class), row.getColumn("rows", Long.class));
                    return map;
                }));
    }
}
