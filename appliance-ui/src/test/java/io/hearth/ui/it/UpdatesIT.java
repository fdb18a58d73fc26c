package io.hearth.ui.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FilePayload;
import io.hearth.ui.machine.StandInMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page Updates in a browser, and the image's own program behind it on a {@link StandInMachine}. */
class UpdatesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path PICTURES = Path.of("target/screenshots").toAbsolutePath();
    private static final String SIGNATURE =
            "signature verification failed: Verify error: unable to get local issuer certificate";

    @TempDir
    static Path folder;

    private static StandInMachine machine;
    private static Appliance appliance;
    private static Chromium chromium;

    @BeforeAll
    static void start() throws IOException {
        Files.createDirectories(PICTURES);
        machine = new StandInMachine(folder);
        machine.hasGoneBack();
        appliance = Appliance.empty("updates", "-Dhearth.machine.socket=" + machine.socket());
        machine.shares(appliance.home());
        appliance.setUp();
        chromium = new Chromium();
    }

    @AfterAll
    static void stop() throws IOException {
        if (chromium != null) {
            chromium.close();
        }
        if (appliance != null) {
            appliance.close();
        }
        if (machine != null) {
            machine.close();
        }
    }

    @Test
    void anAdministratorUpdatesTheMachineOnThePage() throws IOException {
        try (BrowserContext context = chromium.profile(1280, 1000, "en-GB")) {
            Page page = context.newPage();
            Pages.signIn(page, appliance.url(), Appliance.ADMINISTRATOR, Appliance.PASSWORD);
            said(page, "The machine went back from Hearth 0.2.0 to 0.1.0: the control plane did not answer");
            page.locator("vaadin-side-nav-item")
                    .filter(new Locator.FilterOptions().setHasText("Updates"))
                    .click();
            said(page, "Slot A: Hearth 0.1.0", "Slot B: Hearth 0.2.0", "Port 443 cannot be used", "is used again");

            upload(page, "foreign.raucb", StandInMachine.bundle("0.3.0", Map.of("fault", SIGNATURE)));
            said(page, "The bundle is not signed by anybody whom this machine trusts");
            assertThat(button(page, "Install").count())
                    .as("a stranger's bundle cannot be installed")
                    .isZero();
            upload(page, "tried.raucb", StandInMachine.bundle("0.2.0", Map.of()));
            said(page, "Hearth 0.2.0 was started on this machine before and did not pass its health check");
            button(page, "Take away").click();
            said(page, "The bundle was taken away");
            said(page, "uploaded bundle is gone", () -> !Pages.text(page).contains("Uploaded bundle"));

            machine.plugIn(
                    "1234-ABCD", "UPDATES", Map.of("hearth-0.0.9.raucb", StandInMachine.bundle("0.0.9", Map.of())));
            page.locator("#look-for-sticks").click();
            said(page, "The bundle holds Hearth 0.0.9, which is older than 0.1.0");
            picture(page, "updates-refused-en");
            button(page, "Install the older version").click();
            said(page, "Install Hearth 0.0.9, an older version?");
            assertThat(button(page, "Install the older version").last().isEnabled())
                    .as("not before its version is typed")
                    .isFalse();
            button(page, "Cancel").last().click();

            installAcrossARestartOfTheControlPlane(page);
            askForTheRestart(page);
            inChineseAndNarrow(page);
        }
        assertThat(chromium.complaints().stream()
                        .filter(complaint -> !complaint.contains("WebSocket") && !complaint.contains("ERR_")))
                .isEmpty();
        assertThat(actions())
                .contains("update.upload", "update.discard", "update.install", "machine.restart")
                .doesNotContain("update.install.refused", "machine.power-off");
    }

    private static void installAcrossARestartOfTheControlPlane(Page page) throws IOException {
        upload(page, "good.raucb", StandInMachine.bundle("0.3.0", Map.of("notes", "Faster answers.\nNew: bundles.")));
        said(page, "CN = Example updates", "Faster answers.", "3 MiB");
        picture(page, "updates-bundle-en");
        machine.hold();
        button(page, "Install 0.3.0").click();
        said(page, "The other slot is being written: 40%");
        picture(page, "updates-installing-en");
        appliance.controlPlane().kill();
        appliance.startControlPlane();
        appliance.signIn();
        assertThat(appliance
                        .api()
                        .get("/api/v1/machine")
                        .good()
                        .at("/installing/progress")
                        .asInt())
                .isEqualTo(40);
        // The session outlives the control plane, too.
        page.navigate(appliance.url() + "/updates");
        said(page, "The other slot is being written: 40%");
        assertThat(appliance.api().post("/api/v1/machine/restart", Map.of()).status())
                .as("no restart while the slot is written")
                .isEqualTo(409);
        machine.goOn();
        said(page, "Hearth 0.3.0 is installed and starts with the next restart", "Slot B: Hearth 0.3.0", "starts next");
        picture(page, "updates-waiting-en");
    }

    private static void askForTheRestart(Page page) {
        page.locator("#restart-now").click();
        said(page, "Restart this machine?", "No job is under way");
        assertThat(machine.systemctl()).as("asked first").isEmpty();
        button(page, "Restart now").last().click();
        Patience.until(
                "the machine restarts", PATIENCE, () -> machine.systemctl().equals("--no-block reboot\n"));
        said(page, "The machine restarts.");
    }

    private static void inChineseAndNarrow(Page page) {
        page.setViewportSize(820, 1000);
        Pages.speak(page, "中文");
        said(page, "这台机器", "有更新等待重新启动", "控制平面没有回应");
        assertThat(Pages.rawTexts(page)).isEmpty();
        assertThat(Pages.overflow(page)).isZero();
        assertThat(Pages.unreachable(page)).isEmpty();
        picture(page, "updates-zh");
    }

    @Test
    void aBundleThatCannotBeInstalledIsRefusedByTheApiWithItsReason() throws IOException {
        Api api = appliance.api();
        assertThat(api.post("/api/v1/machine/updates/installation", Map.of("bundle", "../../etc/shadow"))
                        .text())
                .contains("did not understand the request");
        assertThat(api.post("/api/v1/machine/updates/installation", Map.of("bundle", "0123456789abcdef"))
                        .text())
                .contains("not plugged in any more");
        assertThat(api.post("/api/v1/machine/updates/bundle", Map.of("upload", "up-none"))
                        .status())
                .isEqualTo(404);
        assertThat(appliance.anonymous().get("/api/v1/machine").status()).isEqualTo(401);
    }

    /** The audit's actions. */
    private static List<String> actions() {
        List<String> actions = new ArrayList<>();
        for (JsonNode row :
                appliance.api().get("/api/v1/audit?limit=200").good().path("items")) {
            actions.add(row.path("action").asText());
        }
        return actions;
    }

    private static void upload(Page page, String name, byte[] bytes) {
        page.locator("hearth-upload input[type=file]")
                .setInputFiles(new FilePayload(name, "application/octet-stream", bytes));
    }

    private static Locator button(Page page, String text) {
        return page.locator("vaadin-button").filter(new Locator.FilterOptions().setHasText(text));
    }

    private static void said(Page page, String... texts) {
        for (String text : texts) {
            said(page, text, () -> Pages.text(page).contains(text));
        }
    }

    private static void said(Page page, String what, java.util.function.BooleanSupplier holds) {
        Patience.until("the page says: " + what, PATIENCE, holds);
    }

    private static void picture(Page page, String name) {
        Chromium.settled(page);
        page.screenshot(new Page.ScreenshotOptions().setPath(PICTURES.resolve(name + ".png")));
    }
}
