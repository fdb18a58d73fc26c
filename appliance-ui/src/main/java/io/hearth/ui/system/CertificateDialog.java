package io.hearth.ui.system;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.DescriptionList;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.textfield.TextArea;
import io.hearth.ui.certificates.HouseCertificate;
import io.hearth.ui.certificates.PagesCertificate;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.OwnHost;
import io.hearth.ui.shell.Toast;
import io.hearth.ui.shell.Wording;
import java.util.function.Supplier;

/**
 * Takes a certificate with its key, pasted or out of files, shows what it is, and only then lets it be used. Files are read by the browser:
 * the key comes over the page's own connection and lies in no upload.
 */
final class CertificateDialog extends Dialog {
    private static final int MOST_CHARS = 128 * 1024;
    private static final String READ_FILE = """
            const area = this;
            const choose = document.createElement('input');
            choose.type = 'file';
            choose.onchange = async () => {
              area.value = await choose.files[0].text();
              area.dispatchEvent(new CustomEvent('change', {bubbles: true}));
            };
            choose.click();
            """;

    private final transient PagesCertificate certificate;
    private final transient Supplier<Actor> actor;
    private final transient Runnable then;
    private final String host = OwnHost.name();
    private final TextArea chain = new TextArea();
    private final TextArea key = new TextArea();
    private final Div content = new Div();
    private final Button check = new Button("", clicked -> check());
    private final Button use = new Button();
    private transient HouseCertificate checked;

    CertificateDialog(PagesCertificate certificate, Supplier<Actor> actor, Runnable then) {
        this.certificate = certificate;
        this.actor = actor;
        this.then = then;
        setWidth("min(46rem, 100%)");
        content.addClassName("hearth-stack");
        Paragraph lead = new Paragraph();
        area(chain, "certificate-chain");
        area(key, "certificate-key");
        content.add(lead, chain, fileButton(chain), key, fileButton(key));
        add(content);
        Button close = new Button("", clicked -> close());
        check.setId("check-certificate");
        check.addThemeVariants(ButtonVariant.PRIMARY);
        use.setId("use-certificate");
        use.addThemeVariants(ButtonVariant.PRIMARY);
        use.setVisible(false);
        use.addClickListener(clicked -> use());
        getFooter().add(close, check, use);
        addOpenedChangeListener(changed -> {
            if (!changed.isOpened()) {
                forget();
            }
        });
        Wording.of(this)
                .text(this::setHeaderTitle, "system.certificate.replace.title")
                .text(lead::setText, "system.certificate.lead")
                .text(chain::setLabel, "system.certificate.chain")
                .text(chain::setHelperText, "system.certificate.chain.help")
                .text(key::setLabel, "system.certificate.key")
                .text(key::setHelperText, "system.certificate.key.help")
                .text(check::setText, "system.certificate.check")
                .text(use::setText, "system.certificate.use")
                .text(close::setText, "shell.cancel");
    }

    private static void area(TextArea area, String id) {
        area.setId(id);
        area.setWidthFull();
        area.setMaxLength(MOST_CHARS);
        area.setMinRows(4);
        area.setMaxRows(8);
        area.addClassName("hearth-mono");
        area.getElement().setAttribute("autocomplete", "off").setAttribute("spellcheck", "false");
    }

    private static Div fileButton(TextArea area) {
        Button choose = new Button("", clicked -> area.getElement().executeJs(READ_FILE));
        choose.setId(area.getId().orElseThrow() + "-file");
        Wording.of(choose).text(choose::setText, "system.certificate.file");
        Div row = new Div(choose);
        row.addClassName("hearth-actions");
        return row;
    }

    private void check() {
        chain.setInvalid(false);
        key.setInvalid(false);
        try {
            checked = certificate.check(actor.get(), chain.getValue(), key.getValue(), host);
        } catch (Problem problem) {
            TextArea field = problem.sentence().key().startsWith("certificates.key") ? key : chain;
            field.setErrorMessage(Language.say(problem.sentence()));
            field.setInvalid(true);
            field.focus();
            return;
        }
        chain.clear();
        key.clear();
        content.removeAll();
        DescriptionList facts = new DescriptionList();
        facts.setId("checked-certificate");
        facts.addClassName("hearth-facts");
        Figures figures = Figures.here();
        fact(facts, "system.certificate.names", String.join(", ", checked.names()));
        fact(facts, "system.certificate.issuer", checked.issuer());
        fact(
                facts,
                "system.certificate.valid",
                Language.say(
                        "system.certificate.from-to",
                        figures.date(checked.begins().toEpochMilli()),
                        figures.date(checked.ends().toEpochMilli())));
        fact(facts, "system.certificate.key-type", checked.keyType());
        fact(facts, "system.certificate.length", figures.count(checked.length()));
        fact(facts, "system.certificate.fingerprint", checked.fingerprint());
        content.add(facts);
        for (Sentence remark : checked.remarks()) {
            Paragraph said = new Paragraph(Language.say(remark));
            said.addClassName("hearth-remark");
            content.add(said);
        }
        content.add(new Paragraph(Language.say("system.certificate.effect")));
        check.setVisible(false);
        use.setVisible(true);
        use.focus();
    }

    private static void fact(DescriptionList facts, String key, String value) {
        facts.add(new DescriptionList.Term(Language.say(key)), new DescriptionList.Description(value));
    }

    private void use() {
        certificate.use(actor.get(), checked);
        close();
        Toast.done("system.certificate.done");
        then.run();
    }

    private void forget() {
        checked = null;
        chain.clear();
        key.clear();
    }
}
