package io.hearth.ui.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.WebSocket;
import com.microsoft.playwright.options.Cookie;
import io.hearth.ui.access.OpenPaths;
import io.hearth.ui.core.Role;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Nobody comes in but by the named few entrances, and nobody does more than their role allows. */
class SecurityIT {
    private static final String USER_PASSWORD = "willow copper lighthouse 58";
    private static final Set<Integer> REFUSED = Set.of(401, 403);

    private static Appliance appliance;
    private static final Map<Role, Api> USERS = new EnumMap<>(Role.class);

    @BeforeAll
    static void start() {
        appliance = Appliance.empty("security");
        appliance.setUp();
        for (Role role : Role.values()) {
            String name = "the-" + role.key();
            Map<String, Object> user =
                    Map.of("name", name, "password", USER_PASSWORD, "role", role.key(), "mustChangePassword", false);
            appliance.api().post("/api/v1/users", user).good();
            USERS.put(role, appliance.anonymous().as(appliance.token(name, USER_PASSWORD)));
        }
    }

    @AfterAll
    static void stop() {
        if (appliance != null) {
            appliance.close();
        }
    }

    // ---- Without credentials

    @Test
    void everyRestMethodButTheNamedFewRefusesStrangers() {
        List<String> open = new ArrayList<>();
        for (Routes.Entrance entrance : Routes.rest()) {
            if (!isOpen(entrance.method(), entrance.path()) && !refuses(entrance.method(), entrance.path())) {
                open.add(entrance.toString());
            }
        }
        assertThat(Routes.rest()).hasSizeGreaterThan(20);
        assertThat(open).isEmpty();
    }

