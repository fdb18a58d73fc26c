package io.hearth.ui.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import io.hearth.ui.certificates.TestCertificates;
import io.hearth.ui.machine.StandInMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pages of a machine, with the image's own program behind them: set-up, system, updates, sticks. English and wide, Chinese and narrow,
 * English and dark. What is on the machine is made up.
 */
@Tag("long")
class MachineScreenshotsIT {
    private static final String NODES = """
            version: 1
            role: node
            control-plane: https://10.0.0.5:8444
            hostname: rack-7
            disk:
              transport: nvme
              min-size: 500GB
            """;

    /** @param chinese its language; else English */
    private record Look(boolean chinese, boolean dark, int width) {
        String locale() {
            return chinese ? "zh-CN" : "en-GB";
        }
    }

    private static final List<Look> LOOKS = List.of(
            new Look(false, false, Pictures.WIDE),
            new Look(true, false, Pictures.NARROW),
            new Look(false, true, Pictures.WIDE));

    @TempDir
    static Path folder;

    private static StandInMachine machine;
    private static StandInMachine unused;
    private static Appliance appliance;
    private static Appliance empty;
    private static Chromium chromium;

    @BeforeAll
    static void start() throws Exception {
        machine = new StandInMachine(Files.createDirectories(folder.resolve("machine")));
        unused = new StandInMachine(Files.createDirectories(folder.resolve("unused")));
        machine.write("run/systemd/resolve/resolv.conf", "nameserver 10.0.0.2\n");
        machine.write(
                "run/systemd/network/14-hearth.network",
                "[Match]\nName=eno1\n\n[Network]\nAddress=10.0.0.5/24\nGateway=10.0.0.1\nDNS=10.0.0.2\n");
        machine.write("devices/hostname", "hearth-1\n");
        machine.write("devices/nvme.json", "{\"critical_warning\":0,\"percent_used\":3,\"media_errors\":0}");
        machine.hasGoneBack();
        machine.plugIn("1234-ABCD", "UPDATES", Map.of("hearth-0.0.9.raucb", StandInMachine.bundle("0.0.9", Map.of())));
        machine.write(
                "devices/lsblk.json",
                machine.read("devices/lsblk.json")
                        .replace(
                                "\"blockdevices\":[",
                                "\"blockdevices\":["
                                        + "{\"name\":\"nvme0n1\",\"model\":\"Example NVMe 2 TB\",\"size\":2000398934016,\"tran\":\"nvme\",\"type\":\"disk\"},"
                                        + "{\"name\":\"sda\",\"model\":\"Example SATA 480 GB\",\"size\":480103981056,\"tran\":\"sata\",\"type\":\"disk\"},"));
        appliance = Appliance.empty("machine-screenshots", "-Dhearth.machine.socket=" + machine.socket());
        machine.shares(appliance.home());
        appliance.setUp();
        Files.createDirectories(appliance.home().resolve("updates"));
        Files.write(
                appliance.home().resolve("updates/bundle.raucb"),
                StandInMachine.bundle(
                        "0.3.0",
                        Map.of(
                                "notes",
                                "Faster answers with long prompts.\nNew: bundles from a stick.",
                                "signer",
                                "CN = Example updates")));
        TestCertificates.Made house = TestCertificates.ofTheHouse(Instant.now(), "hearth-1.house.example", "10.0.0.5");
        appliance
                .api()
                .put("/api/v1/machine/certificate", Map.of("chain", house.chainPem(), "key", house.keyPem()))
                .good();
        unused.write("run/systemd/resolve/resolv.conf", "nameserver 10.0.0.2\n");
        empty = Appliance.empty("machine-screenshots-setup", "-Dhearth.machine.socket=" + unused.socket());
        chromium = new Chromium();
    }

