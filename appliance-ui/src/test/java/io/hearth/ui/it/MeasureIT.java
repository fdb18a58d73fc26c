package io.hearth.ui.it;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Prints the figures of the control plane for docs/benchmarks.md: start-up time, resident memory, and how long pages take to open.
 * Nothing is asserted of them. For a quiet machine:
 *
 * <pre>./hearth test --long -pl appliance-ui -am -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=MeasureIT</pre>
 */
class MeasureIT {
    private static final int TIMES = 5;
    private static final List<String> PAGES = List.of(
            "",
            "nodes",
            "datasets",
            "models",
            "jobs",
            "deployments",
            "playground",
            "keys",
            "users",
            "audit",
            "settings");

    @Test
    @Tag("long")
    void printsTheFigures() {
        PrintStream out = System.out;
        try (Appliance appliance = Appliance.ready("measure")) {
            List<Double> starts = new ArrayList<>();
            for (int i = 0; i < TIMES; i++) {
                appliance.controlPlane().stop();
                long began = System.nanoTime();
                appliance.startControlPlane();
                starts.add((System.nanoTime() - began) / 1e9);
            }
            appliance.signIn();
            appliance.awaitNode("local");
            out.printf(Locale.ROOT, "Start of the control plane until it is ready: %.1f s%n", median(starts));
            try (Chromium chromium = new Chromium()) {
                pages(appliance, chromium)
                        .forEach((page, times) -> out.printf(Locale.ROOT, "Page /%s: %.0f ms%n", page, median(times)));
            }
            Patience.pause(10_000);
            out.printf(
                    Locale.ROOT,
                    "Resident memory: control plane %d MB, agent %d MB%n",
                    appliance.controlPlane().residentBytes() / 1_000_000,
                    appliance.agent("local").residentBytes() / 1_000_000);
        }
    }

    /** Milliseconds from asking for a page, with an empty cache the first time, until its heading is drawn. */
    private static Map<String, List<Double>> pages(Appliance appliance, Chromium chromium) {
        Map<String, List<Double>> times = new LinkedHashMap<>();
        try (BrowserContext context = chromium.profile(1280, 800, "en-GB")) {
            Page page = context.newPage();
            Pages.signIn(page, appliance.url(), Appliance.ADMINISTRATOR, Appliance.PASSWORD);
            for (int i = 0; i < TIMES; i++) {
                for (String path : PAGES) {
                    long began = System.nanoTime();
                    page.navigate(appliance.url() + "/" + path);
                    page.locator("h1")
                            .first()
                            .waitFor(new com.microsoft.playwright.Locator.WaitForOptions()
                                    .setState(WaitForSelectorState.VISIBLE));
                    times.computeIfAbsent(path, key -> new ArrayList<>()).add((System.nanoTime() - began) / 1e6);
                }
            }
        }
        return times;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
