package io.hearth.ui.shell;

import com.vaadin.flow.server.VaadinRequest;

/** Under which name the person's browser knows this appliance. */
public final class OwnHost {
    private OwnHost() {}

    /** Name or address, without a port, of the request that is answered now; {@code localhost} if it does not say. */
    public static String name() {
        VaadinRequest request = VaadinRequest.getCurrent();
        String header = request == null ? null : request.getHeader("Host");
        if (header == null || header.isBlank()) {
            return "localhost";
        }
        int colon = header.lastIndexOf(':');
        return colon > header.lastIndexOf(']') ? header.substring(0, colon) : header;
    }
}