    @AfterAll
    static void stop() throws IOException {
        if (chromium != null) {
            chromium.close();
        }
        for (AutoCloseable part : new AutoCloseable[] {appliance, empty, machine, unused}) {
            try {
                if (part != null) {
                    part.close();
                }
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }

    @Test
    void thePagesOfTheMachine() {
        List<String> wrong = new ArrayList<>();
        for (Look look : LOOKS) {
            try (BrowserContext context = chromium.profile(look.width(), 1000, look.locale())) {
                Page page = context.newPage();
                dark(page, look);
                Pages.signIn(page, appliance.url(), Appliance.ADMINISTRATOR, Appliance.PASSWORD);
                open(page, appliance.url() + "/system");
                page.locator("#disks dt").first().waitFor();
                take(page, "system", look, wrong);
                page.locator("#replace-certificate").click();
                page.locator("#certificate-chain").waitFor();
                take(page, "system-certificate", look, wrong);
                open(page, appliance.url() + "/updates");
                page.locator("#look-for-sticks").click();
                page.getByText("0.0.9").first().waitFor();
                Chromium.settled(page);
                page.waitForTimeout(1_000);
                take(page, "updates", look, wrong);
                open(page, appliance.url() + "/nodes/sticks");
                page.locator("#provision-file textarea").fill(NODES);
                page.locator("#stick-count input").fill("4");
                page.locator("#stick-count input").press("Tab");
                take(page, "sticks", look, wrong);
            }
        }
        chromium.complaints().forEach(complaint -> wrong.add("console: " + complaint));
        assertThat(wrong).isEmpty();
    }

    @Test
    void theSetUp() {
        List<String> wrong = new ArrayList<>();
        for (Look look : LOOKS) {
            try (BrowserContext context = chromium.profile(look.width(), 1000, look.locale())) {
                Page page = context.newPage();
                dark(page, look);
                open(page, empty.url() + "/setup");
                // What was set as the language of pages goes before what the browser asks for.
                page.getByText(look.chinese() ? "中文" : "English", new Page.GetByTextOptions().setExact(true))
                        .first()
                        .click();
                Chromium.settled(page);
                take(page, "setup-code", look, wrong);
                page.locator("#setup-code input").fill(empty.firstRunCode());
                page.locator("#setup-next").click();
                for (String step : List.of("language", "name", "network", "role", "administrator")) {
                    page.locator(".hearth-steps").waitFor();
                    Chromium.settled(page);
                    page.waitForTimeout(300);
                    if (step.equals("network")) {
                        page.locator("#network-method vaadin-radio-button input")
                                .last()
                                .check();
                        Chromium.settled(page);
                    } else if (step.equals("role")) {
                        page.locator("#setup-role vaadin-radio-button input")
                                .last()
                                .check();
                        Chromium.settled(page);
                    }
                    take(page, "setup-" + step, look, wrong);
                    if (look.chinese() != han(page.locator("h2").first().innerText())) {
                        wrong.add("setup-" + step + " speaks another language");
                    }
                    if (step.equals("network")) {
                        page.locator("#network-method vaadin-radio-button input")
                                .first()
                                .check();
                        Chromium.settled(page);
                    } else if (step.equals("role")) {
                        page.locator("#setup-role vaadin-radio-button input")
                                .first()
                                .check();
                        Chromium.settled(page);
                    }
                    if (!step.equals("administrator")) {
                        page.locator("#setup-next").click();
                    }
                }
                // The next look begins at the first step again.
                for (int i = 0; i < 4; i++) {
                    page.locator("#setup-back").click();
                    Chromium.settled(page);
                }
            }
        }
        chromium.complaints().forEach(complaint -> wrong.add("console: " + complaint));
        assertThat(wrong).isEmpty();
    }

    private static boolean han(String text) {
        return text.codePoints().anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN);
    }

    private static void dark(Page page, Look look) {
        page.emulateMedia(new Page.EmulateMediaOptions()
                .setColorScheme(
                        look.dark()
                                ? com.microsoft.playwright.options.ColorScheme.DARK
                                : com.microsoft.playwright.options.ColorScheme.LIGHT));
    }

    private static void take(Page page, String name, Look look, List<String> wrong) {
        Pictures.check(page, name, look.chinese(), wrong);
        Pictures.take(page, Pictures.file(name, look.chinese(), look.dark(), look.width()), look.width());
    }

    private static void open(Page page, String url) {
        page.navigate(url);
        page.locator("h1").first().waitFor();
        Chromium.settled(page);
        page.waitForTimeout(400);
    }
}
