package io.hearth.ui.system;

import io.hearth.provisioning.Address;
import io.hearth.ui.core.Sentence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is wrong with settings of the network, for each field and in the reader's language. The machine checks them again with the rules
 * of provision.yaml, which have the last word.
 */
final class NetworkRules {
    private static final int MOST_VLAN = 4094;

    private final Map<String, Sentence> broken = new LinkedHashMap<>();

    private NetworkRules() {}

    /** Sentences by names of fields: {@code interface}, {@code addresses}, {@code gateway} …; empty if nothing is wrong. */
    static Map<String, Sentence> brokenBy(MachineFacts.NetworkWish wish) {
        NetworkRules rules = new NetworkRules();
        rules.interfaces(wish);
        rules.addresses(wish);
        return rules.broken;
    }

    private void interfaces(MachineFacts.NetworkWish wish) {
        List<String> members = words(wish.bond());
        boolean named = !wish.interfaceName().isEmpty() || !members.isEmpty();
        for (String name : words(wish.interfaceName())) {
            say("interface", !name(name) || wish.interfaceName().contains(" "), "interface", wish.interfaceName());
        }
        say("interface", !wish.interfaceName().isEmpty() && !members.isEmpty(), "either");
        say("interface", !named && !(wish.addresses() + wish.vlan()).isEmpty(), "which");
        members.forEach(name -> say("bond", !name(name), "interface", name));
        say("bond", !members.isEmpty() && (members.size() < 2 || members.size() > 8), "members");
        say("bond", members.stream().distinct().count() < members.size(), "twice");
        say("mode", !members.isEmpty() && wish.mode().isEmpty(), "mode");
        say("bond", members.isEmpty() && !wish.mode().isEmpty(), "members");
        say("vlan", !wish.vlan().isEmpty() && !vlan(wish.vlan()), "vlan", wish.vlan());
    }

    private void addresses(MachineFacts.NetworkWish wish) {
        List<Address> own = new ArrayList<>();
        for (String text : words(wish.addresses())) {
            Address address = Address.withPrefix(text);
            if (address == null) {
                say("addresses", true, "address", text);
            } else {
                own.add(address);
            }
        }
        for (String text : words(wish.dns())) {
            say("dns", Address.plain(text) == null, "plain", text);
        }
        if (!wish.gateway().isEmpty()) {
            Address gateway = Address.plain(wish.gateway());
            say("gateway", gateway == null, "plain", wish.gateway());
            say("gateway", wish.addresses().isEmpty(), "gateway-alone");
            say(
                    "gateway",
                    gateway != null && !own.isEmpty() && own.stream().noneMatch(one -> one.reaches(gateway)),
                    "gateway-away",
                    wish.gateway());
        }
    }

    /** Keeps the first sentence of each field. */
    private void say(String field, boolean wrong, String rule, Object... arguments) {
        if (wrong) {
            broken.putIfAbsent(field, Sentence.of("system.network.wrong." + rule, arguments));
        }
    }

    private static boolean name(String text) {
        return text.matches("[a-zA-Z0-9_.-]{1,15}");
    }

    private static boolean vlan(String text) {
        return text.matches("[1-9][0-9]{0,3}") && Integer.parseInt(text) <= MOST_VLAN;
    }

    private static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(" "));
    }
}
