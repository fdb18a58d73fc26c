package io.hearth.ui.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page;
import io.hearth.ui.machine.StandInMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page System in a browser: support bundle, network, time, restart, in both languages. */
class SystemPageIT {
    private static Path folder;
    private static StandInMachine machine;
    private static Appliance appliance;
    private static Chromium chromium;
    private static Page page;

    @BeforeAll
    static void start() throws IOException {
        folder = Files.createTempDirectory("hearth-machine-");
        machine = new StandInMachine(folder);
        machine.write("run/systemd/resolve/resolv.conf", "nameserver 10.0.0.2\n");
        machine.write(
                "devices/lsblk.json",
                "{\"blockdevices\":[{\"name\":\"nvme0n1\",\"model\":\"Example\",\"size\":1000000000,\"tran\":\"nvme\",\"type\":\"disk\"}]}");
        machine.write("devices/nvme.json", "{\"critical_warning\":0,\"percent_used\":3,\"media_errors\":0}");
        machine.write(
                "devices/journal.txt",
                "2026-11-27T12:00:00.000001+00:00 systemd[1]: Started hearth-agent.service - Hearth agent.\n"
                        + "2026-11-27T12:00:01.000001+00:00 java[7]: 2026-11-27 12:00:01,000 INFO  [io.hearth.agent.Agent]"
                        + " (main) Workers are stopped.\n"
                        + "2026-11-27T12:00:02.000001+00:00 java[7]: Kanarienvogel im Journal, password=lantern\n");
        appliance = Appliance.empty("system-page", "-Dhearth.machine.socket=" + machine.socket());
        appliance.setUp();
        chromium = new Chromium();
        page = chromium.profile(1280, 900, "en-GB").newPage();
        Pages.signIn(page, appliance.url(), Appliance.ADMINISTRATOR, Appliance.PASSWORD);
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

    private static void open() {
        page.navigate(appliance.url() + "/system");
        page.locator("#network").waitFor();
        Chromium.settled(page);
    }

    @Test
    void aSupportBundleIsMadeShownAndDownloaded() throws IOException {
        open();
        page.locator("#make-support-bundle").click();
        page.locator("#download-support-bundle").waitFor();
        assertThat(page.locator("#support-bundle")).containsText("versions.json");
        Download download = page.waitForDownload(
                () -> page.locator("#download-support-bundle").click());
        List<String> names = new ArrayList<>();
        String journal = "";
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(download.path()))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                names.add(entry.getName());
                if (entry.getName().equals("logs/journal-agent.log")) {
                    journal = new String(zip.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
                }
            }
        }
        assertThat(names).startsWith("README.txt").contains("logs/journal-machine-before.log");
        assertThat(journal)
                .contains("systemd Started hearth-agent.service - ", "INFO io.hearth.agent.Agent: Workers are stopped.")
                .doesNotContain("Kanarienvogel", "lantern");
    }

    @Test
    void otherNetworkSettingsAreTriedAndKept() {
        open();
        assertThat(page.locator("#network")).containsText("10.0.0.5/24");
        page.locator("#network-addresses input").fill("10.9.9.9/24");
        page.locator("#try-network").click();
        confirm("Try these settings");
        assertThat(page.locator("vaadin-notification-card").first()).containsText("which interface is meant");
        page.locator("#network-interface input").fill("eno1");
        page.locator("#try-network").click();
        confirm("Try these settings");
        page.locator("#keep-network").waitFor();
        assertThat(page.locator("#network-trial")).containsText("taken back in");
        page.locator("#keep-network").click();
        assertThat(page.locator("#network-trial")).isHidden();
        assertThat(machine.read("var/lib/hearth-system/network/14-hearth.network"))
                .contains("Address=10.9.9.9/24");
    }

    @Test
    void timeServersAreSet() {
        open();
        assertThat(page.locator("#time")).containsText("ntp.house.example");
        page.locator("#time-servers input").fill("10.0.0.2, ntp.example");
        page.locator("#save-time").click();
        assertThat(page.locator("vaadin-notification-card").last()).containsText("The time servers are set.");
        assertThat(machine.read("var/lib/hearth-system/time.conf")).contains("NTP=10.0.0.2 ntp.example");
        assertThat(page.locator("#disks")).containsText("says that it is well");
        assertThat(page.locator("#certificate")).containsText(":");
    }

    @Test
    void theMachineRestartsAfterAQuestionOnly() {
        open();
        page.locator("#restart").click();
        assertThat(machine.systemctl()).doesNotContain("reboot");
        confirm("Restart");
        assertThat(page.locator("vaadin-notification-card").last()).containsText("The machine restarts.");
        assertThat(machine.systemctl()).contains("reboot");
        assertThat(appliance.api().get("/api/v1/audit?action=machine.restart").text())
                .contains("machine.restart");
    }

    @Test
    void thePageFitsAndSpeaksChinese() {
        open();
        assertThat(Pages.rawTexts(page)).isEmpty();
        Pages.speak(page, "中文");
        assertThat(page.locator("h1").first()).containsText("系统");
        assertThat(Pages.rawTexts(page)).isEmpty();
        page.setViewportSize(820, 900);
        assertThat(Pages.overflow(page)).isZero();
        page.setViewportSize(1280, 900);
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(Path.of("target/it/system-page/system.png"))
                .setFullPage(true));
        Pages.speak(page, "English");
    }

    private static void confirm(String button) {
        page.locator("vaadin-confirm-dialog vaadin-button, vaadin-confirm-dialog-overlay vaadin-button")
                .filter(new com.microsoft.playwright.Locator.FilterOptions().setHasText(button))
                .last()
                .click();
        Chromium.settled(page);
    }
}
