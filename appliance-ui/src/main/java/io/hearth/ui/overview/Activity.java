package io.hearth.ui.overview;

import io.hearth.ui.core.News;
import io.hearth.ui.core.Sentence;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** A feature that has something going on to be seen at a glance: jobs, deployments. */
public interface Activity {
    /** Place on the page: jobs 10, deployments 20. */
    int order();

    /** Heading of the list. */
    Sentence title();

    /** Route of all of them. */
    String link();

    /** What is published when they change. */
    News.Topic topic();

    /** Those that go on now, the most interesting first. */
    List<Line> lines(Handle handle, int limit);

    /**
     * One of them.
     *
     * @param name its name
     * @param state what it is doing, in a few words
     * @param progress 0 to 1, or null where there is no end
     * @param link route of its page
     */
    record Line(String name, Sentence state, Double progress, String link) {}
}