    @Test
    void everyPathOfTheDocumentButTheNamedFewRefusesStrangers() {
        JsonNode paths = appliance.api().get("/q/openapi?format=json").good().path("paths");
        assertThat(paths).isNotEmpty();
        List<String> open = new ArrayList<>();
        paths.fields()
                .forEachRemaining(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    String filled = path.getKey().replaceAll("\\{[^}]*}", "none-such");
                    String verb = method.toUpperCase(Locale.ROOT);
                    if (Set.of("GET", "POST", "PUT", "DELETE", "PATCH").contains(verb)
                            && !isOpen(verb, filled)
                            && !refuses(verb, filled)) {
                        open.add(verb + " " + filled);
                    }
                }));
        assertThat(open).isEmpty();
    }

    @Test
    void pagesServletsAndToolsRefuseStrangers() {
        List<String> paths = new ArrayList<>(List.of(
                "/q/openapi",
                "/q/swagger-ui",
                "/q/metrics",
                "/q/metrics/",
                "/q/info",
                "/q/dev",
                "/metrics",
                "/VAADIN/",
                "/webjars/echarts/5.3.1/dist/echarts.esm.min.js",
                "/index.html",
                "/none-such",
                "/v1/models",
                "/v1/chat/completions",
                "/v1/completions",
                "/v1/embeddings",
                "/v1/none-such"));
        Routes.pages().forEach(page -> paths.add(page.path()));
        paths.addAll(Routes.servlets());
        List<String> open = new ArrayList<>();
        for (String path : paths) {
            boolean listed = isOpen("GET", path) && !path.startsWith("/v1/");
            int status = appliance.anonymous().get(path).status();
            if (!listed && !REFUSED.contains(status)) {
                open.add("GET " + path + " gave " + status);
            }
        }
        assertThat(open).isEmpty();
    }

    @Test
    void theOpenListIsNoLongerThanItMustBe() {
        Set<String> changing = new TreeSet<>();
        OpenPaths.ALL.stream()
                .filter(open -> !Set.of("GET", "HEAD").containsAll(open.methods()))
                .forEach(open -> changing.add(open.path()));
        assertThat(changing).containsExactly("/VAADIN/push", "/api/v1/login", "/api/v1/setup", "/auth/login");
        Routes.rest().stream()
                .filter(entrance -> entrance.guard() == Routes.Guard.ANYBODY)
                .forEach(entrance -> assertThat(isOpen(entrance.method(), entrance.path())
                                || entrance.path().startsWith(OpenPaths.GATEWAY))
                        .as("%s lets anybody in", entrance)
                        .isTrue());
    }

    @Test
    void tokensThatAreNotOursAreRefused() {
        for (String token : List.of("", "x", "null", "a".repeat(4000), "' OR 1=1 --", "ht-AAAAAAAAAAAAAAAAAAAAAAAA")) {
            assertThat(appliance.anonymous().as(token).get("/api/v1/nodes").status())
                    .as(token)
                    .isEqualTo(401);
            assertThat(appliance.anonymous().as(token).get("/v1/models").status())
                    .as(token)
                    .isEqualTo(401);
        }
    }

    // ---- Roles

    @Test
    void everyRestMethodSaysWhoMayUseIt() {
        assertThat(Routes.rest().stream().filter(entrance -> entrance.guard() == Routes.Guard.NOTHING_SAID))
                .isEmpty();
        assertThat(Routes.pages().stream().filter(page -> page.guard() == Routes.Guard.NOTHING_SAID))
                .isEmpty();
    }

    @Test
    void rolesOfEndpointsAreThoseOfTheHouse() {
        Map<String, Role> expected = Map.ofEntries(
                Map.entry("GET /api/v1/nodes", Role.VIEWER),
                Map.entry("POST /api/v1/nodes/join-codes", Role.ADMINISTRATOR),
                Map.entry("POST /api/v1/nodes/none-such/revoke", Role.ADMINISTRATOR),
                Map.entry("GET /api/v1/datasets", Role.VIEWER),
                Map.entry("POST /api/v1/uploads", Role.ENGINEER),
                Map.entry("POST /api/v1/datasets/imports", Role.ENGINEER),
                Map.entry("POST /api/v1/models/imports", Role.ENGINEER),
                Map.entry("POST /api/v1/jobs", Role.ENGINEER),
                Map.entry("POST /api/v1/jobs/none-such/promote", Role.ENGINEER),
                Map.entry("POST /api/v1/deployments", Role.OPERATOR),
                Map.entry("POST /api/v1/keys", Role.OPERATOR),
                Map.entry("GET /api/v1/users", Role.ADMINISTRATOR),
                Map.entry("POST /api/v1/users", Role.ADMINISTRATOR),
                Map.entry("GET /api/v1/audit", Role.ADMINISTRATOR));
        Map<String, Set<String>> declared = new java.util.TreeMap<>();
        Routes.rest().forEach(entrance -> declared.put(entrance.method() + " " + entrance.path(), entrance.roles()));
        expected.forEach((path, role) -> assertThat(declared.get(path)).as(path).isEqualTo(Set.of(role.key())));
    }

    @Test
    void everyEndpointRefusesTheRolesBelowItsOwn() {
        List<String> wrong = new ArrayList<>();
        for (Routes.Entrance entrance : Routes.rest()) {
            if (entrance.guard() != Routes.Guard.ROLES) {
                continue;
            }
            Role least =
                    entrance.roles().stream().map(Role::of).min(Role::compareTo).orElseThrow();
            for (Role role : Role.values()) {
                boolean may = role.covers(least);
                if (may && !entrance.method().equals("GET")) {
                    // Whether a change goes through is for the feature's own tests; here, that a role below cannot.
                    continue;
                }
                int status = send(USERS.get(role), entrance).status();
                if (may == (status == 403 || status == 401) || status >= 500) {
                    wrong.add(entrance + " as " + role.key() + " gave " + status);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyPageOpensForItsRolesAlone() {
        List<String> wrong = new ArrayList<>();
        try (Chromium chromium = new Chromium()) {
            for (Role role : Role.values()) {
                BrowserContext context = chromium.profile(1280, 800, "en-GB");
                Page page = context.newPage();
                Pages.signIn(page, appliance.url(), "the-" + role.key(), USER_PASSWORD);
                for (Routes.Entrance entrance : Routes.pages()) {
                    if (entrance.guard() == Routes.Guard.ANYBODY) {
                        continue;
                    }
                    boolean may = entrance.guard() == Routes.Guard.SIGNED_IN
                            || entrance.roles().stream().anyMatch(needed -> role.covers(Role.of(needed)));
                    page.navigate(appliance.url() + entrance.path());
                    Chromium.settled(page);
                    boolean refused = page.locator("[data-refused]").count() > 0;
                    if (may == refused) {
                        wrong.add(entrance + " as " + role.key() + (refused ? " is refused" : " opens"));
                    }
                }
                context.close();
            }
        }
        assertThat(wrong).isEmpty();
    }

    // ---- Browsers

    /**
     * Signing in ends the session of the page that asks for it. Over a link the page would hear of that before the answer to its form
     * comes, load itself again, and break the sign-in off; so it has none.
     */
    @Test
    void thePageToSignInHasNoLinkThatCouldBreakItOff() {
        try (Chromium chromium = new Chromium()) {
            Page page = chromium.profile(1280, 800, "en-GB").newPage();
            List<WebSocket> links = new ArrayList<>();
            page.onWebSocket(links::add);
            page.navigate(appliance.url() + "/login");
            page.waitForFunction("() => document.querySelector('vaadin-login-form')?.action");
            Chromium.settled(page);
            page.waitForCondition(() -> links.stream().allMatch(WebSocket::isClosed));
            Pages.signIn(page, appliance.url(), Appliance.ADMINISTRATOR, Appliance.PASSWORD);
            page.waitForCondition(() -> !links.stream().allMatch(WebSocket::isClosed));
        }
    }

    @Test
    void anotherSiteCannotUseTheCookie() {
        try (Chromium chromium = new Chromium()) {
            BrowserContext context = chromium.profile(1280, 800, "en-GB");
            Page page = context.newPage();
            Pages.signIn(page, appliance.url(), Appliance.ADMINISTRATOR, Appliance.PASSWORD);
            Cookie session = context.cookies().stream()
                    .filter(cookie -> cookie.name.equals("hearth-session"))
                    .findFirst()
                    .orElseThrow();
            assertThat(session.httpOnly).isTrue();
            assertThat(session.secure).isTrue();
            Api browser = appliance.anonymous().with("Cookie", session.name + "=" + session.value);
            assertThat(browser.get("/api/v1/users").status()).isEqualTo(200);
            Map<String, String> user = Map.of("name", "mallory", "password", USER_PASSWORD, "role", "administrator");
            assertThat(browser.with("Origin", "https://evil.example")
                            .post("/api/v1/users", user)
                            .status())
                    .isEqualTo(403);
            assertThat(browser.with("Sec-Fetch-Site", "cross-site")
                            .post("/api/v1/users", user)
                            .status())
                    .isEqualTo(403);
            assertThat(browser.post("/api/v1/users", user).status()).isEqualTo(403);
            assertThat(appliance.api().get("/api/v1/users").text()).doesNotContain("mallory");
            context.cookies().stream()
                    .filter(cookie -> cookie.name.equals("JSESSIONID"))
                    .forEach(cookie -> {
                        assertThat(cookie.httpOnly).isTrue();
                        assertThat(cookie.secure).isTrue();
                    });
        }
    }

    @Test
    void signingInBeginsAnotherSession() {
        try (Chromium chromium = new Chromium()) {
            BrowserContext context = chromium.profile(1280, 800, "en-GB");
            Page page = context.newPage();
            page.navigate(appliance.url() + "/login");
            Chromium.settled(page);
            String before = value(context, "JSESSIONID");
            context.addCookies(
                    List.of(new Cookie("hearth-session", "chosen-by-somebody-else").setUrl(appliance.url())));
            Pages.signIn(page, appliance.url(), Appliance.ADMINISTRATOR, Appliance.PASSWORD);
            assertThat(value(context, "JSESSIONID")).isNotEqualTo(before);
            assertThat(value(context, "hearth-session")).isNotEqualTo("chosen-by-somebody-else");
        }
    }

    @Test
    void aSessionThatHasEndedOpensNothing() {
        try (Chromium chromium = new Chromium()) {
            BrowserContext context = chromium.profile(1280, 800, "en-GB");
            Page page = context.newPage();
            Pages.signIn(page, appliance.url(), Appliance.ADMINISTRATOR, Appliance.PASSWORD);
            String secret = value(context, "hearth-session");
            page.locator(".hearth-user-menu vaadin-menu-bar-button").first().click();
            page.getByText("Sign out").click();
            page.waitForURL("**/login?goodbye");
            assertThat(appliance
                            .anonymous()
                            .with("Cookie", "hearth-session=" + secret)
                            .get("/api/v1/nodes")
                            .status())
                    .isEqualTo(401);
        }
    }

    // ---- Things that are tried

    @Test
    void pathsCannotLeaveTheirPlace() throws IOException {
        for (String path : List.of(
                "/js/../api/v1/users",
                "/js/..%2fapi/v1/users",
                "/js/%2e%2e/api/v1/users",
                "/js/..;/api/v1/users",
                "/js/;/../api/v1/users",
                "//api/v1/users",
                "/./api/v1/users",
                "/api//v1/users",
                "/api/v1/users;.css",
                "/js/..%5c..%5capi/v1/users",
                "/q/health/../openapi",
                "/q/health/%2e%2e/openapi",
                "/aura/../../../../etc/passwd",
                "/VAADIN/static/../../../../../etc/passwd",
                "/js/%00hearth-chart.js",
                "/login/../api/v1/users",
                "/v1/../api/v1/users",
                "/v1/%2e%2e/api/v1/users")) {
            String answer = raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            // A path that leads nowhere may get the frame of the pages, which is the same for everybody.
            boolean frame = answer.contains("<div id=\"outlet\">");
            assertThat(frame || !answer.startsWith("HTTP/1.1 200")).as(path).isTrue();
            assertThat(answer).as(path).doesNotContain("root:x:0", "\"role\"", "openapi:");
        }
    }

    @Test
    void oversizedAndBrokenRequestsAreRefusedAndNothingFalls() throws IOException {
        String large = raw("GET /login HTTP/1.1\r\nHost: localhost\r\nX-Large: " + "a".repeat(300_000)
                + "\r\nConnection: close\r\n\r\n");
        assertThat(large).matches("(?s)HTTP/1.\\d 4.*");
        String longLine = raw("GET /" + "a".repeat(300_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(longLine).matches("(?s)HTTP/1.\\d 4.*");
        String twice = raw(
                "POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n"
                        + "Connection: close\r\n\r\n0\r\n\r\nGET /api/v1/users HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(twice).doesNotContain("\"role\"");
        byte[] deep = ("{\"name\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}").getBytes(StandardCharsets.UTF_8);
        assertThat(appliance
                        .anonymous()
                        .send("POST", "/api/v1/login", "application/json", deep)
                        .status())
                .isBetween(400, 499);
        assertThat(appliance
                        .anonymous()
                        .send("POST", "/api/v1/login", "application/json", new byte[20 << 20])
                        .status())
                .isBetween(400, 499);
        assertThat(appliance.anonymous().get("/q/health/ready").status()).isEqualTo(200);
    }

    @Test
    void wordsOfUsersAreNeitherSqlNorLogLines() {
        String before = appliance.controlPlane().output();
        List<String> words = List.of(
                "' OR '1'='1",
                "ada' --",
                "'; DROP TABLE users; --",
                "x\nINFO forged line: ada signed in",
                "x\r\n\u001b[2J\u2028forged");
        for (String word : words) {
            assertThat(appliance
                            .anonymous()
                            .post("/api/v1/login", Map.of("name", word, "password", word))
                            .status())
                    .isIn(400, 401, 429);
            String encoded = java.net.URLEncoder.encode(word, StandardCharsets.UTF_8);
            for (Routes.Entrance entrance : Routes.rest()) {
                if (entrance.method().equals("GET") && entrance.guard() == Routes.Guard.ROLES) {
                    String path = entrance.path().replace("none-such", encoded.replace("+", "%20"));
                    int status = appliance
                            .api()
                            .get(path + "?offset=0&limit=" + encoded + "&name=" + encoded + "&actor=" + encoded
                                    + "&action=" + encoded + "&from=" + encoded)
                            .status();
                    assertThat(status).as(path).isLessThan(500);
                }
            }
        }
        assertThat(appliance.api().get("/api/v1/users").good().toString()).contains(Appliance.ADMINISTRATOR);
        String written = appliance.controlPlane().output().substring(before.length());
        assertThat(written.lines().filter(line -> line.startsWith("INFO forged") || line.startsWith("forged")))
                .isEmpty();
        assertThat(written).doesNotContain("\u001b[2J").doesNotContain("\tat io.hearth");
    }

    @Test
    void aFileOfAnotherKindIsNotADataset() {
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 1, 2, 3};
        for (String name : List.of("photo.png", "rows.jsonl", "../../../../etc/cron.d/rows.csv", "a\u0000b.xlsx")) {
            Api.Answer begun = appliance.api().post("/api/v1/uploads", Map.of("name", name, "size", png.length));
            if (begun.status() / 100 != 2) {
                assertThat(begun.status()).isEqualTo(400);
                continue;
            }
            String upload = begun.json().path("id").asText();
            appliance
                    .api()
                    .send("PUT", "/api/v1/uploads/" + upload + "?offset=0", "application/octet-stream", png)
                    .good();
            Api.Answer started =
                    appliance.api().post("/api/v1/datasets/imports", Map.of("upload", upload, "name", "wrong-kind"));
            if (started.status() / 100 == 2) {
                String id = started.json().path("id").asText();
                String state = Patience.until("the import has ended", Duration.ofSeconds(30), () -> {
                    String now = appliance
                            .api()
                            .get("/api/v1/datasets/imports/" + id)
                            .good()
                            .path("state")
                            .asText();
                    return now.equals("reading") ? null : now;
                });
                assertThat(state).as(name).isEqualTo("failed");
            } else {
                assertThat(started.status()).isBetween(400, 499);
            }
        }
    }

    @Test
    void manyWrongPasswordsAreSlowedDown() {
        String name = "the-guessed";
        Map<String, Object> user =
                Map.of("name", name, "password", USER_PASSWORD, "role", "viewer", "mustChangePassword", false);
        appliance.api().post("/api/v1/users", user).good();
        boolean limited = false;
        for (int i = 0; i < 30 && !limited; i++) {
            limited = appliance
                            .anonymous()
                            .post("/api/v1/login", Map.of("name", name, "password", "wrong number " + i))
                            .status()
                    == 429;
        }
        assertThat(limited).isTrue();
    }

    // ---- Helpers

    private static boolean isOpen(String method, String path) {
        return OpenPaths.ALL.stream()
                .anyMatch(open -> open.methods().contains(method)
                        && (open.path().endsWith("*")
                                ? path.startsWith(
                                        open.path().substring(0, open.path().length() - 1))
                                : path.equals(open.path())));
    }

    private static boolean refuses(String method, String path) {
        byte[] body = method.equals("GET") || method.equals("DELETE") ? null : "{}".getBytes(StandardCharsets.UTF_8);
        int status = appliance
                .anonymous()
                .send(method, path, body == null ? null : "application/json", body)
                .status();
        return REFUSED.contains(status);
    }

    /** A request that goes as far as the question who asks. */
    private static Api.Answer send(Api api, Routes.Entrance entrance) {
        if (entrance.method().equals("GET") || entrance.method().equals("DELETE")) {
            return api.send(entrance.method(), entrance.path(), null, null);
        }
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        Api.Answer answer = api.send(entrance.method(), entrance.path(), "application/json", body);
        return answer.status() == 415
                ? api.send(entrance.method(), entrance.path(), "application/octet-stream", body)
                : answer;
    }

    private static String value(BrowserContext context, String name) {
        return context.cookies().stream()
                .filter(cookie -> cookie.name.equals(name))
                .map(cookie -> cookie.value)
                .findFirst()
                .orElse("");
    }

    /** What comes back for bytes that no client would send. */
    private static String raw(String request) throws IOException {
        int port = java.net.URI.create(appliance.url()).getPort();
        try (Socket socket = Api.trusting().getSocketFactory().createSocket("localhost", port)) {
            socket.setSoTimeout(10_000);
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().flush();
            } catch (IOException e) {
                // The other side may hang up before all is sent; what it said can still be read.
            }
            return new String(socket.getInputStream().readNBytes(64_000), StandardCharsets.ISO_8859_1);
        }
    }
}
