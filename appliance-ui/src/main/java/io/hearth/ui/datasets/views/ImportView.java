package io.hearth.ui.datasets.views;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.button.ButtonVariant;
import com.vaadin.flow.component.html.DescriptionList;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.progressbar.ProgressBar;
import com.vaadin.flow.component.tabs.TabSheet;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.BeforeEnterObserver;
import com.vaadin.flow.router.NotFoundException;
import com.vaadin.flow.router.Route;
import com.vaadin.flow.router.RouteParameters;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.datasets.DatasetVersion;
import io.hearth.ui.datasets.Import;
import io.hearth.ui.datasets.ImportCommit;
import io.hearth.ui.datasets.ImportService;
import io.hearth.ui.datasets.Progress;
import io.hearth.ui.datasets.Report;
import io.hearth.ui.datasets.RowPages;
import io.hearth.ui.datasets.TokenService;
import io.hearth.ui.models.ModelService;
import io.hearth.ui.shell.Confirm;
import io.hearth.ui.shell.Figures;
import io.hearth.ui.shell.Language;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.Toast;
import jakarta.annotation.security.RolesAllowed;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An upload on its way to a version: progress, how it was read, what is wrong with it, and the step to the version. */
@Route(value = "datasets/imports/:import", layout = MainLayout.class)
@RolesAllowed(Role.IS_VIEWER)
public class ImportView extends Page implements BeforeEnterObserver {
    private final ImportService imports;
    private final ImportCommit commits;
    private final RowPages pages;
    private final TokenService tokens;
    private final ModelService models;
    private final Div state = new Div();
    private final Div progress = new Div();
    private final ProgressBar bar = new ProgressBar();
    private final Paragraph progressText = new Paragraph();
    private final Div content = new Div();
    private final Button cancel = new Button();
    private Import one;
    private long shownChange = -1;

    public ImportView(
            ImportService imports, ImportCommit commits, RowPages pages, TokenService tokens, ModelService models) {
        this.imports = imports;
        this.commits = commits;
        this.pages = pages;
        this.tokens = tokens;
        this.models = models;
        cancel.addThemeVariants(ButtonVariant.ERROR);
        cancel.addClickListener(clicked -> giveUp());
        text(cancel::setText, "datasets.import.give-up");
        actions(cancel);
        progress.add(bar, progressText);
        progress.setWidthFull();
        content.setWidthFull();
        content.getStyle().set("display", "grid").set("gap", "1.25rem").set("min-width", "0");
        add(state, progress, content);
        inLanguage(() -> {
            if (isAttached()) {
                shownChange = -1;
                refresh();
            }
        });
    }

    @Override
    public void beforeEnter(BeforeEnterEvent event) {
        String id = event.getRouteParameters().get("import").orElse("");
        try {
            one = imports.get(actor(), id);
        } catch (Problem e) {
            throw new NotFoundException();
        }
        title("datasets.import.title", one.source().fileName());
        shownChange = -1;
        endLive();
        live(News.Topic.DATASETS, id, this::refresh);
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        refresh();
    }

    private void refresh() {
        try {
            one = imports.get(actor(), one.id());
        } catch (Problem e) {
            getUI().ifPresent(ui -> ui.navigate(DatasetsView.class));
            return;
        }
        boolean engineer = actor().role().covers(Role.ENGINEER);
        state.removeAll();
        state.add(DatasetsView.badge(one));
        cancel.setVisible(engineer && one.state() != Import.State.COMMITTED && one.state() != Import.State.COMMITTING);
        showProgress();
        if (one.changed() != shownChange) {
            shownChange = one.changed();
            showContent(engineer);
        }
    }

    private void showProgress() {
        boolean reading = one.state() == Import.State.READING;
        progress.setVisible(reading);
        if (!reading) {
            return;
        }
        Progress now = imports.progress(one.id()).orElse(new Progress("waiting", 0, 1, 0, 0));
        bar.setIndeterminate(now.phase().equals("waiting"));
        bar.setValue(Math.clamp(now.total() == 0 ? 0 : (double) now.done() / now.total(), 0.0, 1.0));
        Figures figures = Figures.here();
        String done = now.phase().equals("reading") ? figures.bytes(now.done()) : figures.count(now.done());
        String total = now.phase().equals("reading") ? figures.bytes(now.total()) : figures.count(now.total());
        progressText.setText(Language.say(
                "datasets.progress." + now.phase(),
                done,
                total,
                figures.count(now.rows()),
                figures.count(now.badRows())));
    }

    private void showContent(boolean engineer) {
        content.removeAll();
        if (one.failure() != null) {
            Div failure = new Div(new Paragraph(Language.say(one.failure())));
            failure.addClassName("hearth-panel");
            content.add(failure);
        }
        Report report = one.report();
        if (report != null && report.findings() != null) {
            content.add(summary(report));
            if (one.state() == Import.State.READY) {
                if (engineer && report.training().rows() > 0) {
                    content.add(new CommitPanel(one, this::commit));
                }
                content.add(doctor(report));
            } else if (one.state() == Import.State.COMMITTED) {
                content.add(new BadRowsPanel(imports, this::actor, one));
            }
        }
        if (engineer && (one.state() == Import.State.READY || one.state() == Import.State.FAILED)) {
            content.add(settings(report));
        }
    }

