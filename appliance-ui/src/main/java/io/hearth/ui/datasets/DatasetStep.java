package io.hearth.ui.datasets;

import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.overview.Step;
import jakarta.enterprise.context.ApplicationScoped;
import org.jdbi.v3.core.Handle;

/** The first dataset, on the way of a new appliance to its first answer. */
@ApplicationScoped
class DatasetStep implements Step {
    private final DatasetStore store;

    DatasetStep(DatasetStore store) {
        this.store = store;
    }

    @Override
    public int order() {
        return 30;
    }

    @Override
    public Sentence title() {
        return Sentence.of("datasets.step.title");
    }

    @Override
    public Sentence text() {
        return Sentence.of("datasets.step.text");
    }

    @Override
    public String link() {
        return "datasets";
    }

    @Override
    public Role needed() {
        return Role.ENGINEER;
    }

    @Override
    public boolean done(Handle handle) {
        return !store.newest(handle, 1).isEmpty();
    }
}
