package io.hearth.ui.access;

import com.vaadin.flow.component.Component;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.inject.build.compatible.spi.BuildCompatibleExtension;
import jakarta.enterprise.inject.build.compatible.spi.ClassConfig;
import jakarta.enterprise.inject.build.compatible.spi.Enhancement;

/**
 * Keeps the container from asking for roles at every method of a page. Roles of pages are asked for where a page is opened
 * ({@link PageSessions}); its methods also run on threads without a request, such as when a session ends, and must not fail there.
 */
public class PagesAreNotIntercepted implements BuildCompatibleExtension {
    /** Runs while the program is built. */
    @Enhancement(types = Component.class, withSubtypes = true)
    public void page(ClassConfig page) {
        page.removeAnnotation(annotation -> annotation.name().equals(RolesAllowed.class.getName())
                || annotation.name().equals(PermitAll.class.getName()));
    }
}
