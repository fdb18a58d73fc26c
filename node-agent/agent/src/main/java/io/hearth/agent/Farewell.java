package io.hearth.agent;

import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Ends the agent in good order when the process is told to stop: the process stays until that is done. */
@ApplicationScoped
class Farewell {
    private static final System.Logger LOG = System.getLogger(Farewell.class.getName());

    private volatile Agent agent;

    /** The agent that is to be ended. */
    void of(Agent present) {
        agent = present;
    }

    void onStop(@Observes ShutdownEvent event) {
        Agent present = agent;
        if (present == null) {
            return;
        }
        try {
            present.stop();
        } catch (InterruptedException e) {
            LOG.log(System.Logger.Level.WARNING, "The agent was interrupted while it stopped its workers.");
        }
    }
}
