package io.hearth.ui.shell;

import com.vaadin.flow.component.dependency.StyleSheet;
import com.vaadin.flow.component.page.AppShellConfigurator;
import com.vaadin.flow.component.page.Push;
import com.vaadin.flow.shared.ui.Transport;

/** Settings of every page: the theme, and a link over which pages change by themselves. */
@Push(transport = Transport.WEBSOCKET_XHR)
@StyleSheet("aura/aura.css")
public class Application implements AppShellConfigurator {}
