package io.hearth.ui.system;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.icon.VaadinIcon;
import com.vaadin.flow.router.Route;
import io.hearth.ui.certificates.PagesCertificate;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.machine.Machine;
import io.hearth.ui.shell.Confirm;
import io.hearth.ui.shell.EmptyState;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.Toast;
import io.hearth.ui.support.SupportBundles;
import io.hearth.ui.support.SupportPanel;
import io.hearth.ui.support.SupportSticks;
import jakarta.annotation.security.RolesAllowed;

/** The machine that the control plane runs on. What only Hearth's system image can do is shown there alone. */
@Route(value = "system", layout = MainLayout.class)
@RolesAllowed(Role.IS_ADMINISTRATOR)
public class SystemView extends Page {
    private final transient SystemService system;
    private final SupportPanel support;
    private final CertificatePanel certificate;
    private final NetworkPanel network;
    private final TimePanel time;
    private final DisksPanel disks;

    public SystemView(
            SystemService system,
            Machine machine,
            SupportBundles bundles,
            SupportSticks sticks,
            PagesCertificate pages) {
        this.system = system;
        title("system.title");
        lead("system.lead");
        support = new SupportPanel(bundles, sticks, this::actor);
        network = new NetworkPanel(system, this::actor);
        time = new TimePanel(system, this::actor);
        disks = new DisksPanel(system, this::actor);
        certificate = new CertificatePanel(pages, this::actor);
        if (system.present()) {
            actions(
                    power("restart", VaadinIcon.REFRESH, () -> machine.restart(actor())),
                    power("power-off", VaadinIcon.POWER_OFF, () -> machine.powerOff(actor())));
            add(network, time, disks, certificate, support);
        } else {
            add(new EmptyState("machine.absent.title", "system.absent.text"), certificate, support);
        }
        inLanguage(this::refresh);
        // Nothing else: what somebody types elsewhere on the page stays.
        live(News.Topic.MACHINE, support::refresh);
    }

    private Button power(String what, VaadinIcon icon, Runnable then) {
        Button button = new Button(icon.create());
        button.setId(what);
        button.addThemeVariants(ButtonVariant.ERROR);
        text(button::setText, "system." + what);
        button.addClickListener(clicked -> Confirm.before(
                Sentence.of("system." + what + ".sure"),
                Sentence.of("system." + what + ".loss"),
                Sentence.of("system." + what),
                () -> {
                    then.run();
                    Toast.done("system." + what + ".done");
                }));
        return button;
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        refresh();
    }

    private void refresh() {
        if (!isAttached()) {
            return;
        }
        support.refresh();
        certificate.refresh();
        if (system.present()) {
            network.refresh();
            time.refresh();
            disks.refresh();
        }
    }
}
