package io.hearth.ui.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page;
import io.hearth.provisioning.ProvisionFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sticks for new machines, from the page and by REST; an agent joins with the code that lies on one. */
class SticksIT {
    private static final String FILE = """
            version: 1
            role: node
            hostname: rack-7
            control-plane: https://10.0.0.5:8444
            disk: {min-size: 100GB}
            """;

    private static Appliance appliance;
    private static Chromium chromium;

    @BeforeAll
    static void start() {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/mcopy")), "skipped: sticks are written and read with mtools");
        appliance = Appliance.empty("sticks");
        appliance.setUp();
        chromium = new Chromium();
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            chromium.close();
        }
        if (appliance != null) {
            appliance.close();
        }
    }

    @Test
    void anAdministratorWritesSticksAndAMachineJoinsWithOne() throws Exception {
        Map<String, String> files;
        try (BrowserContext context = chromium.profile(1280, 1000, "en-GB")) {
            Page page = context.newPage();
            Pages.signIn(page, appliance.url(), Appliance.ADMINISTRATOR, Appliance.PASSWORD);
            page.navigate(appliance.url() + "/nodes");
            page.getByText("Write sticks").click();
            page.locator("#provision-file textarea").fill(FILE.replace("min-size: 100GB", "min-size: big"));
            page.locator("#stick-count input").fill("2");
            page.locator("#stick-count input").press("Tab");
            page.locator("#write-sticks").click();
            assertThat(page.locator("#stick-mistakes").textContent()).contains("line 5: \"disk.min-size\" is \"big\"");
            assertThat(openCodes()).isZero();

            page.locator("#provision-file textarea").fill(FILE);
            page.locator("#provision-file textarea").press("Tab");
            page.locator("#write-sticks").click();
            Download download =
                    page.waitForDownload(() -> page.locator("#download-sticks").click());
            files = unpack(Files.readAllBytes(download.path()));
        }
        assertThat(files.keySet()).containsExactly("rack-7-1.img", "rack-7-2.img");
        assertThat(openCodes()).isEqualTo(2);
        for (Map.Entry<String, String> file : files.entrySet()) {
            assertThat(ProvisionFile.parse(file.getValue()).first()).isFalse();
            assertThat(value(file.getValue(), "hostname") + ".img").isEqualTo(file.getKey());
        }
        String code = value(files.get("rack-7-2.img"), "join-code");
        assertThat(code).isNotEqualTo(value(files.get("rack-7-1.img"), "join-code"));
        appliance.addAgent("rack-7-2", code);
        assertThat(openCodes()).isEqualTo(1);
    }

    @Test
    void aWrongOrderIsASentenceAndMakesNoCode() {
        long before = openCodes();
        assertThat(order(FILE, 101)).isEqualTo("Between 1 and 100 sticks are written at once.");
        assertThat(order(FILE.replace("role: node", "role: first"), 1)).contains("make \"role\" node");
        assertThat(order("role: [", 1)).contains("this is no YAML");
        Api.Answer late = appliance.api().post("/api/v1/nodes/sticks", Map.of("file", FILE, "count", 1, "minutes", 0));
        assertThat(late.status()).isEqualTo(400);
        assertThat(late.json().path("detail").asText()).contains("minutes");
        assertThat(openCodes()).isEqualTo(before);
    }

    private static String order(String file, int count) {
        Api.Answer answer = appliance.api().post("/api/v1/nodes/sticks", Map.of("file", file, "count", count));
        assertThat(answer.status()).isEqualTo(400);
        return answer.json().path("detail").asText();
    }

    private static String value(String file, String name) {
        String line = file.lines()
                .filter(one -> one.startsWith(name + ": "))
                .findFirst()
                .orElseThrow();
        return line.substring(name.length() + 2).replace("\"", "");
    }

    private static long openCodes() {
        return appliance
                .api()
                .get("/api/v1/nodes/join-codes")
                .good()
                .path("total")
                .asLong();
    }

    /** The provision.yaml of each image. */
    private static Map<String, String> unpack(byte[] archive) throws IOException, InterruptedException {
        Map<String, String> files = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path image = Files.write(appliance.folder().resolve(entry.getName()), zip.readAllBytes());
                Process read = new ProcessBuilder("mcopy", "-i", image.toString(), "::provision.yaml", "-").start();
                files.put(entry.getName(), new String(read.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
                assertThat(read.waitFor()).isZero();
            }
        }
        return files;
    }
}
