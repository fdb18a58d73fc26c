package io.hearth.ui.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.LogText;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.core.Sentence;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ApiRulesTest {
    record Inner(boolean on) {}

    record Body(String name, int count, Role role, List<Inner> parts) {}

    private static String sentence(String json) {
        try {
            Json.MAPPER.readValue(json, Body.class);
            throw new AssertionError("read");
        } catch (JsonProcessingException e) {
            return Problems.sentence(e).toString();
        }
    }

    @Test
    void errorsInABodyNameTheMemberAndWhatIsExpected() {
        assertThat(sentence("{\"count\": \"many\"}")).isEqualTo("count: a whole number is expected.");
        assertThat(sentence("{\"parts\": [{\"on\": true}, {\"on\": \"perhaps\"}]}"))
                .isEqualTo("parts[1].on: true or false is expected.");
        assertThat(sentence("{\"parts\": 7}")).isEqualTo("parts: a list is expected.");
        assertThat(sentence("{\"role\": \"king\"}"))
                .isEqualTo("role: one of VIEWER, OPERATOR, ENGINEER, ADMINISTRATOR is expected.");
        assertThat(sentence("{\"count\": 1, \"nmae\": 1}"))
                .isEqualTo("There is no member \"nmae\" here. There are: count, name, parts, role.");
        assertThat(sentence("{\"name\": }")).isEqualTo("The body is not JSON: line 1, column 10.");
        assertThat(sentence("[1]")).isEqualTo("$: an object is expected.");
        assertThat(sentence("{\"count\": 1, \"a\\nb\": 1}"))
                .contains("a\\u000Ab")
                .doesNotContain("\n");
    }

    @Test
    void problemsAreSaidInTheLanguageThatIsAskedFor() {
        Problem problem =
                new Problem(Problem.Kind.FORBIDDEN, Sentence.of("core.forbidden", Sentence.of("core.role.engineer")));
        assertThat(ProblemBody.of(problem, "/x", "zh-CN,zh;q=0.9,en;q=0.8").detail())
                .isEqualTo("此操作需要工程师角色，请联系管理员。");
        assertThat(ProblemBody.of(problem, "/x", "fr, en;q=0.5, zh;q=0.9").detail())
                .startsWith("此操作");
        for (String other : new String[] {null, "", "fr", "*", "!!", "x".repeat(10_000)}) {
            assertThat(ProblemBody.language(other)).isEqualTo(Locale.ENGLISH);
        }
    }

    @Test
    void everyStatusThatIsAnsweredHasWords() {
        for (Problem.Kind kind : Problem.Kind.values()) {
            Problem problem = new Problem(kind, Sentence.of("core.http.404"));
            assertThat(ProblemBody.of(problem, null, "zh").title()).doesNotStartWith("!");
            assertThat(ProblemBody.of(problem, null, "en").title()).doesNotStartWith("!");
        }
    }

    @Test
    void aRequestMustShowThatItComesFromHere() {
        String host = "hearth.example:8443";
        assertThat(SameSite.shown(headers(), host)).isFalse();
        assertThat(SameSite.shown(headers("Sec-Fetch-Site", "same-origin"), host))
                .isTrue();
        assertThat(SameSite.shown(headers("Sec-Fetch-Site", "none"), host)).isTrue();
        for (String site : List.of("cross-site", "same-site", "", "SAME-ORIGIN")) {
            assertThat(SameSite.shown(headers("Sec-Fetch-Site", site, "Origin", "https://" + host), host))
                    .as(site)
                    .isFalse();
            assertThat(SameSite.contradicted(headers("Sec-Fetch-Site", site), host))
                    .isTrue();
        }
        assertThat(SameSite.shown(headers("Origin", "https://HEARTH.example:8443"), host))
                .isTrue();
        assertThat(SameSite.shown(headers("Origin", "https://hearth.example"), "hearth.example:443"))
                .isTrue();
        for (String origin : List.of(
                "https://hearth.example",
                "http://hearth.example:8443",
                "https://hearth.example:8443.evil.example",
                "https://evil.example",
                "null",
                "%%")) {
            assertThat(SameSite.shown(headers("Origin", origin), host))
                    .as(origin)
                    .isFalse();
            assertThat(SameSite.contradicted(headers("Origin", origin), host)).isTrue();
        }
        assertThat(SameSite.contradicted(headers(), host)).isFalse();
    }

    private static MultiMap headers(String... pairs) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < pairs.length; i += 2) {
            headers.add(pairs[i], pairs[i + 1]);
        }
        return headers;
    }

    @Test
    void everyCookieIsHardened() {
        MultiMap headers =
                headers("Set-Cookie", "JSESSIONID=x; path=/", "Set-Cookie", "a=HttpOnly; Secure; samesite=Strict");
        HttpRules.hardenCookies(headers);
        assertThat(headers.getAll("Set-Cookie"))
                .containsExactly(
                        "JSESSIONID=x; path=/; HttpOnly; Secure; SameSite=Lax",
                        "a=HttpOnly; Secure; samesite=Strict; HttpOnly");
    }

    @Test
    void parametersOfListsHaveLimits() {
        assertThat(Params.limit(500)).isEqualTo(500);
        for (int bad : new int[] {0, -1, 501}) {
            assertThatThrownBy(() -> Params.limit(bad)).isInstanceOf(Problem.class);
        }
        assertThatThrownBy(() -> Params.offset(-1)).isInstanceOf(Problem.class);
        assertThat(Params.time("from", "2026-03-01")).isEqualTo(Params.time("from", "2026-03-01T00:00:00Z"));
        assertThat(Params.time("from", " ")).isNull();
        for (String bad : List.of("yesterday", "2026-13-01", "2026-03-01T", "+1000000000-12-31T23:59:59Z1")) {
            assertThatThrownBy(() -> Params.time("from", bad)).as(bad).isInstanceOf(Problem.class);
        }
    }

    @Test
    void whatIsLoggedStaysOnItsLine() {
        assertThat(LogText.safe("a\r\n2026 INFO forged\u001b[31m\u202e\u2028\0"))
                .isEqualTo("a\\u000D\\u000A2026 INFO forged\\u001B[31m\\u202E\\u2028\\u0000");
        assertThat(LogText.safe("C:\\u000A")).isEqualTo("C:\\\\u000A");
        assertThat(LogText.safe("王小明 🔥")).isEqualTo("王小明 🔥");
        assertThat(LogText.safe("x".repeat(1000))).hasSize(201).endsWith("…");
        assertThat(LogText.safe(null)).isEqualTo("null");
    }
}
