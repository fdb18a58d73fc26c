package io.hearth.ui.access;

import static io.hearth.ui.access.LoginsTest.problem;
import static org.assertj.core.api.Assertions.assertThat;

import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirstRunTest {
    @TempDir
    Path folder;

    @Test
    void theCodeMakesOneAdministratorAndIsGone() throws Exception {
        try (AccessFixture access = new AccessFixture(folder)) {
            String code = access.firstRun.code().orElseThrow();
            Path file = access.home.keys().resolve("first-run-code");
            assertThat(Files.readString(file).strip()).isEqualTo(code);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(code).matches("[0-9a-z]{5}(-[0-9a-z]{5}){3}");

            Logins.Started ada =
                    setUp(access, " " + code.toUpperCase(Locale.ROOT).replace("-", " "));
            assertThat(ada.user().role()).isEqualTo(Role.ADMINISTRATOR);
            assertThat(access.caller(ada).roles()).contains("administrator", "viewer");
            assertThat(file).doesNotExist();
            assertThat(access.firstRun.code()).isEmpty();
            assertThat(problem(() -> setUp(access, code)).kind()).isEqualTo(Problem.Kind.CONFLICT);
            assertThat(access.written("access.setup")).hasSize(1);
        }
    }

    @Test
    void theCodeStaysTheSameOverARestart() {
        String code;
        try (AccessFixture access = new AccessFixture(folder)) {
            code = access.firstRun.code().orElseThrow();
        }
        try (AccessFixture access = new AccessFixture(folder)) {
            assertThat(access.firstRun.code()).contains(code);
        }
    }

    @Test
    void aCodeThatAKillLeftBehindIsTakenAwayAtTheNextStart() throws Exception {
        try (AccessFixture access = new AccessFixture(folder)) {
            access.ada();
            Secrets.write(access.home.keys().resolve("first-run-code"), "left-behind");
            assertThat(access.firstRun.code()).isEmpty();
            assertThat(access.home.keys().resolve("first-run-code")).doesNotExist();
        }
    }

    @Test
    void guessingTheCodeIsSlowedDownByAddress() {
        try (AccessFixture access = new AccessFixture(folder)) {
            String code = access.firstRun.code().orElseThrow();
            for (int i = 0; i < LoginGuard.FREE; i++) {
                assertThat(problem(() -> setUp(access, "wrong")).kind()).isEqualTo(Problem.Kind.FORBIDDEN);
            }
            assertThat(problem(() -> setUp(access, code)).kind()).isEqualTo(Problem.Kind.LIMITED);
            access.clock.forward(Duration.ofSeconds(30));
            assertThat(setUp(access, code)).isNotNull();
        }
    }

    @Test
    void aBadNameOrPasswordLeavesTheCodeAsItIs() {
        try (AccessFixture access = new AccessFixture(folder)) {
            String code = access.firstRun.code().orElseThrow();
            for (int i = 0; i < 10; i++) {
                assertThat(problem(() -> access.firstRun.setUp(
                                        code, "ada", "short", Session.Kind.BROWSER, "192.0.2.1", ""))
                                .kind())
                        .isEqualTo(Problem.Kind.INVALID);
            }
            assertThat(access.firstRun.isOpen()).isTrue();
            assertThat(setUp(access, code)).isNotNull();
        }
    }

    @Test
    void theCodeOpensTheSetUpOnceForOneAndOverARestart() {
        String entry;
        try (AccessFixture access = new AccessFixture(folder)) {
            String code = access.firstRun.code().orElseThrow();
            assertThat(access.firstRun.holds(null)).isFalse();
            assertThat(problem(() -> access.firstRun.entered(null, "192.0.2.1")).kind())
                    .isEqualTo(Problem.Kind.FORBIDDEN);
            assertThat(problem(() -> access.firstRun.enter("wrong", "192.0.2.1"))
                            .kind())
                    .isEqualTo(Problem.Kind.FORBIDDEN);
            String first = access.firstRun.enter(code, "192.0.2.1");
            assertThat(access.firstRun.entered(first, "192.0.2.1").role()).isEqualTo(Role.ADMINISTRATOR);
            entry = access.firstRun.enter(code, "192.0.2.2");
            assertThat(access.firstRun.holds(first))
                    .as("the earlier one, after somebody else came")
                    .isFalse();
            assertThat(access.home.keys().resolve("first-run-entry")).content().doesNotContain(entry);
        }
        try (AccessFixture access = new AccessFixture(folder)) {
            assertThat(access.firstRun.holds(entry)).isTrue();
            assertThat(problem(() -> access.firstRun.setUpEntered("x", "ada", AccessFixture.PASSWORD, "192.0.2.2", ""))
                            .kind())
                    .isEqualTo(Problem.Kind.FORBIDDEN);
            access.firstRun.setUpEntered(entry, "ada", AccessFixture.PASSWORD, "192.0.2.2", "");
            assertThat(access.firstRun.holds(entry)).isFalse();
            assertThat(access.home.keys().resolve("first-run-entry")).doesNotExist();
            assertThat(problem(() -> access.firstRun.entered(entry, "192.0.2.2"))
                            .kind())
                    .isEqualTo(Problem.Kind.CONFLICT);
        }
    }

    @Test
    void guessingTheCodeOfTheSetUpIsSlowedDownToo() {
        try (AccessFixture access = new AccessFixture(folder)) {
            String code = access.firstRun.code().orElseThrow();
            for (int i = 0; i < LoginGuard.FREE; i++) {
                assertThat(problem(() -> access.firstRun.enter("wrong", AccessFixture.ADDRESS))
                                .kind())
                        .isEqualTo(Problem.Kind.FORBIDDEN);
            }
            assertThat(problem(() -> access.firstRun.enter(code, AccessFixture.ADDRESS))
                            .kind())
                    .isEqualTo(Problem.Kind.LIMITED);
        }
    }

    private static Logins.Started setUp(AccessFixture access, String code) {
        return access.firstRun.setUp(
                code, "ada", AccessFixture.PASSWORD, Session.Kind.BROWSER, AccessFixture.ADDRESS, "test");
    }
}
