package io.hearth.ui.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.protocol.CardInfo;
import io.hearth.protocol.CardSample;
import io.hearth.ui.core.Actor;
import io.hearth.ui.core.Database;
import io.hearth.ui.core.HearthHome;
import io.hearth.ui.core.Json;
import io.hearth.ui.deployments.DeploymentReport;
import io.hearth.ui.deployments.Deployments;
import io.hearth.ui.nodes.Node;
import io.hearth.ui.nodes.Nodes;
import io.hearth.ui.nodes.Telemetry;
import io.hearth.ui.overview.Overview;
import io.hearth.ui.settings.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** What goes into a bundle and is not a table: versions, storage, configuration, nodes as they report themselves, notices. */
@ApplicationScoped
class Reports {
    /** Settings whose values no person has typed. */
    private static final Set<String> VALUES_KEPT = Set.of(
            Settings.LANGUAGE.name(),
            Settings.SESSION_IDLE_MINUTES.name(),
            Settings.SESSION_LONGEST_HOURS.name(),
            Settings.PASSWORD_LENGTH.name(),
            Settings.TELEMETRY_DAYS.name());

    /** Parameters of the start whose values are kept; of the others, only that they are set. */
    private static final Set<String> PARAMETERS_KEPT = Set.of("HEARTH_PORT", "HEARTH_NODE_PORT", "HEARTH_LOG_JSON");

    private static final Path IMAGE = Path.of("/usr/lib/hearth/version");
    private static final Path BOOT = Path.of("/run/hearth");

    private final Database database;
    private final HearthHome home;
    private final Settings settings;
    private final Nodes nodes;
    private final Telemetry telemetry;
    private final Deployments deployments;
    private final Overview overview;
    private final String software;

    Reports(
            Database database,
            HearthHome home,
            Settings settings,
            Nodes nodes,
            Telemetry telemetry,
            Deployments deployments,
            Overview overview,
            @ConfigProperty(name = "quarkus.application.version", defaultValue = "unknown") String software) {
        this.database = database;
        this.home = home;
        this.settings = settings;
        this.nodes = nodes;
        this.telemetry = telemetry;
        this.deployments = deployments;
        this.overview = overview;
        this.software = software;
    }

    /** Versions of Hearth, of the image if this is one, of Java and of the system. */
    ObjectNode versions(Keeper keeper) {
        ObjectNode node = Json.MAPPER.createObjectNode();
        node.set("hearth", keeper.code(software));
        node.set("image", keeper.code(line(IMAGE)));
        for (String part : List.of("slot", "mode", "role")) {
            node.set(part, keeper.code(line(BOOT.resolve(part))));
        }
        node.set("java", keeper.maker(System.getProperty("java.vm.version")));
        node.set("javaVendor", keeper.maker(System.getProperty("java.vm.vendor")));
        node.set("system", keeper.maker(System.getProperty("os.name")));
        node.set("kernel", keeper.maker(System.getProperty("os.version")));
        node.set("architecture", keeper.code(System.getProperty("os.arch")));
        Runtime runtime = Runtime.getRuntime();
        node.put("upSeconds", ManagementFactory.getRuntimeMXBean().getUptime() / 1000);
        node.put("processors", runtime.availableProcessors());
        node.put("heapUsedBytes", runtime.totalMemory() - runtime.freeMemory());
        node.put("heapMostBytes", runtime.maxMemory());
        return node;
    }

    /** What is set, with the values of the named few. */
    ObjectNode configuration(Keeper keeper) {
        ObjectNode node = Json.MAPPER.createObjectNode();
        ObjectNode set = node.putObject("settings");
        settings.all().forEach((name, value) -> {
            boolean kept = VALUES_KEPT.contains(name);
            set.set(name, kept ? keeper.code(String.valueOf(value)) : keeper.code("left-out"));
        });
        ObjectNode start = node.putObject("parameters");
        for (String name : new TreeSet<>(System.getenv().keySet())) {
            if (name.matches("HEARTH_[A-Z0-9_]{1,40}")) {
                start.set(name, PARAMETERS_KEPT.contains(name) ? keeper.code(System.getenv(name)) : keeper.code("set"));
            }
        }
        return node;
    }

    /** Room on the disk, and what takes it. */
    ObjectNode storage(Keeper keeper) throws IOException {
        ObjectNode node = Json.MAPPER.createObjectNode();
        FileStore store = Files.getFileStore(home.directory());
        node.put("totalBytes", store.getTotalSpace());
        node.put("usableBytes", store.getUsableSpace());
        node.set("fileSystem", keeper.code(store.type()));
        ObjectNode parts = node.putObject("parts");
        try (Stream<Path> children = Files.list(home.directory())) {
            for (Path child : children.sorted().toList()) {
                String name = child.getFileName().toString();
                // Names of ours; a file of anybody else is counted without its name.
                String shown = name.matches("[a-z-]{1,30}(\\.(db|db-wal|db-shm|json|lock))?") ? name : "other";
                ObjectNode part = parts.withObjectProperty(shown);
                long[] sum = sum(child);
                part.put("files", part.path("files").asLong() + sum[0]);
                part.put("bytes", part.path("bytes").asLong() + sum[1]);
            }
        }
        return node;
    }

