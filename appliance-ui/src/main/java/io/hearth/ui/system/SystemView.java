package io.hearth.ui.system;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.router.Route;
import io.hearth.ui.core.Role;
import io.hearth.ui.shell.MainLayout;
import io.hearth.ui.shell.Page;
import io.hearth.ui.support.SupportBundles;
import io.hearth.ui.support.SupportPanel;
import jakarta.annotation.security.RolesAllowed;

/** The machine that the control plane runs on. */
@Route(value = "system", layout = MainLayout.class)
@RolesAllowed(Role.IS_ADMINISTRATOR)
public class SystemView extends Page {
    private final SupportPanel support;

    public SystemView(SupportBundles bundles) {
        title("system.title");
        lead("system.lead");
        support = new SupportPanel(bundles, this::actor);
        add(support);
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        support.refresh();
    }
}
