package io.hearth.ui.datasets.views;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.checkbox.Checkbox;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.textfield.IntegerField;
import io.hearth.ui.datasets.Import;
import io.hearth.ui.datasets.ImportCommit.Choice;
import io.hearth.ui.datasets.Report;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;
import java.util.function.Consumer;

/** The last step of an import: what is left out, what is held out, and the button. */
final class CommitPanel extends Div {
    private final Checkbox badRows = new Checkbox();
    private final Checkbox copies = new Checkbox();
    private final Checkbox leaks = new Checkbox();
    private final IntegerField share = new IntegerField();
    private final Button commit = new Button();
    private final Import one;

    CommitPanel(Import one, Consumer<Choice> then) {
        this.one = one;
        Report report = one.report();
        addClassName("hearth-panel");
        H2 heading = new H2();
        Paragraph split = new Paragraph();
        split.addClassName("hearth-secondary");
        share.setMin(0);
        share.setMax(50);
        share.setValue(10);
        share.setStepButtonsVisible(true);
        share.setWidth("14rem");
        commit.addThemeVariants(ButtonVariant.PRIMARY);
        commit.setDisableOnClick(true);
        commit.addClickListener(clicked -> {
            try {
                then.accept(choice());
            } finally {
                commit.setEnabled(true);
            }
        });
        badRows.addValueChangeListener(changed -> commit.setEnabled(changed.getValue()));
        badRows.setVisible(report.badRows() > 0);
        copies.setVisible(report.findings().copies() > 0);
        leaks.setVisible(report.findings().leaks() > 0);
        leaks.setValue(true);
        share.setVisible(one.evaluation() == null);
        commit.setEnabled(report.badRows() == 0);
        add(heading, badRows, copies, leaks, share, split, new Div(commit));
        Wording.of(this)
                .text(heading::setText, "datasets.commit.title", one.name())
                .text(badRows::setLabel, "datasets.commit.bad-rows", report.badRows(), report.rows())
                .text(
                        copies::setLabel,
                        "datasets.commit.copies",
                        report.findings().copies())
                .text(
                        leaks::setLabel,
                        "datasets.commit.leaks",
                        report.findings().leaks())
                .text(share::setLabel, "datasets.commit.share")
                .text(commit::setText, "datasets.commit.button")
                .always(() -> split.setText(splitText()));
    }

    private String splitText() {
        Figures figures = Figures.here();
        return one.evaluation() != null
                ? Language.say("datasets.commit.file", one.evaluation().fileName())
                : Language.say(
                        "datasets.commit.split",
                        figures.count(one.report().findings().clusters()),
                        figures.count(one.report().findings().largestCluster()));
    }

    private Choice choice() {
        Double held = one.evaluation() != null || share.getValue() == null ? null : share.getValue() / 100.0;
        return new Choice(badRows.getValue(), copies.getValue(), leaks.getValue(), held, null);
    }
}
