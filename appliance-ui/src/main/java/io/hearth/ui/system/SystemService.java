package io.hearth.ui.system;

import com.fasterxml.jackson.databind.JsonNode;
import io.hearth.ui.audit.AuditLog;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.Json;
import io.hearth.ui.core.News;
import io.hearth.ui.core.Problem;
import io.hearth.ui.core.Role;
import io.hearth.ui.machine.MachineSocket;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Network, time and disks of the machine that the control plane runs on. For administrators. */
@ApplicationScoped
public class SystemService {
    private static final String SUBJECT = "machine";

    private final MachineSocket machine;
    private final Database database;
    private final AuditLog audit;
    private final News news;

    SystemService(MachineSocket machine, Database database, AuditLog audit, News news) {
        this.machine = machine;
        this.database = database;
        this.audit = audit;
        this.news = news;
    }

    /** Whether there is a machine to ask. */
    public boolean present() {
        return machine.present();
    }

    /** The network. */
    public MachineFacts.Network network(Actor actor) {
        return ask(actor, "network", Map.of(), MachineFacts.Network.class);
    }

    /** The clock. */
    public MachineFacts.Time time(Actor actor) {
        return ask(actor, "time", Map.of(), MachineFacts.Time.class);
    }

    /** The disks. */
    public MachineFacts.Disks disks(Actor actor) {
        return ask(actor, "disks", Map.of(), MachineFacts.Disks.class);
    }

    /**
     * Tries other settings of the network; they are taken back unless {@link #confirmNetwork} follows in time.
     *
     * @throws Problem of kind INVALID with the first thing that is wrong with them
     */
    public MachineFacts.Trial tryNetwork(Actor actor, MachineFacts.NetworkWish asked) {
        actor.needs(Role.ADMINISTRATOR);
        MachineFacts.NetworkWish wish = asked.plain();
        NetworkRules.brokenBy(wish).values().stream().findFirst().ifPresent(wrong -> {
            throw new Problem(Problem.Kind.INVALID, wrong);
        });
        Map<String, String> wanted = new LinkedHashMap<>();
        put(wanted, "interface", wish.interfaceName());
        put(wanted, "bond", wish.bond());
        put(wanted, "mode", wish.mode());
        put(wanted, "vlan", wish.vlan());
        put(wanted, "addresses", wish.addresses());
        put(wanted, "gateway", wish.gateway());
        put(wanted, "dns", wish.dns());
        record(actor, "machine.network.try", wanted);
        MachineFacts.Trial trial = ask(actor, "network-set", wanted, MachineFacts.Trial.class);
        news.publish(News.Topic.MACHINE, "");
        return trial;
    }

    /** Keeps the settings of the network that are being tried. */
    public MachineFacts.Trial confirmNetwork(Actor actor) {
        MachineFacts.Trial trial = ask(actor, "network-confirm", Map.of(), MachineFacts.Trial.class);
        record(actor, "machine.network.confirm", Map.of("state", trial.state()));
        news.publish(News.Topic.MACHINE, "");
        return trial;
    }

    /** Sets the time servers; none: those that the network names. */
    public void setTime(Actor actor, List<String> servers) {
        String words = String.join(" ", servers);
        record(actor, "machine.time.set", Map.of("servers", words));
        ask(actor, "time-set", Map.of("servers", words), JsonNode.class);
        news.publish(News.Topic.MACHINE, "");
    }

    private <T> T ask(Actor actor, String verb, Map<String, ?> arguments, Class<T> type) {
        actor.needs(Role.ADMINISTRATOR);
        return Json.read(machine.ask(verb, arguments), type);
    }

    /** Before it is done: afterwards the machine may be away. */
    private void record(Actor actor, String action, Map<String, ?> details) {
        actor.needs(Role.ADMINISTRATOR);
        database.run(h -> audit.record(h, actor, action, SUBJECT, details));
    }

    private static void put(Map<String, String> wanted, String name, String value) {
        if (!value.isEmpty()) {
            wanted.put(name, value);
        }
    }

    /** Values with one blank between them. */
    static String words(String value) {
        return value.strip().replaceAll("[\\s,;]+", " ");
    }
}
