package io.hearth.ui.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every page with data in it, in light and dark, wide and narrow, English and Chinese. The pictures go to {@code target/screenshots},
 * or with {@code -Dhearth.screenshots=true} to {@code docs/screenshots}.
 */
class ScreenshotsIT {
    private static final int WIDE = 1280;
    private static final int NARROW = 820;
    private static final Path PICTURES = Boolean.getBoolean("hearth.screenshots")
            ? Packages.root().resolve("docs/screenshots")
            : Path.of("target/screenshots").toAbsolutePath();

    private static Appliance appliance;
    private static Chromium chromium;
    private static final Map<String, String> PAGES = new LinkedHashMap<>();

    @BeforeAll
    static void start() throws IOException {
        Files.createDirectories(PICTURES);
        appliance = Appliance.ready("screenshots");
        Story story = new Story(appliance, "service-desk", 12);
        story.tell();
        PAGES.put("overview", "");
        for (String page : List.of(
                "nodes",
                "datasets",
                "models",
                "jobs",
                "deployments",
                "playground",
                "keys",
                "users",
                "audit",
                "system",
                "settings",
                "account")) {
            PAGES.put(page, page);
        }
        PAGES.put(
                "job",
                "jobs/"
                        + story.first("/api/v1/jobs", "/name", story.name())
                                .orElseThrow()
                                .path("id")
                                .asText());
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
    void everyPageInEnglishLightAndWide() {
        pictures("en-GB", "Light", WIDE);
    }

    @Test
    void everyPageInChineseDarkAndNarrow() {
        pictures("zh-CN", "深色", NARROW);
    }

    @Test
    void everyPageInEnglishDarkAndNarrow() {
        pictures("en-GB", "Dark", NARROW);
    }

    @Test
    void everyPageInChineseLightAndWide() {
        pictures("zh-CN", "浅色", WIDE);
    }

    @Test
    void theKeyboardReachesEverythingOnEveryPage() {
        Map<String, List<String>> unreachable = new LinkedHashMap<>();
        try (BrowserContext context = chromium.profile(WIDE, 900, "en-GB")) {
            Page page = context.newPage();
            Pages.signIn(page, appliance.url(), Appliance.ADMINISTRATOR, Appliance.PASSWORD);
            PAGES.forEach((name, path) -> {
                open(page, path);
                List<String> missed = Pages.unreachable(page);
                if (!missed.isEmpty()) {
                    unreachable.put(name, missed);
                }
            });
        }
        assertThat(unreachable).isEmpty();
    }

    private static void pictures(String locale, String appearance, int width) {
        boolean chinese = locale.startsWith("zh");
        boolean dark = appearance.equals("Dark") || appearance.equals("深色");
        List<String> wrong = new ArrayList<>();
        try (BrowserContext context = chromium.profile(width, 1000, locale)) {
            Page page = context.newPage();
            page.navigate(appliance.url() + "/login");
            Chromium.settled(page);
            check(page, "login", chinese, wrong);
            Pages.signIn(page, appliance.url(), Appliance.ADMINISTRATOR, Appliance.PASSWORD);
            Pages.userMenu(page, List.of("Appearance", "外观"), appearance);
            PAGES.forEach((name, path) -> {
                open(page, path);
                check(page, name, chinese, wrong);
                String file = name + (chinese ? "-zh" : "-en") + (dark ? "-dark" : "-light") + "-" + width + ".png";
                picture(page, PICTURES.resolve(file), width);
            });
        }
        chromium.complaints().forEach(complaint -> wrong.add("console: " + complaint));
        assertThat(wrong).isEmpty();
    }

    private static void check(Page page, String name, boolean chinese, List<String> wrong) {
        Pages.rawTexts(page).forEach(raw -> wrong.add(name + " shows " + raw));
        Pages.unknownElements(page).forEach(element -> wrong.add(name + " lacks the script of <" + element + ">"));
        int overflow = Pages.overflow(page);
        if (overflow > 0) {
            wrong.add(name + " is " + overflow + " px too wide");
        }
        boolean speaksChinese = Pages.text(page)
                .codePoints()
                .anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN);
        if (chinese && !speaksChinese) {
            wrong.add(name + " is not in Chinese");
        }
        String title = page.title();
        if (title.isBlank() || !Pages.rawTexts(page).isEmpty()) {
            wrong.add(name + " has no title");
        }
    }

    private static void open(Page page, String path) {
        page.navigate(appliance.url() + "/" + path);
        page.locator("h1").first().waitFor();
        Chromium.settled(page);
        page.waitForTimeout(400);
    }

    /** A picture of the whole page: the window grows to its content, which otherwise scrolls within it. */
    private static void picture(Page page, Path file, int width) {
        int height = ((Number) page.evaluate(
                        "() => Math.ceil((document.querySelector('#hearth-content')?.scrollHeight ?? 800) + 90)"))
                .intValue();
        page.setViewportSize(width, Math.clamp(height, 700, 2400));
        page.waitForTimeout(200);
        page.screenshot(new Page.ScreenshotOptions().setPath(file));
        page.setViewportSize(width, 1000);
    }
}
