package io.hearth.ui.support;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.grid.Grid;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.icon.VaadinIcon;
import io.hearth.ui.core.Actor;
import io.hearth.ui.shell.DownloadLink;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Toast;
import io.hearth.ui.shell.Wording;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes a support bundle, shows what is in it, and gives it away. */
public final class SupportPanel extends Div {
    private final transient SupportBundles bundles;
    private final transient Supplier<Actor> actor;
    private final Button make = new Button(VaadinIcon.ARCHIVE.create());
    private final Div made = new Div();
    private final @Nullable StickPanel onto;
    private transient @Nullable SupportBundle shown;

    public SupportPanel(SupportBundles bundles, SupportSticks sticks, Supplier<Actor> actor) {
        this.bundles = bundles;
        this.onto = sticks.present() ? new StickPanel(sticks, actor) : null;
        this.actor = actor;
        addClassName("hearth-panel");
        setId("support");
        H2 heading = new H2();
        Paragraph lead = new Paragraph();
        Paragraph leftOut = new Paragraph();
        leftOut.addClassName("hearth-secondary");
        make.setId("make-support-bundle");
        make.addThemeVariants(ButtonVariant.PRIMARY);
        make.setDisableOnClick(true);
        make.addClickListener(clicked -> make());
        Div buttons = new Div(make);
        buttons.addClassName("hearth-actions");
        made.setId("support-bundle");
        made.addClassName("hearth-stack");
        made.getElement().setAttribute("aria-live", "polite");
        Wording.of(this)
                .text(heading::setText, "support.title")
                .text(lead::setText, "support.lead")
                .text(leftOut::setText, "support.left-out")
                .text(make::setText, "support.make");
        add(heading, lead, leftOut, buttons, made);
        if (onto != null) {
            add(onto);
        }
    }

    /** Shows the bundle that is there, and how far one for a stick is. */
    public void refresh() {
        SupportBundle newest = bundles.newest(actor.get()).orElse(null);
        if (newest != null && newest != shown) {
            show(newest);
        }
        if (onto != null) {
            onto.refresh();
        }
    }

    private void make() {
        try {
            show(bundles.make(actor.get()));
            Toast.done("support.made");
        } finally {
            make.setEnabled(true);
        }
    }

    private void show(SupportBundle bundle) {
        shown = bundle;
        made.removeAll();
        Paragraph words = new Paragraph();
        Wording.of(words)
                .always(() -> words.setText(Language.say(
                        "support.about",
                        Figures.here().dateTime(bundle.created()),
                        Figures.here().bytes(bundle.bytes()))));
        DownloadLink link = new DownloadLink(SupportResource.address(bundle), "support.download");
        link.setId("download-support-bundle");
        Grid<SupportBundle.Content> files = new Grid<>();
        files.setItems(bundle.contents());
        files.setAllRowsVisible(true);
        Grid.Column<SupportBundle.Content> name =
                files.addColumn(SupportBundle.Content::file).setAutoWidth(true).setFlexGrow(0);
        Grid.Column<SupportBundle.Content> holds =
                files.addColumn(content -> Language.say(content.holds())).setFlexGrow(3);
        Grid.Column<SupportBundle.Content> bytes = files.addColumn(
                        content -> Figures.here().bytes(content.bytes()))
                .setAutoWidth(true)
                .setFlexGrow(0);
        Wording.of(files)
                .text(name::setHeader, "support.file")
                .text(holds::setHeader, "support.holds")
                .text(bytes::setHeader, "support.size")
                .text(label -> files.getElement().setAttribute("aria-label", label), "support.contents")
                .always(files.getDataProvider()::refreshAll);
        files.addThemeVariants(com.vaadin.flow.component.grid.GridVariant.LUMO_WRAP_CELL_CONTENT);
        made.add(words, link, files);
    }
}
