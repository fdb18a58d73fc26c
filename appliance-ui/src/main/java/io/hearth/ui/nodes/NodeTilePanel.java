package io.hearth.ui.nodes;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.router.RouteParameters;
import com.vaadin.flow.router.RouterLink;
import io.hearth.protocol.CardInfo;
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
    private final List<CardTilePanel> cards = new ArrayList<>();

    private final List<CardInfo> listed;

    public NodeTilePanel(Node node) {
        listed = node.cards();
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
            CardTilePanel line = new CardTilePanel(card);
            cards.add(line);
            add(line);
        }
        add(new FamiliesPanel(node.cards()));
    }

    /** Whether it lists the cards that the node has now. */
    boolean shows(Node node) {
        return listed.equals(node.cards());
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
        cards.forEach(card -> card.show(live.flatMap(sample -> sample.card(card.card())), figures));
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
}
