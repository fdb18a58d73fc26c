package io.hearth.ui.datasets.views;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.DescriptionList;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.select.Select;
import com.vaadin.flow.component.tabs.TabSheet;
import com.vaadin.flow.component.textfield.TextArea;
import com.vaadin.flow.component.textfield.TextField;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.NotFoundException;
import com.vaadin.flow.router.Route;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.datasets.DatasetCatalog;
import io.hearth.ui.datasets.DatasetCatalog.Listed;
import io.hearth.ui.datasets.DatasetVersion;
import io.hearth.ui.datasets.RowPages;
import io.hearth.ui.datasets.TokenService;
import io.hearth.ui.datasets.VersionFacts;
import io.hearth.ui.models.ModelService;
import io.hearth.ui.shell.Confirm;
import io.hearth.ui.shell.DownloadLink;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.Toast;
import jakarta.annotation.security.RolesAllowed;
import java.util.List;

/** A dataset: its versions, their rows, what differs between them, and what people say about it. */
@Route(value = "datasets/:dataset", layout = MainLayout.class)
@RolesAllowed(Role.IS_VIEWER)
public class DatasetView extends Page implements BeforeEnterObserver {
    private final DatasetCatalog catalog;
    private final RowPages pages;
    private final TokenService tokens;
    private final ModelService models;
    private final Select<DatasetVersion> versions = new Select<>();
    private final Button deleteVersion = new Button();
    private final Button delete = new Button();
    private final Div content = new Div();
    private Listed listed;

    public DatasetView(DatasetCatalog catalog, RowPages pages, TokenService tokens, ModelService models) {
        this.catalog = catalog;
        this.pages = pages;
        this.tokens = tokens;
        this.models = models;
        versions.setItemLabelGenerator(version -> Language.say("datasets.version.number", version.version()));
        versions.addValueChangeListener(changed -> show());
        deleteVersion.addThemeVariants(ButtonVariant.ERROR);
        delete.addThemeVariants(ButtonVariant.ERROR);
        deleteVersion.addClickListener(clicked -> deleteVersion());
        delete.addClickListener(clicked -> delete());
        text(versions::setAriaLabel, "datasets.version.label");
        text(deleteVersion::setText, "datasets.version.delete");
        text(delete::setText, "datasets.delete");
        actions(versions, deleteVersion, delete);
        content.setWidthFull();
        content.getStyle().set("display", "grid").set("gap", "1.25rem").set("min-width", "0");
        add(content);
        inLanguage(() -> {
            if (isAttached()) {
                show();
            }
        });
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        try {
            listed = catalog.get(
                    actor(), event.getRouteParameters().get("dataset").orElse(""));
        } catch (Problem e) {
            throw new NotFoundException();
        }
        title("datasets.dataset.title", listed.dataset().name());
        endLive();
        live(News.Topic.DATASETS, this::refresh);
        versions.setItems(listed.versions());
        versions.setValue(listed.versions().isEmpty() ? null : listed.versions().getFirst());
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        show();
    }

    /** Takes over new versions and leaves what is looked at as it is. */
    private void refresh() {
        Listed now;
        try {
            now = catalog.get(actor(), listed.dataset().id());
        } catch (Problem e) {
            getUI().ifPresent(ui -> ui.navigate(DatasetsView.class));
            return;
        }
        if (!now.versions().equals(listed.versions())) {
            DatasetVersion shown = versions.getValue();
            versions.setItems(now.versions());
            versions.setValue(
                    now.versions().contains(shown)
                            ? shown
                            : now.versions().stream().findFirst().orElse(null));
        }
        listed = now;
    }

    private void show() {
        if (!isAttached()) {
            return;
        }
        boolean engineer = actor().role().covers(Role.ENGINEER);
        DatasetVersion version = versions.getValue();
        versions.setVisible(!listed.versions().isEmpty());
        deleteVersion.setVisible(engineer && version != null);
        delete.setVisible(engineer);
        content.removeAll();
        if (version == null) {
            content.add(new Paragraph(Language.say("datasets.version.none")));
            return;
        }
        VersionFacts facts = catalog.version(actor(), version.id()).facts();
        TabSheet tabs = new TabSheet();
        tabs.setWidthFull();
        tabs.add(
                Language.say("datasets.tab.rows"),
                new LazyPanel(() -> new RowsPanel(pages, this::actor, version.id())));
        tabs.add(
                Language.say("datasets.tab.look"),
                new LazyPanel(() -> new ModelLookPanel(tokens, models, this::actor, version.id())));
        tabs.add(
                Language.say("datasets.tab.difference"),
                new LazyPanel(() -> new DifferencePanel(pages, this::actor, version, others(version))));
        tabs.add(Language.say("datasets.tab.lengths"), new LazyPanel(() -> ImportView.lengths(facts.characters())));
        tabs.add(Language.say("datasets.tab.notes"), new LazyPanel(() -> notes(engineer)));
        content.add(facts(version, facts), tabs);
    }

