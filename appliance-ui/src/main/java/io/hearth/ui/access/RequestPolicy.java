package io.hearth.ui.access;

import io.hearth.ui.core.Role;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.HttpSecurityPolicy;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Lets nobody pass who has not signed in, but on {@link OpenPaths}. Roles are asked for behind it, where things are done; for
 * metrics and the description of the API, which nothing is behind, here.
 */
@ApplicationScoped
public class RequestPolicy implements HttpSecurityPolicy {
    @Override
    public Uni<CheckResult> checkPermission(
            RoutingContext context, Uni<SecurityIdentity> identity, AuthorizationRequestContext requests) {
        String method = context.request().method().name();
        boolean pageParameter = context.request().getParam(OpenPaths.PAGE_PARAMETER) != null;
        if (OpenPaths.open(method, context.normalizedPath(), pageParameter)
                && OpenPaths.open(method, context.request().path(), pageParameter)) {
            return CheckResult.permit();
        }
        boolean machines = context.normalizedPath().startsWith("/q/");
        return identity.map(who ->
                who.isAnonymous() || machines && !who.hasRole(Role.IS_VIEWER) ? CheckResult.DENY : CheckResult.PERMIT);
    }
}
