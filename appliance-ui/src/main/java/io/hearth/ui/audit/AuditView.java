package io.hearth.ui.audit;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.combobox.ComboBox;
import com.vaadin.flow.component.datepicker.DatePicker;
import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.icon.VaadinIcon;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.data.provider.DataProvider;
import com.vaadin.flow.data.value.ValueChangeMode;
import com.vaadin.flow.router.Route;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.shell.DownloadLink;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.StatusBadge;
import io.hearth.ui.shell.Wording;
import jakarta.annotation.security.RolesAllowed;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What was done, by whom and when. */
@Route(value = "audit", layout = MainLayout.class)
@RolesAllowed(Role.IS_ADMINISTRATOR)
public class AuditView extends Page {
    private final transient Audit audit;
    private final DatePicker from = new DatePicker();
    private final DatePicker to = new DatePicker();
    private final TextField actor = new TextField();
    private final ComboBox<String> action = new ComboBox<>();
    private final TextField text = new TextField();
    private final Grid<AuditEntry> grid = new Grid<>();
    private final Div result = new Div();
    private final Div exports = new Div();

    public AuditView(Audit audit) {
        this.audit = audit;
        title("audit.title");
        lead("audit.lead");
        Button verify = new Button(VaadinIcon.SHIELD.create(), click -> verify());
        verify.setId("verify");
        text(verify::setText, "audit.verify");
        actions(exports, verify);
        exports.addClassName("hearth-actions");
        result.setId("verification");
        result.getElement().setAttribute("role", "status");
        result.setVisible(false);
        add(result, filters(), grid);
        build();
        live(News.Topic.AUDIT, this::refresh);
        inLanguage(this::refresh);
    }

    private Button open(AuditEntry row) {
        Button open = new Button(Long.toString(row.sequence()), click -> new AuditDialog(row).open());
        open.addThemeVariants(ButtonVariant.LUMO_TERTIARY, ButtonVariant.LUMO_SMALL);
        open.setAriaLabel(Language.say("audit.row", Long.toString(row.sequence())));
        return open;
    }

    private Div filters() {
        for (TextField field : List.of(actor, text)) {
            field.setClearButtonVisible(true);
            field.setValueChangeMode(ValueChangeMode.LAZY);
            field.addValueChangeListener(changed -> refresh());
        }
        for (DatePicker day : List.of(from, to)) {
            day.setClearButtonVisible(true);
            day.addValueChangeListener(changed -> refresh());
        }
        action.setAllowCustomValue(true);
        action.addCustomValueSetListener(typed -> action.setValue(typed.getDetail()));
        action.setClearButtonVisible(true);
        action.addValueChangeListener(changed -> refresh());
        text(from::setLabel, "audit.from");
        text(to::setLabel, "audit.to");
        text(actor::setLabel, "audit.actor");
        text(action::setLabel, "audit.action");
        text(text::setLabel, "audit.text");
        Div filters = new Div(from, to, actor, action, text);
        filters.addClassName("hearth-tiles");
        return filters;
    }

    private void build() {
        grid.setHeight("32rem");
        text(name -> grid.getElement().setAttribute("aria-label", name), "audit.title");
        Grid.Column<AuditEntry> time = grid.addColumn(row -> Figures.here().dateTime(row.time()))
                .setAutoWidth(true)
                .setFlexGrow(0);
        Grid.Column<AuditEntry> who = grid.addColumn(AuditEntry::actorName);
        Grid.Column<AuditEntry> origin = grid.addColumn(AuditEntry::origin);
        Grid.Column<AuditEntry> what = grid.addColumn(AuditEntry::action);
        Grid.Column<AuditEntry> number =
                grid.addComponentColumn(this::open).setAutoWidth(true).setFlexGrow(0);
        Grid.Column<AuditEntry> details = grid.addColumn(AuditEntry::details).setFlexGrow(3);
        text(time::setHeader, "audit.time");
        text(who::setHeader, "audit.actor");
        text(origin::setHeader, "audit.origin");
        text(what::setHeader, "audit.action");
        text(number::setHeader, "audit.number");
        text(details::setHeader, "audit.details");
        grid.setColumnOrder(number, time, who, origin, what, details);
        grid.setSelectionMode(Grid.SelectionMode.NONE);
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        action.setItems(audit.actions(actor()));
        grid.setItems(DataProvider.fromCallbacks(
                wanted -> audit.search(actor(), query(), wanted.getOffset(), wanted.getLimit()).items().stream(),
                wanted -> {
                    wanted.getOffset();
                    return (int) Math.min(
                            Integer.MAX_VALUE,
                            audit.search(actor(), query(), 0, 1).total());
                }));
        refresh();
    }

    private void refresh() {
        grid.getDataProvider().refreshAll();
        exports.removeAll();
        exports.add(
                new DownloadLink(export(AuditFormat.CSV), "audit.export.csv"),
                new DownloadLink(export(AuditFormat.JSONL), "audit.export.jsonl"));
    }

    private AuditQuery query() {
        return new AuditQuery(
                midnight(from.getValue()),
                to.getValue() == null ? null : midnight(to.getValue().plusDays(1)),
                given(actor.getValue()),
                given(action.getValue()),
                null,
                given(text.getValue()));
    }

    private static @Nullable Long midnight(@Nullable LocalDate day) {
        return day == null
                ? null
                : day.atStartOfDay(Figures.here().zone()).toInstant().toEpochMilli();
    }

    private static @Nullable String given(@Nullable String value) {
        return value == null || value.isBlank() ? null : value.strip();
    }

    /** Where the rows that are shown can be had as a file. */
    private String export(AuditFormat format) {
        AuditQuery query = query();
        return "/api/v1/audit/export?"
                + Stream.of(
                                parameter("format", format.key()),
                                parameter("from", query.from() == null ? null : Instant.ofEpochMilli(query.from())),
                                parameter("to", query.to() == null ? null : Instant.ofEpochMilli(query.to())),
                                parameter("actor", query.actor()),
                                parameter("action", query.action()),
                                parameter("text", query.text()))
                        .filter(one -> !one.isEmpty())
                        .collect(Collectors.joining("&"));
    }

    private static String parameter(String name, @Nullable Object value) {
        return value == null ? "" : name + "=" + URLEncoder.encode(value.toString(), StandardCharsets.UTF_8);
    }

    private void verify() {
        AuditCheck check = audit.verify(actor());
        result.removeAll();
        Paragraph words = new Paragraph();
        words.addClassName("hearth-mono");
        Wording.of(words).text(words::setText, check.finding());
        result.add(
                new Div(
                        check.whole()
                                ? new StatusBadge(StatusBadge.Kind.GOOD, "audit.whole")
                                : new StatusBadge(StatusBadge.Kind.BAD, "audit.broken")),
                words);
        result.setClassName("hearth-panel");
        result.setVisible(true);
    }
}
