package io.hearth.ui.setup;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.html.Paragraph;
import io.hearth.ui.core.Problem;
import io.hearth.ui.shell.Language;
import io.hearth.ui.system.MachineFacts;
import io.hearth.ui.system.NetworkFormPanel;
import io.hearth.ui.system.NetworkTrialPanel;
import java.util.List;
import java.util.function.Supplier;

/** The network: other settings are tried, and taken back unless somebody keeps them at the new address. */
final class NetworkStepPanel extends StepPanel {
    private final Paragraph now = new Paragraph();
    private final Paragraph where = new Paragraph();
    private final NetworkFormPanel form = new NetworkFormPanel();
    private final NetworkTrialPanel trial = new NetworkTrialPanel(this::keep, this::look);
    private transient Runnable goOn = () -> {};

    NetworkStepPanel(SetUp setUp, Supplier<SetUp.Entry> entry) {
        super(setUp, entry, "setup.network.title", "setup.network.lead");
        now.setId("setup-network-now");
        where.setId("setup-network-where");
        trial.addComponentAsFirst(where);
        trial.addClassName("hearth-panel");
        add(now, trial, form);
    }

    @Override
    void begin() {
        forgive();
        look();
    }

    /** Asks the machine; while settings are tried, each second. */
    private void look() {
        try {
            MachineFacts.Network network = setUp.network(entry.get());
            List<String> addresses = network.links().stream()
                    .flatMap(link -> link.addresses().stream())
                    .toList();
            now.setText(
                    addresses.isEmpty()
                            ? Language.say("setup.network.none")
                            : Language.say("setup.network.now", String.join(", ", addresses)));
            form.show(network);
            show(network.trial(), network.settings());
        } catch (Problem problem) {
            refuse(problem);
        }
    }

    private void show(MachineFacts.Trial state, MachineFacts.NetworkWish tried) {
        trial.show(state);
        form.setVisible(!state.trying());
        String address = tried.plain().addresses().split("[ /]")[0];
        where.setText(
                address.isEmpty()
                        ? Language.say("setup.network.where.dhcp")
                        : Language.say("setup.network.where", address.contains(":") ? "[" + address + "]" : address));
    }

    @Override
    void next(Runnable then) {
        forgive();
        goOn = then;
        if (trial.isVisible()) {
            refuse(Problem.conflict("setup.network.undecided"));
        } else if (!form.changed()) {
            then.run();
        } else if (form.check()) {
            try {
                show(setUp.tryNetwork(entry.get(), form.wish()), form.wish());
            } catch (Problem problem) {
                refuse(problem);
            }
        }
    }

    private void keep() {
        try {
            if (setUp.confirmNetwork(entry.get()).state().equals("kept")) {
                goOn.run();
            } else {
                refuse(Problem.conflict("system.network.taken-back"));
                look();
            }
        } catch (Problem problem) {
            refuse(problem);
            look();
        }
    }

    /** What "Keep" leads to. */
    void after(Runnable then) {
        goOn = then;
    }

    /** Whether other settings are tried that wait for somebody to keep them. */
    static boolean trying(SetUp setUp, SetUp.Entry entry) {
        return setUp.network(entry).trial().trying();
    }

    @Override
    Component first() {
        return form.first();
    }
}
