package io.hearth.ui.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The main job on an Ascend card that stand-ins of CANN and of the driver make up, and what a person is told when the card fails:
 * out of memory, hanging, lost, without a function that Hearth needs, with versions that do not go together.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AscendJobIT {
    private static final String NODE = "npu-box";
    private static final String CARD = "ascend:0";
    private static final int STEPS = 24;
    private static final int PATIENCE_SECONDS = 15;
    private static final Duration LONG = Duration.ofMinutes(3);

    /** The optimiser is called once in a step, and a checkpoint is written every six: one is there then. */
    private static final String IN_STEP_14 = "aclnnApplyAdamWV2:14";

    private static Appliance appliance;
    private static CardPages pages;
    private static Chromium chromium;
    private static AscendInstallation cann;

    @BeforeAll
    static void start() throws Exception {
        appliance = Appliance.empty("ascend-job");
        cann = AscendInstallation.in(appliance.folder().resolve("cann")).orElse(null);
        Assumptions.assumeTrue(cann != null, "skipped: the stand-in of CANN needs gcc to be built");
        appliance.setUp();
        pages = new CardPages(appliance, "ascend-standin");
        join(NODE, cann);
        usable(NODE, CARD);
        new Story(appliance, "none", STEPS).model();
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
    @Order(1)
    void theMainJobRunsOnAnAscendCard() {
        Story story = new Story(appliance, "whole", STEPS);
        story.dataset();
        String job = story.job();
        running(job);
        assertThat(worker("train").path("card").asText()).isEqualTo(CARD);

        story.awaitJob(job);
        story.promote(job);
        story.deploy();
        story.awaitServed();
        assertThat(story.ask(story.key("whole"), "What does E08 mean?")).isPresent();
        assertThat(worker("serve").path("card").asText()).isEqualTo(CARD);
        appliance.api().delete("/api/v1/deployments/" + deployment("whole"));
        Patience.until("the card is free", LONG, () -> workers().isEmpty());
    }

    @Test
    @Order(2)
    void thePagesShowWhoWorksOnTheCard() {
        Story story = new Story(appliance, "long", 100 * STEPS);
        story.dataset();
        String job = story.job();
        running(job);
        Patience.until(
                "the card shows who works on it",
                LONG,
                () -> pages.card(CARD).at("/now/processes").size() > 0
                        && !pages.card(CARD)
                                .at("/now/processes/0/worker")
                                .asText()
                                .isEmpty());
        pages.check(
                chromium,
                "en-GB",
                "en",
                "Light",
                1280,
                Pattern.compile("Ascend 910B3"),
                List.of("Ascend: not run on hardware", "healthy"),
                List.of());
        appliance.api().post("/api/v1/jobs/" + job + "/cancel", Map.of());
        Patience.until("the card is free", LONG, () -> workers().isEmpty());
    }

    @Test
    @Order(3)
    void aCardWithoutEnoughMemoryIsASentence() {
        String said = failed("memory", "HEARTH_STANDIN_FAIL=aclrtMalloc:*:207001");
        assertThat(said).contains("memory").doesNotContain("Exception");
        assertThat(agentLog()).contains(said);
    }

    @Test
    @Order(4)
    void aCardThatHangsEndsItsWorkerInBoundedTimeAndTheJobGoesOn() {
        Story story = new Story(appliance, "hang", STEPS);
        story.dataset();
        fault("HEARTH_STANDIN_HANG=" + IN_STEP_14);
        String job = story.job();
        String said = "has not finished its work within " + PATIENCE_SECONDS + " seconds: it hangs";
        Patience.until("the worker has ended", LONG, () -> agentLog().contains(said));
        log(job, said);
        story.awaitJob(job);
        assertThat(agentLog()).containsPattern("attempt 2");
    }

    @Test
    @Order(5)
    void aCardThatIsLostTakesNoWorkUntilItIsBackAndTheJobGoesOn() {
        Story story = new Story(appliance, "lost", STEPS);
        story.dataset();
        fault("HEARTH_STANDIN_FAIL=" + IN_STEP_14 + ":507010");
        String job = story.job();
        running(job);
        CardPages.describe(cann.libraries(), "chips = 1\nchip0.lost = 1\n");
        Patience.until("the card is out of order", LONG, () -> "lost".equals(pages.refusal(CARD)));
        assertThat(pages.card(CARD).at("/info/refusal/words").asText()).contains("fallen off the bus");
        Patience.until("the worker has ended", LONG, () -> agentLog().contains("lost heartbeat"));
        log(job, "lost heartbeat");
        cann.describeNothing();
        Patience.until("the card is back", LONG, () -> pages.refusal(CARD) == null);
        story.awaitJob(job);
        assertThat(pages.incidents("?card=" + CARD).findValuesAsText("code")).contains("lost");
        assertThat(agentLog()).contains("attempt 2");
    }

    @Test
    @Order(6)
    void aFunctionThatIsMissingIsNamed() throws Exception {
        AscendInstallation lacking =
                AscendInstallation.in(appliance.folder().resolve("lacking")).orElseThrow();
        lacking.librariesOf(Packages.standInForCannWithout("aclrtCreateStream"));
        join("lacking-box", lacking);
        String said = Patience.until("it is refused", LONG, () -> refusal("lacking-box"));
        assertThat(said).contains("aclrtCreateStream");
        said("lacking-box", said);
    }

    @Test
    @Order(7)
    void versionsThatDoNotGoTogetherAreSaid() throws Exception {
        AscendInstallation old =
                AscendInstallation.in(appliance.folder().resolve("old")).orElseThrow();
        AscendInstallation.change(old.driverVersion(), "[V100R001C21]", "[V100R001C20]");
        join("old-box", old);
        usable("old-box", CARD);
        String said = Patience.until("it is told", LONG, () -> warning("old-box"));
        assertThat(said)
                .contains("is not among those that the driver 25.0.rc1 says it works with")
                .contains("Install a driver of the same release as CANN.");
        said("old-box", "says it works with");
    }

    /** A job that fails, and what is said of it; its page says the same. */
    private static String failed(String name, String fault) {
        Story story = new Story(appliance, name, STEPS);
        story.dataset();
        fault(fault);
        String job = story.job();
        String said = Patience.until("the job has failed", LONG, () -> {
            JsonNode now = job(job);
            return now.path("state").asText().equals("failed")
                    ? now.path("reason").asText()
                    : null;
        });
        try (BrowserContext context = chromium.profile(1280, 1000, "en-GB")) {
            Page page = context.newPage();
            Pages.signIn(page, appliance.url(), Appliance.ADMINISTRATOR, Appliance.PASSWORD);
            page.navigate(appliance.url() + "/jobs/" + job);
            page.getByText(said).first().waitFor();
        }
        return said;
    }

    /** The next worker that trains is told this by its environment, and no other. */
    private static void fault(String variable) {
        try {
            Files.writeString(appliance.folder().resolve("fault"), "export " + variable + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void join(String name, AscendInstallation installation) throws IOException {
        String fault = appliance.folder().resolve("fault").toString();
        Path script = Files.writeString(
                appliance.folder().resolve("worker-" + name + ".sh"),
                "if [ \"$1\" = train ] && [ -f '" + fault + "' ]; then . '" + fault + "'; rm '" + fault
                        + "'; fi\nexec '" + String.join("' '", Packages.worker()) + "' \"$@\"\n");
        appliance.addAgent(
                name,
                appliance
                        .api()
                        .post("/api/v1/nodes/join-codes", Map.of("note", name, "minutes", 10))
                        .good()
                        .path("code")
                        .asText(),
                List.of("/bin/bash", script.toString()),
                Map.of(
                        "HEARTH_ASCEND_HOME",
                        installation.home().toString(),
                        "HEARTH_ASCEND_PATIENCE",
                        Integer.toString(PATIENCE_SECONDS)));
    }

    private static JsonNode job(String id) {
        return appliance.api().get("/api/v1/jobs/" + id).good();
    }

    private static void running(String job) {
        Patience.until(
                "the job runs",
                LONG,
                () -> job(job).path("state").asText().equals("running")
                        && job(job).at("/progress/step").asInt() > 0);
    }

    /** The page of a job shows, while its worker is started again, what has happened. */
    private static void log(String job, String text) {
        Patience.until(
                "its log says so",
                LONG,
                () -> appliance.api().get("/api/v1/jobs/" + job + "/log").text().contains(text));
    }

    private static String agentLog() {
        return appliance.agent(NODE).output();
    }

    private static JsonNode node(String name) {
        for (JsonNode node : appliance.api().get("/api/v1/nodes").good().path("items")) {
            if (node.path("name").asText().equals(name)) {
                return node;
            }
        }
        throw new AssertionError("There is no node " + name + ".");
    }

    /** The workers of the node with the card. */
    private static JsonNode workers() {
        return appliance
                .api()
                .get("/api/v1/nodes/" + node(NODE).path("id").asText() + "/workers")
                .good()
                .path("items");
    }

    private static JsonNode worker(String kind) {
        for (JsonNode worker : workers()) {
            if (worker.path("kind").asText().equals(kind)) {
                return worker;
            }
        }
        throw new AssertionError("No worker is to " + kind + ": " + workers());
    }

    private static String deployment(String name) {
        for (JsonNode deployment :
                appliance.api().get("/api/v1/deployments").good().path("items")) {
            if (deployment.path("name").asText().equals(name)) {
                return deployment.path("id").asText();
            }
        }
        throw new AssertionError("There is no deployment " + name + ".");
    }

    /** The Ascend card of a node. */
    private static Optional<JsonNode> card(String node) {
        for (JsonNode card : node(node).path("cards")) {
            if (card.at("/info/vendor").asText().equals("ascend")) {
                return Optional.of(card);
            }
        }
        return Optional.empty();
    }

    private static String refusal(String node) {
        return card(node)
                .filter(card -> card.at("/info/refusal/code").asText().equals("refused"))
                .map(card -> card.at("/info/refusal/words").asText())
                .orElse(null);
    }

    private static String warning(String node) {
        return card(node)
                .map(card -> card.at("/now/findings"))
                .filter(found -> found.findValuesAsText("code").contains("warned"))
                .map(found -> String.join(" ", found.findValuesAsText("words")))
                .orElse(null);
    }

    /** The overview and the agent's log say this of a node. */
    private static void said(String node, String words) {
        assertThat(appliance.agent(node).output())
                .contains(words.substring(words.indexOf(": ") + 1).strip());
        try (BrowserContext context = chromium.profile(1280, 1000, "en-GB")) {
            Page page = context.newPage();
            Pages.signIn(page, appliance.url(), Appliance.ADMINISTRATOR, Appliance.PASSWORD);
            page.navigate(appliance.url() + "/");
            page.getByText(words).first().waitFor();
        }
    }

    private static void usable(String node, String card) {
        Patience.until(
                "the worker was asked",
                LONG,
                () -> card(node)
                        .filter(now -> now.at("/info/id").asText().equals(card)
                                && now.at("/info/refusal/code").isMissingNode()
                                && now.has("now"))
                        .isPresent());
    }
}
