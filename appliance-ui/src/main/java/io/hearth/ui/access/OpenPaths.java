package io.hearth.ui.access;

import java.util.List;
import java.util.Set;

/**
 * The one list of what needs no login. Everything else answers 401, or sends a browser to {@code /login}.
 *
 * <p>{@code /v1/*} is not open either: the gateway asks for its own keys there, which are not users' credentials.
 */
public final class OpenPaths {
    /** Path below which the gateway checks its own keys. */
    public static final String GATEWAY = "/v1/";

    /** A method and a path that need no login; {@code *} at the end stands for any further path. */
    public record Open(Set<String> methods, String path, String why) {
        boolean covers(String method, String asked) {
            boolean same =
                    path.endsWith("*") ? asked.startsWith(path.substring(0, path.length() - 1)) : asked.equals(path);
            return same && methods.contains(method);
        }
    }

    private static final Set<String> READ = Set.of("GET", "HEAD");
    private static final Set<String> POST = Set.of("POST");

    /** All of them. */
    public static final List<Open> ALL = List.of(
            new Open(READ, "/q/health", "Machines ask whether the appliance lives; the answer names no data."),
            new Open(READ, "/q/health/*", "The same in parts."),
            new Open(READ, "/login", "The page to sign in."),
            new Open(READ, "/setup", "The page to make the first administrator; asks for the code of the console."),
            new Open(POST, "/auth/login", "What the page to sign in sends."),
            new Open(POST, "/api/v1/login", "Signing in of programs."),
            new Open(POST, "/api/v1/setup", "The first administrator, over REST."),
            new Open(READ, "/favicon.ico", "The icon of the page to sign in."),
            new Open(READ, "/hearth.svg", "The same."),
            new Open(READ, "/hearth.css", "Its looks."),
            new Open(READ, "/js/*", "Scripts of pages: the same in every installation."),
            new Open(READ, "/aura/*", "The theme."),
            new Open(READ, "/lumo/*", "The other theme."),
            new Open(READ, "/VAADIN/build/*", "The program of the pages: the same in every installation."),
            new Open(READ, "/VAADIN/static/*", "The same."),
            new Open(READ, "/VAADIN/push", "The link of a page; it leads only into the page's own session."),
            new Open(POST, "/VAADIN/push", "The same, where WebSockets do not pass."));

    /**
     * What pages exchange with the server, at {@code /} with this parameter. It needs no login because the page to sign in does it
     * too: each view is guarded where it is opened, and a page ends with the session it was opened in.
     */
    public static final String PAGE_PARAMETER = "v-r";

    /** Whether a request needs no login here. A path that two readers might read differently never does. */
    public static boolean open(String method, String path, boolean hasPageParameter) {
        if (path.startsWith(GATEWAY)) {
            return !path.contains("..") && path.indexOf(';') < 0 && path.indexOf('\\') < 0;
        }
        return plain(path)
                && (path.equals("/") && hasPageParameter || ALL.stream().anyMatch(one -> one.covers(method, path)));
    }

    /** Letters, digits and a few signs: nothing encoded, no parameters, no way up. */
    private static boolean plain(String path) {
        return !path.contains("..")
                && path.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c) || "/._-~".indexOf(c) >= 0);
    }

    private OpenPaths() {}
}
