package io.hearth.ui.jobs;

import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.overview.Step;
import jakarta.enterprise.context.ApplicationScoped;
import org.jdbi.v3.core.Handle;

/** The first fine-tuning, among the first steps of a new appliance. */
@ApplicationScoped
public class JobFirstStep implements Step {
    private final JobStore jobs;

    public JobFirstStep(JobStore jobs) {
        this.jobs = jobs;
    }

    @Override
    public int order() {
        return 40;
    }

    @Override
    public Sentence title() {
        return Sentence.of("jobs.step.title");
    }

    @Override
    public Sentence text() {
        return Sentence.of("jobs.step.text");
    }

    @Override
    public String link() {
        return "jobs";
    }

    @Override
    public Role needed() {
        return Role.ENGINEER;
    }

    @Override
    public boolean done(Handle handle) {
        return jobs.count(handle) > 0;
    }
}
