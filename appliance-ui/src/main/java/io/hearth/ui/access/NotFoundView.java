package io.hearth.ui.access;

import com.vaadin.flow.component.html.Anchor;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.router.ErrorParameter;
import com.vaadin.flow.router.HasErrorParameter;
import com.vaadin.flow.router.NotFoundException;
import com.vaadin.flow.router.ParentLayout;
import com.vaadin.flow.server.auth.AnonymousAllowed;
import io.hearth.ui.shell.EmptyState;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.shell.Wording;

/** Stands where no page is. */
@ParentLayout(MainLayout.class)
@AnonymousAllowed
public class NotFoundView extends Page implements HasErrorParameter<NotFoundException> {
    public NotFoundView() {
        title("access.not-found.title");
        add(new EmptyState("access.not-found.heading", "access.not-found.text", home()));
    }

    @Override
    public int setErrorParameter(BeforeEnterEvent event, ErrorParameter<NotFoundException> parameter) {
        return 404;
    }

    /** A link to the first page. */
    static Anchor home() {
        Anchor home = new Anchor("/");
        Wording.of(home).text(home::setText, "access.error.home");
        return home;
    }
}
