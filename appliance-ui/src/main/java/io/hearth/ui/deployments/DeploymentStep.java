package io.hearth.ui.deployments;

import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.overview.Step;
import jakarta.enterprise.context.ApplicationScoped;
import org.jdbi.v3.core.Handle;

/** The step of a new appliance in which a model begins to answer. */
@ApplicationScoped
public class DeploymentStep implements Step {
    private static final int AFTER_TRAINING = 50;

    private final DeploymentStore store = new DeploymentStore();

    @Override
    public int order() {
        return AFTER_TRAINING;
    }

    @Override
    public Sentence title() {
        return Sentence.of("deployments.step.title");
    }

    @Override
    public Sentence text() {
        return Sentence.of("deployments.step.text");
    }

    @Override
    public String link() {
        return "deployments";
    }

    @Override
    public Role needed() {
        return Role.OPERATOR;
    }

    @Override
    public boolean done(Handle handle) {
        return !store.all(handle).isEmpty();
    }
}
