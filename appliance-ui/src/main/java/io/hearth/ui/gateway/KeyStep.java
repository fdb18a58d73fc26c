package io.hearth.ui.gateway;

import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.overview.Step;
import jakarta.enterprise.context.ApplicationScoped;
import org.jdbi.v3.core.Handle;

/** The step of a new appliance in which the first application gets its key. */
@ApplicationScoped
public class KeyStep implements Step {
    private static final int LAST = 60;

    private final KeyStore store = new KeyStore();

    @Override
    public int order() {
        return LAST;
    }

    @Override
    public Sentence title() {
        return Sentence.of("gateway.step.title");
    }

    @Override
    public Sentence text() {
        return Sentence.of("gateway.step.text");
    }

    @Override
    public String link() {
        return "keys";
    }

    @Override
    public Role needed() {
        return Role.OPERATOR;
    }

    @Override
    public boolean done(Handle handle) {
        return !store.byHmac(handle).isEmpty();
    }
}
