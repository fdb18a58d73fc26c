package io.hearth.ui.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hearth.ui.core.Ids;
import io.hearth.ui.core.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A bundle without a running control plane: a program of its own, for the machine's screen. It knows no database; of what the machine
 * tells of itself it keeps what is named here, by the same rules as the other bundle.
 */
public final class MachineBundle {
    private static final Pattern ADDRESS = Pattern.compile("[0-9a-f.:]{2,45}(/\\d{1,3})?");
    private static final List<String> JOURNALS = List.of("control-plane", "agent", "machine");

    private final Path gathered;
    private final Journal journal;
    private final Keeper keeper;

    private MachineBundle(Path gathered) {
        this.gathered = gathered;
        Phrases phrases = Phrases.ofHearth();
        this.journal = new Journal(phrases);
        this.keeper = Keeper.withoutNames(phrases);
    }

    /**
     * Makes one.
     *
     * @param arguments folder with what the machine's programs have answered ({@code status.json}, {@code network.json},
     *     {@code disks.json}, {@code journal-PART.txt}, {@code journal-PART-before.txt}; what is missing is left out), and the archive
     */
    public static void main(String[] arguments) throws IOException {
        Path archive = Path.of(arguments[1]);
        Map<String, byte[]> files = new MachineBundle(Path.of(arguments[0])).files();
        Files.write(archive, SupportBundles.archive(Ids.next("sup"), System.currentTimeMillis(), files));
    }

    private Map<String, byte[]> files() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("machine-status.json", SupportBundles.json(status(answer("status"))));
        files.put("machine-network.json", SupportBundles.json(network(answer("network"))));
        files.put("machine-disks.json", SupportBundles.json(disks(answer("disks"))));
        for (String part : JOURNALS) {
            put(files, "journal-" + part, journal.kept(text("journal-" + part)));
            put(files, "journal-" + part + "-before", journal.kept(text("journal-" + part + "-before")));
        }
        put(files, "journal-kernel", journal.known(text("journal-kernel")));
        return files;
    }

    private ObjectNode status(JsonNode said) {
        ObjectNode node = keeper.figures(said, "version", "mode");
        ArrayNode slots = node.putArray("slots");
        said.path("slots").forEach(slot -> slots.add(keeper.figures(slot, "name", "version", "state")));
        ArrayNode log = node.putArray("log");
        said.path("log").forEach(line -> {
            ObjectNode kept = keeper.figures(line, "time", "slot", "version");
            kept.set("text", keeper.phrase(line.path("text").textValue()));
            log.add(kept);
        });
        return node;
    }

    /** Addresses are there because a network that does not work is why somebody stands at the machine; those of cards (MAC) are not. */
    private ObjectNode network(JsonNode said) {
        ObjectNode node = Json.MAPPER.createObjectNode();
        ArrayNode links = node.putArray("links");
        said.path("links").forEach(link -> {
            ObjectNode kept = keeper.figures(link, "name", "kind");
            kept.set("addresses", addresses(link.path("addresses")));
            links.add(kept);
        });
        ArrayNode routes = node.putArray("routes");
        said.path("routes").forEach(route -> {
            ObjectNode kept = keeper.figures(route, "link");
            kept.put("gateway", address(route.path("gateway")));
            routes.add(kept);
        });
        node.set("dns", addresses(said.path("dns")));
        return node;
    }

    private ObjectNode disks(JsonNode said) {
        ObjectNode node = Json.MAPPER.createObjectNode();
        node.set("var", keeper.figures(said.path("var")));
        ArrayNode disks = node.putArray("disks");
        said.path("disks").forEach(disk -> {
            ObjectNode kept = keeper.figures(disk, "name", "transport");
            kept.set("model", keeper.maker(disk.path("model").textValue()));
            kept.set("health", keeper.figures(disk.path("health")));
            disks.add(kept);
        });
        return node;
    }

    private static ArrayNode addresses(JsonNode said) {
        ArrayNode list = Keeper.list();
        said.forEach(address -> list.add(address(address)));
        return list;
    }

    private static String address(JsonNode said) {
        return ADDRESS.matcher(said.asText()).matches() ? said.asText() : Phrases.LEFT_OUT;
    }

    private JsonNode answer(String verb) throws IOException {
        Path file = gathered.resolve(verb + ".json");
        return Files.exists(file) ? Json.MAPPER.readTree(Files.readString(file)) : Json.MAPPER.createObjectNode();
    }

    private String text(String name) throws IOException {
        Path file = gathered.resolve(name + ".txt");
        // Another program's bytes: what is no UTF-8 becomes a mark, and the line is no phrase.
        return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
    }

    private static void put(Map<String, byte[]> files, String name, String text) {
        if (!text.isEmpty()) {
            files.put("logs/" + name + ".log", text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