    private List<DatasetVersion> others(DatasetVersion version) {
        return listed.versions().stream()
                .filter(other -> !other.id().equals(version.id()))
                .toList();
    }

    private Div facts(DatasetVersion version, VersionFacts facts) {
        Figures figures = Figures.here();
        DescriptionList list = new DescriptionList();
        list.addClassName("hearth-facts");
        fact(list, "datasets.fact.training-rows", figures.count(version.trainRows()));
        fact(
                list,
                "datasets.fact.evaluation-rows",
                facts.oneCluster()
                        ? Language.say("datasets.fact.one-cluster")
                        : figures.count(version.evaluationRows()));
        fact(list, "datasets.fact.shape", Language.say("datasets.shape." + version.shape()));
        fact(
                list,
                "datasets.fact.file",
                facts.evaluationFileName() == null
                        ? facts.fileName()
                        : facts.fileName() + ", " + facts.evaluationFileName());
        if (facts.badRows() > 0) {
            fact(
                    list,
                    "datasets.fact.left-out",
                    Language.say(
                            "datasets.fact.left-out-by", figures.count(facts.badRows()), facts.badRowsLeftOutBy()));
        }
        if (facts.copiesLeftOut() > 0) {
            fact(list, "datasets.fact.copies-left-out", figures.count(facts.copiesLeftOut()));
        }
        if (facts.leaksLeftOut() > 0) {
            fact(list, "datasets.fact.leaks-left-out", figures.count(facts.leaksLeftOut()));
        }
        fact(list, "datasets.fact.clusters", figures.count(facts.clusters()));
        fact(list, "datasets.fact.created", figures.dateTime(version.created()));
        fact(list, "datasets.fact.hash", version.hash());
        String url = "/api/v1/datasets/versions/" + version.id() + "/download?part=";
        Div downloads = new Div(new DownloadLink(url + "training", "datasets.download.training"));
        if (version.evaluationBlob() != null) {
            downloads.add(new DownloadLink(url + "evaluation", "datasets.download.evaluation"));
        }
        downloads.addClassName("hearth-actions");
        Div panel = new Div(list, downloads);
        panel.addClassName("hearth-panel");
        return panel;
    }

    private static void fact(DescriptionList facts, String key, String value) {
        facts.add(new DescriptionList.Term(Language.say(key)), new DescriptionList.Description(value));
    }

    private Div notes(boolean engineer) {
        TextArea notes = new TextArea(Language.say("datasets.notes"));
        notes.setValue(listed.dataset().notes());
        notes.setWidthFull();
        notes.setMaxLength(4000);
        TextField tags = new TextField(Language.say("datasets.tags"));
        tags.setHelperText(Language.say("datasets.tags.help"));
        tags.setValue(String.join(", ", listed.dataset().tags()));
        tags.setWidthFull();
        Button save = new Button(Language.say("datasets.notes.save"), clicked -> {
            listed = catalog.describe(
                    actor(),
                    listed.dataset().id(),
                    notes.getValue(),
                    List.of(tags.getValue().split("[,，、]")));
            Toast.done("datasets.notes.saved");
        });
        save.setVisible(engineer);
        notes.setReadOnly(!engineer);
        tags.setReadOnly(!engineer);
        return new Div(notes, tags, save);
    }

    private void deleteVersion() {
        DatasetVersion version = versions.getValue();
        Confirm.before(
                Sentence.of("datasets.version.delete-title", listed.dataset().name(), version.version()),
                Sentence.of("datasets.version.delete-loss", version.rows()),
                Sentence.of("datasets.version.delete"),
                () -> {
                    catalog.deleteVersion(actor(), version.id());
                    Toast.done("datasets.version.deleted");
                });
    }

    private void delete() {
        Confirm.beforeLoss(
                Sentence.of("datasets.delete-title", listed.dataset().name()),
                Sentence.of("datasets.delete-loss", listed.versions().size()),
                Sentence.of("datasets.delete"),
                listed.dataset().name(),
                () -> {
                    catalog.delete(actor(), listed.dataset().id());
                    getUI().ifPresent(ui -> ui.navigate(DatasetsView.class));
                });
    }
}
