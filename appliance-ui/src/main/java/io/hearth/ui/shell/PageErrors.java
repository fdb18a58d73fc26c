package io.hearth.ui.shell;

import com.vaadin.flow.component.UI;
import com.vaadin.flow.server.ErrorEvent;
import com.vaadin.flow.server.ErrorHandler;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;

/**
 * Tells a person what went wrong on a page: a {@link Problem} in their language, anything else as a number under which the log
 * has the details.
 */
final class PageErrors implements ErrorHandler {
    private static final System.Logger LOG = System.getLogger(PageErrors.class.getName());

    @Override
    public void error(ErrorEvent event) {
        Sentence sentence = sentence(event.getThrowable());
        UI ui = UI.getCurrent();
        if (ui != null) {
            ui.access(() -> Toast.problem(sentence));
        }
    }

    /** What to say of an error; writes to the log what a person is not told. */
    static Sentence sentence(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem problem) {
                return problem.sentence();
            }
        }
        String incident = Ids.next("inc");
        LOG.log(System.Logger.Level.ERROR, "Incident " + incident + " on a page", error);
        return Sentence.of("shell.error.incident", incident);
    }
}
