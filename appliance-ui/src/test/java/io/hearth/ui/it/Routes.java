package io.hearth.ui.it;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.vaadin.flow.router.Route;
import com.vaadin.flow.server.auth.AnonymousAllowed;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.servlet.annotation.WebServlet;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Every entrance of the control plane, as its classes declare them. */
final class Routes {
    /** Who may come in by an entrance. */
    enum Guard {
        ANYBODY,
        SIGNED_IN,
        ROLES,
        NOTHING_SAID
    }

    /**
     * An entrance.
     *
     * @param method HTTP method
     * @param path with a made-up value in the place of each parameter
     * @param guard what it asks for
     * @param roles of these, one is needed
     * @param where class and method
     */
    record Entrance(String method, String path, Guard guard, Set<String> roles, String where) {
        @Override
        public String toString() {
            return method + " " + path + " (" + where + ")";
        }
    }

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.hearth.ui");

    private static final List<Class<? extends Annotation>> METHODS =
            List.of(GET.class, POST.class, PUT.class, DELETE.class, PATCH.class);

    /** Methods of REST resources. */
    static List<Entrance> rest() {
        List<Entrance> found = new ArrayList<>();
        for (JavaClass type : CLASSES) {
            if (!type.isAnnotatedWith(Path.class)) {
                continue;
            }
            String base = type.getAnnotationOfType(Path.class).value();
            for (JavaMethod method : type.getMethods()) {
                for (Class<? extends Annotation> http : METHODS) {
                    if (method.isAnnotatedWith(http)) {
                        found.add(entrance(type, method, http.getSimpleName(), base));
                    }
                }
            }
        }
        return found;
    }

    /** Pages that need no parameter in their path. */
    static List<Entrance> pages() {
        List<Entrance> found = new ArrayList<>();
        for (JavaClass type : CLASSES) {
            if (!type.isAnnotatedWith(Route.class)) {
                continue;
            }
            String path = type.getAnnotationOfType(Route.class).value();
            Guard guard = type.isAnnotatedWith(AnonymousAllowed.class)
                    ? Guard.ANYBODY
                    : type.isAnnotatedWith(RolesAllowed.class)
                            ? Guard.ROLES
                            : type.isAnnotatedWith(PermitAll.class) ? Guard.SIGNED_IN : Guard.NOTHING_SAID;
            found.add(new Entrance(
                    "GET",
                    "/" + path.replaceAll("/?:.*", ""),
                    guard,
                    roles(type.tryGetAnnotationOfType(RolesAllowed.class)),
                    type.getSimpleName()));
        }
        return found;
    }

    /** Paths of servlets. */
    static List<String> servlets() {
        return CLASSES.stream()
                .flatMap(type -> type.tryGetAnnotationOfType(WebServlet.class).stream())
                .flatMap(servlet -> Arrays.stream(servlet.value()))
                .toList();
    }

    private static Entrance entrance(JavaClass type, JavaMethod method, String http, String base) {
        String own = method.tryGetAnnotationOfType(Path.class).map(Path::value).orElse("");
        String path = ("/" + base + "/" + own)
                .replaceAll("/+", "/")
                .replaceAll("(?<=.)/$", "")
                .replaceAll("\\{[^/]*}", "none-such");
        Guard guard = guard(method::isAnnotatedWith)
                .or(() -> guard(type::isAnnotatedWith))
                .orElse(Guard.NOTHING_SAID);
        Optional<RolesAllowed> roles = method.tryGetAnnotationOfType(RolesAllowed.class);
        if (roles.isEmpty() && guard == Guard.ROLES) {
            roles = type.tryGetAnnotationOfType(RolesAllowed.class);
        }
        return new Entrance(http, path, guard, roles(roles), type.getSimpleName() + "." + method.getName());
    }

    private static Optional<Guard> guard(java.util.function.Predicate<Class<? extends Annotation>> has) {
        if (has.test(RolesAllowed.class)) {
            return Optional.of(Guard.ROLES);
        }
        if (has.test(io.quarkus.security.Authenticated.class)) {
            return Optional.of(Guard.SIGNED_IN);
        }
        return has.test(PermitAll.class) ? Optional.of(Guard.ANYBODY) : Optional.empty();
    }

    private static Set<String> roles(Optional<RolesAllowed> annotation) {
        return annotation.map(roles -> Set.of(roles.value())).orElse(Set.of());
    }

    private Routes() {}
}
