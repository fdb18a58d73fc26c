package io.hearth.ui.system;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H3;
import com.vaadin.flow.component.html.Paragraph;
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
    private final transient SystemService system;
    private final transient Supplier<Actor> actor;
    private final NetworkFormPanel form = new NetworkFormPanel();
    private final NetworkTrialPanel trial = new NetworkTrialPanel(this::keep, this::refresh);

    NetworkPanel(SystemService system, Supplier<Actor> actor) {
        super("system.network");
        this.system = system;
        this.actor = actor;
        setId("network");
        H3 heading = new H3();
        Paragraph lead = new Paragraph();
        lead.addClassName("hearth-secondary");
        Button ask = new Button("", clicked -> ask());
        ask.setId("try-network");
        Div buttons = new Div(ask);
        buttons.addClassName("hearth-actions");
        Wording.of(this)
                .text(heading::setText, "system.network.change")
                .text(lead::setText, "system.network.lead")
                .text(ask::setText, "system.network.try");
        add(trial, heading, lead, form, buttons);
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
            form.show(network);
            trial.show(network.trial());
        });
    }

    private static String words(List<String> values) {
        return values.isEmpty() ? Language.say("system.none") : String.join(", ", values);
    }

    private void ask() {
        if (!form.check()) {
            return;
        }
        Confirm.before(
                Sentence.of("system.network.sure"),
                Sentence.of("system.network.loss"),
                Sentence.of("system.network.try"),
                () -> {
                    trial.show(system.tryNetwork(actor.get(), form.wish()));
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
}
