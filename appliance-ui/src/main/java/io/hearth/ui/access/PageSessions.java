package io.hearth.ui.access;

import com.vaadin.flow.component.ComponentUtil;
import com.vaadin.flow.component.UI;
import com.vaadin.flow.router.BeforeEnterEvent;
import com.vaadin.flow.server.ServiceInitEvent;
import com.vaadin.flow.server.VaadinRequest;
import com.vaadin.flow.server.VaadinResponse;
import com.vaadin.flow.server.VaadinSession;
import com.vaadin.flow.server.auth.NavigationAccessControl;
import com.vaadin.flow.server.communication.IndexHtmlResponse;
import io.hearth.ui.api.ContentPolicy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.security.Principal;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Ties pages to sessions. A page belongs to the session in which it was opened: when that ends, the page's next request leads to
 * the page to sign in. A view that does not say who may see it is seen by nobody.
 */
@ApplicationScoped
public class PageSessions {
    /** Session of the server's pages: which login it belongs to. */
    private static final String LOGIN = PageSessions.class.getName() + ".login";

    private final RequestWho who;

    public PageSessions(RequestWho who) {
        this.who = who;
    }

    void begin(@Observes ServiceInitEvent event) {
        NavigationAccessControl control = new Views();
        control.setLoginView("login");
        event.addRequestHandler(this::endIfOver);
        event.addIndexHtmlRequestListener(PageSessions::allowItsScripts);
        event.getSource().addUIInitListener(init -> {
            UI ui = init.getUI();
            if (VaadinRequest.getCurrent().getUserPrincipal() instanceof Caller caller) {
                ComponentUtil.setData(ui, Caller.class, caller);
            }
            ui.addBeforeEnterListener(control);
        });
    }

    /** Lets the scripts run that the page was sent with, and no other that may get into it. */
    private static void allowItsScripts(IndexHtmlResponse page) {
        String nonce = Secrets.make("");
        page.getDocument().getElementsByTag("script").attr("nonce", nonce);
        page.getVaadinResponse().setHeader(ContentPolicy.HEADER, ContentPolicy.withNonce(nonce));
    }

    /** Answers requests of pages whose login is over; says whether it did. */
    private boolean endIfOver(VaadinSession session, VaadinRequest request, VaadinResponse response)
            throws IOException {
        String now = request.getUserPrincipal() instanceof Caller caller ? caller.credentialId() : "";
        String before = (String) session.getAttribute(LOGIN);
        if (before == null) {
            session.setAttribute(LOGIN, now);
            return false;
        }
        if (before.equals(now)) {
            return false;
        }
        if ("uidl".equals(request.getParameter(OpenPaths.PAGE_PARAMETER))) {
            // What the page's program understands as: go there.
            response.setContentType("text/plain; charset=utf-8");
            response.getWriter().write("Vaadin-Refresh: " + (now.isEmpty() ? "/login" : "/"));
        } else if (request.getParameter(OpenPaths.PAGE_PARAMETER) == null
                && request.getMethod().equals("GET")) {
            response.setStatus(302);
            response.setHeader("Location", now.isEmpty() ? "/login" : "/");
        } else {
            response.setStatus(403);
        }
        session.close();
        request.getWrappedSession().invalidate();
        return true;
    }

    /** Asks for the roles of the one who opened the page, also where a page moves by itself. */
    private final class Views extends NavigationAccessControl {
        @Override
        public void beforeEnter(BeforeEnterEvent event) {
            boolean must =
                    who.find().filter(caller -> caller.user().mustChange()).isPresent();
            if (must && event.getNavigationTarget() != AccountView.class) {
                event.forwardTo(AccountView.class);
            } else {
                super.beforeEnter(event);
            }
        }

        @Override
        protected Principal getPrincipal(VaadinRequest request) {
            return who.find().orElse(null);
        }

        @Override
        protected Predicate<String> getRolesChecker(VaadinRequest request) {
            Optional<Caller> caller = who.find();
            return role -> caller.isPresent() && caller.get().roles().contains(role);
        }
    }
}
