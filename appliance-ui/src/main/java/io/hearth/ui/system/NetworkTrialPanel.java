package io.hearth.ui.system;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.DetachEvent;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.shared.Registration;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Toast;
import io.hearth.ui.shell.Wording;
import org.jspecify.annotations.Nullable;

/** Other settings of the network while they are tried: the seconds that are left, and the button that keeps them. */
public final class NetworkTrialPanel extends Div {
    private static final int LOOK_EVERY_MILLIS = 1_000;

    private final Paragraph countdown = new Paragraph();
    private final transient Runnable look;
    private transient @Nullable Registration looks;

    /**
     * @param keep keeps the settings
     * @param look asks the machine again, and then calls {@link #show}
     */
    public NetworkTrialPanel(Runnable keep, Runnable look) {
        this.look = look;
        Button button = new Button("", clicked -> keep.run());
        button.setId("keep-network");
        button.addThemeVariants(ButtonVariant.PRIMARY);
        setId("network-trial");
        getElement().setAttribute("role", "status");
        addClassName("hearth-stack");
        Div buttons = new Div(button);
        buttons.addClassName("hearth-actions");
        add(countdown, buttons);
        setVisible(false);
        Wording.of(this).text(button::setText, "system.network.keep");
    }

    /** Shows how it stands. */
    public void show(MachineFacts.Trial now) {
        boolean was = isVisible();
        setVisible(now.trying());
        countdown.setText(Language.say("system.network.trying", now.secondsLeft()));
        if (now.trying()) {
            begin();
        } else {
            end();
            if (was && now.state().equals("taken-back")) {
                Toast.problem(Sentence.of("system.network.taken-back"));
            }
        }
    }

    /** Looks every second while settings are tried: their end comes by itself. */
    private void begin() {
        if (looks == null) {
            getUI().ifPresent(ui -> {
                ui.setPollInterval(LOOK_EVERY_MILLIS);
                looks = ui.addPollListener(polled -> look.run());
            });
        }
    }

    private void end() {
        if (looks != null) {
            looks.remove();
            looks = null;
            getUI().ifPresent(ui -> ui.setPollInterval(-1));
        }
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        if (isVisible()) {
            begin();
        }
    }

    @Override
    protected void onDetach(DetachEvent event) {
        end();
        super.onDetach(event);
    }
}
