package io.hearth.ui.access;

import com.vaadin.flow.component.ComponentUtil;
import com.vaadin.flow.component.UI;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Sentence;
import io.hearth.ui.core.Who;
import io.quarkus.arc.Arc;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Tells who makes the present request: in a page the one who opened it, as long as the session lasts, also on threads that change
 * a page by themselves; elsewhere the one whose credential the request carries.
 */
@ApplicationScoped
public class RequestWho implements Who {
    private final Credentials credentials;
    private final CurrentIdentityAssociation identities;

    public RequestWho(Credentials credentials, CurrentIdentityAssociation identities) {
        this.credentials = credentials;
        this.identities = identities;
    }

    @Override
    public Actor actor() {
        return caller().actor();
    }

    /**
     * The caller of the present request.
     *
     * @throws Problem of kind UNAUTHENTICATED if nobody is signed in
     */
    public Caller caller() {
        return find().orElseThrow(
                        () -> new Problem(Problem.Kind.UNAUTHENTICATED, Sentence.of("access.unauthenticated")));
    }

    /** The caller of the present request, if somebody is signed in. */
    public Optional<Caller> find() {
        UI ui = UI.getCurrent();
        if (ui != null) {
            Caller opened = ComponentUtil.getData(ui, Caller.class);
            return opened == null ? Optional.empty() : credentials.again(opened);
        }
        if (!Arc.container().requestContext().isActive()) {
            return Optional.empty();
        }
        SecurityIdentity identity = identities.getIdentity();
        return identity != null && identity.getPrincipal() instanceof Caller caller
                ? Optional.of(caller)
                : Optional.empty();
    }
}
