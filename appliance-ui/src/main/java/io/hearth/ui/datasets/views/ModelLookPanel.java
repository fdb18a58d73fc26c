package io.hearth.ui.datasets.views;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H3;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.IntegerField;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.datasets.TokenService;
import io.hearth.ui.models.ModelService;
import io.hearth.ui.models.ModelVersion;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.TrainedText;
import io.hearth.ui.shell.Wording;
import java.util.List;
import java.util.function.Supplier;

/** Rows as a base model will see them, and how long they are for it. */
final class ModelLookPanel extends Div {
    private static final int PAGE = 5;

    private final TokenService tokens;
    private final Supplier<Actor> actor;
    private final String subject;
    private final Select<ModelVersion> model = new Select<>();
    private final IntegerField context = new IntegerField();
    private final Div lengths = new Div();
    private final Div rows = new Div();
    private final Pager pager = new Pager(PAGE, this::showRows);
    private long offset;

    ModelLookPanel(TokenService tokens, ModelService models, Supplier<Actor> actor, String subject) {
        this.tokens = tokens;
        this.actor = actor;
        this.subject = subject;
        setWidthFull();
        getStyle().set("display", "grid").set("gap", "1rem");
        List<ModelVersion> bases = models.bases(actor.get());
        if (bases.isEmpty()) {
            Paragraph none = new Paragraph();
            Wording.of(this).text(none::setText, "datasets.look.no-models");
            add(none);
            return;
        }
        model.setItems(bases);
        model.setItemLabelGenerator(base -> base.model() + ":" + base.version());
        model.setValue(bases.getFirst());
        model.addValueChangeListener(changed -> show());
        context.setMin(2);
        context.setClearButtonVisible(true);
        context.addValueChangeListener(changed -> show());
        Div choice = new Div(model, context);
        choice.addClassName("hearth-actions");
        choice.getStyle().set("align-items", "end");
        rows.getStyle().set("display", "grid").set("gap", "1rem");
        add(choice, lengths, TrainedText.legend(), rows, pager);
        Wording.of(this)
                .text(model::setLabel, "datasets.look.model")
                .text(context::setLabel, "datasets.look.context")
                .text(context::setHelperText, "datasets.look.context-help")
                .always(this::show);
    }

    private void show() {
        try {
            showLengths();
            showRows(0);
        } catch (Problem problem) {
            lengths.removeAll();
            rows.removeAll();
            lengths.add(new Paragraph(Language.say(problem.sentence())));
        }
    }

    private Integer context() {
        return context.isInvalid() ? null : context.getValue();
    }

    private void showLengths() {
        TokenService.Lengths found =
                tokens.lengths(actor.get(), subject, model.getValue().id(), context());
        Figures figures = Figures.here();
        lengths.removeAll();
        lengths.add(
                new H3(Language.say("datasets.look.lengths")),
                new Paragraph(Language.say(
                        "datasets.look.summary",
                        figures.count(found.counted()),
                        figures.count(found.rows()),
                        figures.decimal(found.mean(), 0),
                        figures.count(found.longest()))),
                new Paragraph(Language.say(
                        found.cut() == 0 ? "datasets.look.fits" : "datasets.look.cut",
                        figures.count(found.cut()),
                        figures.count(found.context()))));
        if (found.refused() > 0) {
            lengths.add(new Paragraph(Language.say("datasets.look.refused", figures.count(found.refused()))));
        }
        lengths.add(new Histogram(found.buckets().stream()
                .map(bucket -> new Histogram.Bar(
                        figures.count(bucket.from()) + "–" + figures.count(bucket.to() - 1), bucket.rows()))
                .toList()));
    }

    private void showRows(long from) {
        offset = from;
        Paged<TokenService.PreviewRow> page =
                tokens.preview(actor.get(), subject, model.getValue().id(), context(), offset, PAGE);
        rows.removeAll();
        for (TokenService.PreviewRow row : page.items()) {
            Figures figures = Figures.here();
            Span about = new Span(
                    row.problem() != null
                            ? Language.say(row.problem())
                            : Language.say(
                                    row.cut() ? "datasets.look.row-cut" : "datasets.look.row",
                                    figures.count(row.number() + 1),
                                    figures.count(row.tokens()),
                                    figures.count(row.trained())));
            about.addClassName("hearth-secondary");
            Div panel = new Div(
                    about,
                    new TrainedText(row.pieces().stream()
                            .map(piece -> new TrainedText.Piece(piece.text(), piece.trained()))
                            .toList()));
            panel.addClassName("hearth-panel");
            rows.add(panel);
        }
        pager.of(page.total(), offset);
    }
}
