package io.hearth.ui.access;

import static io.hearth.ui.access.LoginsTest.problem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RulesTest {
    @Test
    void passwordsThatAreGuessedFirstAreRefused() {
        Map<String, String> refused = Map.ofEntries(
                Map.entry("", "access.password.short"),
                Map.entry("elevenchars", "access.password.short"),
                Map.entry("x".repeat(257), "access.password.long"),
                Map.entry("ada.lovelace", "access.password.name"),
                Map.entry("Ada.Lovelace1815", "access.password.name"),
                Map.entry("aaaaaaaabbbb", "access.password.monotone"),
                Map.entry("Password1234567", "access.password.common"),
                Map.entry("123456789012", "access.password.common"),
                Map.entry("dragondragon", "access.password.common"),
                Map.entry("!!!Qwertyuiop2026!!!", "access.password.common"),
                Map.entry("correcthorsebatterystaple", "access.password.common"));
        refused.forEach((password, key) -> assertThat(problem(() -> PasswordRules.check(password, "ada.lovelace", 12))
                        .sentence()
                        .key())
                .as(password)
                .isEqualTo(key));
        for (String good :
                List.of("four candles and a fork", "xkqwmzrtplvn", "四支蜡烛和一把叉子还有面包", "𝔉𝔬𝔲𝔯 candles ok!")) {
            assertThatCode(() -> PasswordRules.check(good, "ada.lovelace", 12))
                    .as(good)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void aPasswordIsTheSameHoweverItIsComposed() {
        assertThat(Passwords.matches("schlu\u0308ssel", Passwords.hash("schl\u00fcssel")))
                .isTrue();
    }

    @Test
    void afterSigningInOnlyLocalPathsAreGoneTo() {
        for (String bad : List.of(
                "//evil.example",
                "/\\evil.example",
                "https://evil.example",
                "javascript:alert(1)",
                "/a\r\nSet-Cookie: x=y",
                "evil",
                "/login",
                "/auth/logout",
                "/\t/evil.example",
                "")) {
            assertThat(LocalPath.clean(bad)).as(bad).isEqualTo("/");
        }
        assertThat(LocalPath.clean(null)).isEqualTo("/");
        assertThat(LocalPath.clean("/jobs/job-1?tab=log#end")).isEqualTo("/jobs/job-1?tab=log#end");
    }

    @Test
    void openPathsAreExactlyThoseThatAreListed() {
        for (String closed : List.of(
                "/",
                "/datasets",
                "/q/metrics",
                "/q/openapi",
                "/q/swagger-ui",
                "/q/healthy",
                "/api/v1",
                "/api/v1/users",
                "/api/v1/login/",
                "/api/v1/loginx",
                "/VAADIN/dynamic/resource/1/x/y",
                "/VAADIN/upload",
                "/setup/x",
                "/v1",
                "/v1/..;/api/v1/users",
                "/v1/../api/v1/users",
                "/js/..;/api/v1/users",
                "/js/;/../api/v1/users",
                "/js/%00hearth-chart.js",
                "/js/..%2fapi/v1/users",
                "/js/..\\api",
                "/login;x=/../api/v1/users",
                "/auth/logout")) {
            assertThat(OpenPaths.open("GET", closed, false)).as(closed).isFalse();
            assertThat(OpenPaths.open("POST", closed, false)).as(closed).isFalse();
        }
        assertThat(OpenPaths.open("GET", "/login", false)).isTrue();
        assertThat(OpenPaths.open("GET", "/VAADIN/build/indexhtml-_XSpFHhC.js", false))
                .isTrue();
        assertThat(OpenPaths.open("GET", "/v1/models/a%2Fb", false)).isTrue();
        assertThat(OpenPaths.open("POST", "/", true)).isTrue();
        assertThat(OpenPaths.open("POST", "/datasets", true)).isFalse();
        assertThat(OpenPaths.open("GET", "/q/health/ready", false)).isTrue();
        assertThat(OpenPaths.open("DELETE", "/q/health", false)).isFalse();
        assertThat(OpenPaths.open("POST", "/v1/chat/completions", false)).isTrue();
    }
}
