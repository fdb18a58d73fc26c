package io.hearth.ui.sticks;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.Anchor;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Pre;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.textfield.IntegerField;
import com.vaadin.flow.component.textfield.TextArea;
import com.vaadin.flow.router.Route;
import com.vaadin.flow.server.streams.DownloadHandler;
import com.vaadin.flow.server.streams.DownloadResponse;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.nodes.NodePort;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.OwnHost;
import io.hearth.ui.shell.Page;
import jakarta.annotation.security.RolesAllowed;
import java.io.ByteArrayInputStream;
import java.time.Duration;

/** Sticks for new machines: what they become is written once, and each gets an image with a code of its own. */
@Route(value = "nodes/sticks", layout = MainLayout.class)
@RolesAllowed(Role.IS_ADMINISTRATOR)
public class SticksView extends Page {
    private static final int DAY = 24 * 60;

    private final transient Sticks sticks;
    private final TextArea file = new TextArea();
    private final IntegerField count = new IntegerField();
    private final Select<Integer> minutes = new Select<>();
    private final Pre mistakes = new Pre();
    private final Div result = new Div();

    public SticksView(Sticks sticks, NodePort port) {
        this.sticks = sticks;
        title("sticks.title");
        lead("sticks.lead");
        file.setId("provision-file");
        file.setWidthFull();
        file.setMinRows(16);
        file.addClassName("hearth-mono");
        file.setValue(example(OwnHost.name(), port.port()));
        text(file::setLabel, "sticks.file.label");
        text(file::setHelperText, "sticks.file.help");
        count.setId("stick-count");
        count.setMin(1);
        count.setMax(Sticks.MOST);
        count.setValue(1);
        count.setStepButtonsVisible(true);
        text(count::setLabel, "sticks.count.label");
        text(count::setHelperText, "sticks.count.help");
        minutes.setItems(DAY, 3 * DAY, 7 * DAY);
        minutes.setItemLabelGenerator(value -> Figures.here().duration(Duration.ofMinutes(value)));
        minutes.setValue(DAY);
        text(minutes::setLabel, "sticks.valid");
        Button write = new Button("", clicked -> write());
        write.setId("write-sticks");
        write.addThemeVariants(ButtonVariant.PRIMARY);
        text(write::setText, "sticks.write");
        mistakes.setId("stick-mistakes");
        mistakes.getElement().setAttribute("role", "alert");
        mistakes.setVisible(false);
        Div choices = new Div(count, minutes);
        choices.addClassName("hearth-columns");
        Div buttons = new Div(write);
        buttons.addClassName("hearth-actions");
        Div panel = new Div(file, choices, mistakes, buttons, result);
        panel.addClassName("hearth-panel");
        add(panel);
    }

    private void write() {
        mistakes.setVisible(false);
        result.removeAll();
        byte[] archive;
        try {
            archive = sticks.archive(
                    actor(), file.getValue(), count.getValue() == null ? 0 : count.getValue(), minutes.getValue());
        } catch (Problem problem) {
            mistakes.setText(Language.say(problem.sentence()));
            mistakes.setVisible(true);
            return;
        }
        offer(archive);
    }

    /** The archive lies in the memory of this page alone, and is gone with it. */
    private void offer(byte[] archive) {
        Anchor link = new Anchor(
                DownloadHandler.fromInputStream(event -> new DownloadResponse(
                        new ByteArrayInputStream(archive), "sticks.zip", "application/zip", archive.length)),
                "");
        link.setId("download-sticks");
        link.getElement().setAttribute("download", true);
        Span note = new Span();
        note.addClassName("hearth-secondary");
        text(link::setText, "sticks.download", count.getValue());
        text(note::setText, "sticks.download.note");
        result.add(link, new Div(note));
    }

    private static String example(String host, int port) {
        return """
                version: 1
                role: node
                # Machines are numbered: node-1, node-2 and so on.
                hostname: node
                control-plane: https://%s:%d
                # Without "network": addresses by DHCP on every wired interface.
                disk:
                  # All rules must hold; of several disks that fit, the smallest is taken. A disk that holds anything is refused.
                  min-size: 100GB
                  # wipe: true
                """.formatted(host, port);
    }
}
