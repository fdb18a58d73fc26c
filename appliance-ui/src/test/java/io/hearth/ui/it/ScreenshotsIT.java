package io.hearth.ui.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every page with data in it, in light and dark, wide and narrow, English and Chinese; those of the machine are in
 * {@link MachineScreenshotsIT}. {@link Pictures} says where they go.
 */
class ScreenshotsIT {
    private static final int WIDE = 1280;
    private static final int NARROW = 820;
    private static Appliance appliance;
    private static Chromium chromium;
    private static final Map<String, String> PAGES = new LinkedHashMap<>();

    @BeforeAll
    static void start() throws IOException {
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
    @Tag("long")
    void everyPageInEnglishDarkAndNarrow() {
        pictures("en-GB", "Dark", NARROW);
    }

    @Test
    @Tag("long")
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
            Pictures.check(page, "login", chinese, wrong);
            Pages.signIn(page, appliance.url(), Appliance.ADMINISTRATOR, Appliance.PASSWORD);
            Pages.userMenu(page, List.of("Appearance", "外观"), appearance);
            PAGES.forEach((name, path) -> {
                open(page, path);
                Pictures.check(page, name, chinese, wrong);
                Pictures.take(page, Pictures.file(name, chinese, dark, width), width);
            });
        }
        chromium.complaints().forEach(complaint -> wrong.add("console: " + complaint));
        assertThat(wrong).isEmpty();
    }

    private static void open(Page page, String path) {
        page.navigate(appliance.url() + "/" + path);
        page.locator("h1").first().waitFor();
        Chromium.settled(page);
        page.waitForTimeout(400);
    }
}
