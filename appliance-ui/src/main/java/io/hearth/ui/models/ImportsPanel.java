package io.hearth.ui.models;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.details.Details;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.ListItem;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.html.UnorderedList;
import com.vaadin.flow.component.progressbar.ProgressBar;
import io.hearth.ui.models.check.Finding;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.StatusBadge;
import io.hearth.ui.shell.Wording;
import java.util.List;
import java.util.function.Consumer;

/** Imports that go on or have ended lately: how far they are, and everything that is wrong with those that were refused. */
final class ImportsPanel extends Div {
    private final Consumer<String> cancel;
    private List<ModelImport> shown = List.of();
    private boolean mayCancel;

    ImportsPanel(Consumer<String> cancel) {
        this.cancel = cancel;
        setWidthFull();
        Wording.of(this).always(this::draw);
    }

    void show(List<ModelImport> imports, boolean mayStop) {
        mayCancel = mayStop;
        shown = imports.stream()
                .filter(row -> row.state() != ModelImport.State.CANCELLED)
                .filter(row -> row.state() != ModelImport.State.READY
                        || row.known()
                        || !row.remarks().isEmpty())
                .limit(5)
                .toList();
        draw();
    }

    private void draw() {
        removeAll();
        setVisible(!shown.isEmpty());
        shown.forEach(row -> add(panel(row)));
    }

    private Div panel(ModelImport row) {
        Div panel = new Div();
        panel.addClassName("hearth-panel");
        panel.getStyle().set("margin-bottom", "0.75rem");
        Span name = new Span(Language.say("models.import.line", row.model(), row.sourceName()));
        name.getStyle().set("overflow-wrap", "anywhere").set("margin-inline-end", "0.75rem");
        Div head = new Div(
                name,
                new StatusBadge(
                        kind(row.state()), "models.import.state." + row.state().key()));
        panel.add(head);
        if (!row.state().last()) {
            progress(row, panel);
        }
        if (row.known()) {
            panel.add(new Div(Language.say("models.import.known")));
        }
        if (!row.problems().isEmpty()) {
            panel.add(
                    new Div(Language.say(
                            "models.import.problems", row.problems().size())),
                    list(row.problems()));
        }
        if (!row.remarks().isEmpty()) {
            Details details = new Details(
                    Language.say("models.import.remarks", row.remarks().size()), list(row.remarks()));
            panel.add(details);
        }
        return panel;
    }

    private void progress(ModelImport row, Div panel) {
        if (row.totalBytes() > 0) {
            ProgressBar bar = new ProgressBar(0, 1, Math.min(1, row.doneBytes() / (double) row.totalBytes()));
            Span words = new Span(Language.say(
                    "models.import.progress",
                    Figures.here().bytes(row.doneBytes()),
                    Figures.here().bytes(row.totalBytes())));
            words.addClassName("hearth-secondary");
            panel.add(bar, words);
        }
        if (mayCancel) {
            Button stop = new Button(Language.say("models.import.cancel"), clicked -> cancel.accept(row.id()));
            stop.addThemeVariants(ButtonVariant.TERTIARY);
            panel.add(stop);
        }
    }

    private static UnorderedList list(List<Finding> findings) {
        UnorderedList list = new UnorderedList();
        for (Finding finding : findings) {
            Span file = new Span(finding.file());
            file.addClassName("hearth-mono");
            ListItem item = new ListItem(file);
            item.add((finding.file().isEmpty() ? "" : ": ") + Language.say(finding.reason()));
            item.getStyle().set("overflow-wrap", "anywhere");
            list.add(item);
        }
        return list;
    }

    private static StatusBadge.Kind kind(ModelImport.State state) {
        return switch (state) {
            case READING, CHECKING, STORING -> StatusBadge.Kind.BUSY;
            case READY -> StatusBadge.Kind.GOOD;
            case FAILED -> StatusBadge.Kind.BAD;
            case CANCELLED -> StatusBadge.Kind.OFF;
        };
    }
}
