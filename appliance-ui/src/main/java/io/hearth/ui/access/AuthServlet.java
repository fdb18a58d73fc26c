package io.hearth.ui.access;

import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Texts;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Signing in and leaving with forms of a browser. Each ends the page's server session, so that nobody goes on in a
 * session that was begun before.
 */
@WebServlet({"/auth/login", "/auth/logout"})
public class AuthServlet extends HttpServlet {
    @Inject
    transient Logins logins;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("Cache-Control", "no-store");
        if (request.getServletPath().equals("/auth/login")) {
            login(request, response);
        } else {
            logout(request, response);
        }
    }

    private void login(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String to = LocalPath.clean(request.getParameter("to"));
        try {
            Logins.Started started = logins.login(
                    request.getParameter("username"),
                    request.getParameter("password"),
                    Session.Kind.BROWSER,
                    request.getRemoteAddr(),
                    request.getHeader("User-Agent"));
            enter(request, response, started, to);
        } catch (Problem problem) {
            String error = problem.kind() == Problem.Kind.LIMITED ? "wait" : "wrong";
            go(response, "/login?error=" + error + (to.equals("/") ? "" : "&to=" + encoded(to)));
        }
    }

    private void logout(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getUserPrincipal() instanceof Caller caller && caller.credential() == Caller.Credential.COOKIE) {
            logins.logout(caller);
        }
        endPages(request);
        response.addCookie(cookie("", 0));
        go(response, "/login?goodbye");
    }

    private static void enter(
            HttpServletRequest request, HttpServletResponse response, Logins.Started started, String to) {
        endPages(request);
        response.addCookie(cookie(started.secret(), -1));
        looks(started.user()).forEach(response::addCookie);
        go(response, started.user().mustChange() ? "/account" : to);
    }

    private static void endPages(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session != null) {
            session.invalidate();
        }
    }

    /** What the user has chosen for all browsers, as pages keep it in each. */
    private static List<Cookie> looks(User user) {
        List<Cookie> cookies = new ArrayList<>();
        Texts.LANGUAGES.stream()
                .filter(language -> language.getLanguage().equals(user.language()))
                .forEach(language -> cookies.add(new Cookie("hearth-language", language.toLanguageTag())));
        if (user.theme() != null) {
            cookies.add(new Cookie("hearth-appearance", user.theme().toUpperCase(Locale.ROOT)));
        }
        for (Cookie cookie : cookies) {
            cookie.setPath("/");
            cookie.setSecure(true);
            cookie.setMaxAge((int) Duration.ofDays(365).toSeconds());
        }
        return cookies;
    }

    /** The cookie of a browser's session. */
    public static Cookie cookie(String secret, int seconds) {
        Cookie cookie = new Cookie(RequestIdentity.COOKIE, secret);
        cookie.setPath("/");
        cookie.setHttpOnly(true);
        cookie.setSecure(true);
        cookie.setMaxAge(seconds);
        cookie.setAttribute("SameSite", "Lax");
        return cookie;
    }

    private static void go(HttpServletResponse response, String path) {
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Location", path);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
