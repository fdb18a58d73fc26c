package io.hearth.ui.setup;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.textfield.TextField;
import io.hearth.ui.core.Problem;
import io.hearth.ui.shell.Wording;
import java.util.List;
import java.util.function.Supplier;

/** The machine's name. */
final class NamePanel extends StepPanel {
    private final TextField name = new TextField();

    NamePanel(SetUp setUp, Supplier<SetUp.Entry> entry) {
        super(setUp, entry, "setup.name.title", "setup.name.lead");
        name.setId("setup-machine-name");
        name.setWidthFull();
        name.setMaxLength(63);
        name.getElement().setAttribute("autocomplete", "off");
        Wording.of(this).text(name::setLabel, "setup.name.label").text(name::setHelperText, "setup.name.help");
        add(name);
    }

    @Override
    void begin() {
        forgive(name);
        name.setValue(setUp.name(entry.get()));
    }

    @Override
    void next(Runnable then) {
        forgive(name);
        try {
            setUp.name(entry.get(), name.getValue());
            then.run();
        } catch (Problem problem) {
            if (problem.kind() == Problem.Kind.INVALID) {
                wrong(name, problem.sentence());
            } else {
                refuse(problem);
            }
        }
    }

    @Override
    Component first() {
        return name;
    }

    @Override
    List<Component> enterGoesOn() {
        return List.of(name);
    }
}
