package io.hearth.agent.enrolment;

import io.hearth.agent.common.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Optional;

/**
 * The node's identity on disk: {@code identity.pem} under the agent's home, for its owner's eyes only. While a node is revoked
 * it has none; {@code revoked} then holds the sentence why.
 */
public final class IdentityStore {
    private final Path file;
    private final Path revoked;
    private final Path joining;

    public IdentityStore(Path home) {
        this.file = home.resolve("identity.pem");
        this.revoked = home.resolve("revoked");
        this.joining = home.resolve("joining.pem");
    }

    /**
     * The identity, if the node has one.
     *
     * @throws IOException if it is damaged, with what to do
     */
    public Optional<NodeIdentity> load() throws IOException {
        return Files.exists(file) ? Optional.of(NodeIdentity.read(file, Files.readAllBytes(file))) : Optional.empty();
    }

    /** Keeps an identity in place of the one before. */
    public void save(NodeIdentity identity) throws IOException {
        DurableFile.write(file, identity.toBytes());
        Files.deleteIfExists(revoked);
        Files.deleteIfExists(joining);
    }

    /** The key with which the node joins; it stays the same until it has joined. */
    public KeyPair joiningKeys() throws IOException {
        if (Files.exists(joining)) {
            Optional<KeyPair> kept = NodeIdentity.readKeys(Files.readAllBytes(joining));
            if (kept.isPresent()) {
                return kept.get();
            }
        }
        KeyPair keys = Enroller.newKeys();
        DurableFile.write(joining, NodeIdentity.keysPem(keys).getBytes(StandardCharsets.US_ASCII));
        return keys;
    }

    /** Gives the identity up for good. */
    public void revoke(String reason) throws IOException {
        DurableFile.write(revoked, (reason + "\n").getBytes(StandardCharsets.UTF_8));
        Files.deleteIfExists(file);
        Files.deleteIfExists(joining);
        DurableFile.syncFolder(file.toAbsolutePath().getParent());
    }
}
