package io.hearth.ui.overview;

import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import org.jdbi.v3.core.Handle;

/**
 * A step of a new appliance on its way to the first answer from a tuned model: each feature has its own. The overview shows all
 * in order, ticks those that are done, and vanishes with them when all are.
 */
public interface Step {
    /** Place in the list: nodes 10, models 20, datasets 30, jobs 40, deployments 50, keys 60. */
    int order();

    /** What to do, in a few words. */
    Sentence title();

    /** Why, and what happens then. */
    Sentence text();

    /** Route to go to. */
    String link();

    /** Who may do it; others see the step without the link. */
    Role needed();

    /** Whether it was done. */
    boolean done(Handle handle);
}
