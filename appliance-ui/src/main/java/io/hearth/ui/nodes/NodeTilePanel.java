package io.hearth.ui.nodes;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.router.RouteParameters;
import com.vaadin.flow.router.RouterLink;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.protocol.HostSample;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.StatusBadge;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A node at a glance: its state, its machine, its cards, all of this second. */
public final class NodeTilePanel extends Div {
    private final StatusBadge state;
    private final Span machine = new Span();
    private final MeterPanel cpu = new MeterPanel("nodes.cpu");
    private final MeterPanel memory = new MeterPanel("nodes.memory");
    private final MeterPanel disk = new MeterPanel("nodes.disk");
    private final List<CardLine> cards = new ArrayList<>();

    public NodeTilePanel(Node node) {
        addClassName("hearth-panel");
        state = new StatusBadge(kind(node), sentence(node));
        RouterLink link = new RouterLink(node.name(), NodeView.class, new RouteParameters("node", node.id()));
        Div head = new Div(new H2(link), state);
        head.getStyle()
                .set("display", "flex")
                .set("justify-content", "space-between")
                .set("align-items", "center")
                .set("gap", "0.75rem")
                .set("flex-wrap", "wrap");
        machine.addClassName("hearth-secondary");
        add(head, machine, cpu, memory, disk);
        for (CardInfo card : node.cards()) {
            CardLine line = new CardLine(card);
            cards.add(line);
            add(line);
        }
    }

    /** Shows the node as it is now. */
    public void show(Node node, Optional<Telemetry.Live> live, long now) {
        Figures figures = Figures.here();
        state.show(kind(node), sentence(node));
        machine.setText(
                node.host() == null
                        ? ""
                        : node.state() == Node.State.ONLINE || node.lastSeen() == null
                                ? node.host().processor() + ", " + node.host().system()
                                : Sentences.lastSeen(figures, node.lastSeen(), now));
        HostSample host = live.map(Telemetry.Live::host).orElse(null);
        cpu.setVisible(host != null);
        memory.setVisible(host != null);
        disk.setVisible(host != null);
        if (host != null) {
            cpu.show(host.cpuUtilisation(), figures.percent(host.cpuUtilisation()));
            used(memory, host.memoryUsedBytes(), host.memoryTotalBytes(), figures);
            used(disk, host.diskUsedBytes(), host.diskTotalBytes(), figures);
        }
        cards.forEach(card -> card.show(live.flatMap(sample -> sample.card(card.id())), figures));
    }

    static void used(MeterPanel meter, long used, long total, Figures figures) {
        meter.show(total > 0 ? used / (double) total : null, figures.bytes(used) + " / " + figures.bytes(total));
    }

    static StatusBadge.Kind kind(Node node) {
        return switch (node.state()) {
            case ONLINE -> StatusBadge.Kind.GOOD;
            case OFFLINE -> StatusBadge.Kind.BAD;
            case REVOKED -> StatusBadge.Kind.OFF;
        };
    }

    static Sentence sentence(Node node) {
        return switch (node.state()) {
            case ONLINE -> Sentence.of("nodes.state.online");
            case OFFLINE -> Sentence.of("nodes.state.offline");
            case REVOKED -> Sentence.of("nodes.state.revoked");
        };
    }

    /** A card of the node. */
    private static final class CardLine extends Div {
        private final String id;
        private final MeterPanel utilisation = new MeterPanel("nodes.utilisation");
        private final MeterPanel memory = new MeterPanel("nodes.card-memory");
        private final Span rest = new Span();
        private final Span errors = new Span();

        CardLine(CardInfo card) {
            id = card.id();
            Span name = new Span(card.id());
            name.addClassName("hearth-mono");
            Span model = new Span(card.model());
            model.addClassName("hearth-secondary");
            Div head = new Div(name, model);
            head.getStyle()
                    .set("display", "flex")
                    .set("gap", "0.5rem")
                    .set("flex-wrap", "wrap")
                    .set("align-items", "baseline")
                    .set("margin-block-start", "0.5rem");
            if (!card.provenOnHardware()) {
                head.add(new StatusBadge(StatusBadge.Kind.WARNING, "nodes.unproven"));
            }
            rest.addClassName("hearth-secondary");
            errors.getStyle().set("color", "var(--hearth-bad)");
            add(head, utilisation, memory, rest, errors);
        }

        String id() {
            return id;
        }

        void show(Optional<CardSample> live, Figures figures) {
            CardSample now = live.orElse(null);
            utilisation.setVisible(now != null);
            memory.setVisible(now != null);
            rest.setVisible(now != null);
            errors.setVisible(
                    now != null && now.errors() != null && !now.errors().isEmpty());
            if (now == null) {
                return;
            }
            utilisation.show(now.utilisation(), now.utilisation() == null ? "" : figures.percent(now.utilisation()));
            if (now.memoryUsedBytes() != null && now.memoryTotalBytes() != null) {
                used(memory, now.memoryUsedBytes(), now.memoryTotalBytes(), figures);
            } else {
                memory.show(null, "");
            }
            rest.setText(Sentences.sensors(now, figures));
            if (now.errors() != null) {
                errors.setText(String.join(" ", now.errors()));
            }
        }
    }
}
