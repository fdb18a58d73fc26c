package io.hearth.ui.overview;

import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Gathers what the features have to say. */
@ApplicationScoped
public class Overview {
    private static final int LINES = 6;
    private static final System.Logger LOG = System.getLogger(Overview.class.getName());

    private final List<Attention> attentions;
    private final List<Step> steps;
    private final List<Activity> activities;

    public Overview(@All List<Attention> attentions, @All List<Step> steps, @All List<Activity> activities) {
        this.attentions = List.copyOf(attentions);
        this.steps = steps.stream().sorted(Comparator.comparingInt(Step::order)).toList();
        this.activities = activities.stream()
                .sorted(Comparator.comparingInt(Activity::order))
                .toList();
    }

    /**
     * A step as it stands.
     *
     * @param done whether it was done
     * @param next whether it is the first that is not done
     */
    public record Standing(Sentence title, Sentence text, String link, Role needed, boolean done, boolean next) {}

    /** What goes on in a feature. */
    public record Going(Sentence title, String link, List<Activity.Line> lines) {}

    /** All steps in order; none if all are done. */
    public List<Standing> steps(Handle handle) {
        List<Standing> standing = new ArrayList<>();
        boolean found = false;
        for (Step step : steps) {
            boolean done = step.done(handle);
            standing.add(new Standing(step.title(), step.text(), step.link(), step.needed(), done, !done && !found));
            found |= !done;
        }
        return found ? standing : List.of();
    }

    /** What needs a person: faults first, then warnings, the newest first. A feature that cannot tell does not hide the others. */
    public List<Attention.Notice> notices(Handle handle) {
        List<Attention.Notice> notices = new ArrayList<>();
        for (Attention attention : attentions) {
            try {
                notices.addAll(attention.notices(handle));
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, attention.getClass().getName() + " could not tell its notices", e);
            }
        }
        notices.sort(Comparator.comparing(Attention.Notice::level)
                .thenComparing(Comparator.comparingLong(Attention.Notice::since).reversed()));
        return notices;
    }

    /** What goes on, feature by feature. */
    public List<Going> activities(Handle handle) {
        return activities.stream()
                .map(activity -> new Going(activity.title(), activity.link(), activity.lines(handle, LINES)))
                .toList();
    }

    /** News after which it looks different. */
    List<Activity> kinds() {
        return activities;
    }
}
