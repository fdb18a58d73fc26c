package io.hearth.ui.deployments;

import io.hearth.ui.core.News;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.models.Models;
import io.hearth.ui.overview.Activity;
import io.hearth.ui.overview.Attention;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What deployments say to other features: the overview, and the registry of models. */
@ApplicationScoped
public class DeploymentNotices implements Attention, Activity, Models.Dependant {
    private static final String ROUTE = "deployments";
    private static final int AFTER_JOBS = 20;

    private final DeploymentController controller;
    private final DeploymentStore store = new DeploymentStore();

    public DeploymentNotices(DeploymentController controller) {
        this.controller = controller;
    }

    @Override
    public List<Notice> notices(Handle handle) {
        return store.all(handle).stream()
                .map(deployment -> notice(handle, deployment))
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<Notice> notice(Handle handle, Deployment deployment) {
        Observed observed = observed(handle, deployment);
        Level level = switch (observed.state()) {
            case FAILED -> Level.FAULT;
            case DEGRADED -> Level.WARNING;
            default -> null;
        };
        return level == null
                ? Optional.empty()
                : Optional.of(new Notice(
                        level,
                        Sentence.of("deployments.notice", deployment.name(), observed.sentence()),
                        route(deployment),
                        store.revision(handle, deployment.id(), deployment.revision())
                                .map(Revision::created)
                                .orElse(deployment.created())));
    }

    @Override
    public int order() {
        return AFTER_JOBS;
    }

    @Override
    public Sentence title() {
        return Sentence.of("deployments.title");
    }

    @Override
    public String link() {
        return ROUTE;
    }

    @Override
    public News.Topic topic() {
        return News.Topic.DEPLOYMENTS;
    }

    @Override
    public List<Line> lines(Handle handle, int limit) {
        return store.all(handle).stream()
                .limit(limit)
                .map(deployment ->
                        new Line(deployment.name(), observed(handle, deployment).sentence(), null, route(deployment)))
                .toList();
    }

    @Override
    public List<Sentence> needing(Handle handle, String version) {
        return store.serving(handle, version).stream()
                .map(deployment -> Sentence.of("deployments.needs", deployment.name()))
                .toList();
    }

    @Override
    public List<Models.Descendant> descendants(Handle handle, String version) {
        return store.serving(handle, version).stream()
                .map(deployment -> new Models.Descendant(
                        deployment.id(), deployment.name(), Sentence.of("deployments.kind"), route(deployment)))
                .toList();
    }

    private Observed observed(Handle handle, Deployment deployment) {
        return controller.observe(controller.situation(handle, deployment));
    }

    private static String route(Deployment deployment) {
        return ROUTE + "/" + deployment.id();
    }
}