    /** The nodes as they report themselves: machines, cards, their last second, what was found of them. */
    ArrayNode nodes(Keeper keeper) {
        ArrayNode list = Keeper.list();
        database.read(nodes::all).forEach(node -> list.add(node(node, keeper)));
        return list;
    }

    /** The deployments as they are seen to be. */
    ArrayNode observed(Keeper keeper, Actor actor) {
        ArrayNode list = Keeper.list();
        for (DeploymentReport report : deployments.list(actor)) {
            ObjectNode node = list.addObject();
            node.set("id", keeper.code(report.deployment().id()));
            node.set("state", keeper.code(report.observed().state().name()));
            node.put("ready", report.observed().ready());
            node.put("wanted", report.observed().wanted());
            node.set("says", keeper.sentence(report.observed().sentence()));
        }
        return list;
    }

    /** What the overview asks people to look at. */
    ArrayNode notices(Keeper keeper) {
        ArrayNode list = Keeper.list();
        database.read(overview::notices).forEach(notice -> {
            ObjectNode node = list.addObject();
            node.put("level", notice.level().name());
            node.put("since", Instant.ofEpochMilli(notice.since()).toString());
            node.set("says", keeper.sentence(notice.text()));
        });
        return list;
    }

    private ObjectNode node(Node node, Keeper keeper) {
        ObjectNode shown = Json.MAPPER.createObjectNode();
        shown.set("id", keeper.code(node.id()));
        shown.set("name", keeper.alias("node", node.name()));
        shown.put("state", node.state().name());
        shown.put("local", node.local());
        shown.set("software", keeper.code(node.software()));
        shown.put("enrolled", Instant.ofEpochMilli(node.enrolled()).toString());
        shown.put(
                "certificateEnds", Instant.ofEpochMilli(node.certificateEnds()).toString());
        if (node.lastSeen() != null) {
            shown.put("lastSeen", Instant.ofEpochMilli(node.lastSeen()).toString());
        }
        if (node.host() != null) {
            ObjectNode host = shown.putObject("host");
            host.set("system", keeper.maker(node.host().system()));
            host.set("architecture", keeper.code(node.host().architecture()));
            host.set("processor", keeper.maker(node.host().processor()));
            host.put("cores", node.host().cores());
            host.put("memoryBytes", node.host().memoryBytes());
            host.put("diskBytes", node.host().diskBytes());
        }
        Telemetry.Live live = telemetry.live(node.id()).orElse(null);
        if (live != null) {
            shown.set("now", keeper.figures(Json.MAPPER.valueToTree(live.host())));
        }
        ArrayNode cards = shown.putArray("cards");
        for (CardInfo card : node.cards()) {
            cards.add(card(card, live == null ? null : live.card(card.id()).orElse(null), keeper));
        }
        return shown;
    }

    private static ObjectNode card(CardInfo card, @Nullable CardSample now, Keeper keeper) {
        ObjectNode shown = Json.MAPPER.createObjectNode();
        shown.set("id", keeper.code(card.id()));
        shown.set("vendor", keeper.code(card.vendor()));
        shown.set("model", keeper.maker(card.model()));
        shown.put("memoryBytes", card.memoryBytes());
        shown.put("shared", card.shared());
        shown.set("driver", keeper.maker(card.driver()));
        shown.set("hardwareId", keeper.code(card.hardwareId()));
        shown.set("refusal", keeper.finding(Json.MAPPER.<JsonNode>valueToTree(card.refusal())));
        if (now != null) {
            ObjectNode second = keeper.figures(Json.MAPPER.valueToTree(now));
            second.set("detail", keeper.figures(Json.MAPPER.<JsonNode>valueToTree(now.detail())));
            ArrayNode findings = second.putArray("findings");
            if (now.findings() != null) {
                now.findings().forEach(found -> findings.add(keeper.finding(Json.MAPPER.valueToTree(found))));
            }
            shown.set("now", second);
        }
        return shown;
    }

    private static @Nullable String line(Path file) {
        try {
            return Files.isReadable(file) ? Files.readString(file).strip() : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** Number and bytes of files; what vanishes meanwhile is not counted. */
    private static long[] sum(Path start) throws IOException {
        long[] sum = new long[2];
        try (Stream<Path> files = Files.walk(start)) {
            files.forEach(file -> {
                try {
                    if (Files.isRegularFile(file)) {
                        sum[1] += Files.size(file);
                        sum[0]++;
                    }
                } catch (IOException e) {
                    // It is gone.
                }
            });
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause();
        }
        return sum;
    }
}
