package io.hearth.ui.nodes;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.orderedlayout.VerticalLayout;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.TextField;
import io.hearth.ui.core.Actor;
import io.hearth.ui.shell.CopyBox;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.OwnHost;
import io.hearth.ui.shell.Wording;

/** Makes a join code and shows what to do with it. */
final class AddNodeDialog extends Dialog {
    private static final int HOUR = 60;

    private final JoinCodes codes;
    private final int port;
    private final Actor actor;
    private final String host;
    private final TextField note = new TextField();
    private final Select<Integer> minutes = new Select<>();
    private final VerticalLayout content = new VerticalLayout();
    private final Button make = new Button();

    AddNodeDialog(JoinCodes codes, int port, Actor actor) {
        this.codes = codes;
        this.port = port;
        this.actor = actor;
        this.host = OwnHost.name();
        setWidth("38rem");
        minutes.setItems(HOUR, 24 * HOUR, 7 * 24 * HOUR);
        minutes.setItemLabelGenerator(value -> Figures.here().duration(java.time.Duration.ofMinutes(value)));
        minutes.setValue(HOUR);
        note.setMaxLength(200);
        note.setWidthFull();
        Paragraph lead = new Paragraph();
        Button close = new Button();
        make.addThemeVariants(ButtonVariant.PRIMARY);
        make.addClickListener(clicked -> make());
        close.addClickListener(clicked -> close());
        content.setPadding(false);
        content.add(lead, note, minutes);
        add(content);
        getFooter().add(close, make);
        Wording.of(this)
                .text(this::setHeaderTitle, "nodes.add")
                .text(lead::setText, "nodes.add.lead")
                .text(note::setLabel, "nodes.add.note")
                .text(minutes::setLabel, "nodes.add.valid")
                .text(make::setText, "nodes.add.make")
                .text(close::setText, "shell.close");
    }

    private void make() {
        JoinCodes.Made made = codes.create(actor, note.getValue(), minutes.getValue());
        content.removeAll();
        make.setVisible(false);
        Paragraph once = new Paragraph();
        Paragraph command = new Paragraph();
        CopyBox code = new CopyBox(made.code());
        CopyBox line =
                new CopyBox("./hearth agent --control https://" + host + ":" + port + " --join-code " + made.code());
        line.setId("join-command");
        content.add(once, code, command, line);
        String until = Figures.here().dateTime(made.expires());
        Wording.of(once).text(once::setText, "nodes.add.once", until);
        Wording.of(command).text(command::setText, "nodes.add.command");
        getElement().setAttribute("aria-label", Language.say("nodes.add"));
    }
}
