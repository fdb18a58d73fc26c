package io.hearth.ui.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestMethodOrder;

/** From an empty folder to a model that answers an application, as an administrator does it in a browser; then in Chinese. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MainJobIT {
    private static final String NAME = "service-desk";
    private static final int STEPS = 40;
    private static final double LONG_MILLIS = 180_000;

    private static Appliance appliance;
    private static Story story;
    private static Chromium chromium;
    private static BrowserContext context;
    private static Page page;
    private static String key;
    private static String job;

    @BeforeAll
    static void start() {
        appliance = Appliance.empty("main-job");
        chromium = new Chromium();
        context = chromium.profile(1280, 900, "en-GB");
        page = context.newPage();
        story = new Story(appliance, NAME, STEPS);
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

    @AfterEach
    void picture(TestInfo test) {
        String name = test.getTestMethod().orElseThrow().getName();
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/it/main-job", name + ".png")));
    }

    @Test
    @Order(1)
    void theFirstAdministratorIsMadeWithTheCodeOfTheConsole() {
        page.navigate(appliance.url() + "/");
        page.getByLabel("First-run code").fill(appliance.firstRunCode());
        page.locator("#setup-next").click();
        // The language stays as the browser asks for it.
        page.locator("#setup-language").waitFor();
        Chromium.settled(page);
        page.locator("#setup-next").click();
        page.locator("#setup-name input").fill(Appliance.ADMINISTRATOR);
        page.locator("#setup-password input").fill(Appliance.PASSWORD);
        page.locator("#setup-again input").fill(Appliance.PASSWORD);
        page.locator("#setup-next").click();
        page.locator(".hearth-user-menu, vaadin-login-form").first().waitFor();
        if (page.locator(".hearth-user-menu").count() == 0) {
            Pages.signIn(page, appliance.url(), Appliance.ADMINISTRATOR, Appliance.PASSWORD);
        }
        assertThat(page.locator("h1").first()).hasText("Overview");
        // The page that was left may still ask for its own, ended session.
        chromium.complaints();
        appliance.signIn();
        appliance.addLocalAgent();
        story.model();
    }

    @Test
    @Order(2)
    void badRowsOfAnUploadAreReportedAndLeftOutByChoice() {
        open("datasets");
        page.locator("hearth-upload input[type=file]")
                .setInputFiles(new FilePayload(NAME + ".jsonl", "application/jsonl", Story.rows()));
        page.waitForURL("**/datasets/imports/**");
        Locator problems = page.getByText("Problems (" + Story.BAD_ROWS + ")");
        problems.waitFor(new Locator.WaitForOptions().setTimeout(LONG_MILLIS));
        for (int line : new int[] {4, 11, 21}) {
            assertThat(page.locator("vaadin-grid-cell-content")
                            .getByText(Integer.toString(line), new Locator.GetByTextOptions().setExact(true))
                            .first())
                    .isVisible();
        }
        assertThat(button("Make the version")).isDisabled();
        page.getByText("Go on without the " + Story.BAD_ROWS + " rows").click();
        button("Make the version").click();
        Patience.until(
                "the dataset has a version",
                java.time.Duration.ofSeconds(60),
                () -> story.first("/api/v1/datasets", "/dataset/name", NAME)
                        .filter(dataset -> dataset.path("versions").size() == 1)
                        .orElse(null));
        JsonNode version = story.datasetVersion();
        assertThat(version.path("rows").asInt()).isEqualTo(Story.goodRows());
        // By REST, too: the rows come back, in parts, and a part that there is not is no empty file.
        String download = "/api/v1/datasets/versions/" + version.path("id").asText() + "/download";
        assertThat(appliance.api().get(download).text().lines()).hasSize(Story.goodRows());
        assertThat(Stream.of("training", "evaluation")
                        .flatMap(part -> appliance
                                .api()
                                .get(download + "?part=" + part)
                                .text()
                                .lines()))
                .hasSize(Story.goodRows());
        assertThat(appliance.api().get(download + "?part=train").status()).isEqualTo(400);
    }

    @Test
    @Order(3)
    void aJobIsPlannedAndItsChartMovesUntilItIsDone() {
        open("jobs/new");
        page.getByLabel("Name of the job").fill(NAME);
        page.getByLabel("Name of the resulting model").fill(story.tuned());
        page.getByText("All settings").click();
        Map<String, String> settings = Map.of(
                "maxSteps", Integer.toString(STEPS),
                "learningRate", "0.01",
                "loraRank", "8",
                "batchTokens", "512",
                "evaluateEvery", "10",
                "checkpointEvery", "10");
        settings.forEach((field, value) -> {
            Locator input = page.locator("[data-field=" + field + "] input");
            input.fill(value);
            input.press("Tab");
        });
        button("Work out memory and time").click();
        assertThat(page.getByText("It fits", new Page.GetByTextOptions().setExact(true)))
                .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(LONG_MILLIS));
        button("Start the job").click();
        page.waitForURL(java.util.regex.Pattern.compile(".*/jobs/job-.*"));
        job = page.url().substring(page.url().lastIndexOf('/') + 1);
        Locator chart = page.locator("hearth-chart").first();
        chart.waitFor();
        page.waitForFunction(
                "() => [...document.querySelectorAll('hearth-chart')].some(c => Number(c.dataset.points) >= 3)",
                null,
                new Page.WaitForFunctionOptions().setTimeout(LONG_MILLIS));
        int before = points();
        story.awaitJob(job);
        page.waitForFunction(
                "before => [...document.querySelectorAll('hearth-chart')].some(c => Number(c.dataset.points) > before)",
                before,
                new Page.WaitForFunctionOptions().setTimeout(LONG_MILLIS));
        assertThat(story.steps(job)).hasSize(STEPS);
    }

    @Test
    @Order(4)
    void baseAndTunedAreComparedAndTheResultIsPromoted() {
        JsonNode result = appliance.api().get("/api/v1/jobs/" + job + "/result").good();
        assertThat(result.path("says").asText()).isNotBlank();
        open("jobs/" + job);
        assertThat(page.locator("body")).containsText(result.path("says").asText());
        button("Make it " + story.tuned() + "@prod").click();
        Locator reason = page.getByLabel("Reason");
        Locator done = page.getByText("It is " + story.tuned() + "@prod now.");
        reason.or(done).first().waitFor();
        if (reason.isVisible()) {
            reason.fill("A short test has no gain to show.");
            button("Do it").click();
        }
        done.first().waitFor();
        assertThat(appliance
                        .api()
                        .get("/api/v1/models/" + story.tuned() + "/aliases/prod")
                        .good()
                        .path("id")
                        .asText())
                .isEqualTo(result.path("version").asText());
    }

    @Test
    @Order(5)
    void theModelIsDeployed() {
        open("deployments");
        button("Deploy a model").first().click();
        Locator dialog = page.locator("vaadin-dialog[opened]");
        Locator model = dialog.getByLabel("Model", new Locator.GetByLabelOptions().setExact(true));
        model.fill(story.tuned() + "@prod");
        model.press("Enter");
        Locator name = dialog.getByLabel("Public name");
        assertThat(name).hasValue(story.tuned());
        name.fill(NAME);
        dialog.getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName("Deploy").setExact(true))
                .click();
        page.waitForURL("**/deployments/**");
        assertThat(page.getByText("Serving").first())
                .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(LONG_MILLIS));
    }

    @Test
    @Order(6)
    void thePlaygroundAnswers() {
        open("playground");
        page.getByLabel("Your message").fill("What does E08 mean?");
        button("Send").click();
        assertThat(page.getByText(java.util.regex.Pattern.compile("\\d+ tokens in, \\d+ out"))
                        .first())
                .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(LONG_MILLIS));
    }

    @Test
    @Order(7)
    void anApplicationCallsWithItsKey() throws Exception {
        open("keys");
        button("Make a key").first().click();
        page.locator("vaadin-dialog[opened]")
                .getByLabel("Name", new Locator.GetByLabelOptions().setExact(true))
                .fill("Web shop");
        button("Make the key").click();
        key = page.locator("#new-key pre").textContent();
        button("I have copied it").click();
        assertThat(key).isNotBlank();
        assertThat(callWithOpenaiClient()).isNotBlank();
        page.reload();
        assertThat(page.locator("body")).containsText("Web shop");
        Patience.until("the call is counted", java.time.Duration.ofSeconds(60), () -> {
            for (JsonNode line :
                    appliance.api().get("/api/v1/usage?group=key").good().path("items")) {
                if (line.path("keyName").asText().equals("Web shop")
                        && line.path("requests").asInt() == 1) {
                    return true;
                }
            }
            return false;
        });
        assertThat(Pages.text(page)).doesNotContain(key);
    }

    @Test
    @Order(8)
    void theAuditShowsAll() {
        List<String> actions = new ArrayList<>();
        appliance
                .api()
                .get("/api/v1/audit?limit=500")
                .good()
                .path("items")
                .forEach(row -> actions.add(row.path("action").asText()));
        for (String part : List.of("dataset", "model", "job", "deployment", "key")) {
            assertThat(actions).as("audit of " + part).anyMatch(action -> action.contains(part));
        }
        assertThat(appliance
                        .api()
                        .get("/api/v1/audit/verify")
                        .good()
                        .path("whole")
                        .asBoolean())
                .isTrue();
        open("audit");
        assertThat(page.locator("body")).containsText(Appliance.ADMINISTRATOR);
    }

    @Test
    @Order(9)
    void theSamePagesSpeakChinese() {
        open("deployments");
        Pages.speak(page, "中文");
        assertThat(page.locator("h1").first()).hasText("部署");
        for (String path : List.of(
                "",
                "nodes",
                "datasets",
                "models",
                "jobs/" + job,
                "deployments",
                "playground",
                "keys",
                "users",
                "audit",
                "system",
                "settings")) {
            open(path);
            assertThat(Pages.rawTexts(page)).as(path).isEmpty();
            assertThat(page.locator("h1")
                                    .first()
                                    .innerText()
                                    .codePoints()
                                    .anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN)
                            || path.startsWith("jobs/"))
                    .as("heading of /%s", path)
                    .isTrue();
        }
        assertThat(chromium.complaints()).isEmpty();
    }

    private static int points() {
        return ((Number)
                        page.evaluate(
                                "() => Math.max(...[...document.querySelectorAll('hearth-chart')].map(c => Number(c.dataset.points) || 0))"))
                .intValue();
    }

    /** The answer that the client of the application sees. Fetches the client with npm. */
    private static String callWithOpenaiClient() throws IOException, InterruptedException {
        Path folder = Path.of("target", "it", "openai").toAbsolutePath();
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("package.json"), "{\"private\": true, \"type\": \"module\"}\n");
        Files.writeString(folder.resolve("call.js"), """
                import OpenAI from 'openai';
                const client = new OpenAI({ apiKey: process.env.KEY, baseURL: process.env.BASE });
                let text = '';
                const stream = await client.chat.completions.create({
                  model: process.env.MODEL, stream: true, max_tokens: 16, temperature: 0,
                  messages: [{ role: 'user', content: 'What does E08 mean?' }],
                });
                for await (const part of stream) {
                  text += part.choices[0]?.delta?.content ?? '';
                }
                console.log(text);
                """);
        if (!Files.exists(folder.resolve("node_modules/openai/package.json"))) {
            run(folder, Map.of(), "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "openai@6.49.0");
        }
        return run(
                folder,
                Map.of(
                        "KEY",
                        key,
                        "BASE",
                        appliance.url() + "/v1",
                        "MODEL",
                        NAME,
                        "NODE_EXTRA_CA_CERTS",
                        appliance.home().resolve("keys/authority.crt").toString()),
                "node",
                "call.js");
    }

    private static String run(Path folder, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        Path output = folder.resolve(command[0] + ".log");
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        Process process = builder.start();
        if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new AssertionError(String.join(" ", command) + " has failed:\n" + Files.readString(output));
        }
        return Files.readString(output).strip();
    }

    private static void open(String path) {
        page.navigate(appliance.url() + "/" + path);
        page.locator("h1").first().waitFor();
        Chromium.settled(page);
    }

    private static Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }
}
