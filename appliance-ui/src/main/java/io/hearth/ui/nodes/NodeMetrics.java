package io.hearth.ui.nodes;

import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.ui.core.Database;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Gauges of nodes and cards for Prometheus; NaN while a node is offline or does not tell. */
@ApplicationScoped
public class NodeMetrics {
    private final Database database;
    private final NodeService nodes;
    private final Telemetry telemetry;
    private final Map<MultiGauge, ToDoubleFunction<Telemetry.Live>> ofNodes = new LinkedHashMap<>();
    private final Map<MultiGauge, Function<CardSample, Number>> ofCards = new LinkedHashMap<>();
    private final MultiGauge online;
    private final MultiGauge usable;

    public NodeMetrics(Database database, NodeService nodes, Telemetry telemetry, MeterRegistry registry) {
        this.database = database;
        this.nodes = nodes;
        this.telemetry = telemetry;
        this.online = gauge(registry, "hearth.node.online", "1 if the node's link is up");
        ofNodes.put(
                gauge(registry, "hearth.node.cpu.utilisation", "0 to 1 over all cores"),
                live -> live.host().cpuUtilisation());
        ofNodes.put(
                gauge(registry, "hearth.node.memory.used.bytes", "Memory that is not available to new programs"),
                live -> live.host().memoryUsedBytes());
        ofNodes.put(
                gauge(registry, "hearth.node.memory.total.bytes", "Physical memory"),
                live -> live.host().memoryTotalBytes());
        ofNodes.put(
                gauge(registry, "hearth.node.disk.used.bytes", "Used on the file system of the agent's home"),
                live -> live.host().diskUsedBytes());
        ofNodes.put(
                gauge(registry, "hearth.node.disk.total.bytes", "Size of that file system"),
                live -> live.host().diskTotalBytes());
        CardFigures.ALL.forEach(
                figure -> ofCards.put(gauge(registry, figure.name(), figure.description()), figure.value()));
        this.usable = gauge(registry, "hearth.card.usable", "1 if it takes work");
    }

    /** Follows nodes and cards that came or went. */
    void refresh() {
        List<Node> all = database.read(nodes::all);
        online.register(
                all.stream()
                        .map(node -> MultiGauge.Row.of(
                                tags(node), () -> telemetry.live(node.id()).isPresent() ? 1 : 0))
                        .toList(),
                true);
        ofNodes.forEach((gauge, figure) -> gauge.register(
                all.stream()
                        .map(node -> MultiGauge.Row.of(
                                tags(node),
                                () -> telemetry
                                        .live(node.id())
                                        .map(figure::applyAsDouble)
                                        .orElse(Double.NaN)))
                        .toList(),
                true));
        ofCards.forEach((gauge, figure) -> gauge.register(cards(all, figure), true));
        usable.register(
                all.stream()
                        .flatMap(node -> node.cards().stream()
                                .map(card -> MultiGauge.Row.of(
                                        tags(node).and("card", card.id()), card.refusal() == null ? 1 : 0)))
                        .toList(),
                true);
    }

    private List<MultiGauge.Row<?>> cards(List<Node> all, Function<CardSample, Number> figure) {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        for (Node node : all) {
            for (CardInfo card : node.cards()) {
                rows.add(MultiGauge.Row.of(
                        tags(node).and("card", card.id()),
                        () -> telemetry
                                .live(node.id())
                                .flatMap(live -> live.card(card.id()))
                                .map(figure)
                                .orElse(Double.NaN)));
            }
        }
        return rows;
    }

    private static Tags tags(Node node) {
        return Tags.of("node", node.name());
    }

    private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
        return MultiGauge.builder(name).description(description).register(registry);
    }
}
