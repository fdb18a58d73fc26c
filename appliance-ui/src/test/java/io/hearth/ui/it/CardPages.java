package io.hearth.ui.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The one node of an appliance, with accelerators that stand-ins make up: what the API says of it, and its pages. Pictures go to
 * {@code target/screenshots}, or with {@code -Dhearth.screenshots=true} to {@code docs/screenshots}.
 */
final class CardPages {
    private static final Path PICTURES = Boolean.getBoolean("hearth.screenshots")
            ? Packages.root().resolve("docs/screenshots")
            : Path.of("target/screenshots").toAbsolutePath();

    private final Appliance appliance;
    private final String pictures;

    /** @param pictures how names of pictures begin */
    CardPages(Appliance appliance, String pictures) {
        this.appliance = appliance;
        this.pictures = pictures;
        try {
            Files.createDirectories(PICTURES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode node() {
        return appliance.api().get("/api/v1/nodes").good().at("/items/0");
    }

    JsonNode card(String id) {
        for (JsonNode card : node().path("cards")) {
            if (card.at("/info/id").asText().equals(id)) {
                return card;
            }
        }
        throw new AssertionError("There is no card " + id + ".");
    }

    /** Codes of what is found of a card. */
    List<String> codes(String card) {
        return card(card).at("/now/findings").findValuesAsText("code");
    }

    /** Code of why a card takes no work, or null. */
    String refusal(String card) {
        return card(card).at("/info/refusal/code").textValue();
    }

    /** What has happened on the node, or to one of its cards if a query says so. */
    JsonNode incidents(String query) {
        return appliance
                .api()
                .get("/api/v1/nodes/" + node().path("id").asText() + "/incidents" + query)
                .good();
    }

    /**
     * Looks at the overview and at the node's page: nothing is too wide or without text, and all of this is said.
     *
     * @param shown something of the cards, to be waited for
     * @param onBoth words that both pages say
     * @param onNode words that the node's page says
     */
    void check(
            Chromium chromium,
            String locale,
            String language,
            String appearance,
            int width,
            Pattern shown,
            List<String> onBoth,
            List<String> onNode) {
        List<String> wrong = new ArrayList<>();
        try (BrowserContext context = chromium.profile(width, 1000, locale)) {
            Page page = context.newPage();
            Pages.signIn(page, appliance.url(), Appliance.ADMINISTRATOR, Appliance.PASSWORD);
            Pages.userMenu(page, List.of("Appearance", "外观"), appearance);
            for (Map.Entry<String, String> each : Map.of(
                            "overview", "", "node", "nodes/" + node().path("id").asText())
                    .entrySet()) {
                page.navigate(appliance.url() + "/" + each.getValue());
                page.locator("h1").first().waitFor();
                page.getByText(shown).first().waitFor();
                Chromium.settled(page);
                page.waitForTimeout(2_500);
                Pages.rawTexts(page).forEach(raw -> wrong.add(each.getKey() + " shows " + raw));
                if (Pages.overflow(page) > 0) {
                    wrong.add(each.getKey() + " is " + Pages.overflow(page) + " px too wide");
                }
                String text = Pages.text(page);
                List<String> words = new ArrayList<>(onBoth);
                words.addAll(each.getKey().equals("node") ? onNode : List.of());
                words.stream()
                        .filter(word -> !text.contains(word))
                        .forEach(word -> wrong.add(each.getKey() + " does not say " + word));
                picture(page, pictures + "-" + each.getKey() + "-" + language + ".png", width);
            }
        }
        chromium.complaints().forEach(complaint -> wrong.add("console: " + complaint));
        assertThat(wrong).isEmpty();
    }

    private static void picture(Page page, String file, int width) {
        int height = ((Number) page.evaluate(
                        "() => Math.ceil((document.querySelector('#hearth-content')?.scrollHeight ?? 800) + 90)"))
                .intValue();
        page.setViewportSize(width, Math.clamp(height, 700, 4200));
        page.waitForTimeout(1_500);
        page.screenshot(new Page.ScreenshotOptions().setPath(PICTURES.resolve(file)));
        page.setViewportSize(width, 1000);
    }

    /** A worker that answers the agent's question for its cards like this, and is the real one for the rest. */
    static List<String> workerThatSays(Path folder, String answer) throws IOException {
        Path said = Files.writeString(folder.resolve("worker-says.json"), answer);
        Path script = Files.writeString(
                folder.resolve("worker.sh"),
                "if [ \"$1\" = doctor ]; then cat '" + said + "'; else exec '" + String.join("' '", Packages.worker())
                        + "' \"$@\"; fi\n");
        return List.of("/bin/bash", script.toString());
    }

    /** Puts cards beside the library that makes them up; it sees the new ones at once. */
    static void describe(Path library, String cards) {
        try {
            Path next = Files.writeString(library.resolve("cards.conf.new"), cards);
            Files.move(next, library.resolve("cards.conf"), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
