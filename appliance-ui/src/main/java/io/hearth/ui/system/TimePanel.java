package io.hearth.ui.system;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.textfield.TextField;
import io.hearth.ui.core.Actor;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Toast;
import io.hearth.ui.shell.Wording;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/** The clock and the servers that it follows. */
final class TimePanel extends FactsPanel {
    private final transient SystemService system;
    private final transient Supplier<Actor> actor;
    private final TextField servers = new TextField();

    TimePanel(SystemService system, Supplier<Actor> actor) {
        super("system.time");
        this.system = system;
        this.actor = actor;
        setId("time");
        servers.setId("time-servers");
        servers.setMaxLength(300);
        servers.setWidthFull();
        Button save = new Button("", clicked -> save());
        save.setId("save-time");
        Div buttons = new Div(save);
        buttons.addClassName("hearth-actions");
        Wording.of(this)
                .text(servers::setLabel, "system.time.servers")
                .text(servers::setHelperText, "system.time.help")
                .text(save::setText, "system.time.save");
        add(servers, buttons);
    }

    /** Asks the machine again. */
    void refresh() {
        show(() -> {
            MachineFacts.Time time = system.time(actor.get());
            fact(
                    "system.time.now",
                    Figures.here().dateTime(Instant.parse(time.now()).toEpochMilli()));
            fact(
                    "system.time.state",
                    time.synchronized_()
                            ? Language.say("system.time.right", time.server(), time.offset())
                            : Language.say("system.time.alone"));
            servers.setValue(String.join(", ", time.servers()));
        });
    }

    private void save() {
        String words = SystemService.words(servers.getValue());
        system.setTime(actor.get(), words.isEmpty() ? List.of() : List.of(words.split(" ")));
        Toast.done("system.time.saved");
        refresh();
    }
}
