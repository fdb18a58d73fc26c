package io.hearth.ui.setup;

import io.hearth.protocol.JoinCode;
import io.hearth.ui.access.FirstRun;
import io.hearth.ui.access.Logins;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.certificates.Certificates;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.Problem;
import io.hearth.ui.machine.MachineSocket;
import io.hearth.ui.nodes.NodeService;
import io.hearth.ui.settings.Settings;
import io.hearth.ui.system.MachineFacts;
import io.hearth.ui.system.SystemService;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the set-up does, for whoever has typed the first-run code. Each method asks for the entry again. */
@ApplicationScoped
public class SetUp {
    private static final System.Logger LOG = System.getLogger(SetUp.class.getName());
    private static final String NAME = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
    private static final String USUAL_NAME = "hearth";

    private final FirstRun firstRun;
    private final MachineSocket machine;
    private final SystemService system;
    private final NodeService nodes;
    private final Settings settings;
    private final Certificates certificates;
    private final Database database;
    private final AuditLog audit;
    private final Path file;

    SetUp(
            FirstRun firstRun,
            MachineSocket machine,
            SystemService system,
            NodeService nodes,
            Settings settings,
            Certificates certificates,
            Database database,
            AuditLog audit,
            HearthHome home) {
        this.firstRun = firstRun;
        this.machine = machine;
        this.system = system;
        this.nodes = nodes;
        this.settings = settings;
        this.certificates = certificates;
        this.database = database;
        this.audit = audit;
        this.file = home.directory().resolve("set-up.json");
    }

    /**
     * Who sets up.
     *
     * @param secret what {@link FirstRun#enter} has given, or null
     * @param address where they are
     */
    record Entry(@Nullable String secret, String address) {}

    /**
     * What the machine knows of its set-up.
     *
     * @param role {@code first} or {@code node} if it is decided already, or empty
     * @param name host name that was set; may be empty
     * @param nodesMayJoin whether the port for further nodes is open
     * @param installed whether it runs from its disk; from a medium, it keeps nothing over a restart
     * @param joins whether it becomes a node of another control plane at its next start
     */
    record Known(String role, String name, boolean nodesMayJoin, boolean installed, boolean joins) {}

    /** Whether there is no user yet. */
    boolean isOpen() {
        return firstRun.isOpen();
    }

    /** Whether an entry holds. */
    boolean holds(Entry entry) {
        return firstRun.holds(entry.secret());
    }

    /** Takes the first-run code, and gives the secret of an entry. */
    String enter(@Nullable String code, String address) {
        return firstRun.enter(code, address);
    }

    /** The steps that make sense here. */
    List<Step> steps(Entry entry) {
        return machine.present() && known(entry).role().isEmpty() ? Step.LONG : Step.SHORT;
    }

    /** What the machine knows; only where there is one. */
    Known known(Entry entry) {
        actor(entry);
        return Json.read(machine.ask("setup", Map.of()), Known.class);
    }

    /** Whether the machine becomes a node of another control plane at its next start, so that nothing is left to be done here. */
    boolean joins(Entry entry) {
        return machine.present() && known(entry).joins();
    }

    /** Whether what is set lasts over a restart; a machine that runs from a medium keeps nothing. */
    boolean lasts(Entry entry) {
        return !machine.present() || known(entry).installed();
    }

    /** How far it is. */
    SetUpProgress progress(Entry entry) {
        actor(entry);
        return SetUpProgress.read(file);
    }

    /** Goes on with a step, now and after a restart. */
    void goTo(Entry entry, Step step) {
        new SetUpProgress(step, progress(entry).controlPlane()).write(file);
    }

    /** Sets the language of pages whose reader has chosen none. */
    void language(Entry entry, Locale language) {
        settings.put(actor(entry), Map.of(Settings.LANGUAGE.name(), language.getLanguage()));
    }

    /** The machine's name as it is set, or as it is usual. */
    String name(Entry entry) {
        String set = known(entry).name();
        return set.isEmpty() ? USUAL_NAME : set;
    }

    /** Names the machine. */
    void name(Entry entry, String typed) {
        Actor actor = actor(entry);
        String name = typed.strip().toLowerCase(Locale.ROOT);
        if (!name.matches(NAME)) {
            throw Problem.invalid("setup.name.wrong");
        }
        if (!name.equals(known(entry).name())) {
            record(actor, "setup.name", Map.of("name", name));
            machine.ask("name-set", Map.of("name", name));
        }
        nodes.nameLocal(actor, name);
    }

    /** The machine's network. */
    MachineFacts.Network network(Entry entry) {
        return system.network(actor(entry));
    }

    /** Tries other settings of the network. */
    MachineFacts.Trial tryNetwork(Entry entry, MachineFacts.NetworkWish wish) {
        return system.tryNetwork(actor(entry), wish);
    }

    /** Keeps them. */
    MachineFacts.Trial confirmNetwork(Entry entry) {
        return system.confirmNetwork(actor(entry));
    }

    /** Makes the machine a first node. */
    void first(Entry entry, boolean nodesMayJoin) {
        Actor actor = actor(entry);
        if (nodesMayJoin != known(entry).nodesMayJoin()) {
            record(actor, "setup.nodes-may-join", Map.of("allowed", nodesMayJoin));
            machine.ask("nodes-may-join", Map.of("allowed", nodesMayJoin));
        }
    }

    /**
     * Looks whether another control plane is where it should be.
     *
     * @return the code in its usual form
     * @throws Problem of kind INVALID with what is wrong: {@code setup.join.address…} or {@code setup.join.code…}
     */
    JoinCode checkJoin(Entry entry, String controlPlane, String code) {
        actor(entry);
        String address = controlPlane.strip();
        new SetUpProgress(Step.ROLE, address).write(file);
        return JoinCheck.of(address, code, certificates.authorityFingerprint());
    }

    /** Makes the machine a node of another control plane; it restarts. What its own control plane has made is gone then. */
    void join(Entry entry, String controlPlane, JoinCode code) {
        record(actor(entry), "setup.join", Map.of("control-plane", controlPlane.strip()));
        machine.ask(
                "join", Map.of("name", name(entry), "control-plane", controlPlane.strip(), "code", code.toString()));
    }

    /** Makes the first administrator and signs them in: the end of it. */
    Logins.Started finish(Entry entry, String name, String password, @Nullable String agent) {
        boolean machineToo = steps(entry).contains(Step.ROLE);
        if (machineToo) {
            nodes.nameLocal(actor(entry), name(entry));
        }
        Logins.Started started = firstRun.setUpEntered(entry.secret(), name, password, entry.address(), agent);
        try {
            if (machineToo) {
                machine.ask("first-node", Map.of());
            }
        } catch (Problem e) {
            // It is one without being told, too; what is missing is that it cannot be made another any more.
            LOG.log(System.Logger.Level.WARNING, "The machine was not told that its set-up is over.", e);
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return started;
    }

    /** Before it is done: afterwards the machine may be away. */
    private void record(Actor actor, String action, Map<String, ?> details) {
        database.run(h -> audit.record(h, actor, action, "machine", details));
    }

    private Actor actor(Entry entry) {
        return firstRun.entered(entry.secret(), entry.address());
    }
}
