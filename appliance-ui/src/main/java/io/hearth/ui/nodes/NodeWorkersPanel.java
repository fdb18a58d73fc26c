package io.hearth.ui.nodes;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Paragraph;
import io.hearth.protocol.WorkerStatus;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.LogBox;
import io.hearth.ui.shell.StatusBadge;
import io.hearth.ui.shell.Wording;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Workers on a node, with their logs. */
final class NodeWorkersPanel extends Div {
    private static final int LOG_BYTES = 128 << 10;

    private final Database database;
    private final WorkerService service;
    private final Grid<Worker> grid = new Grid<>();
    private final Paragraph none = new Paragraph();
    private List<Worker> shown = List.of();

    NodeWorkersPanel(Database database, WorkerService service) {
        this.database = database;
        this.service = service;
        setWidthFull();
        H2 heading = new H2();
        none.addClassName("hearth-secondary");
        Grid.Column<Worker> owner = grid.addColumn(Worker::owner).setFlexGrow(2);
        Grid.Column<Worker> kind = grid.addColumn(
                worker -> Language.say("nodes.kind." + worker.spec().kind().command()));
        Grid.Column<Worker> card = grid.addColumn(worker -> worker.spec().card());
        Grid.Column<Worker> memory = grid.addColumn(worker -> Figures.here().bytes(worker.memoryBytes()));
        Grid.Column<Worker> state =
                grid.addComponentColumn(NodeWorkersPanel::badge).setFlexGrow(2);
        grid.addComponentColumn(this::logButton).setFlexGrow(0).setAutoWidth(true);
        grid.setAllRowsVisible(true);
        add(heading, none, grid);
        Wording.of(this)
                .text(heading::setText, "nodes.workers")
                .text(none::setText, "nodes.workers.none")
                .text(owner::setHeader, "nodes.worker.owner")
                .text(kind::setHeader, "nodes.worker.kind")
                .text(card::setHeader, "nodes.worker.card")
                .text(memory::setHeader, "nodes.worker.memory")
                .text(state::setHeader, "nodes.worker.state")
                .always(() -> grid.getDataProvider().refreshAll());
    }

    void show(Node node) {
        List<Worker> now = database.read(h -> service.onNode(h, node.id()));
        if (!now.equals(shown)) {
            shown = now;
            grid.setItems(now);
        }
        grid.setVisible(!now.isEmpty());
        none.setVisible(now.isEmpty());
    }

    /** Workers that would be lost with the node. */
    long running() {
        return shown.stream()
                .filter(worker -> !worker.released() && !worker.state().last())
                .count();
    }

    /** Whom they work for. */
    String owners() {
        return shown.stream()
                .filter(worker -> !worker.released() && !worker.state().last())
                .map(Worker::owner)
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static Div badge(Worker worker) {
        Sentence said = worker.released()
                ? Sentence.of("nodes.worker.leaving")
                : Sentence.of("nodes.worker." + worker.state().name().toLowerCase(Locale.ROOT));
        Div cell = new Div(new StatusBadge(worker.released() ? StatusBadge.Kind.OFF : kind(worker.state()), said));
        String reason = worker.status() == null ? null : worker.status().reason();
        if (reason != null && !worker.released()) {
            Div why = new Div(reason);
            why.addClassName("hearth-secondary");
            why.getStyle().set("white-space", "normal");
            cell.add(why);
        }
        return cell;
    }

    private static StatusBadge.Kind kind(WorkerStatus.State state) {
        return switch (state) {
            case RUNNING, DONE -> StatusBadge.Kind.GOOD;
            case FETCHING, STARTING, STOPPING, UPLOADING -> StatusBadge.Kind.BUSY;
            case PAUSED -> StatusBadge.Kind.OFF;
            case WAITING -> StatusBadge.Kind.WARNING;
            case FAILED -> StatusBadge.Kind.BAD;
        };
    }

    private Button logButton(Worker worker) {
        Button log = new Button(Language.say("nodes.log"), clicked -> showLog(worker));
        log.addThemeVariants(ButtonVariant.TERTIARY);
        return log;
    }

    private void showLog(Worker worker) {
        Dialog dialog = new Dialog();
        dialog.setWidth("60rem");
        dialog.setResizable(true);
        LogBox box = new LogBox(Sentence.of("nodes.log.of", worker.owner()));
        Paragraph problem = new Paragraph();
        problem.setVisible(false);
        Button again = new Button(Language.say("nodes.log.again"), clicked -> load(worker, box, problem));
        Button close = new Button(Language.say("shell.close"), clicked -> dialog.close());
        dialog.setHeaderTitle(Language.say("nodes.log.of", worker.owner()));
        dialog.add(problem, box);
        dialog.getFooter().add(close, again);
        dialog.open();
        load(worker, box, problem);
    }

    private void load(Worker worker, LogBox box, Paragraph problem) {
        try {
            Workers.LogPart part = service.log(worker.id(), -LOG_BYTES, LOG_BYTES);
            problem.setVisible(part.text().isEmpty());
            problem.setText(Language.say("nodes.log.empty"));
            box.show(part.text());
        } catch (Problem e) {
            problem.setVisible(true);
            problem.setText(Language.say(e.sentence()));
        }
    }
}
