package io.hearth.ui.metering;

import com.vaadin.flow.component.combobox.MultiSelectComboBox;
import com.vaadin.flow.component.datepicker.DatePicker;
import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.metering.UsageQuery.Group;
import io.hearth.ui.shell.DownloadLink;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.LiveChart;
import io.hearth.ui.shell.LiveChart.Point;
import io.hearth.ui.shell.LiveChart.Series;
import io.hearth.ui.shell.Wording;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Usage over days, as lines and as a table by whatever one likes. */
public final class UsagePanel extends Div {
    private static final int DAYS = 29;

    private final Metering metering;
    private final Supplier<Actor> actor;
    private final DatePicker from = new DatePicker();
    private final DatePicker to = new DatePicker();
    private final MultiSelectComboBox<Group> groups = new MultiSelectComboBox<>();
    private final DownloadLink csv = new DownloadLink("/api/v1/usage.csv", "metering.csv");
    private final LiveChart chart = new LiveChart(
            Sentence.of("metering.chart"),
            LiveChart.Across.TIME,
            LiveChart.Unit.NUMBER,
            new Series("in", "metering.tokens.in"),
            new Series("out", "metering.tokens.out"),
            new Series("requests", Sentence.of("metering.requests"), true));
    private final Grid<UsageLine> grid = new Grid<>();
    private final Div figures = new Div();

    public UsagePanel(Metering metering, Supplier<Actor> actor) {
        this.metering = metering;
        this.actor = actor;
        addClassName("hearth-stack");
        setWidthFull();
        Wording words = Wording.of(this);
        to.setValue(metering.today());
        from.setValue(metering.today().minusDays(DAYS));
        words.text(from::setLabel, "metering.from").text(to::setLabel, "metering.to");
        groups.setItems(Group.values());
        // Wide enough to show what is chosen, not only how many.
        groups.setWidth("20rem");
        groups.setValue(Set.of(Group.KEY, Group.MODEL));
        groups.setItemLabelGenerator(UsagePanel::word);
        words.text(groups::setLabel, "metering.by");
        words.always(() -> groups.setItemLabelGenerator(UsagePanel::word));
        from.addValueChangeListener(changed -> refresh());
        to.addValueChangeListener(changed -> refresh());
        groups.addValueChangeListener(changed -> refresh());
        Div choice = new Div(from, to, groups, csv);
        choice.addClassName("hearth-actions");
        choice.getStyle().set("align-items", "end");
        figures.addClassName("hearth-tiles");
        figures.getStyle().set("margin-block", "1rem");
        grid.setAllRowsVisible(true);
        add(choice, figures, chart, grid);
        words.always(this::refresh);
    }

    private static String word(Group group) {
        return Language.say("metering.by." + group.key());
    }

    /** Reads again. */
    public void refresh() {
        if (!isAttached()
                || from.getValue() == null
                || to.getValue() == null
                || to.getValue().isBefore(from.getValue())) {
            return;
        }
        List<Group> chosen = groups.getValue().isEmpty()
                ? List.of(Group.DAY)
                : groups.getValue().stream().sorted().toList();
        List<UsageLine> byDay = read(List.of(Group.DAY));
        showDays(byDay);
        showFigures(byDay);
        showTable(chosen, read(chosen));
        csv.setHref("/api/v1/usage.csv?from=" + from.getValue() + "&to=" + to.getValue() + "&group="
                + chosen.stream().map(Group::key).collect(Collectors.joining(",")));
    }

    private List<UsageLine> read(List<Group> by) {
        return metering.usage(actor.get(), new UsageQuery(from.getValue(), to.getValue(), by, null, null, null));
    }

    private void showDays(List<UsageLine> byDay) {
        Map<String, UsageLine> known = new HashMap<>();
        byDay.forEach(line -> known.put(line.day(), line));
        chart.clear();
        for (LocalDate day = from.getValue(); !day.isAfter(to.getValue()); day = day.plusDays(1)) {
            UsageLine line = known.get(day.toString());
            double at = day.atStartOfDay(ZoneId.systemDefault()).toInstant().toEpochMilli();
            chart.append("in", List.of(new Point(at, line == null ? 0 : line.promptTokens())));
            chart.append("out", List.of(new Point(at, line == null ? 0 : line.completionTokens())));
            chart.append("requests", List.of(new Point(at, line == null ? 0 : line.requests())));
        }
    }

    private void showFigures(List<UsageLine> byDay) {
        Figures said = Figures.here();
        figures.removeAll();
        figure(
                "metering.requests",
                said.count(byDay.stream().mapToLong(UsageLine::requests).sum()));
        figure(
                "metering.tokens.in",
                said.count(byDay.stream().mapToLong(UsageLine::promptTokens).sum()));
        figure(
                "metering.tokens.out",
                said.count(byDay.stream().mapToLong(UsageLine::completionTokens).sum()));
        figure(
                "metering.card",
                said.seconds(byDay.stream().mapToDouble(UsageLine::cardSeconds).sum()));
    }

    private void figure(String key, String value) {
        Span number = new Span(value);
        number.addClassName("hearth-figure");
        Span word = new Span(Language.say(key));
        word.addClassName("hearth-secondary");
        word.getStyle().set("display", "block");
        Div tile = new Div(word, number);
        tile.addClassName("hearth-panel");
        tile.getStyle().set("box-sizing", "border-box");
        figures.add(tile);
    }

    private void showTable(List<Group> chosen, List<UsageLine> lines) {
        grid.removeAllColumns();
        for (Group group : chosen) {
            grid.addColumn(line -> label(group, line))
                    .setHeader(word(group))
                    .setAutoWidth(true)
                    .setSortable(true);
        }
        number("metering.requests", UsageLine::requests);
        number("metering.tokens.in", UsageLine::promptTokens);
        number("metering.tokens.cached", UsageLine::cachedTokens);
        number("metering.tokens.out", UsageLine::completionTokens);
        grid.addColumn(line -> Figures.here().decimal(line.cardSeconds(), 1))
                .setHeader(Language.say("metering.card.seconds"))
                .setAutoWidth(true)
                .setComparator(UsageLine::cardSeconds);
        grid.setItems(lines);
        grid.setVisible(!lines.isEmpty());
    }

    private void number(String key, com.vaadin.flow.function.ValueProvider<UsageLine, Long> value) {
        grid.addColumn(line -> Figures.here().count(value.apply(line)))
                .setHeader(Language.say(key))
                .setAutoWidth(true)
                .setComparator(value);
    }

    private static String label(Group group, UsageLine line) {
        String label = line.label(group);
        if (!UsageTag.NOBODY.equals(label)) {
            return label;
        }
        return Language.say(group == Group.KEY ? "metering.playground" : "metering.nobody");
    }
}
