package io.hearth.ui.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.hearth.ui.core.Json;
import io.hearth.ui.machine.StandInMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The set-up in a browser, with the image's own program behind it: what nobody has set up becomes an appliance, or a node of one. */
class SetUpIT {
    private static Chromium chromium;
    private StandInMachine machine;
    private Appliance appliance;
    private BrowserContext context;
    private Page page;

    @BeforeAll
    static void browser() {
        chromium = new Chromium();
    }

    @AfterAll
    static void end() {
        chromium.close();
    }

    private void start(String name, boolean withMachine) throws IOException {
        machine = new StandInMachine(Files.createTempDirectory("hearth-machine-"));
        appliance = withMachine
                ? Appliance.empty(name, "-Dhearth.machine.socket=" + machine.socket())
                : Appliance.empty(name, "-Dhearth.machine.socket=" + machine.file("no-socket"));
        context = chromium.profile(1280, 900, "en-GB");
        page = context.newPage();
        open();
    }

    @AfterEach
    void stop() throws IOException {
        context.close();
        appliance.close();
        machine.close();
    }

    @Test
    void aMachineThatNobodyHasSetUpBecomesAFirstNode() throws Exception {
        start("set-up", true);
        assertThat(page.locator("#setup-code input")).isFocused();
        page.keyboard().type("not-the-code");
        page.keyboard().press("Enter");
        assertThat(page.locator("#setup-code")).containsText("The code is not right");
        assertThat(page.locator(".hearth-steps li")).hasCount(0);
        enter();

        // Language: with the keyboard alone.
        step("Language");
        page.keyboard().press("ArrowDown");
        assertThat(page.locator("#setup-next")).hasText("下一步");
        page.keyboard().press("ArrowUp");
        assertThat(page.locator("#setup-next")).hasText("Next");
        next();

        step("Name");
        assertThat(page.locator("#setup-machine-name input")).hasValue("hearth");
        page.locator("#setup-machine-name input").fill("Rack 7");
        page.keyboard().press("Enter");
        assertThat(page.locator("#setup-machine-name")).containsText("1 to 63 small letters");
        page.locator("#setup-machine-name input").fill("rack-7");
        page.keyboard().press("Enter");
        step("Network");
        assertThat(machine.read("devices/hostname")).isEqualTo("rack-7\n");
        page.locator("#setup-back").click();
        step("Name");
        assertThat(page.locator("#setup-machine-name input")).hasValue("rack-7");
        next();

        // A reload and a power cut: it goes on where it was, without the code.
        step("Network");
        open();
        step("Network");
        appliance.controlPlane().kill();
        appliance.startControlPlane();
        open();
        step("Network");

        assertThat(page.locator("#setup-network-now")).containsText("10.0.0.5/24");
        choose("#network-method", "Set by hand");
        page.locator("#network-addresses input").fill("10.9.9.9/24");
        next();
        assertThat(page.locator("#network-gateway")).containsText("lies in none");
        page.locator("#network-gateway input").fill("10.9.9.1");
        next();
        assertThat(page.locator("#network-trial")).containsText("https://10.9.9.9/setup");
        next();
        assertThat(page.locator("#setup-error")).containsText("Press \"Keep\"");
        elsewhereTheCodeIsAskedForAndTheSettingsAreKept();
        step("Role");
        assertThat(machine.read("var/lib/hearth-system/network/14-hearth.network"))
                .contains("Address=10.9.9.9/24");

        page.locator("#setup-nodes-may-join input").check();
        next();
        step("Administrator");
        assertThat(machine.file("var/lib/hearth-system/nodes-may-join")).exists();
        page.locator("#setup-name input").fill("ada");
        page.locator("#setup-password input").fill("short");
        page.locator("#setup-again input").fill("shorter");
        next();
        assertThat(page.locator("#setup-again")).containsText("not the same");
        page.locator("#setup-again input").fill("short");
        next();
        assertThat(page.locator("#setup-password")).containsText("at least 12 characters");
        page.locator("#setup-password input").fill(Appliance.PASSWORD);
        page.locator("#setup-again input").fill(Appliance.PASSWORD);
        page.keyboard().press("Enter");
        page.locator(".hearth-user-menu").waitFor();
        assertThat(machine.read("var/lib/hearth-system/role")).isEqualTo("first\n");
        assertThat(appliance.home().resolve("set-up.json")).doesNotExist();
        assertThat(appliance.home().resolve("keys/first-run-code")).doesNotExist();
        appliance.signIn();
        assertThat(appliance.api().get("/api/v1/audit").text())
                .contains("setup.name", "machine.network.try", "machine.network.confirm", "setup.nodes-may-join");
        page.navigate(appliance.url() + "/setup");
        page.locator(".hearth-user-menu").waitFor();
    }

    /** As at the new address: another browser has no entry. The first one says so from then on. */
    private void elsewhereTheCodeIsAskedForAndTheSettingsAreKept() {
        try (BrowserContext other = chromium.profile(820, 900, "zh-CN")) {
            Page there = other.newPage();
            there.navigate(appliance.url() + "/setup");
            there.locator("#setup-code input").waitFor();
            assertThat(there.locator("#network-trial")).hasCount(0);
            assertThat(Pages.text(there)).doesNotContain("10.9.9.9", "rack-7");
            there.locator("#setup-code input").fill(appliance.firstRunCode());
            there.locator("#setup-next").click();
            there.locator("#keep-network").waitFor();
            assertThat(Pages.rawTexts(there)).isEmpty();
            assertThat(Pages.overflow(there)).isZero();
            there.locator("#keep-network").click();
            assertThat(there.locator("#setup-role")).isVisible();
        }
        assertThat(page.locator("#setup-error")).containsText("Somebody else has typed the first-run code");
        open();
        enter();
    }

