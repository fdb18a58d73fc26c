package io.hearth.ui.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A node with cards of both makers, which stand-ins of their management libraries make up, from the agent to pages, API and
 * metrics: an Ascend card that works, one that is too hot, one with a fault that a reset has to end, one that has dropped off, one
 * whose driver does not go with CANN, and an NVIDIA card between them.
 */
class AscendCardsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String NPUS = """
            chips = 5
            driver = 25.2.1
            chip0.load = 0.97
            chip0.vector = 0.41
            chip0.traffic = 0.62
            chip0.used = 51200
            chip0.temperature = 61
            chip1.load = 0.99
            chip1.vector = 0.5
            chip1.traffic = 0.7
            chip1.used = 60000
            chip1.temperature = 96
            chip1.ecc = 3 0 41 0 2 0
            chip1.events = 1:80CB800A:2:1 2:81078603:2:1
            chip1.processes = %d:6200
            chip2.health = 3
            chip2.errors = 80E18005
            chip3.lost = 1
            """.formatted(ProcessHandle.current().pid());
    private static final String WORKER_SAYS = """
            {"cards":[{"id":"cpu:0"},
                      {"id":"cuda:0","hardwareId":"0000:3b:00.0"},
                      {"id":"ascend:0","hardwareId":"0000:c1:00.0"},
                      {"id":"ascend:1","hardwareId":"0000:c2:00.0"},
                      {"id":"ascend:2","hardwareId":"0000:c3:00.0"},
                      {"id":"ascend:3","hardwareId":"0000:c4:00.0"}],
             "refusals":["ascend:4 (0000:c5:00.0): the driver 23.0.3 is older than CANN 8.1.RC1 needs. Install driver and firmware of the same release as CANN."]}
            """;

    private static Appliance appliance;
    private static CardPages pages;
    private static Chromium chromium;

    @BeforeAll
    static void start() throws IOException {
        Path nvml = Packages.standInForNvml().orElse(null);
        Path dcmi = Packages.standInForDcmi().orElse(null);
        Assumptions.assumeTrue(
                nvml != null && dcmi != null,
                "skipped: the stand-ins of the management libraries need gcc to be built");
        appliance = Appliance.empty("ascend-cards");
        appliance.setUp();
        pages = new CardPages(appliance, "nodes-ascend-standin");
        Path nvidia = Files.createDirectories(appliance.folder().resolve("nvidia"));
        Files.copy(nvml, nvidia.resolve(nvml.getFileName()));
        CardPages.describe(nvidia, "cards = 1\ncard0.load = 0.8\ncard0.used = 30000\n");
        Path driver = appliance.folder().resolve("driver");
        Path library = Files.createDirectories(driver.resolve("lib64"));
        Files.copy(dcmi, library.resolve(dcmi.getFileName()));
        CardPages.describe(library, NPUS.replaceAll("(?m)^chip[123]\\.(events|errors|health|lost).*\n", ""));
        appliance.addAgent(
                "npu-box",
                appliance
                        .api()
                        .post("/api/v1/nodes/join-codes", Map.of("note", "cards", "minutes", 10))
                        .good()
                        .path("code")
                        .asText(),
                CardPages.workerThatSays(appliance.folder(), WORKER_SAYS),
                Map.of("HEARTH_CUDA_LIBRARIES", nvidia.toString(), "HEARTH_ASCEND_DRIVER", driver.toString()));
        CardPages.describe(library, NPUS);
        Patience.until(
                "everything is found",
                PATIENCE,
                () -> pages.codes("ascend:1").containsAll(List.of("hot", "npu.core-time", "npu.port", "foreign-memory"))
                        && pages.codes("ascend:2").contains("npu.hbm-controller")
                        && pages.codes("ascend:3").contains("lost")
                        && pages.refusal("ascend:0") == null
                        && "npu.hbm-controller".equals(pages.refusal("ascend:2"))
                        && "lost".equals(pages.refusal("ascend:3"))
                        && "refused".equals(pages.refusal("ascend:4")));
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
    void theApiCarriesWhatTheCardsTell() {
        JsonNode first = pages.card("ascend:0");
        assertThat(first.at("/info/vendor").asText()).isEqualTo("ascend");
        assertThat(first.at("/info/model").asText()).isEqualTo("Ascend 910B3 (stand-in)");
        assertThat(first.at("/info/driver").asText()).isEqualTo("25.2.1");
        assertThat(first.at("/info/hardwareId").asText()).isEqualTo("0000:c1:00.0");
        assertThat(first.at("/info/memoryBytes").asLong()).isEqualTo(65_536L << 20);
        assertThat(first.at("/now/powerWatts").asDouble()).isEqualTo(343.6);
        assertThat(first.at("/now/detail/units/matrix").asDouble()).isEqualTo(0.97);
        assertThat(first.at("/now/detail/units/vector").asDouble()).isEqualTo(0.41);
        assertThat(first.at("/now/detail/chip").asText()).matches("([0-9A-F]{8}-){4}[0-9A-F]{8}");
        assertThat(first.at("/now/detail").has("powerLimitWatts"))
                .as("not told is not there")
                .isFalse();
        assertThat(first.has("runOnHardware"))
                .as("nobody has run it on such a card")
                .isFalse();
        assertThat(pages.card("ascend:4").at("/info/refusal/words").asText())
                .contains("Install driver and firmware of the same release as CANN.");
        assertThat(pages.card("cuda:0").at("/info/model").asText()).isEqualTo("NVIDIA H100 (stand-in)");

        assertThat(pages.incidents("").findValuesAsText("code"))
                .containsExactlyInAnyOrder("npu.core-time", "npu.port", "npu.hbm-controller", "lost");
        assertThat(pages.incidents("").findValuesAsText("remedy")).allMatch(remedy -> remedy.length() > 20);
        assertThat(pages.incidents("?card=ascend:2").findValuesAsText("words"))
                .containsExactly(
                        "0x80E18005: the controller of the memory (HBM) reports an error that it cannot mend.");
    }

    @Test
    void metricsCarryTheSame() {
        String metrics = Patience.until("the gauges are there", Duration.ofSeconds(30), () -> {
            String text = appliance.api().get("/q/metrics").text();
            return text.contains("hearth_card_usable{card=\"ascend:0\",node=\"npu-box\"} 1") ? text : null;
        });
        assertThat(metrics)
                .contains("hearth_card_temperature_celsius{card=\"ascend:1\",node=\"npu-box\"} 96.0")
                .contains("hearth_card_units_matrix{card=\"ascend:0\",node=\"npu-box\"} 0.97")
                .contains("hearth_card_units_matrix{card=\"cuda:0\",node=\"npu-box\"} NaN")
                .contains("hearth_card_power_limit_watts{card=\"ascend:0\",node=\"npu-box\"} NaN")
                .contains("hearth_card_usable{card=\"ascend:4\",node=\"npu-box\"} 0.0");
    }

    @Test
    void pagesInEnglish() {
        pages.check(
                chromium,
                "en-GB",
                "en",
                "Light",
                1280,
                Pattern.compile("Ascend 910B3"),
                List.of(
                        "Ascend: not run on hardware",
                        "NVIDIA: run on H100 80GB HBM3 and H200, 2026-11-27",
                        "healthy",
                        "out of order",
                        "0x80E18005",
                        "344 W"),
                List.of("AI Cores (matrix)", "pages taken out of use", "npu-smi set -t reset"));
    }

    @Test
    void pagesInChineseDarkAndNarrow() {
        pages.check(
                chromium,
                "zh-CN",
                "zh",
                "深色",
                820,
                Pattern.compile("Ascend 910B3"),
                List.of("Ascend：未经真机验证", "NVIDIA：已在 H100 80GB HBM3", "正常", "故障", "0x80E18005", "344 W"),
                List.of("AI Core（矩阵）", "片上内存", "该卡不再接受新任务"));
    }

    @Test
    void modelsCanBeServedOnThem() {
        try (BrowserContext context = chromium.profile(1280, 1000, "en-GB")) {
            Page page = context.newPage();
            Pages.signIn(page, appliance.url(), Appliance.ADMINISTRATOR, Appliance.PASSWORD);
            page.navigate(appliance.url() + "/deployments");
            page.getByText("Deploy a model").first().click();
            Locator dialog = page.locator("vaadin-dialog[opened]");
            dialog.locator("vaadin-details-summary").click();
            dialog.locator("vaadin-multi-select-combo-box").last().click();
            page.getByText("npu-box/ascend:0").first().waitFor();
            page.getByText("npu-box/cuda:0").first().waitFor();
        }
    }
}
