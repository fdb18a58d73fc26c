package io.hearth.ui.models;

import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.overview.Step;
import jakarta.enterprise.context.ApplicationScoped;
import org.jdbi.v3.core.Handle;

/** The first model, among the first steps of a new appliance. */
@ApplicationScoped
public class ModelFirstStep implements Step {
    private final ModelStore models;

    public ModelFirstStep(ModelStore models) {
        this.models = models;
    }

    @Override
    public int order() {
        return 20;
    }

    @Override
    public Sentence title() {
        return Sentence.of("models.step.title");
    }

    @Override
    public Sentence text() {
        return Sentence.of("models.step.text");
    }

    @Override
    public String link() {
        return "models";
    }

    @Override
    public Role needed() {
        return Role.ENGINEER;
    }

    @Override
    public boolean done(Handle handle) {
        return models.modelCount(handle) > 0;
    }
}
