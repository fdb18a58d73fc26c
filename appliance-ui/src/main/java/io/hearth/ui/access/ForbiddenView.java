package io.hearth.ui.access;

import com.vaadin.flow.router.AccessDeniedException;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.ErrorParameter;
import com.vaadin.flow.router.HasErrorParameter;
import com.vaadin.flow.router.ParentLayout;
import com.vaadin.flow.server.auth.AnonymousAllowed;
import io.hearth.ui.shell.EmptyState;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;

/** Stands where a page would that the reader may not see. */
@ParentLayout(MainLayout.class)
@AnonymousAllowed
public class ForbiddenView extends Page implements HasErrorParameter<AccessDeniedException> {
    public ForbiddenView() {
        title("access.forbidden.title");
        getElement().setAttribute("data-refused", true);
        add(new EmptyState("access.forbidden.heading", "access.forbidden.text", NotFoundView.home()));
    }

    @Override
    public int setErrorParameter(BeforeEnterEvent event, ErrorParameter<AccessDeniedException> parameter) {
        return 403;
    }
}
