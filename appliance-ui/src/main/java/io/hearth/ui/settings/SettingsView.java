package io.hearth.ui.settings;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.HasValue;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.DescriptionList;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.IntegerField;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.router.Route;
import io.hearth.ui.certificates.Certificates;
import io.hearth.ui.core.Role;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.Toast;
import jakarta.annotation.security.RolesAllowed;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is set for the whole appliance, and the certificate that it shows. */
@Route(value = "settings", layout = MainLayout.class)
@RolesAllowed(Role.IS_ADMINISTRATOR)
public class SettingsView extends Page {
    private final transient Settings settings;
    private final Map<Setting<?>, HasValue<?, ?>> fields = new LinkedHashMap<>();

    public SettingsView(Settings settings, Certificates certificates) {
        this.settings = settings;
        title("settings.title");
        lead("settings.lead");
        Div values = new Div();
        values.addClassName("hearth-columns");
        Settings.ALL.forEach(setting -> values.add(field(setting)));
        Button save = new Button("", click -> save());
        save.setId("save-settings");
        save.addThemeVariants(ButtonVariant.LUMO_PRIMARY);
        text(save::setText, "settings.save");
        H2 heading = new H2();
        text(heading::setText, "settings.general");
        Div buttons = new Div(save);
        buttons.addClassName("hearth-actions");
        Div general = new Div(heading, values, buttons);
        general.addClassName("hearth-panel");
        add(general, certificate(certificates));
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        show();
    }

    private Component field(Setting<?> setting) {
        return switch (setting) {
            case Setting.Whole whole -> {
                IntegerField field = new IntegerField();
                field.setMin(whole.least());
                field.setMax(whole.most());
                field.setStepButtonsVisible(true);
                text(field::setLabel, "settings." + whole.name());
                text(field::setHelperText, "settings.range", whole.least(), whole.most());
                fields.put(setting, field);
                yield field;
            }
            case Setting.Line line -> {
                TextField field = new TextField();
                field.setMaxLength(line.longest());
                text(field::setLabel, "settings." + line.name());
                fields.put(setting, field);
                yield field;
            }
            case Setting.Choice choice -> {
                Select<String> field = new Select<>();
                field.setItems(choice.values());
                text(field::setLabel, "settings." + choice.name());
                inLanguage(() ->
                        field.setItemLabelGenerator(value -> Language.say("settings." + choice.name() + "." + value)));
                fields.put(setting, field);
                yield field;
            }
        };
    }

    private Div certificate(Certificates certificates) {
        H2 heading = new H2();
        Paragraph lead = new Paragraph();
        lead.addClassName("hearth-secondary");
        DescriptionList facts = new DescriptionList();
        facts.addClassName("hearth-facts");
        DescriptionList.Term print = new DescriptionList.Term();
        DescriptionList.Description printed = new DescriptionList.Description(certificates.fingerprint());
        printed.addClassName("hearth-mono");
        printed.getStyle().set("overflow-wrap", "anywhere");
        DescriptionList.Term ends = new DescriptionList.Term();
        DescriptionList.Description ended = new DescriptionList.Description();
        facts.add(print, printed, ends, ended);
        text(heading::setText, "settings.certificate");
        text(lead::setText, "settings.certificate.lead");
        text(print::setText, "settings.certificate.fingerprint");
        text(ends::setText, "settings.certificate.ends");
        inLanguage(() ->
                ended.setText(Figures.here().date(certificates.serverEnds().toEpochMilli())));
        Div panel = new Div(heading, lead, facts);
        panel.addClassName("hearth-panel");
        return panel;
    }

    @SuppressWarnings("unchecked")
    private void show() {
        Map<String, Object> values = settings.all();
        fields.forEach((setting, field) -> ((HasValue<?, Object>) field).setValue(values.get(setting.name())));
    }

    private void save() {
        Map<String, String> texts = new LinkedHashMap<>();
        fields.forEach((setting, field) ->
                texts.put(setting.name(), field.getValue() == null ? "" : String.valueOf(field.getValue())));
        settings.put(actor(), texts);
        show();
        Toast.done("settings.saved");
    }
}
