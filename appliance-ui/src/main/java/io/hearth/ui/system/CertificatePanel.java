package io.hearth.ui.system;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.html.Div;
import io.hearth.ui.certificates.PagesCertificate;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Confirm;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Toast;
import io.hearth.ui.shell.Wording;
import java.util.function.Supplier;

/** The certificate that pages and API show, and the ways to another one. */
final class CertificatePanel extends FactsPanel {
    private final transient PagesCertificate certificate;
    private final transient Supplier<Actor> actor;
    private final Button own = new Button("", clicked -> askForOwn());

    CertificatePanel(PagesCertificate certificate, Supplier<Actor> actor) {
        super("system.certificate");
        this.certificate = certificate;
        this.actor = actor;
        setId("certificate");
        own.setId("own-certificate");
        Button replace = new Button("", clicked -> new CertificateDialog(certificate, actor, this::refresh).open());
        replace.setId("replace-certificate");
        Div buttons = new Div(replace, own);
        buttons.addClassName("hearth-actions");
        Wording.of(this)
                .text(replace::setText, "system.certificate.replace")
                .text(own::setText, "system.certificate.own");
        add(buttons);
    }

    /** Looks again. */
    void refresh() {
        show(() -> {
            PagesCertificate.Shown now = certificate.shown();
            fact(
                    "system.certificate.whose",
                    now.ofTheHouse()
                            ? Language.say("system.certificate.house", now.issuer())
                            : Language.say("system.certificate.appliance"));
            fact("system.certificate.names", String.join(", ", now.names()));
            fact("system.certificate.fingerprint", now.fingerprint());
            fact("system.certificate.ends", Figures.here().date(now.ends().toEpochMilli()));
            own.setVisible(now.ofTheHouse());
        });
    }

    private void askForOwn() {
        Confirm.before(
                Sentence.of("system.certificate.own.sure"),
                Sentence.of("system.certificate.own.loss"),
                Sentence.of("system.certificate.own"),
                () -> {
                    certificate.useOwn(actor.get());
                    Toast.done("system.certificate.done");
                    refresh();
                });
    }
}
