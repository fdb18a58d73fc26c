package io.hearth.ui.shell;

import com.vaadin.flow.component.dependency.StyleSheet;
import com.vaadin.flow.component.page.AppShellConfigurator;
import com.vaadin.flow.component.page.ColorScheme;
import com.vaadin.flow.component.page.Push;
import com.vaadin.flow.server.AppShellSettings;
import com.vaadin.flow.shared.ui.Transport;

/** Settings of every page: the theme, and a link over which pages change by themselves. */
@Push(transport = Transport.WEBSOCKET_XHR)
@StyleSheet("/aura/aura.css")
@StyleSheet("/hearth.css")
@ColorScheme(ColorScheme.Value.SYSTEM)
public class Application implements AppShellConfigurator {
    @Override
    public void configurePage(AppShellSettings settings) {
        settings.setPageTitle("Hearth");
        settings.addFavIcon("icon", "/hearth.svg", "any");
        settings.setViewport("width=device-width, initial-scale=1");
    }
}
