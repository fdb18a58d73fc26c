package io.hearth.ui.jobs;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.select.Select;
import io.hearth.ui.core.Paged;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Confirm;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.StatusBadge;
import io.hearth.ui.shell.Wording;
import java.util.Locale;
import java.util.function.BiConsumer;

/** What a job came to: the verdict, the figures with their intervals, the rows side by side, and the way to promotion. */
final class ResultPanel extends Div {
    private static final int PAGE = 20;

    /** Gives compared rows. */
    interface Rows {
        Paged<ComparedRow> of(MetricStore.Filter filter, long offset, int limit);
    }

    private final transient Rows rows;
    private final transient BiConsumer<String, String> promote;
    private final Div says = new Div();
    private final Select<MetricStore.Filter> filter = new Select<>();
    private final Grid<ComparedRow> grid = new Grid<>();
    private final Button back = new Button("‹");
    private final Button on = new Button("›");
    private final Span place = new Span();
    private transient Job job;
    private boolean may;
    private long offset;

    /**
     * @param promote points an alias to the result, with a reason or null
     */
    ResultPanel(Rows rows, BiConsumer<String, String> promote) {
        this.rows = rows;
        this.promote = promote;
        setWidthFull();
        addClassName("hearth-stack");
        says.addClassName("hearth-stack");
        filter.setItems(MetricStore.Filter.values());
        filter.setValue(MetricStore.Filter.ALL);
        filter.addValueChangeListener(changed -> {
            offset = 0;
            fill();
        });
        grid.setAllRowsVisible(true);
        columns();
        back.addClickListener(clicked -> turn(-PAGE));
        on.addClickListener(clicked -> turn(PAGE));
        Div pages = new Div(filter, back, place, on);
        pages.addClassName("hearth-actions");
        H2 heading = new H2();
        Wording.of(this)
                .text(heading::setText, "jobs.result.rows")
                .text(filter::setLabel, "jobs.result.show")
                .text(back::setAriaLabel, "jobs.result.back")
                .text(on::setAriaLabel, "jobs.result.on")
                .always(() -> filter.setItemLabelGenerator(
                        value -> Language.say("jobs.result.show." + value.name().toLowerCase(Locale.ROOT))))
                .always(this::draw);
        add(says, heading, pages, grid);
    }

    void show(Job shown, boolean mayPromote) {
        job = shown;
        may = mayPromote;
        draw();
    }

    private void draw() {
        setVisible(job != null && job.state() == JobState.DONE);
        if (!isVisible()) {
            return;
        }
        says.removeAll();
        Comparison result = job.result() == null ? Comparison.NONE : job.result();
        Div verdict = new Div(
                new StatusBadge(
                        kind(result.verdict()),
                        "jobs.verdict.short." + result.verdict().key()),
                new Div(Language.say(result.verdict().sentence())));
        verdict.addClassName("hearth-actions");
        says.add(verdict);
        if (result.rows() > 0) {
            Div tiles = new Div();
            tiles.addClassName("hearth-tiles");
            tiles.add(
                    figure("jobs.result.f1", result.f1(), true),
                    figure("jobs.result.exact", result.exact(), true),
                    figure("jobs.result.loss", result.loss(), false));
            says.add(tiles, new Div(Language.say("jobs.result.count", result.rows())));
        }
        parity();
        if (may) {
            Div buttons = new Div();
            buttons.addClassName("hearth-actions");
            for (String alias : java.util.List.of("prod", "candidate")) {
                Button button = new Button(Language.say("jobs.promote.to", job.model(), alias), clicked -> go(alias));
                if (alias.equals("prod")) {
                    button.addThemeVariants(ButtonVariant.PRIMARY);
                }
                buttons.add(button);
            }
            says.add(buttons);
        }
        fill();
    }

    private void parity() {
        if (job.parity() == null) {
            return;
        }
        says.add(new Div(
                job.parity().same()
                        ? Language.say(
                                "jobs.parity.same",
                                job.parity().prompts(),
                                job.parity().tokens())
                        : Language.say(
                                "jobs.parity.differs",
                                String.valueOf(job.parity().difference()))));
    }

    private void go(String alias) {
        try {
            promote.accept(alias, null);
        } catch (Problem e) {
            if (!e.sentence().key().equals("models.alias.objection")) {
                throw e;
            }
            Confirm.withReason(
                    Sentence.of("jobs.promote.override", job.model(), alias),
                    e.sentence(),
                    Sentence.of("jobs.promote.anyway"),
                    reason -> promote.accept(alias, reason));
        }
    }

    private static Div figure(String name, Interval interval, boolean share) {
        Figures figures = Figures.here();
        Div value = new Div(say(figures, interval.base(), share) + " → " + say(figures, interval.tuned(), share));
        value.addClassName("hearth-figure");
        Div words = new Div(Language.say(
                "jobs.result.interval",
                signed(figures, interval.difference(), share),
                signed(figures, interval.low(), share),
                signed(figures, interval.high(), share)));
        words.addClassName("hearth-secondary");
        Div panel = new Div(new Div(Language.say(name)), value, words);
        panel.addClassName("hearth-panel");
        return panel;
    }

    private static String say(Figures figures, double value, boolean share) {
        return share ? figures.percent(value) : figures.decimal(value, 3);
    }

    private static String signed(Figures figures, double value, boolean share) {
        return (value > 0 ? "+" : "") + say(figures, value, share);
    }

    private void columns() {
        Wording words = Wording.of(this);
        Grid.Column<ComparedRow> prompt = grid.addComponentColumn(row -> cell(row.prompt(), null));
        Grid.Column<ComparedRow> reference = grid.addComponentColumn(row -> cell(row.reference(), null));
        Grid.Column<ComparedRow> base = grid.addComponentColumn(
                row -> cell(row.base().text(), score(row.base().f1())));
        Grid.Column<ComparedRow> tuned = grid.addComponentColumn(
                row -> cell(row.tuned().text(), score(row.tuned().f1())));
        words.text(prompt::setHeader, "jobs.result.prompt");
        words.text(reference::setHeader, "jobs.result.reference");
        words.text(base::setHeader, "jobs.result.base");
        words.text(tuned::setHeader, "jobs.result.tuned");
    }

    private static String score(double f1) {
        return "F1 " + Figures.here().percent(f1);
    }

    private static Div cell(String text, String score) {
        Div words = new Div(text);
        words.getStyle()
                .set("white-space", "pre-wrap")
                .set("overflow-wrap", "anywhere")
                .set("max-height", "12rem")
                .set("overflow", "auto");
        Div cell = new Div(words);
        if (score != null) {
            Span small = new Span(score);
            small.addClassName("hearth-secondary");
            cell.add(small);
        }
        return cell;
    }

    private void turn(int by) {
        offset = Math.max(0, offset + by);
        fill();
    }

    private void fill() {
        if (job == null || job.state() != JobState.DONE) {
            return;
        }
        Paged<ComparedRow> page = rows.of(filter.getValue(), offset, PAGE);
        grid.setItems(page.items());
        long last = Math.min(offset + PAGE, page.total());
        place.setText(Language.say("jobs.result.place", page.total() == 0 ? 0 : offset + 1, last, page.total()));
        back.setEnabled(offset > 0);
        on.setEnabled(last < page.total());
    }

    private static StatusBadge.Kind kind(Verdict verdict) {
        return switch (verdict) {
            case GAIN -> StatusBadge.Kind.GOOD;
            case SAME, FEW, NONE -> StatusBadge.Kind.WARNING;
            case WORSE -> StatusBadge.Kind.BAD;
        };
    }
}
