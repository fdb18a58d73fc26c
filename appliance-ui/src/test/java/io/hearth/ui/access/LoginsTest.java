package io.hearth.ui.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.ui.audit.AuditEntry;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginsTest {
    private static final String WRONG = "not the password at all";

    @TempDir
    Path folder;

    private AccessFixture access;

    @BeforeEach
    void open() {
        access = new AccessFixture(folder);
        access.ada();
    }

    @AfterEach
    void close() {
        access.close();
    }

    @Test
    void everyLoginIsANewSessionWhoseSecretIsKeptNowhere() {
        Logins.Started one = access.login("ada", AccessFixture.PASSWORD);
        Logins.Started other = access.login("ADA", AccessFixture.PASSWORD);

        assertThat(one.secret()).startsWith("hs_").hasSize(55).isNotEqualTo(other.secret());
        assertThat(one.session().id()).isNotEqualTo(other.session().id());
        List<String> kept = access.database.read(h ->
                h.createQuery("SELECT hash FROM sessions").mapTo(String.class).list());
        assertThat(kept).hasSize(3).doesNotContain(one.secret(), other.secret());
        assertThat(access.caller(one).user().name()).isEqualTo("ada");
        assertThat(access.credentials.ofCookie("hs_chosenbysomebody", AccessFixture.ADDRESS, true))
                .isEmpty();
    }

    @Test
    void wrongNameWrongPasswordAndDisabledUserGetTheSameAnswer() {
        User ben = access.add("ben", Role.VIEWER);
        access.users.setDisabled(Actor.SYSTEM, ben.id(), true);

        List<Problem> answers = new ArrayList<>();
        for (String[] attempt : new String[][] {
            {"nobody", WRONG}, {"ada", WRONG}, {"ben", AccessFixture.PASSWORD}, {"", ""}, {"x".repeat(300), WRONG}
        }) {
            answers.add(problem(() -> access.login(attempt[0], attempt[1])));
        }

        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.kind()).isEqualTo(Problem.Kind.UNAUTHENTICATED);
            assertThat(answer.sentence()).isEqualTo(answers.getFirst().sentence());
        });
    }

    @Test
    void aNameThatDoesNotExistCostsAHashAsWell() {
        // Said without a clock: the hash that is checked for nobody has the same parameters as a user's.
        String real = Passwords.hash("something");
        assertThat(Passwords.matches("something", real)).isTrue();
        assertThat(Passwords.matches("something", null)).isFalse();
        assertThat(real).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
    }

    @Test
    void locksAfterFiveFailuresAndWaitsGrowUpToAQuarterOfAnHour() {
        String place = "198.51.100.1";
        for (int i = 0; i < LoginGuard.FREE; i++) {
            assertThat(problem(() -> access.login("ada", WRONG, place)).kind()).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        }
        assertThat(problem(() -> access.login("ada", AccessFixture.PASSWORD, place))
                        .kind())
                .as("even the right password waits")
                .isEqualTo(Problem.Kind.LIMITED);
        assertThat(access.written("access.login.locked")).hasSize(1);

        Duration wait = LoginGuard.FIRST_WAIT;
        for (int i = 0; i < 8; i++) {
            access.clock.forward(wait.minusMillis(1));
            assertThat(problem(() -> access.login("ada", WRONG, place)).kind()).isEqualTo(Problem.Kind.LIMITED);
            access.clock.forward(Duration.ofMillis(1));
            assertThat(problem(() -> access.login("ada", WRONG, place)).kind()).isEqualTo(Problem.Kind.UNAUTHENTICATED);
            wait = wait.multipliedBy(2).compareTo(LoginGuard.LONGEST_WAIT) > 0
                    ? LoginGuard.LONGEST_WAIT
                    : wait.multipliedBy(2);
        }
        access.clock.forward(LoginGuard.LONGEST_WAIT);
        assertThat(access.login("ada", AccessFixture.PASSWORD, place).user().name())
                .isEqualTo("ada");
        assertThat(problem(() -> access.login("ada", WRONG, place)).kind())
                .as("and begins anew")
                .isEqualTo(Problem.Kind.UNAUTHENTICATED);
    }

    @Test
    void unknownNamesAreLockedLikeOthers() {
        for (int i = 0; i < LoginGuard.FREE; i++) {
            problem(() -> access.login("nobody", WRONG));
        }
        assertThat(problem(() -> access.login("nobody", WRONG)).kind()).isEqualTo(Problem.Kind.LIMITED);
    }

    @Test
    void strangersCannotLockAUserOutWhereTheyHaveBeenBefore() {
        access.login("ada", AccessFixture.PASSWORD);
        for (int i = 0; i < 40; i++) {
            String stranger = "203.0.113." + i;
            problem(() -> access.login("ada", WRONG, stranger));
        }
        assertThat(problem(() -> access.login("ada", AccessFixture.PASSWORD, "198.51.100.9"))
                        .kind())
                .isEqualTo(Problem.Kind.LIMITED);
        assertThat(access.login("ada", AccessFixture.PASSWORD).user().name()).isEqualTo("ada");
    }

    @Test
    void anAddressThatTriesManyNamesMustWait() {
        String place = "203.0.113.5";
        for (int i = 0; i < LoginGuard.FREE_OF_ADDRESS; i++) {
            int number = i;
            problem(() -> access.login("name" + number, WRONG, place));
        }
        assertThat(problem(() -> access.login("ada", AccessFixture.PASSWORD, place))
                        .kind())
                .isEqualTo(Problem.Kind.LIMITED);
        assertThat(LoginGuard.place("2001:db8:1:2:3:4:5:6")).isEqualTo(LoginGuard.place("2001:db8:1:2:ffff::1"));
        assertThat(LoginGuard.place("2001:db8:1:2::1")).isNotEqualTo(LoginGuard.place("2001:db8:1:3::1"));
    }

    @Test
    void manyAttemptsAtOnceAreNotMoreThanFive() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(20)) {
            Callable<Problem.Kind> attempt = () ->
                    problem(() -> access.login("ada", WRONG, "198.51.100.77")).kind();
            List<Future<Problem.Kind>> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                answers.add(threads.submit(attempt));
            }
            int looked = 0;
            for (Future<Problem.Kind> answer : answers) {
                looked += answer.get() == Problem.Kind.UNAUTHENTICATED ? 1 : 0;
            }
            assertThat(looked).isEqualTo(LoginGuard.FREE);
        }
    }

    @Test
    void whatIsTypedInPlaceOfANameIsNotWrittenDown() {
        problem(() -> access.login("my secret password\r\n2026 INFO forged", WRONG));
        problem(() -> access.login("ada", WRONG));

        AuditEntry known = access.written("access.login.failed").get(0);
        AuditEntry unknown = access.written("access.login.failed").get(1);
        assertThat(unknown.details())
                .contains("\"my …\"")
                .doesNotContain("secret")
                .doesNotContain("forged");
        assertThat(known.details()).contains("\"ada\"").doesNotContain(WRONG);
        assertThat(known.origin()).isEqualTo(AccessFixture.ADDRESS);
    }

    @Test
    void sessionsEndWhenIdleWhenTooOldAndWhenLeft() {
        Logins.Started idle = access.login("ada", AccessFixture.PASSWORD);
        access.clock.forward(Duration.ofMinutes(119));
        assertThat(access.credentials.ofCookie(idle.secret(), AccessFixture.ADDRESS, false))
                .isPresent();
        access.clock.forward(Duration.ofMinutes(1));
        assertThat(access.credentials.ofCookie(idle.secret(), AccessFixture.ADDRESS, true))
                .as("what a page does by itself kept it from running out")
                .isEmpty();

        Logins.Started busy = access.login("ada", AccessFixture.PASSWORD);
        for (int hour = 0; hour < 167; hour++) {
            access.clock.forward(Duration.ofHours(1));
            assertThat(access.credentials.ofCookie(busy.secret(), AccessFixture.ADDRESS, true))
                    .isPresent();
        }
        access.clock.forward(Duration.ofHours(1));
        assertThat(access.credentials.ofCookie(busy.secret(), AccessFixture.ADDRESS, true))
                .isEmpty();

        Logins.Started left = access.login("ada", AccessFixture.PASSWORD);
        Caller caller = access.caller(left);
        access.logins.logout(caller);
        assertThat(access.credentials.ofCookie(left.secret(), AccessFixture.ADDRESS, true))
                .isEmpty();
        assertThat(access.credentials.again(caller)).isEmpty();
        assertThat(access.written("access.logout")).hasSize(1);
    }

    @Test
    void aCookieIsNoBearerTokenAndTheOtherWayRound() {
        Logins.Started browser = access.login("ada", AccessFixture.PASSWORD);
        Logins.Started program =
                access.logins.login("ada", AccessFixture.PASSWORD, Session.Kind.PROGRAM, AccessFixture.ADDRESS, "curl");
        assertThat(access.credentials.ofBearer(browser.secret(), AccessFixture.ADDRESS))
                .isEmpty();
        assertThat(access.credentials.ofCookie(program.secret(), AccessFixture.ADDRESS, true))
                .isEmpty();
        assertThat(access.credentials.ofBearer(program.secret(), AccessFixture.ADDRESS))
                .isPresent();
    }

    @Test
    void sessionsAreListedAndEndedByTheirOwnersAndByAdministrators() {
        User ben = access.add("ben", Role.VIEWER);
        Logins.Started his = access.login("ben", AccessFixture.PASSWORD);
        Logins.Started second = access.login("ben", AccessFixture.PASSWORD);
        Caller benCaller = access.caller(his);
        Logins.Started hers = access.login("ada", AccessFixture.PASSWORD);

        assertThat(access.sessions.page(benCaller, ben.id(), 0, 50).items()).hasSize(2);
        assertThat(problem(() -> access.sessions.page(benCaller, null, 0, 50)).kind())
                .isEqualTo(Problem.Kind.FORBIDDEN);
        assertThat(problem(() -> access.sessions.end(benCaller, hers.session().id()))
                        .kind())
                .isEqualTo(Problem.Kind.NOT_FOUND);
        assertThat(problem(() ->
                                access.sessions.endOthers(benCaller, hers.user().id()))
                        .kind())
                .isEqualTo(Problem.Kind.FORBIDDEN);

        assertThat(access.sessions.endOthers(benCaller, ben.id())).isEqualTo(1);
        assertThat(access.credentials.ofCookie(second.secret(), AccessFixture.ADDRESS, true))
                .isEmpty();
        access.sessions.end(access.caller(hers), his.session().id());
        assertThat(access.credentials.ofCookie(his.secret(), AccessFixture.ADDRESS, true))
                .isEmpty();
    }

    static Problem problem(ThrowingCallable work) {
        List<Problem> caught = new ArrayList<>();
        assertThatThrownBy(work).isInstanceOfSatisfying(Problem.class, caught::add);
        return caught.getFirst();
    }
}
