package io.hearth.ui.models;

import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.combobox.ComboBox;
import com.vaadin.flow.component.dialog.Dialog;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.orderedlayout.VerticalLayout;
import com.vaadin.flow.component.tabs.TabSheet;
import com.vaadin.flow.component.textfield.TextField;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.Toast;
import io.hearth.ui.shell.UploadBox;
import java.util.List;

/** Asks for a file or a folder with a model. */
final class ImportDialog extends Dialog {
    private final transient ModelImports imports;
    private final transient Actor actor;
    private final TextField name = new TextField(Language.say("models.import.name"));
    private final ComboBox<ModelVersion> base = new ComboBox<>(Language.say("models.import.base-field"));
    private final Div folders = new Div();
    private final Button take = new Button(Language.say("models.import.folder.take"));
    private String folder = "";

    ImportDialog(ModelImports imports, List<ModelVersion> bases, Actor actor) {
        this.imports = imports;
        this.actor = actor;
        setHeaderTitle(Language.say("models.import.title"));
        setWidth("46rem");
        name.setHelperText(Language.say("models.import.name.help"));
        name.setWidthFull();
        base.setItems(bases);
        base.setItemLabelGenerator(version -> version.model() + ":" + version.version());
        base.setHelperText(Language.say("models.import.base.help"));
        base.setClearButtonVisible(true);
        base.setWidthFull();
        TabSheet tabs = new TabSheet();
        tabs.setWidthFull();
        tabs.add(Language.say("models.import.tab.upload"), upload());
        tabs.add(Language.say("models.import.tab.folder"), browser());
        VerticalLayout content = new VerticalLayout(name, base, tabs);
        content.setPadding(false);
        add(content);
        getFooter().add(new Button(Language.say("shell.close"), clicked -> close()));
        browse("");
    }

    private VerticalLayout upload() {
        UploadBox box = new UploadBox(Sentence.of("models.import.upload"), ".zip", ".tar", ".tgz", ".gz");
        box.onUploaded(uploaded -> {
            imports.fromUpload(actor, name.getValue(), uploaded.upload(), chosenBase());
            begun();
        });
        VerticalLayout tab = new VerticalLayout(new Paragraph(Language.say("models.import.upload.help")), box);
        tab.setPadding(false);
        return tab;
    }

    private VerticalLayout browser() {
        take.addThemeVariants(ButtonVariant.PRIMARY);
        take.addClickListener(clicked -> {
            imports.fromFolder(actor, name.getValue(), folder, chosenBase());
            begun();
        });
        folders.getStyle().set("max-height", "16rem").set("overflow", "auto");
        folders.setWidthFull();
        VerticalLayout tab =
                new VerticalLayout(new Paragraph(Language.say("models.import.folder.help")), folders, take);
        tab.setPadding(false);
        return tab;
    }

    private void browse(String path) {
        folder = path;
        take.setEnabled(!path.isEmpty());
        folders.removeAll();
        Span here = new Span(path.isEmpty() ? Language.say("models.import.folder.roots") : path);
        here.addClassName("hearth-mono");
        folders.add(here);
        if (!path.isEmpty()) {
            folders.add(entry(Language.say("models.import.folder.up"), () -> browse("")));
        }
        for (ImportRoots.Folder entry : imports.browse(actor, path)) {
            String label = entry.model() ? Language.say("models.import.folder.model", entry.name()) : entry.name();
            folders.add(entry(label, () -> browse(entry.path())));
        }
    }

    private static Div entry(String label, Runnable go) {
        Button button = new Button(label, clicked -> go.run());
        button.addThemeVariants(ButtonVariant.TERTIARY);
        return new Div(button);
    }

    private String chosenBase() {
        return base.getValue() == null ? null : base.getValue().id();
    }

    private void begun() {
        close();
        Toast.done("models.import.begun");
    }
}
