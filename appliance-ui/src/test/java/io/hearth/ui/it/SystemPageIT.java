package io.hearth.ui.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.hearth.ui.certificates.TestCertificates;
import io.hearth.ui.machine.StandInMachine;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
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
        appliance = Appliance.empty(
                "system-page",
                "-Dhearth.machine.socket=" + machine.socket(),
                "-Dhearth.support.asked=" + machine.file("run/hearth/support-asked"));
        machine.shares(appliance.home());
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

    /** By keys alone; what is called off leaves nothing, what is written is the bundle that one would download. */
    @Test
    void aSupportBundleGetsOntoAStick() throws IOException {
        String disks = machine.read("devices/lsblk.json");
        open();
        try {
            Locator look = page.locator("#look-for-support-sticks");
            Locator state = page.locator("#support-stick-state");
            assertThat(page.locator("#write-support-bundle")).isHidden();
            look.focus();
            page.keyboard().press("Enter");
            assertThat(page.locator("#support-sticks")).containsText("There is no stick that can be written to.");
            machine.plugIn("1234-ABCD", "PROVISION", Map.of("provision.yaml", "version: 1\n".getBytes()));
            look.press("Enter");
            assertThat(page.locator("#support-stick vaadin-radio-button")).containsText("PROVISION");
            assertThat(page.locator("#support-stick input")).isChecked();
            machine.write("devices/hold-stick", "");
            page.locator("#write-support-bundle").press("Enter");
            assertThat(state).containsText("The bundle is being written:");
            assertThat(page.locator("#write-support-bundle")).isDisabled();
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(Path.of("target/it/system-page/stick.png"))
                    .setFullPage(true));
            page.locator("#cancel-support-stick").press("Enter");
            assertThat(state).containsText("called off; nothing was left on the stick.");
            Path stick = machine.file("devices/sdz1");
            assertThat(stick.toFile().list()).containsExactly("provision.yaml");
            Files.delete(machine.file("devices/hold-stick"));
            page.locator("#write-support-bundle").press("Enter");
            assertThat(state).containsText("You may pull it out.");
            Pages.speak(page, "中文");
            assertThat(state).containsText("可以拔出");
            assertThat(Pages.rawTexts(page)).isEmpty();
            Pages.speak(page, "English");

            String file = Stream.of(stick.toFile().list())
                    .filter(name -> name.matches("hearth-support-hearth-\\d{8}-\\d{6}\\.zip"))
                    .findFirst()
                    .orElseThrow();
            byte[] written = Files.readAllBytes(stick.resolve(file));
            Canaries canaries = new Canaries();
            canaries.add("word in the journal", "Kanarienvogel");
            canaries.add("password in the journal", "password=lantern");
            canaries.add("administrator's password", Appliance.PASSWORD);
            assertThat(canaries.in("stick", written)).isEmpty();
            JsonNode bundle =
                    appliance.api().get("/api/v1/machine/support-bundle").good();
            assertThat(written)
                    .isEqualTo(appliance
                            .api()
                            .get(bundle.path("download").asText())
                            .body());
            assertThat(appliance.api().get("/api/v1/audit?action=support").text())
                    .contains("support.stick", "support.stick.refused", file);
            stickByRest(file);
        } finally {
            machine.write("devices/lsblk.json", disks);
        }
    }

    private static void stickByRest(String file) {
        String base = "/api/v1/machine/support-bundle/";
        JsonNode state = appliance.api().get(base + "stick").good();
        assertThat(state.path("step").asText()).isEqualTo("written");
        assertThat(state.path("file").asText()).isEqualTo(file);
        assertThat(appliance.api().get(base + "sticks").good().at("/0/label").asText())
                .isEqualTo("PROVISION");
        assertThat(appliance
                        .api()
                        .post(base + "stick", Map.of("stick", "../../etc"))
                        .status())
                .isEqualTo(400);
        assertThat(appliance
                        .api()
                        .post(base + "stick", Map.of("stick", "0123456789abcdef"))
                        .status())
                .isEqualTo(202);
        String said = Patience.until("the writing has ended", Duration.ofSeconds(60), () -> {
            JsonNode now = appliance.api().get(base + "stick").good();
            return now.path("step").asText().equals("refused")
                    ? now.path("reason").asText()
                    : null;
        });
        assertThat(said).contains("not plugged in any more");
        assertThat(appliance
                        .anonymous()
                        .post(base + "stick", Map.of("stick", "0123456789abcdef"))
                        .status())
                .isEqualTo(401);
    }

    /** Somebody at the screen: a file of root's is all that is asked, a bundle of now is all that comes. */
    @Test
    void theScreenGetsABundleWithoutAPassword() throws IOException {
        Path bundle = appliance.home().resolve("support-stick/bundle.zip");
        machine.write("run/hearth/support-asked", "");
        FileTime asked = Files.getLastModifiedTime(machine.file("run/hearth/support-asked"));
        Patience.until(
                "the bundle is there",
                Duration.ofSeconds(60),
                () -> Files.exists(bundle) && modified(bundle).compareTo(asked) > 0 ? true : null);
        Canaries canaries = new Canaries();
        canaries.add("word in the journal", "Kanarienvogel");
        assertThat(canaries.in("bundle", Files.readAllBytes(bundle))).isEmpty();
        assertThat(appliance.api().get("/api/v1/audit?action=support.bundle").text())
                .contains("console");
        FileTime made = modified(bundle);
        Files.delete(machine.file("run/hearth/support-asked"));
        assertThat(modified(bundle)).as("once").isEqualTo(made);
    }

    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void otherNetworkSettingsAreTriedAndKept() {
        open();
        assertThat(page.locator("#network")).containsText("10.0.0.5/24");
        assertThat(page.locator("#network-addresses")).isHidden();
        choose("#network-method", "Set by hand");
        assertThat(page.locator("#network-addresses input")).hasValue("10.0.0.5/24");
        assertThat(page.locator("#network-gateway input")).hasValue("10.0.0.1");
        assertThat(page.locator("#network-interface input")).hasValue("eno1");
        page.locator("#network-addresses input").fill("10.9.9.9");
        page.locator("#try-network").click();
        assertThat(page.locator("#network-addresses")).containsText("no address with its prefix");
        assertThat(page.locator("#network-gateway")).not().containsText("lies in none");
        page.locator("#network-addresses input").fill("10.9.9.9/24");
        page.locator("#try-network").click();
        assertThat(page.locator("#network-gateway")).containsText("lies in none");
        page.locator("#network-gateway input").fill("10.9.9.1");
        page.locator("#try-network").click();
        confirm("Try these settings");
        page.locator("#keep-network").waitFor();
        assertThat(page.locator("#network-trial")).containsText("taken back in");
        page.locator("#keep-network").click();
        assertThat(page.locator("#network-trial")).isHidden();
        assertThat(machine.read("var/lib/hearth-system/network/14-hearth.network"))
                .contains("Address=10.9.9.9/24", "Gateway=10.9.9.1");
        open();
        assertThat(page.locator("#network-addresses input")).hasValue("10.9.9.9/24");
        assertThat(page.locator("#network-gateway input")).hasValue("10.9.9.1");
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

    @Test
    void theMachineIsPoweredOffAfterAQuestionOnly() {
        open();
        page.locator("#power-off").click();
        assertThat(machine.systemctl()).doesNotContain("poweroff");
        confirm("Power off");
        assertThat(page.locator("vaadin-notification-card").last()).containsText("The machine powers off.");
        assertThat(machine.systemctl()).contains("poweroff");
    }

    @Test
    void aCertificateOfTheHouseIsShownAtOnceAndTakenBack() throws Exception {
        TestCertificates.Made made = TestCertificates.ofTheHouse(Instant.now(), "localhost", "llm.house.example");
        TestCertificates.Made other = TestCertificates.ofTheHouse(Instant.now(), "localhost");
        String before = seen();
        long process = appliance.controlPlane().pid();
        open();
        assertThat(page.locator("#own-certificate")).isHidden();
        page.locator("#replace-certificate").click();
        page.locator("#certificate-chain textarea").fill(made.chainPem());
        page.locator("#certificate-key textarea").fill(other.keyPem());
        page.locator("#check-certificate").click();
        assertThat(page.locator("#certificate-key")).containsText("not the one of the certificate");
        // Out of a file, as most have it.
        Path file = folder.resolve("key.pem");
        Files.writeString(file, made.keyPem());
        page.waitForFileChooser(() -> page.locator("#certificate-key-file").click())
                .setFiles(file);
        page.waitForCondition(
                () -> page.locator("#certificate-key textarea").inputValue().equals(made.keyPem()));
        page.locator("#check-certificate").click();
        assertThat(page.locator("#checked-certificate")).containsText("Example House Servers");
        assertThat(page.locator("#checked-certificate")).containsText(made.fingerprint());
        assertThat(seen()).as("only looked at").isEqualTo(before);
        page.locator("#use-certificate").click();
        assertThat(page.locator("#certificate")).containsText("llm.house.example");
        page.waitForCondition(() -> seen().equals(made.fingerprint()));
        assertThat(appliance.controlPlane().pid()).isEqualTo(process);
        assertThat(Files.readString(appliance.home().resolve("control-plane.json")))
                .contains(made.fingerprint());
        // The key is in the one file, and in no log.
        assertThat(Files.getPosixFilePermissions(appliance.home().resolve("keys/house.pem")))
                .hasSize(2);
        String secret = made.keyPem().split("\n")[2];
        assertThat(Files.readString(appliance.home().resolve("keys/house.pem"))).contains(secret);
        assertThat(appliance.controlPlane().output()).doesNotContain(secret);
        assertThat(appliance.api().get("/api/v1/audit").text())
                .contains("certificate.replace", made.fingerprint())
                .doesNotContain(secret);

        appliance.controlPlane().kill();
        appliance.startControlPlane();
        assertThat(seen()).as("after a kill").isEqualTo(made.fingerprint());
        open();
        page.locator("#own-certificate").click();
        confirm("Back to the appliance's own");
        page.waitForCondition(() -> seen().equals(before));
        assertThat(page.locator("#own-certificate")).isHidden();
        assertThat(appliance.home().resolve("keys/house.pem")).doesNotExist();
    }

    /** Fingerprint of what a new connection is shown. */
    private static String seen() {
        try {
            X509Certificate[] shown = new X509Certificate[1];
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(
                    null,
                    new TrustManager[] {
                        new X509TrustManager() {
                            @Override
                            public void checkClientTrusted(X509Certificate[] chain, String type) {
                                throw new IllegalStateException();
                            }

                            @Override
                            public void checkServerTrusted(X509Certificate[] chain, String type) {
                                shown[0] = chain[0];
                            }

                            @Override
                            public X509Certificate[] getAcceptedIssuers() {
                                return new X509Certificate[0];
                            }
                        }
                    },
                    null);
            URI url = URI.create(appliance.url());
            try (SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(url.getHost(), url.getPort())) {
                socket.startHandshake();
            }
            return HexFormat.ofDelimiter(":")
                    .withUpperCase()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(shown[0].getEncoded()));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void choose(String group, String label) {
        page.locator(group + " vaadin-radio-button")
                .filter(new com.microsoft.playwright.Locator.FilterOptions().setHasText(label))
                .locator("input")
                .check();
        Chromium.settled(page);
    }

    private static void confirm(String button) {
        page.locator("vaadin-confirm-dialog vaadin-button, vaadin-confirm-dialog-overlay vaadin-button")
                .filter(new com.microsoft.playwright.Locator.FilterOptions().setHasText(button))
                .last()
                .click();
        Chromium.settled(page);
    }
}
