package io.hearth.ui.access;

import static io.hearth.ui.access.LoginsTest.problem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsersTest {
    @TempDir
    Path folder;

    private AccessFixture access;
    private Logins.Started ada;
    private Actor admin;

    @BeforeEach
    void open() {
        access = new AccessFixture(folder);
        ada = access.ada();
        admin = access.caller(ada).actor();
    }

    @AfterEach
    void close() {
        access.close();
    }

    @Test
    void theLastAdministratorCannotBeDeletedDisabledOrDemoted() {
        String id = ada.user().id();
        User other = access.add("eve", Role.ADMINISTRATOR);
        access.users.setDisabled(admin, other.id(), true);

        for (Runnable attempt : List.<Runnable>of(
                () -> access.users.delete(admin, id),
                () -> access.users.setDisabled(admin, id, true),
                () -> access.users.setRole(admin, id, Role.VIEWER))) {
            Problem problem = problem(attempt::run);
            assertThat(problem.kind()).isEqualTo(Problem.Kind.CONFLICT);
            assertThat(problem.sentence().key()).isEqualTo("access.administrator.last");
        }
        assertThat(access.credentials.ofCookie(ada.secret(), AccessFixture.ADDRESS, true))
                .as("nothing of it was done")
                .isPresent();

        access.users.setDisabled(admin, other.id(), false);
        assertThat(access.users.setRole(admin, id, Role.VIEWER).role()).isEqualTo(Role.VIEWER);
    }

    @Test
    void twoAdministratorsCannotDemoteEachOtherAtTheSameMoment() throws Exception {
        User eve = access.add("eve", Role.ADMINISTRATOR);
        CountDownLatch both = new CountDownLatch(2);
        List<Thread> threads = List.of(ada.user().id(), eve.id()).stream()
                .map(id -> Thread.ofVirtual().start(() -> {
                    both.countDown();
                    try {
                        both.await();
                        access.users.setRole(Actor.SYSTEM, id, Role.VIEWER);
                    } catch (Problem | InterruptedException e) {
                        // One of the two is refused.
                    }
                }))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        long left = access.database.read(UserStore::administrators);
        assertThat(left).isEqualTo(1);
    }

    @Test
    void onlyAdministratorsManageUsers() {
        User ben = access.add("ben", Role.ENGINEER);
        Actor engineer =
                access.caller(access.login("ben", AccessFixture.PASSWORD)).actor();
        for (Runnable attempt : List.<Runnable>of(
                () -> access.users.page(engineer, "", 0, 50),
                () -> access.users.get(engineer, ben.id()),
                () -> access.users.add(engineer, "x", Role.VIEWER, null, true),
                () -> access.users.setRole(engineer, ben.id(), Role.ADMINISTRATOR),
                () -> access.users.setDisabled(engineer, ben.id(), true),
                () -> access.users.resetPassword(engineer, ada.user().id()),
                () -> access.users.delete(engineer, ada.user().id()),
                () -> access.settings.put(engineer, Map.of("password.length", "8")))) {
            assertThat(problem(attempt::run).kind()).isEqualTo(Problem.Kind.FORBIDDEN);
        }
    }

    @Test
    void aPasswordFromAnAdministratorOpensNothingButItsChange() {
        Users.Prepared ben = access.users.add(admin, "ben", Role.ENGINEER, null, false);
        assertThat(ben.oneTimePassword()).matches("[0-9a-z]{4}(-[0-9a-z]{4}){3}");
        Caller caller = access.caller(access.login("ben", ben.oneTimePassword()));
        assertThat(caller.user().mustChange()).isTrue();
        assertThat(caller.roles()).isEmpty();

        access.account.changePassword(caller, ben.oneTimePassword(), AccessFixture.PASSWORD);
        assertThat(access.credentials.again(caller).orElseThrow().roles())
                .containsExactly("engineer", "operator", "viewer");
    }

    @Test
    void aResetEndsAllSessionsAndOpensALockedUser() {
        User ben = access.add("ben", Role.VIEWER);
        Logins.Started his = access.login("ben", AccessFixture.PASSWORD);
        for (int i = 0; i < LoginGuard.FREE; i++) {
            problem(() -> access.login("ben", "wrong"));
        }
        Users.Prepared reset = access.users.resetPassword(admin, ben.id());
        assertThat(access.credentials.ofCookie(his.secret(), AccessFixture.ADDRESS, true))
                .isEmpty();
        assertThat(access.login("ben", reset.oneTimePassword()).user().mustChange())
                .isTrue();
        assertThat(problem(() -> access.login("ben", AccessFixture.PASSWORD)).kind())
                .isEqualTo(Problem.Kind.UNAUTHENTICATED);
    }

    @Test
    void changingThePasswordEndsTheOtherSessions() {
        Logins.Started other = access.login("ada", AccessFixture.PASSWORD);
        Caller caller = access.caller(ada);
        assertThat(problem(() -> access.account.changePassword(caller, "wrong", "five candles and a knife"))
                        .sentence()
                        .key())
                .isEqualTo("access.password.old");
        assertThat(problem(() -> access.account.changePassword(caller, AccessFixture.PASSWORD, AccessFixture.PASSWORD))
                        .sentence()
                        .key())
                .isEqualTo("access.password.same");
        access.account.changePassword(caller, AccessFixture.PASSWORD, "five candles and a knife");

        assertThat(access.credentials.ofCookie(ada.secret(), AccessFixture.ADDRESS, true))
                .isPresent();
        assertThat(access.credentials.ofCookie(other.secret(), AccessFixture.ADDRESS, true))
                .isEmpty();
        assertThat(access.login("ada", "five candles and a knife")).isNotNull();
    }

    @Test
    void theOldPasswordCannotBeGuessedInAnOpenPage() {
        Caller caller = access.caller(ada);
        for (int i = 0; i < LoginGuard.FREE; i++) {
            problem(() -> access.account.changePassword(caller, "wrong", "five candles and a knife"));
        }
        assertThat(problem(() -> access.account.changePassword(
                                caller, AccessFixture.PASSWORD, "five candles and a knife"))
                        .kind())
                .isEqualTo(Problem.Kind.LIMITED);
    }

    @Test
    void whatIsTakenAwayIsGoneAtOnce() {
        User ben = access.add("ben", Role.ADMINISTRATOR);
        Logins.Started his = access.login("ben", AccessFixture.PASSWORD);
        Tokens.Made token = access.tokens.make(access.caller(his), "script", null, null);
        Caller open = access.caller(his);

        access.users.setRole(admin, ben.id(), Role.OPERATOR);
        assertThat(access.credentials.again(open).orElseThrow().role()).isEqualTo(Role.OPERATOR);
        assertThat(access.credentials
                        .ofBearer(token.secret(), AccessFixture.ADDRESS)
                        .orElseThrow()
                        .role())
                .as("a token never does more than its owner")
                .isEqualTo(Role.OPERATOR);

        access.users.setDisabled(admin, ben.id(), true);
        assertThat(access.credentials.again(open)).isEmpty();
        assertThat(access.credentials.ofBearer(token.secret(), AccessFixture.ADDRESS))
                .isEmpty();

        access.users.delete(admin, ben.id());
        long left = access.database.read(h ->
                h.createQuery("SELECT COUNT(*) FROM tokens").mapTo(Long.class).one());
        assertThat(left).isZero();
    }

    @Test
    void tokensDoNoMoreThanAsked() {
        Caller caller = access.caller(ada);
        Tokens.Made made = access.tokens.make(caller, "monitoring", Role.VIEWER, 30);
        Caller byToken =
                access.credentials.ofBearer(made.secret(), "192.0.2.99").orElseThrow();

        assertThat(byToken.roles()).containsExactly("viewer");
        assertThat(byToken.actor().origin()).isEqualTo("token " + made.token().id());
        assertThat(problem(() -> access.tokens.make(byToken, "more", Role.VIEWER, null))
                        .kind())
                .isEqualTo(Problem.Kind.FORBIDDEN);
        assertThat(problem(() -> access.account.changePassword(
                                byToken, AccessFixture.PASSWORD, "five candles and a knife"))
                        .kind())
                .isEqualTo(Problem.Kind.FORBIDDEN);
        assertThat(access.credentials.ofBearer(made.secret() + "x", "192.0.2.99"))
                .isEmpty();
        assertThat(access.tokens.page(caller, 0, 50).items().getFirst().usedFrom())
                .isEqualTo("192.0.2.99");
        String kept = access.database.read(h ->
                h.createQuery("SELECT hash FROM tokens").mapTo(String.class).one());
        assertThat(kept).isNotEqualTo(Secrets.hash(made.secret())).isEqualTo(access.secrets.tokenHash(made.secret()));

        access.clock.forward(Duration.ofDays(30));
        assertThat(access.credentials.ofBearer(made.secret(), "192.0.2.99")).isEmpty();
    }

    @Test
    void tokensAreMadeForNoHigherRoleAndEndedOnlyByTheirOwnersAndAdministrators() {
        access.add("ben", Role.OPERATOR);
        Caller ben = access.caller(access.login("ben", AccessFixture.PASSWORD));
        assertThat(problem(() -> access.tokens.make(ben, "x", Role.ENGINEER, null))
                        .kind())
                .isEqualTo(Problem.Kind.FORBIDDEN);
        Tokens.Made hers = access.tokens.make(access.caller(ada), "hers", null, null);
        Tokens.Made his = access.tokens.make(ben, "his", null, null);
        assertThat(problem(() -> access.tokens.delete(ben, hers.token().id())).kind())
                .isEqualTo(Problem.Kind.NOT_FOUND);
        access.tokens.delete(access.caller(ada), his.token().id());
        assertThat(access.credentials.ofBearer(his.secret(), AccessFixture.ADDRESS))
                .isEmpty();
    }

    @Test
    void namesAreUniqueForPeopleNotForBytes() {
        access.add("Ben", Role.VIEWER);
        assertThat(problem(() -> access.add("bEN", Role.VIEWER)).kind()).isEqualTo(Problem.Kind.CONFLICT);
        assertThat(problem(() -> access.add("ｂｅｎ", Role.VIEWER)).kind()).isEqualTo(Problem.Kind.CONFLICT);
        for (String bad : List.of("", " ", "a b", "a\nb", "-a", "a'; DROP TABLE users; --", "x".repeat(65), "<b>")) {
            assertThat(problem(() -> access.add(bad, Role.VIEWER)).kind()).isEqualTo(Problem.Kind.INVALID);
        }
        assertThatCode(() -> access.add("王小明", Role.VIEWER)).doesNotThrowAnyException();
        assertThat(access.users.page(admin, "%", 0, 50).total()).isZero();
        assertThat(access.users.page(admin, "b", 0, 50).total()).isEqualTo(1);
    }

    @Test
    void everythingIsWrittenDownWithoutSecrets() {
        Users.Prepared ben = access.users.add(admin, "ben", Role.VIEWER, null, true);
        access.users.resetPassword(admin, ben.user().id());
        Tokens.Made token = access.tokens.make(access.caller(ada), "t", null, null);
        String all = access.written("").toString();
        assertThat(all)
                .contains("access.setup", "access.login", "user.add", "user.password.reset", "token.make")
                .doesNotContain(ben.oneTimePassword(), token.secret(), ada.secret(), AccessFixture.PASSWORD);
    }
}