    private Div summary(Report report) {
        DescriptionList facts = new DescriptionList();
        facts.addClassName("hearth-facts");
        Figures figures = Figures.here();
        Report.Part part = report.training();
        fact(facts, "datasets.fact.rows", figures.count(report.rows()));
        fact(facts, "datasets.fact.bad-rows", figures.count(report.badRows()));
        if (part.blankRows() > 0) {
            fact(facts, "datasets.fact.blank-rows", figures.count(part.blankRows()));
        }
        fact(
                facts,
                "datasets.fact.shape",
                Language.say("datasets.shape." + part.settings().shape()));
        fact(facts, "datasets.fact.mapping", mapping(part));
        fact(facts, "datasets.fact.written", written(part));
        if (!part.unused().isEmpty()) {
            fact(facts, "datasets.fact.unused", String.join(", ", part.unused()));
        }
        fact(
                facts,
                "datasets.fact.clusters",
                Language.say(
                        "datasets.fact.clusters-of",
                        figures.count(report.findings().clusters()),
                        figures.count(report.findings().largestCluster())));
        Div panel = new Div(facts);
        panel.addClassName("hearth-panel");
        return panel;
    }

    private static String mapping(Report.Part part) {
        List<String> pairs = new ArrayList<>();
        part.settings().columns().forEach((field, column) -> pairs.add(column + " → " + field));
        return String.join(", ", pairs);
    }

    static String written(Report.Part part) {
        List<String> how = new ArrayList<>();
        how.add(part.settings().format().toUpperCase(Locale.ROOT));
        if (part.settings().encoding() != null) {
            how.add(part.settings().encoding().toUpperCase(Locale.ROOT));
        }
        if (!part.container().equals("plain")) {
            how.add(part.container());
        }
        if (part.settings().sheet() != null) {
            how.add(part.settings().sheet());
        }
        return String.join(", ", how);
    }

    private static void fact(DescriptionList facts, String key, String value) {
        facts.add(new DescriptionList.Term(Language.say(key)), new DescriptionList.Description(value));
    }

    private TabSheet doctor(Report report) {
        TabSheet tabs = new TabSheet();
        tabs.setWidthFull();
        Figures figures = Figures.here();
        tabs.add(
                Language.say("datasets.tab.problems", figures.count(report.badRows())),
                new BadRowsPanel(imports, this::actor, one));
        tabs.add(
                Language.say(
                        "datasets.tab.duplicates",
                        figures.count(report.findings().copies())),
                new LazyPanel(() -> new GroupsPanel(pages, this::actor, one.id(), "duplicates")));
        tabs.add(
                Language.say(
                        "datasets.tab.contradictions",
                        figures.count(report.findings().contradictionGroups())),
                new LazyPanel(() -> new GroupsPanel(pages, this::actor, one.id(), "contradictions")));
        if (one.evaluation() != null) {
            tabs.add(
                    Language.say(
                            "datasets.tab.leaks",
                            figures.count(report.findings().leaks())),
                    new LazyPanel(() -> new GroupsPanel(pages, this::actor, one.id(), "leaks")));
        }
        tabs.add(Language.say("datasets.tab.lengths"), new LazyPanel(() -> lengths(report.training())));
        tabs.add(
                Language.say("datasets.tab.look"),
                new LazyPanel(() -> new ModelLookPanel(tokens, models, this::actor, one.id())));
        return tabs;
    }

    static Div lengths(Report.Part part) {
        return lengths(part.characters());
    }

    static Div lengths(List<Long> characters) {
        List<Histogram.Bar> bars = new ArrayList<>();
        Figures figures = Figures.here();
        int first = 0;
        while (first < characters.size() && characters.get(first) == 0) {
            first++;
        }
        for (int i = first; i < characters.size(); i++) {
            bars.add(new Histogram.Bar(figures.count(1L << i) + "–" + figures.count((2L << i) - 1), characters.get(i)));
        }
        return new Div(new Paragraph(Language.say("datasets.lengths.help")), new Histogram(bars));
    }

    private Div settings(Report report) {
        H2 heading = new H2(Language.say("datasets.settings.title"));
        Div panel = new Div(
                heading, new SettingsPanel(report == null ? null : report.training(), one.settings(), wanted -> {
                    imports.settle(actor(), one.id(), wanted);
                    refresh();
                }));
        panel.addClassName("hearth-panel");
        return panel;
    }

    private void commit(ImportCommit.Choice choice) {
        DatasetVersion version = commits.commit(actor(), one.id(), choice);
        Toast.done("datasets.commit.done", version.name(), version.version());
        getUI().ifPresent(ui -> ui.navigate(DatasetView.class, new RouteParameters("dataset", version.dataset())));
    }

    private void giveUp() {
        Confirm.before(
                Sentence.of("datasets.import.give-up-title"),
                Sentence.of("datasets.import.give-up-loss", one.source().fileName()),
                Sentence.of("datasets.import.give-up"),
                () -> {
                    imports.delete(actor(), one.id());
                    getUI().ifPresent(ui -> ui.navigate(DatasetsView.class));
                });
    }
}
