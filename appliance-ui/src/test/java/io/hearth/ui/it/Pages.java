package io.hearth.ui.it;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.util.List;
import java.util.regex.Pattern;

/** What tests do on every page, and what must hold on every page. */
final class Pages {
    /** A key of a text that was not found, as it would be shown. */
    private static final Pattern RAW_KEY = Pattern.compile("![a-z]+\\.[a-zA-Z0-9.-]+!");

    /** An argument that was not filled in. */
    private static final Pattern RAW_ARGUMENT = Pattern.compile("\\{\\d}|%[a-z]+%");

    /** Names without a script, by design: Vaadin's plain containers. */
    private static final Pattern PLAIN =
            Pattern.compile("vaadin-grid-cell-content|vaadin-dialog-content|flow-container-root-\\d+");

    /** Signs in by the form and waits for the first page. */
    static void signIn(Page page, String url, String name, String password) {
        page.navigate(url + "/login");
        page.waitForFunction("() => document.querySelector('vaadin-login-form')?.action");
        page.locator("input[name=username]").fill(name);
        page.locator("input[name=password]").fill(password);
        page.keyboard().press("Enter");
        page.locator(".hearth-user-menu").waitFor();
        Chromium.settled(page);
    }

    /** Chooses a language in the user menu, without leaving the page. */
    static void speak(Page page, String language) {
        userMenu(page, List.of("Language", "语言"), language);
        Chromium.settled(page);
    }

    /** Opens an entry of the user menu's sub-menu. */
    static void userMenu(Page page, List<String> menu, String entry) {
        page.locator(".hearth-user-menu vaadin-menu-bar-button").first().click();
        Locator item = page.locator("vaadin-menu-bar-item")
                .filter(new Locator.FilterOptions().setHasText(Pattern.compile(String.join("|", menu))));
        item.first().click();
        page.locator("vaadin-menu-bar-item")
                .filter(new Locator.FilterOptions().setHasText(entry))
                .last()
                .click();
    }

    /** All that a reader sees, within shadow roots too. */
    static String text(Page page) {
        return page.locator("body").innerText();
    }

    /** Keys and arguments that are shown as they are: there should be none. */
    static List<String> rawTexts(Page page) {
        String text = text(page);
        return java.util.stream.Stream.of(RAW_KEY, RAW_ARGUMENT)
                .flatMap(pattern -> pattern.matcher(text).results())
                .map(java.util.regex.MatchResult::group)
                .toList();
    }

    /** Elements that no script of the page knows, which stay empty. */
    static List<String> unknownElements(Page page) {
        Object names = page.locator(":not(:defined)").evaluateAll("all => [...new Set(all.map(e => e.localName))]");
        return ((List<?>) names)
                .stream()
                        .map(String::valueOf)
                        .filter(name -> !PLAIN.matcher(name).matches())
                        .toList();
    }

    /** By how many pixels a page is wider than its window; 0 if it fits. */
    static int overflow(Page page) {
        return ((Number) page.evaluate("() => { const content = document.querySelector('#hearth-content');"
                        + " const scroller = content?.parentElement;"
                        + " return Math.max(0, document.documentElement.scrollWidth - window.innerWidth,"
                        + " content ? content.scrollWidth - content.clientWidth : 0,"
                        + " scroller ? scroller.scrollWidth - scroller.clientWidth : 0); }"))
                .intValue();
    }

    /** Interactive elements of the content that the Tab key does not reach. */
    @SuppressWarnings("unchecked")
    static List<String> unreachable(Page page) {
        page.evaluate(
                "() => { document.activeElement?.blur(); window.hearthSeen = new Set(); window.hearthWalk = () => {"
                        + " let at = document.activeElement; while (at) { window.hearthSeen.add(at);"
                        + " for (let up = at; up; up = up.parentNode || up.host) { window.hearthSeen.add(up); }"
                        + " at = at.shadowRoot?.activeElement; } }; }");
        int elements =
                ((Number) page.evaluate("() => document.querySelectorAll('#hearth-content *').length")).intValue();
        for (int i = 0; i < Math.min(250, elements + 60); i++) {
            page.keyboard().press("Tab");
            page.evaluate("() => window.hearthWalk()");
        }
        return (List<String>)
                page.evaluate(
                        "() => [...document.querySelectorAll('#hearth-content vaadin-button,"
                                + " #hearth-content a[href], #hearth-content vaadin-text-field, #hearth-content vaadin-combo-box,"
                                + " #hearth-content vaadin-select, #hearth-content vaadin-checkbox, #hearth-content vaadin-grid,"
                                + " #hearth-content vaadin-text-area, #hearth-content vaadin-integer-field')]"
                                + ".filter(e => !e.closest('vaadin-grid') || e.localName === 'vaadin-grid')"
                                + ".filter(e => !e.closest('[hidden]') && !e.hasAttribute('disabled') && e.offsetParent !== null)"
                                + ".filter(e => !window.hearthSeen.has(e))"
                                + ".map(e => e.localName + ': ' + (e.getAttribute('aria-label') || e.textContent.trim() || e.label || ''))");
    }

    private Pages() {}
}
