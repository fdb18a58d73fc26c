package io.hearth.ui.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import io.hearth.ui.certificates.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Pages of an appliance that runs in a virtual machine, in a browser. {@code os-image/lib/update-tests.sh} starts the machine, brings
 * it into the state that a test here begins with, and names the test; by its name alone no build runs this class.
 *
 * <p>Told by system properties: {@code hearth.machine.url}; {@code hearth.machine.state}, the file in which {@code main_job.py}
 * keeps the administrator's password, if there is one; {@code hearth.machine.next}, the version that is installed;
 * {@code hearth.machine.pictures}, where pictures go; what else a test says.
 */
class VirtualMachinePages {
    /** An emulated machine takes a quarter of an hour to restart where other work runs beside it. */
    private static final Duration PATIENCE = Duration.ofMinutes(25);

    private static final Duration PAUSE = Duration.ofSeconds(3);

    private static String url;
    private static String next;
    private static String password;
    private static Path pictures;
    private static Chromium chromium;

    @BeforeAll
    static void start() throws IOException {
        url = given("url");
        next = given("next");
        pictures = Files.createDirectories(Path.of(given("pictures")));
        Path state = Path.of(given("state"));
        password = Files.exists(state)
                ? new ObjectMapper().readTree(state.toFile()).path("password").asText()
                : "willow copper lighthouse 58";
        chromium = new Chromium();
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            chromium.close();
        }
    }

    /** A stick with a bundle is plugged in: it is installed from the page, and the page starts the machine anew. */
    @Test
    void anUpdateIsInstalledFromAStickOnThePage() {
        try (BrowserContext context = chromium.profile(1280, 1000, "en-GB")) {
            Page page = updates(context);
            page.locator("#look-for-sticks").click();
            says(page, "Install " + next);
            picture(page, "machine-updates-stick-en");
            button(page, "Install " + next).click();
            says(page, "The other slot is being written");
            picture(page, "machine-updates-installing-en");
            says(page, "Hearth " + next + " is installed and starts with the next restart");
            page.locator("#restart-now").click();
            says(page, "Restart this machine?");
            button(page, "Restart now").last().click();
        }
        Patience.until("the machine has left", PATIENCE, () -> !answers());
        Patience.until("the machine is back", PATIENCE, VirtualMachinePages::answers);
        try (BrowserContext context = chromium.profile(1280, 1000, "en-GB")) {
            Page page = updates(context);
            // Health is noted some minutes after the pages are there.
            says(page, "Hearth " + next + " in slot B passed its health check");
            picture(page, "machine-updates-done-en");
        }
        assertThat(chromium.complaints().stream()
                        .filter(complaint -> !complaint.contains("WebSocket") && !complaint.contains("ERR_")))
                .isEmpty();
    }

    /** The machine has fallen back from a generation: both the notice on every page and the history say why. */
    @Test
    void theCauseOfFallingBackIsShown() {
        try (BrowserContext context = chromium.profile(1280, 1000, "en-GB")) {
            Page page = updates(context);
            says(page, "The machine went back from Hearth " + next + " to ");
            says(page, "Slot B: Hearth " + next);
            says(page, "Hearth " + next + " in slot B did not pass its health check");
            picture(page, "machine-fallen-back-" + System.getProperty("hearth.machine.kind", "any"));
        }
    }

    /**
     * A machine that nobody has set up, with the code of its console: language, name, a fixed address on trial, role, administrator. Then
     * a certificate of the house is shown, and the machine is powered off, on the page System.
     */
    @Test
    void aMachineIsSetUpGetsACertificateAndIsPoweredOff() throws Exception {
        try (BrowserContext context = chromium.profile(1280, 1000, "en-GB")) {
            Page page = patient(context);
            page.navigate(url);
            page.locator("#setup-code input").fill(given("code"));
            page.locator("#setup-next").click();
            step(page, "Language");
            page.locator("#setup-next").click();
            step(page, "Name");
            page.locator("#setup-machine-name input").fill("rack-7");
            page.locator("#setup-next").click();
            step(page, "Network");
            picture(page, "machine-set-up-network");
            page.locator("#network-method vaadin-radio-button")
                    .filter(new Locator.FilterOptions().setHasText("Set by hand"))
                    .locator("input")
                    .check();
            page.locator("#network-addresses input").fill(given("address") + "/24");
            page.locator("#network-gateway input").fill(given("gateway"));
            page.locator("#setup-next").click();
            page.locator("#keep-network").waitFor();
            picture(page, "machine-set-up-trial");
            page.locator("#keep-network").click();
            step(page, "Role");
            page.locator("#setup-next").click();
            step(page, "Administrator");
            page.locator("#setup-name input").fill("admin");
            page.locator("#setup-password input").fill(password);
            page.locator("#setup-again input").fill(password);
            page.locator("#setup-next").click();
            page.locator(".hearth-user-menu").waitFor();

            page.navigate(url + "/system");
            says(page, given("address") + "/24");
            picture(page, "machine-system");
            TestCertificates.Made made =
                    TestCertificates.ofTheHouse(Instant.now(), "127.0.0.1", "rack-7.house.example");
            page.locator("#replace-certificate").click();
            page.locator("#certificate-chain textarea").fill(made.chainPem());
            page.locator("#certificate-key textarea").fill(made.keyPem());
            page.locator("#check-certificate").click();
            page.locator("#use-certificate").click();
            says(page, "rack-7.house.example");
            picture(page, "machine-certificate");

            page.locator("#power-off").click();
            page.locator("vaadin-confirm-dialog vaadin-button, vaadin-confirm-dialog-overlay vaadin-button")
                    .filter(new Locator.FilterOptions().setHasText("Power off"))
                    .last()
                    .click();
            says(page, "The machine powers off.");
        }
    }

    private static void step(Page page, String name) {
        page.locator(".hearth-steps [aria-current=step]")
                .filter(new Locator.FilterOptions().setHasText(name))
                .waitFor();
        Chromium.settled(page);
    }

    private static Page patient(BrowserContext context) {
        context.setDefaultTimeout(PATIENCE.toMillis());
        context.setDefaultNavigationTimeout(PATIENCE.toMillis());
        return context.newPage();
    }

    private static Page updates(BrowserContext context) {
        Page page = patient(context);
        Pages.signIn(page, url, "admin", password);
        page.navigate(url + "/updates");
        says(page, "History");
        return page;
    }

    private static void says(Page page, String text) {
        Patience.until(
                "the page says: " + text, PATIENCE, () -> Pages.text(page).contains(text));
    }

    private static Locator button(Page page, String text) {
        return page.locator("vaadin-button").filter(new Locator.FilterOptions().setHasText(text));
    }

    private static void picture(Page page, String name) {
        Chromium.settled(page);
        page.screenshot(new Page.ScreenshotOptions().setPath(pictures.resolve(name + ".png")));
    }

    /** Whether the machine is ready, as its own health check says. */
    private static boolean answers() {
        try (BrowserContext context = chromium.profile(800, 600, "en-GB")) {
            boolean ready = context.request().get(url + "/q/health/ready").ok();
            if (!ready) {
                Patience.pause(PAUSE.toMillis());
            }
            return ready;
        } catch (PlaywrightException e) {
            Patience.pause(PAUSE.toMillis());
            return false;
        }
    }

    private static String given(String name) {
        String value = System.getProperty("hearth.machine." + name);
        assertThat(value).as("-Dhearth.machine." + name).isNotEmpty();
        return value;
    }
}