    @Test
    void aMachineJoinsTheControlPlaneThatItsCodeNames() throws Exception {
        start("set-up-joins", true);
        enter();
        next();
        next();
        step("Network");
        next();
        step("Role");
        choose("#setup-role", "one more node");
        fill("10.0.0.5", "x");
        assertThat(page.locator("#setup-control-plane")).containsText("looks like https://10.0.0.5:8444");
        try (Appliance other = Appliance.empty("set-up-other")) {
            other.setUp();
            String there = Json.MAPPER
                    .readTree(other.home().resolve("control-plane.json").toFile())
                    .path("nodeUrl")
                    .asText();
            String here = Json.MAPPER
                    .readTree(appliance.home().resolve("control-plane.json").toFile())
                    .path("nodeUrl")
                    .asText();
            String code = other.api()
                    .post("/api/v1/nodes/join-codes", Map.of("note", "", "minutes", 60))
                    .good()
                    .path("code")
                    .asText();
            fill(there, "x");
            assertThat(page.locator("#setup-join-code")).containsText("no join code");
            fill(here, code);
            assertThat(page.locator("#setup-control-plane")).containsText("Another control plane than the one");
            fill(there, Files.readString(appliance.home().resolve("keys/local-join-code")));
            assertThat(page.locator("#setup-join-code")).containsText("on this machine");
            fill("https://127.0.0.1:" + Packages.freePorts(1)[0], code);
            assertThat(page.locator("#setup-control-plane")).containsText("There is no answer");
            fill(there, code.toLowerCase(java.util.Locale.ROOT));
            confirm("Join and restart");
            assertThat(page.locator("#setup-joined")).containsText("page Nodes of the other control plane");
            assertThat(machine.systemctl()).contains("reboot");
            assertThat(machine.read("var/lib/hearth-system/joining/join-code")).isEqualTo(code + "\n");
            open();
            assertThat(page.locator("#setup-joined")).isVisible();
            appliance.controlPlane().stop();
            machine.starts();
            assertThat(machine.read("run/hearth/agent.env")).contains("HEARTH_AGENT_CONTROL=" + there);
            assertThat(machine.read("run/hearth/role")).isEqualTo("node\n");
        }
    }

    @Test
    void aHearthThatIsNoMachineAsksForLanguageAndAdministratorOnly() throws Exception {
        start("set-up-short", false);
        enter();
        assertThat(page.locator(".hearth-steps li")).hasText(new String[] {"Language", "Administrator"});
        choose("#setup-language", "中文");
        assertThat(Pages.rawTexts(page)).isEmpty();
        next();
        page.locator("#setup-name input").fill("ada");
        page.locator("#setup-password input").fill(Appliance.PASSWORD);
        page.locator("#setup-again input").fill(Appliance.PASSWORD);
        page.locator("#setup-next").click();
        page.locator(".hearth-user-menu").waitFor();
        appliance.signIn();
        assertThat(appliance.api().get("/api/v1/settings").text()).contains("\"zh\"");
    }

    @Test
    void aMachineThatProvisionYamlHasDecidedIsNotAskedAgain() throws Exception {
        machine = new StandInMachine(Files.createTempDirectory("hearth-machine-"));
        machine.write("var/lib/hearth-system/role", "first\n");
        appliance = Appliance.empty("set-up-provisioned", "-Dhearth.machine.socket=" + machine.socket());
        context = chromium.profile(1280, 900, "en-GB");
        page = context.newPage();
        open();
        enter();
        assertThat(page.locator(".hearth-steps li")).hasText(new String[] {"Language", "Administrator"});
    }

    private void open() {
        page.navigate(appliance.url() + "/setup");
        page.locator("h1").waitFor();
        Chromium.settled(page);
    }

    private void enter() {
        page.locator("#setup-code input").fill(appliance.firstRunCode());
        page.locator("#setup-next").click();
        page.locator(".hearth-steps li").first().waitFor();
        Chromium.settled(page);
    }

    private void step(String name) {
        assertThat(page.locator(".hearth-steps [aria-current=step]")).hasText(name);
    }

    private void next() {
        page.locator("#setup-next").click();
        Chromium.settled(page);
    }

    private void fill(String controlPlane, String code) {
        page.locator("#setup-control-plane input").fill(controlPlane);
        page.locator("#setup-join-code input").fill(code.strip());
        next();
    }

    private void choose(String group, String label) {
        page.locator(group + " vaadin-radio-button")
                .filter(new Locator.FilterOptions().setHasText(label))
                .locator("input")
                .check();
        Chromium.settled(page);
    }

    private void confirm(String button) {
        page.locator("vaadin-confirm-dialog vaadin-button, vaadin-confirm-dialog-overlay vaadin-button")
                .filter(new Locator.FilterOptions().setHasText(button))
                .last()
                .click();
        Chromium.settled(page);
    }
}
