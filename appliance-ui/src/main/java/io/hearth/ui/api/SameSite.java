package io.hearth.ui.api;

import io.vertx.core.MultiMap;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Whether a browser's request comes from our own pages, by what browsers say of it and pages cannot change. */
final class SameSite {
    /** Whether a request shows that it comes from here: one that says nothing does not. */
    static boolean shown(MultiMap headers, String host) {
        String site = headers.get("Sec-Fetch-Site");
        if (site != null) {
            return own(site);
        }
        String origin = headers.get("Origin");
        return origin != null && same(origin, host);
    }

    /** Whether a request says that it comes from elsewhere. */
    static boolean contradicted(MultiMap headers, String host) {
        String site = headers.get("Sec-Fetch-Site");
        String origin = headers.get("Origin");
        return site != null ? !own(site) : origin != null && !same(origin, host);
    }

    private static boolean own(String site) {
        return site.equals("same-origin") || site.equals("none");
    }

    private static boolean same(String origin, String host) {
        try {
            URI uri = new URI(origin);
            return "https".equals(uri.getScheme())
                    && uri.getAuthority() != null
                    && plain(uri.getAuthority()).equals(plain(host));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static String plain(String authority) {
        String lower = authority.toLowerCase(Locale.ROOT);
        return lower.endsWith(":443") ? lower.substring(0, lower.length() - 4) : lower;
    }

    private SameSite() {}
}
