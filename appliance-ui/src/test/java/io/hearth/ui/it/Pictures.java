package io.hearth.ui.it;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Pictures of pages, and what must hold on each. They go to {@code target/screenshots}, or with {@code -Dhearth.screenshots=true} to
 * {@code docs/screenshots}.
 */
final class Pictures {
    static final int WIDE = 1280;
    static final int NARROW = 820;
    private static final Path FOLDER = Boolean.getBoolean("hearth.screenshots")
            ? Packages.root().resolve("docs/screenshots")
            : Path.of("target/screenshots").toAbsolutePath();

    /** Where the picture of a page goes. */
    static Path file(String name, boolean chinese, boolean dark, int width) {
        return FOLDER.resolve(name + (chinese ? "-zh" : "-en") + (dark ? "-dark" : "-light") + "-" + width + ".png");
    }

    /** Adds what is wrong with a page. */
    static void check(Page page, String name, boolean chinese, List<String> wrong) {
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

    /** A picture of the whole page: the window grows to its content, which otherwise scrolls within it. */
    static void take(Page page, Path file, int width) {
        try {
            Files.createDirectories(file.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int height = ((Number) page.evaluate(
                        "() => Math.ceil((document.querySelector('#hearth-content')?.scrollHeight ?? 800) + 90)"))
                .intValue();
        page.setViewportSize(width, Math.clamp(height, 700, 2400));
        page.waitForTimeout(200);
        page.screenshot(new Page.ScreenshotOptions().setPath(file));
        page.setViewportSize(width, 1000);
    }

    private Pictures() {}
}
