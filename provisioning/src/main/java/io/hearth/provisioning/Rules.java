package io.hearth.provisioning;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** What a schema cannot say: which parts of the file need each other, and what numbers must mean. */
final class Rules {
    private final JsonNode tree;
    private final List<Broken> broken = new ArrayList<>();

    /**
     * A rule that the file breaks.
     *
     * @param pointer where, as a JSON pointer
     * @param sentence what is wrong and what to do
     */
    record Broken(String pointer, String sentence) {}

    private Rules(JsonNode tree) {
        this.tree = tree;
    }

    static List<Broken> brokenBy(JsonNode tree) {
        Rules rules = new Rules(tree);
        rules.role();
        rules.network();
        rules.disk();
        rules.sshKeys();
        return rules.broken;
    }

    private boolean has(String pointer) {
        return !tree.at(pointer).isMissingNode();
    }

    private void say(String pointer, String sentence) {
        broken.add(new Broken(pointer, sentence));
    }

    private void role() {
        boolean first = tree.path("role").asText().equals("first");
        for (String name : List.of("control-plane", "join-code")) {
            if (first && has("/" + name)) {
                say(
                        "/" + name,
                        "\"" + name
                                + "\" is for a further node; this one is the first. Take it out, or make \"role\" node.");
            } else if (!first && !has("/" + name)) {
                say("/role", "A further node needs \"" + name + "\"; the page Nodes of the appliance shows it.");
            }
        }
        for (String name : List.of("further-nodes", "certificate", "models")) {
            if (!first && has("/" + name)) {
                say("/" + name, "\"" + name + "\" is for the first node; this one is a further node.");
            }
        }
        if (has("/control-plane")) {
            String text = tree.path("control-plane").asText();
            int port = Integer.parseInt(text.substring(text.lastIndexOf(':') + 1));
            if (port < 1 || port > 65535) {
                say("/control-plane", "\"control-plane\" has the port " + port + "; ports go from 1 to 65535.");
            }
        }
    }

    private void network() {
        List<Address> own = new ArrayList<>();
        each("/network/addresses", text -> {
            Address address = Address.withPrefix(text);
            if (address == null) {
                return "is no address with prefix; it looks like 10.0.0.5/24";
            }
            own.add(address);
            return null;
        });
        each("/network/dns", text -> Address.plain(text) == null ? "is no address; it looks like 10.0.0.1" : null);
        if (has("/network/gateway")) {
            String text = tree.at("/network/gateway").asText();
            Address gateway = Address.plain(text);
            if (gateway == null) {
                say("/network/gateway", "\"gateway\" is \"" + text + "\"; that is no address. It looks like 10.0.0.1.");
            } else if (!has("/network/addresses")) {
                say(
                        "/network/gateway",
                        "\"gateway\" needs \"addresses\"; with DHCP the network names its router itself.");
            } else if (!own.isEmpty() && own.stream().noneMatch(one -> one.reaches(gateway))) {
                say("/network/gateway", "\"gateway\" " + text + " lies in none of the networks of \"addresses\".");
            }
        }
        if (has("/network/bond") && has("/network/interface")) {
            say("/network/interface", "Either \"interface\" or \"bond\": a bond names its interfaces itself.");
        }
        boolean named = has("/network/interface") || has("/network/bond");
        if ((has("/network/addresses") || has("/network/vlan")) && !named) {
            say("/network", "\"addresses\" and \"vlan\" need \"interface\" or \"bond\": which interface is meant?");
        }
    }

    private interface Check {
        /** What is wrong with a text, or null. */
        String wrong(String text);
    }

    private void each(String pointer, Check check) {
        JsonNode list = tree.at(pointer);
        for (int i = 0; i < list.size(); i++) {
            String wrong = check.wrong(list.get(i).asText());
            if (wrong != null) {
                say(pointer + "/" + i, "\"" + list.get(i).asText() + "\" " + wrong + ".");
            }
        }
    }

    /** Never repeats a key: it could be one that is to stay secret. */
    private void sshKeys() {
        JsonNode keys = tree.path("ssh-keys");
        for (int i = 0; i < keys.size(); i++) {
            String wrong = SshKey.wrong(keys.get(i).asText());
            if (wrong != null) {
                say("/ssh-keys/" + i, wrong);
            }
        }
    }

    private void disk() {
        JsonNode disk = tree.path("disk");
        if (List.of("path", "model", "serial", "transport", "min-size", "max-size").stream()
                .noneMatch(disk::has)) {
            say(
                    "/disk",
                    "\"disk\" has no rule that a disk could fit: give path, model, serial, transport, min-size or max-size.");
        }
        if (disk.has("min-size")
                && disk.has("max-size")
                && Size.bytes(disk.path("min-size").asText())
                        > Size.bytes(disk.path("max-size").asText())) {
            say("/disk/max-size", "\"max-size\" is smaller than \"min-size\": no disk can fit.");
        }
        if (tree.has("factory-reset") && !disk.path("wipe").asBoolean()) {
            say("/factory-reset", "\"factory-reset\" erases what the machine keeps: \"disk\" must say \"wipe: true\".");
        }
        if (disk.has("slot-size")) {
            long slot = Size.bytes(disk.path("slot-size").asText());
            if (slot < Size.LEAST_SLOT || slot > Size.MOST_SLOT) {
                say(
                        "/disk/slot-size",
                        "\"slot-size\" is " + disk.path("slot-size").asText() + "; it must be from 1GiB to 64GiB.");
            }
        }
    }
}
