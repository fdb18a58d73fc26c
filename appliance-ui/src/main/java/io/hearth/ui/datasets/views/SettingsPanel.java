package io.hearth.ui.datasets.views;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.combobox.ComboBox;
import com.vaadin.flow.component.details.Details;
import com.vaadin.flow.component.formlayout.FormLayout;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.select.Select;
import io.hearth.ui.datasets.Report;
import io.hearth.ui.datasets.reading.ImportSettings;
import io.hearth.ui.datasets.reading.Shapes;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Wording;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** How a file is read, to be changed: what was found stands in the fields, and reading it again is one button. */
final class SettingsPanel extends Div {
    private static final List<String> ENCODINGS = List.of(
            "utf-8", "utf-16le", "utf-16be", "gb18030", "big5", "shift_jis", "euc-kr", "windows-1251", "windows-1252");

    private final FormLayout form = new FormLayout();
    private final Select<String> shape = new Select<>();
    private final Div fields = new Div();
    private final Map<String, ComboBox<String>> columns = new LinkedHashMap<>();
    private final Map<String, Select<String>> choices = new LinkedHashMap<>();
    private final Report.Part part;
    private final ImportSettings wish;

    /**
     * @param part what was found; null if nothing was
     * @param wish what the user has settled before
     */
    SettingsPanel(Report.Part part, ImportSettings wish, Consumer<ImportSettings> again) {
        this.part = part;
        this.wish = wish;
        ImportSettings found = part == null ? wish : part.settings();
        setWidthFull();
        Paragraph help = new Paragraph();
        help.addClassName("hearth-secondary");
        Wording.of(this).text(help::setText, "datasets.settings.help");
        shape.setItems(Shapes.keys());
        shape.setItemLabelGenerator(key -> Language.say("datasets.shape." + key));
        Wording.of(this).text(shape::setLabel, "datasets.settings.shape");
        shape.setValue(found.shape());
        shape.addValueChangeListener(changed -> showFields(Map.of()));
        form.add(shape);
        fields.addClassName("hearth-tiles");
        showFields(found.columns() == null ? Map.of() : found.columns());
        Button read = new Button();
        read.addThemeVariants(ButtonVariant.PRIMARY);
        Wording.of(this).text(read::setText, "datasets.settings.again");
        read.addClickListener(clicked -> again.accept(settings()));
        add(help, form, fields, more(found), read);
    }

    private Details more(ImportSettings found) {
        FormLayout all = new FormLayout();
        all.add(choice(
                "format", List.of("jsonl", "json", "csv", "xlsx", "txt", "markdown"), wish.format(), found.format()));
        all.add(choice("encoding", ENCODINGS, wish.encoding(), found.encoding()));
        all.add(choice("delimiter", List.of(",", "\t", ";", "|"), wish.delimiter(), found.delimiter()));
        all.add(choice("quote", List.of("\"", "'"), wish.quote(), found.quote()));
        all.add(choice("header", List.of("true", "false"), said(wish.header()), said(found.header())));
        all.add(choice("unit", List.of("line", "paragraph", "section", "file"), wish.unit(), found.unit()));
        if (part != null && !part.sheets().isEmpty()) {
            all.add(choice("sheet", part.sheets(), wish.sheet(), found.sheet()));
        }
        Details details = new Details("", all);
        details.setWidthFull();
        Wording.of(this).text(details::setSummaryText, "datasets.settings.more");
        return details;
    }

    private static String said(Boolean value) {
        return value == null ? null : value.toString();
    }

    /** A choice of which nothing means: found out, as it says. */
    private Select<String> choice(String name, List<String> values, String chosen, String found) {
        Select<String> select = new Select<>();
        select.setItems(values);
        select.setEmptySelectionAllowed(true);
        select.setItemLabelGenerator(value -> value == null ? automatic(name, found) : label(name, value));
        select.setEmptySelectionCaption(automatic(name, found));
        select.setValue(chosen);
        Wording.of(this).text(select::setLabel, "datasets.settings.label." + name);
        choices.put(name, select);
        return select;
    }

    private static String automatic(String name, String found) {
        return found == null
                ? Language.say("datasets.settings.automatic")
                : Language.say("datasets.settings.found", label(name, found));
    }

    private static String label(String name, String value) {
        return switch (name) {
            case "delimiter" -> value.equals("\t") ? Language.say("datasets.settings.tab") : value;
            case "header" -> Language.say("datasets.settings.header." + value);
            case "unit" -> Language.say("datasets.settings.unit." + value);
            default -> value;
        };
    }

    private void showFields(Map<String, String> chosen) {
        fields.removeAll();
        columns.clear();
        if (shape.getValue() == null) {
            return;
        }
        var kind = Shapes.of(shape.getValue());
        List<String> names = new ArrayList<>(Shapes.required(kind));
        names.addAll(Shapes.optional(kind));
        for (String name : names) {
            ComboBox<String> column = new ComboBox<>();
            column.setItems(part == null ? List.of() : part.columns());
            column.setAllowCustomValue(true);
            column.addCustomValueSetListener(custom -> column.setValue(custom.getDetail()));
            column.setClearButtonVisible(!Shapes.required(kind).contains(name));
            column.setRequiredIndicatorVisible(Shapes.required(kind).contains(name));
            column.setWidthFull();
            Wording.of(column).text(column::setLabel, "datasets.settings.field-from", name);
            String own = chosen.get(name);
            column.setValue(own != null ? own : part != null && part.columns().contains(name) ? name : null);
            columns.put(name, column);
            fields.add(column);
        }
    }

    private ImportSettings settings() {
        Map<String, String> mapping = new LinkedHashMap<>();
        columns.forEach((field, column) -> {
            if (column.getValue() != null && !column.getValue().isBlank()) {
                mapping.put(field, column.getValue());
            }
        });
        String header = value("header");
        return new ImportSettings(
                value("encoding"),
                value("format"),
                value("delimiter"),
                value("quote"),
                header == null ? null : Boolean.valueOf(header),
                value("sheet"),
                value("unit"),
                shape.getValue(),
                mapping.isEmpty() ? null : mapping);
    }

    private String value(String name) {
        Select<String> select = choices.get(name);
        return select == null ? null : select.getValue();
    }
}
