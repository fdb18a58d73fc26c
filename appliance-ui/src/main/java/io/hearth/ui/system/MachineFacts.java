package io.hearth.ui.system;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the machine tells of itself. */
public final class MachineFacts {
    /**
     * Its network.
     *
     * @param name host name
     * @param dns addresses of name servers
     * @param trial settings that are being tried
     * @param settings what is set, or tried, for those addresses
     */
    public record Network(
            String name, List<String> dns, List<Link> links, List<Route> routes, Trial trial, NetworkWish settings) {
        /** The router behind an interface; empty if there is none. */
        String gateway(Link link) {
            return routes.stream()
                    .filter(route -> route.link().equals(link.name()))
                    .map(Route::gateway)
                    .findFirst()
                    .orElse("");
        }

        /** The interface by which the machine is reached, as far as it can be told: the one with a router, or else with an address. */
        public Optional<Link> usual() {
            return links.stream()
                    .filter(link -> !link.addresses().isEmpty())
                    .max(Comparator.comparing(link ->
                            routes.stream().anyMatch(route -> route.link().equals(link.name()))));
        }
    }

    /**
     * An interface.
     *
     * @param kind {@code wired}, {@code vlan}, {@code bond} …
     * @param up whether a cable is plugged in and the other end answers
     * @param addresses with their prefix
     */
    public record Link(String name, String mac, String kind, boolean up, int mtu, List<String> addresses) {}

    /** A way out of the network. */
    public record Route(String gateway, String link) {}

    /**
     * Other settings of the network.
     *
     * @param state {@code none}, {@code trying}, {@code kept}, {@code taken-back}, {@code wrong}
     * @param secondsLeft until they are taken back
     */
    public record Trial(String state, int secondsLeft) {
        /** Whether they wait for being confirmed. */
        public boolean trying() {
            return state.equals("trying");
        }
    }

    /**
     * Settings of the network as a person wants them; empty texts: DHCP on every wired interface. Several values stand with blanks or
     * commas between them.
     *
     * @param interfaceName name of the interface
     * @param bond interfaces that work as one
     * @param mode of the bond
     * @param vlan number of the VLAN
     * @param addresses own addresses with their prefix
     * @param gateway address of the router
     * @param dns addresses of name servers
     */
    public record NetworkWish(
            @Nullable String interfaceName,
            @Nullable String bond,
            @Nullable String mode,
            @Nullable String vlan,
            @Nullable String addresses,
            @Nullable String gateway,
            @Nullable String dns) {
        /** Addresses by DHCP on every wired interface. */
        public static final NetworkWish DHCP = new NetworkWish("", "", "", "", "", "", "");

        /** The same with empty texts for what is missing, and one blank between values. */
        public NetworkWish plain() {
            return new NetworkWish(
                    words(interfaceName),
                    words(bond),
                    words(mode),
                    words(vlan),
                    words(addresses),
                    words(gateway),
                    words(dns));
        }

        private static String words(@Nullable String value) {
            return value == null ? "" : SystemService.words(value);
        }
    }

    /**
     * Its clock.
     *
     * @param now in ISO 8601
     * @param servers that a person has set; empty: those that the network names
     * @param synchronized_ whether the clock follows a server
     * @param server that answered last; may be empty
     * @param offset how far the clock was off then, such as {@code +1.2ms}; may be empty
     */
    public record Time(
            String now,
            List<String> servers,

            @com.fasterxml.jackson.annotation.JsonProperty("synchronized")
            boolean synchronized_,

            String server,
            String offset) {}

    /** Room on the data partition, and the disks. */
    public record Disks(Room var, List<Disk> disks) {}

    /** Room. */
    public record Room(long totalBytes, long freeBytes) {}

    /**
     * A disk.
     *
     * @param health what it says of itself, or null if it tells nothing
     */
    public record Disk(
            String name,
            @Nullable String model,
            long sizeBytes,
            @Nullable String transport,
            @Nullable Health health) {}

    /**
     * What an NVMe disk says of itself.
     *
     * @param warning bits of the specification's critical warning
     * @param usedPercent of the writes that it is made for
     * @param sparePercent spare blocks that are left
     * @param mediaErrors times that it could not read what it had written
     * @param hours it was powered
     */
    public record Health(
            int warning,
            @Nullable Integer usedPercent,
            @Nullable Integer sparePercent,
            @Nullable Long mediaErrors,
            @Nullable Long hours) {
        /** What that means: the end of a key of texts. */
        public String verdict() {
            if ((warning & 0b1100) != 0) {
                return "failing";
            }
            if ((warning & 1) != 0 || usedPercent != null && usedPercent >= 90) {
                return "worn";
            }
            return (warning & 0b10) != 0 ? "hot" : mediaErrors != null && mediaErrors > 0 ? "errors" : "well";
        }
    }

    private MachineFacts() {}
}
