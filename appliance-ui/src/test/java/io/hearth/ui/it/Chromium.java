package io.hearth.ui.it;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** The browser of this machine, driven by Playwright. Keeps what pages complain of. */
final class Chromium implements AutoCloseable {
    private static final List<String> FLAGS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");
    private static final List<Path> PROGRAMS = List.of(
            Path.of("/usr/bin/chromium"), Path.of("/usr/bin/chromium-browser"), Path.of("/usr/bin/google-chrome"));

    private final Playwright playwright;
    private final Browser browser;
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    Chromium() {
        // What a page is to say comes late where other work runs beside the tests.
        PlaywrightAssertions.setDefaultAssertionTimeout(30_000);
        Path program = PROGRAMS.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "There is no Chromium. Install it first: apt-get install -y chromium fonts-noto-cjk"));
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(program)
                        .setHeadless(true)
                        .setArgs(FLAGS));
    }

    /** A fresh profile: no cookies. */
    BrowserContext profile(int width, int height, String language) {
        BrowserContext context = browser.newContext(new Browser.NewContextOptions()
                .setIgnoreHTTPSErrors(true)
                .setViewportSize(width, height)
                .setLocale(language)
                .setTimezoneId("Europe/Berlin"));
        context.setDefaultTimeout(60_000);
        // The first page after a start of the control plane takes its time on a busy machine.
        context.setDefaultNavigationTimeout(120_000);
        context.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                complaints.add(message.page().url() + ": " + message.text());
            }
        });
        context.onWebError(error -> complaints.add(error.page().url() + ": " + error.error()));
        return context;
    }

    /** Errors that pages wrote to the console, or threw, since the last call. */
    List<String> complaints() {
        List<String> seen = List.copyOf(complaints);
        complaints.removeAll(seen);
        return seen;
    }

    /** Waits until Vaadin has nothing under way and a frame was drawn. */
    static void settled(Page page) {
        page.waitForFunction("() => window.Vaadin?.Flow?.clients && Object.values(window.Vaadin.Flow.clients)"
                + ".every(client => !client.isActive || !client.isActive())");
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
