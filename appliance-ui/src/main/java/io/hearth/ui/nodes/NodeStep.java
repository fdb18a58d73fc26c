package io.hearth.ui.nodes;

import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.overview.Step;
import jakarta.enterprise.context.ApplicationScoped;
import org.jdbi.v3.core.Handle;

/** The first step: a machine that computes. */
@ApplicationScoped
public class NodeStep implements Step {
    private final NodeService nodes;

    public NodeStep(NodeService nodes) {
        this.nodes = nodes;
    }

    @Override
    public int order() {
        return 10;
    }

    @Override
    public Sentence title() {
        return Sentence.of("nodes.step.title");
    }

    @Override
    public Sentence text() {
        return Sentence.of("nodes.step.text");
    }

    @Override
    public String link() {
        return "nodes";
    }

    @Override
    public Role needed() {
        return Role.ADMINISTRATOR;
    }

    @Override
    public boolean done(Handle handle) {
        return !nodes.all(handle).isEmpty();
    }
}
