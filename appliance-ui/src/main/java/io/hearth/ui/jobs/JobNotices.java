package io.hearth.ui.jobs;

import io.hearth.ui.core.News;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.overview.Activity;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What jobs say on the overview. */
@ApplicationScoped
public class JobNotices implements Activity {
    private final JobStore jobs;

    public JobNotices(JobStore jobs) {
        this.jobs = jobs;
    }

    @Override
    public int order() {
        return 10;
    }

    @Override
    public Sentence title() {
        return Sentence.of("jobs.title");
    }

    @Override
    public String link() {
        return "jobs";
    }

    @Override
    public News.Topic topic() {
        return News.Topic.JOBS;
    }

    @Override
    public List<Line> lines(Handle handle, int limit) {
        return jobs.open(handle).stream()
                .limit(limit)
                .map(job -> new Line(
                        job.name(),
                        Sentence.of("jobs.state." + job.state().key()),
                        job.state() == JobState.RUNNING ? job.progress().share() : null,
                        "jobs/" + job.id()))
                .toList();
    }
}
