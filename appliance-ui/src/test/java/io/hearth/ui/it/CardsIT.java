package io.hearth.ui.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
 * A node with NVIDIA cards, which a stand-in of their management library makes up, from the agent to pages, API and metrics: one
 * card that works, one that is too hot, one that has fallen off the bus, and one that the worker cannot use.
 */
class CardsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String CARDS = """
            cards = 4
            driver = 580.95.05
            card0.load = 0.97
            card0.memory-load = 0.62
            card0.used = 61440
            card0.temperature = 68
            card0.links = 18
            card1.load = 0.99
            card1.memory-load = 0.71
            card1.used = 70300
            card1.temperature = 91
            card1.links = 18
            card1.ecc = 3 0 41 0
            card1.rows = 2 0 1 0
            card1.pcie = 5 8 5 16 0
            card1.xids = 1:13 2:63
            card1.processes = %d:6200
            card2.links = 18
            card2.xids = 1:79
            card2.lost = 15
            card3.name = NVIDIA Tesla P100 (stand-in)
            card3.memory = 16384
            card3.links = 0
            card3.mig = -1
            card3.pcie = 3 16 3 16 0
            card3.unsupported = nvmlDeviceGetRemappedRows,nvmlDeviceGetTotalEnergyConsumption
            """.formatted(ProcessHandle.current().pid());
    private static final String WORKER_SAYS = """
            {"cards":[{"id":"cpu:0"},
                      {"id":"cuda:0","hardwareId":"0000:3b:00.0"},
                      {"id":"cuda:1","hardwareId":"0000:4b:00.0"}],
             "refusals":["cuda:3 (NVIDIA Tesla P100) is too old: its compute capability is 6.0, and Hearth needs 8.0 or newer (Ampere)."]}
            """;

    private static Appliance appliance;
    private static Chromium chromium;
    private static CardPages pages;
    private static Path library;

    @BeforeAll
    static void start() throws IOException {
        Path built = Packages.standInForNvml().orElse(null);
        Assumptions.assumeTrue(
                built != null, "skipped: the stand-in of NVIDIA's management library needs gcc to be built");
        appliance = Appliance.empty("cards");
        appliance.setUp();
        pages = new CardPages(appliance, "nodes-nvidia-standin");
        library = Files.createDirectories(appliance.folder().resolve("nvidia"));
        Files.copy(built, library.resolve(built.getFileName()));
        CardPages.describe(library, CARDS.replaceAll("(?m)^card2\\.(xids|lost).*\n", ""));
        appliance.addAgent(
                "gpu-box",
                appliance
                        .api()
                        .post("/api/v1/nodes/join-codes", Map.of("note", "cards", "minutes", 10))
                        .good()
                        .path("code")
                        .asText(),
                CardPages.workerThatSays(appliance.folder(), WORKER_SAYS),
                Map.of("HEARTH_CUDA_LIBRARIES", library.toString()));
        CardPages.describe(library, CARDS);
        Patience.until(
                "everything is found",
                PATIENCE,
                () -> pages.codes("cuda:1")
                                .containsAll(List.of("hot", "rows-pending", "pcie-width", "xid.13", "foreign-memory"))
                        && pages.codes("cuda:2").contains("lost")
                        && pages.refusal("cuda:0") == null
                        && "refused".equals(pages.refusal("cuda:3"))
                        && "lost".equals(pages.refusal("cuda:2")));
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
        JsonNode first = pages.card("cuda:0");
        assertThat(first.at("/info/model").asText()).isEqualTo("NVIDIA H100 (stand-in)");
        assertThat(first.at("/info/driver").asText()).isEqualTo("580.95.05");
        assertThat(first.at("/now/temperatureCelsius").asInt()).isEqualTo(68);
        assertThat(first.at("/now/detail/powerLimitWatts").asInt()).isEqualTo(700);
        assertThat(first.at("/now/detail/links")).hasSize(18);
        assertThat(first.path("runOnHardware").asText())
                .as("on what cards of this family it was run")
                .contains("H100");
        assertThat(pages.card("cuda:3").at("/now/detail").has("rows"))
                .as("not told is not there")
                .isFalse();
        assertThat(pages.card("cuda:3").at("/info/refusal/words").asText()).contains("Ampere");

        JsonNode incidents = pages.incidents("");
        assertThat(incidents.findValuesAsText("code")).containsExactlyInAnyOrder("xid.13", "xid.63", "xid.79");
        assertThat(incidents.findValuesAsText("remedy")).allMatch(remedy -> remedy.length() > 20);
        assertThat(pages.incidents("?card=cuda:2").findValuesAsText("words"))
                .containsExactly("Xid 79: the card has fallen off the bus. The machine cannot reach it any more.");
    }

    @Test
    void metricsCarryTheSame() {
        String metrics = Patience.until("the gauges are there", Duration.ofSeconds(30), () -> {
            String text = appliance.api().get("/q/metrics").text();
            return text.contains("hearth_card_usable{card=\"cuda:0\",node=\"gpu-box\"} 1") ? text : null;
        });
        assertThat(metrics)
                .contains("hearth_card_temperature_celsius{card=\"cuda:1\",node=\"gpu-box\"} 91.0")
                .contains("hearth_card_throttled_heat{card=\"cuda:1\",node=\"gpu-box\"} 1.0")
                .contains("hearth_card_power_limit_watts{card=\"cuda:0\",node=\"gpu-box\"} 700.0")
                .contains("hearth_card_pcie_width{card=\"cuda:1\",node=\"gpu-box\"} 8.0")
                .contains("hearth_card_usable{card=\"cuda:3\",node=\"gpu-box\"} 0.0")
                .contains("hearth_card_energy_joules{card=\"cuda:3\",node=\"gpu-box\"} NaN");
    }

    @Test
    void pagesInEnglish() {
        check("en-GB", "en", "Light", 1280, List.of("run on H100 80GB HBM3", "healthy", "out of order"), "Xid 79");
    }

    @Test
    void pagesInChineseDarkAndNarrow() {
        check("zh-CN", "zh", "深色", 820, List.of("已在 H100 80GB HBM3", "正常", "故障"), "Xid 79");
    }

    private static void check(
            String locale, String language, String appearance, int width, List<String> words, String onNode) {
        pages.check(
                chromium,
                locale,
                language,
                appearance,
                width,
                Pattern.compile("\\(stand-in\\)"),
                words,
                List.of(onNode));
    }
}
