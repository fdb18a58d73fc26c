package io.hearth.ui.system;

import com.vaadin.flow.component.DetachEvent;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H3;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.shared.Registration;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Confirm;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Toast;
import io.hearth.ui.shell.Wording;
import java.util.List;
import java.util.function.Supplier;

/** The network, and a form for other settings, which are taken back unless somebody confirms them. */
final class NetworkPanel extends FactsPanel {
    private static final int LOOK_EVERY_MILLIS = 1_000;

    private final transient SystemService system;
    private final transient Supplier<Actor> actor;
    private final TextField interfaceName = field("interface");
    private final TextField bond = field("bond");
    private final Select<String> mode = new Select<>();
    private final TextField vlan = field("vlan");
    private final TextField addresses = field("addresses");
    private final TextField gateway = field("gateway");
    private final TextField dns = field("dns");
    private final Div trial = new Div();
    private final Paragraph countdown = new Paragraph();
    private transient Registration looks;

    NetworkPanel(SystemService system, Supplier<Actor> actor) {
        super("system.network");
        this.system = system;
        this.actor = actor;
        setId("network");
        mode.setItems("active-backup", "802.3ad");
        mode.setEmptySelectionAllowed(true);
        H3 heading = new H3();
        Paragraph lead = new Paragraph();
        lead.addClassName("hearth-secondary");
        Div fields = new Div(interfaceName, addresses, gateway, dns, vlan, bond, mode);
        fields.addClassName("hearth-columns");
        Button ask = new Button("", clicked -> ask());
        ask.setId("try-network");
        Div buttons = new Div(ask);
        buttons.addClassName("hearth-actions");
        Button keep = new Button("", clicked -> keep());
        keep.setId("keep-network");
        keep.addThemeVariants(ButtonVariant.PRIMARY);
        trial.setId("network-trial");
        trial.getElement().setAttribute("role", "status");
        trial.addClassName("hearth-stack");
        trial.add(countdown, keep);
        trial.setVisible(false);
        Wording.of(this)
                .text(heading::setText, "system.network.change")
                .text(lead::setText, "system.network.lead")
                .text(mode::setLabel, "system.network.mode")
                .text(ask::setText, "system.network.try")
                .text(keep::setText, "system.network.keep");
        add(trial, heading, lead, fields, buttons);
    }

    private static TextField field(String name) {
        TextField field = new TextField();
        field.setId("network-" + name);
        field.setMaxLength(300);
        Wording.of(field)
                .text(field::setLabel, "system.network." + name)
                .text(field::setHelperText, "system.network." + name + ".help");
        return field;
    }

    /** Asks the machine again. */
    void refresh() {
        show(() -> {
            MachineFacts.Network network = system.network(actor.get());
            fact("system.network.name", network.name());
            for (MachineFacts.Link link : network.links()) {
                String where = link.addresses().isEmpty()
                        ? Language.say("system.network.no-address")
                        : String.join(", ", link.addresses());
                labelled(link.name(), Language.say(link.up() ? "system.network.up" : "system.network.down", where));
            }
            fact(
                    "system.network.gateway",
                    words(network.routes().stream()
                            .map(MachineFacts.Route::gateway)
                            .distinct()
                            .toList()));
            fact("system.network.dns", words(network.dns()));
            show(network.trial());
        });
    }

    private static String words(List<String> values) {
        return values.isEmpty() ? Language.say("system.none") : String.join(", ", values);
    }

    private void ask() {
        Confirm.before(
                Sentence.of("system.network.sure"),
                Sentence.of("system.network.loss"),
                Sentence.of("system.network.try"),
                () -> {
                    show(system.tryNetwork(
                            actor.get(),
                            new MachineFacts.NetworkWish(
                                    interfaceName.getValue(),
                                    bond.getValue(),
                                    mode.getValue(),
                                    vlan.getValue(),
                                    addresses.getValue(),
                                    gateway.getValue(),
                                    dns.getValue())));
                    refresh();
                });
    }

    private void keep() {
        if (system.confirmNetwork(actor.get()).state().equals("kept")) {
            Toast.done("system.network.kept");
        } else {
            Toast.problem(Sentence.of("system.network.taken-back"));
        }
        refresh();
    }

    private void show(MachineFacts.Trial now) {
        boolean was = trial.isVisible();
        trial.setVisible(now.trying());
        countdown.setText(Language.say("system.network.trying", now.secondsLeft()));
        if (now.trying()) {
            look();
        } else {
            stop();
            if (was && now.state().equals("taken-back")) {
                Toast.problem(Sentence.of("system.network.taken-back"));
            }
        }
    }

    /** Looks every second while settings are tried: their end comes by itself. */
    private void look() {
        if (looks == null) {
            getUI().ifPresent(ui -> {
                ui.setPollInterval(LOOK_EVERY_MILLIS);
                looks = ui.addPollListener(polled -> refresh());
            });
        }
    }

    private void stop() {
        if (looks != null) {
            looks.remove();
            looks = null;
            getUI().ifPresent(ui -> ui.setPollInterval(-1));
        }
    }

    @Override
    protected void onDetach(DetachEvent event) {
        stop();
        super.onDetach(event);
    }
}
