package io.hearth.agent.enrolment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hearth.agent.testing.TestAuthority;
import io.hearth.agent.testing.TestControlPlane;
import io.hearth.protocol.JoinCode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnrollerTest {
    private final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path home;

    private TestControlPlane control;
    private Enroller enroller;
    private KeyPair keys;

    @BeforeEach
    void start() throws Exception {
        control = new TestControlPlane(vertx, new TestAuthority()).start();
        enroller = new Enroller(control.address());
        keys = Enroller.newKeys();
    }

    @AfterEach
    void stop() throws Exception {
        control.close();
        vertx.close();
    }

    private JoinCode code() {
        return JoinCode.parse(control.joinCode());
    }

    @Test
    void aCodeMakesANodeOnce() throws Exception {
        JoinCode code = code();
        NodeIdentity identity = enroller.enrol(code, "machine", keys);
        assertThat(identity.nodeId()).isEqualTo("node-1");
        assertThat(identity.authority()).isEqualTo(control.authority.certificate());
        assertThatThrownBy(() -> enroller.enrol(code, "machine", keys))
                .isInstanceOf(EnrolmentRefused.class)
                .hasMessageContaining("used already");
    }

    @Test
    void anotherAuthorityThanTheCodeNamesLearnsNothing() throws Exception {
        JoinCode code = new JoinCode(code().secret(), "00112233445566778899");
        assertThatThrownBy(() -> enroller.enrol(code, "machine", keys))
                .isInstanceOf(IOException.class)
                .rootCause()
                .hasMessageContaining("not the control plane that made this join code");
        assertThat(control.requests).isEmpty();
    }

    @Test
    void aNodeCannotPoseAsTheControlPlane() throws Exception {
        try (TestControlPlane posing =
                new TestControlPlane(vertx, control.authority).named("node-7").start()) {
            assertThatThrownBy(() -> new Enroller(posing.address()).enrol(code(), "machine", keys))
                    .isInstanceOf(IOException.class)
                    .rootCause()
                    .hasMessageContaining("another part of the appliance");
            NodeIdentity identity = enroller.enrol(code(), "machine", keys);
            assertThatThrownBy(() -> new Enroller(posing.address()).renew(identity))
                    .isInstanceOf(IOException.class);
            assertThat(posing.requests).isEmpty();
        }
    }

    @Test
    void afterJoiningAnotherAuthorityIsNotTrusted() throws Exception {
        NodeIdentity identity = enroller.enrol(code(), "machine", keys);
        try (TestControlPlane other = new TestControlPlane(vertx, new TestAuthority()).start()) {
            assertThatThrownBy(() -> new Enroller(other.address()).renew(identity))
                    .isInstanceOf(IOException.class);
            assertThat(other.requests).isEmpty();
        }
    }

    @Test
    void theNextCertificateHasANewKeyAndComesAtTwoThirds() throws Exception {
        IdentityStore store = new IdentityStore(home);
        control.validity = Duration.ofHours(3);
        store.save(enroller.enrol(code(), "machine", keys));
        Instant now = Instant.now();
        Membership early = membership(store, now.plus(Duration.ofMinutes(110)));
        early.join(() -> false);
        assertThat(early.renewIfDue()).isFalse();
        Membership due = membership(store, now.plus(Duration.ofMinutes(125)));
        NodeIdentity before = due.join(() -> false);
        assertThat(due.renewIfDue()).isTrue();
        NodeIdentity after = store.load().orElseThrow();
        assertThat(after.nodeId()).isEqualTo(before.nodeId());
        assertThat(after.certificate().getPublicKey())
                .isNotEqualTo(before.certificate().getPublicKey());
        assertThat(due.identity()).isEqualTo(after);
        control.revoked.add("node-1");
        assertThatThrownBy(() -> enroller.renew(after))
                .isInstanceOf(EnrolmentRefused.class)
                .hasMessage("Revoked.");
    }

    @Test
    void aRefusedCodeIsNotTriedAgainButANewOneIs() throws Exception {
        Path file = home.resolve("code");
        JoinCode unknown = new JoinCode("00000000000000000000", JoinCode.fingerprint(control.authority.certificate()));
        Files.writeString(file, unknown.toString());
        Membership membership =
                new Membership(new IdentityStore(home), enroller, null, file, "machine", Clock.systemUTC());
        Thread joining = Thread.ofVirtual().start(() -> {
            try {
                membership.join(() -> false);
            } catch (IOException | InterruptedException e) {
                control.faults.add(e.toString());
            }
        });
        control.until("it was refused", () -> control.requests.size() == 1);
        Files.writeString(file, "not a code");
        Files.writeString(file, control.joinCode());
        joining.join(20_000);
        assertThat(membership.identity().nodeId()).isEqualTo("node-1");
        assertThat(control.requests).hasSize(2);
        assertThat(control.faults).isEmpty();
    }

    @Test
    void theKeyOfAnEnrolmentThatWasCutOffIsUsedAgain() throws Exception {
        IdentityStore store = new IdentityStore(home);
        KeyPair first = store.joiningKeys();
        assertThat(new IdentityStore(home).joiningKeys().getPublic()).isEqualTo(first.getPublic());
        assertThat(Files.getPosixFilePermissions(home.resolve("joining.pem")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        store.save(enroller.enrol(code(), "machine", first));
        assertThat(home.resolve("joining.pem")).doesNotExist();
        assertThat(store.load().orElseThrow().certificate().getPublicKey()).isEqualTo(first.getPublic());
    }

    @Test
    void aDamagedIdentitySaysWhatToDo() throws Exception {
        Files.writeString(home.resolve("identity.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n");
        assertThatThrownBy(() -> new IdentityStore(home).load())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("identity.pem")
                .hasMessageContaining("new join code");
    }

    private Membership membership(IdentityStore store, Instant now) {
        return new Membership(store, enroller, null, null, "machine", Clock.fixed(now, ZoneOffset.UTC));
    }
}
