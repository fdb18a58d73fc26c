package io.hearth.ui.access;

import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.ErrorParameter;
import com.vaadin.flow.router.HasErrorParameter;
import com.vaadin.flow.router.ParentLayout;
import com.vaadin.flow.server.auth.AnonymousAllowed;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.LogText;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.shell.EmptyState;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;

/** Stands where a page would that could not be opened: says why, or where to look. */
@ParentLayout(MainLayout.class)
@AnonymousAllowed
public class FaultView extends Page implements HasErrorParameter<Exception> {
    private static final System.Logger LOG = System.getLogger(FaultView.class.getName());

    public FaultView() {
        title("access.fault.title");
    }

    @Override
    public int setErrorParameter(BeforeEnterEvent event, ErrorParameter<Exception> parameter) {
        for (Throwable cause = parameter.getException(); cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem problem) {
                add(new EmptyState(Sentence.of("access.fault.heading"), problem.sentence(), NotFoundView.home()));
                return problem.kind().status();
            }
        }
        String incident = Ids.next("inc");
        LOG.log(
                System.Logger.Level.ERROR,
                "Incident " + incident + " at the page "
                        + LogText.safe(event.getLocation().getPath()),
                parameter.getException());
        add(new EmptyState(
                Sentence.of("access.fault.heading"), Sentence.of("access.fault.text", incident), NotFoundView.home()));
        return 500;
    }
}
