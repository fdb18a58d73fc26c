package io.hearth.agent.enrolment;

import io.hearth.agent.common.Backoff;
import io.hearth.agent.common.LogText;
import io.hearth.agent.common.Signal;
import io.hearth.protocol.JoinCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

/**
 * Whether and as whom the node belongs to a control plane. Without an identity it waits for a join code that it has not yet tried
 * in vain, in the settings or in the file, which is read again and again.
 */
public final class Membership {
    private static final System.Logger LOG = System.getLogger(Membership.class.getName());
    private static final long LOOK_MILLIS = 1_000;
    private static final long RENEWAL_MILLIS = 60_000;

    private final IdentityStore store;
    private final Enroller enroller;
    private final String joinCode;
    private final Path joinCodeFile;
    private final String nodeName;
    private final Clock clock;
    private final Signal signal = new Signal();
    private volatile NodeIdentity identity;
    private JoinCode spent;
    private String lastSaid;

    public Membership(
            IdentityStore store, Enroller enroller, String joinCode, Path joinCodeFile, String nodeName, Clock clock) {
        this.store = store;
        this.enroller = enroller;
        this.joinCode = joinCode;
        this.joinCodeFile = joinCodeFile;
        this.nodeName = nodeName;
        this.clock = clock;
    }

    /** The identity, after {@link #join}. */
    public NodeIdentity identity() {
        return identity;
    }

    /** Whether the node belongs to a control plane now. */
    public boolean belongs() throws IOException {
        return store.load().isPresent();
    }

    /** Loads the identity, or joins as soon as there is a code that is accepted. Null if it was stopped before. */
    public NodeIdentity join(BooleanSupplier stopping) throws IOException, InterruptedException {
        Optional<NodeIdentity> kept = store.load();
        if (kept.isPresent()) {
            identity = kept.get();
            return identity;
        }
        Backoff backoff = new Backoff(500, 5_000, ThreadLocalRandom.current());
        while (!stopping.getAsBoolean()) {
            Optional<JoinCode> code = code().filter(found -> !found.equals(spent));
            if (code.isEmpty()) {
                say(
                        "This node belongs to no control plane yet. Make a join code on the page Nodes and set hearth.agent.join-code"
                                + (joinCodeFile == null ? "" : ", or write it to " + joinCodeFile) + ".");
                signal.await(LOOK_MILLIS);
            } else if (tryToJoin(code.get())) {
                return identity;
            } else {
                signal.await(backoff.next());
            }
        }
        return null;
    }

    /** Gets the next certificate if two thirds of the present one's life are over. Returns whether there is a new one. */
    public boolean renewIfDue() throws InterruptedException {
        NodeIdentity present = identity;
        if (clock.instant().isBefore(present.renewAt())) {
            return false;
        }
        try {
            NodeIdentity next = enroller.renew(present);
            store.save(next);
            identity = next;
            LOG.log(
                    System.Logger.Level.INFO,
                    "This node has a new certificate, valid until {0}.",
                    next.certificate().getNotAfter().toInstant());
            return true;
        } catch (IOException | EnrolmentRefused e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The next certificate could not be had: {0} The present one is valid until {1}; trying again.",
                    LogText.safe(e.getMessage()),
                    present.certificate().getNotAfter().toInstant());
            return false;
        }
    }

    /** Waits until the certificate's age should be looked at again. */
    public void await() throws InterruptedException {
        signal.await(RENEWAL_MILLIS);
    }

    /** The node was sent away: it has no identity any more. */
    public void leave(String reason) throws IOException {
        store.revoke(reason);
        identity = null;
        // A code that is still there is the one that led to the identity that was taken away.
        spent = code().orElse(null);
        lastSaid = null;
    }

    /** Looks again at once. */
    public void wake() {
        signal.raise();
    }

    private boolean tryToJoin(JoinCode code) throws InterruptedException {
        try {
            NodeIdentity joined = enroller.enrol(code, nodeName, store.joiningKeys());
            store.save(joined);
            identity = joined;
            LOG.log(System.Logger.Level.INFO, "This node has joined as {0}.", joined.nodeId());
            return true;
        } catch (EnrolmentRefused refused) {
            if (refused.status() != 429) {
                spent = code;
            }
            say("The join code was refused: " + refused.getMessage());
        } catch (IOException e) {
            say("This node cannot join yet: " + rootMessage(e));
        }
        return false;
    }

    private Optional<JoinCode> code() {
        try {
            if (joinCodeFile != null && Files.exists(joinCodeFile)) {
                String text = Files.readString(joinCodeFile).strip();
                if (!text.isEmpty()) {
                    return Optional.of(JoinCode.parse(text));
                }
            }
            return joinCode == null ? Optional.empty() : Optional.of(JoinCode.parse(joinCode));
        } catch (NoSuchFileException taken) {
            return Optional.empty();
        } catch (IOException e) {
            say("The file " + joinCodeFile + " cannot be read: " + LogText.safe(e.getMessage()) + ".");
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            say(e.getMessage());
            return Optional.empty();
        }
    }

    private static String rootMessage(Throwable fault) {
        Throwable root = fault;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return LogText.safe(root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage());
    }

    /** Says each new thing once. */
    private void say(String sentence) {
        if (!sentence.equals(lastSaid)) {
            lastSaid = sentence;
            LOG.log(System.Logger.Level.WARNING, "{0}", sentence);
        }
    }
}
