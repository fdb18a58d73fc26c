package io.hearth.provisioning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Writes what the system of an installed machine reads at every start: {@code /var/lib/hearth-system}. */
final class MachineSettings {
    private static final String BOND = "bond0";

    private final ProvisionFile file;
    private final Path folder;

    private MachineSettings(ProvisionFile file, Path folder) {
        this.file = file;
        this.folder = folder;
    }

    static void write(ProvisionFile file, StickFiles beside, Path folder) throws IOException {
        Files.createDirectories(folder.resolve("network"));
        MachineSettings settings = new MachineSettings(file, folder);
        settings.write();
        if (!beside.identity().isEmpty()) {
            settings.put("certificate.pem", beside.identity().strip());
        }
    }

    /** Writes the network's settings alone; without any, those of a machine that nobody has set up: DHCP on what is wired. */
    static void writeNetwork(ProvisionFile file, Path folder) throws IOException {
        Files.createDirectories(folder.resolve("network"));
        new MachineSettings(file, folder).network();
    }

    private void write() throws IOException {
        put("role", file.text("/role"));
        String name = file.has("/hostname") ? file.text("/hostname") : "hearth";
        put("name", name);
        put("language", file.has("/language") ? file.text("/language") : "en");
        put("then", file.has("/then") ? file.text("/then") : "reboot");
        put("encryption", file.has("/encryption") ? file.text("/encryption") : "none");
        if (file.first()) {
            put("control-plane.env", "HEARTH_NAMES=" + name);
            put("agent.env", "HEARTH_AGENT_NAME=" + name);
            if (file.flag("/further-nodes")) {
                put("nodes-may-join", "");
            }
        } else {
            put(
                    "agent.env",
                    "HEARTH_AGENT_NAME=" + name,
                    "HEARTH_AGENT_CONTROL=" + file.text("/control-plane"),
                    "HEARTH_AGENT_SERVING_HOST=",
                    "HEARTH_AGENT_SERVING_PORT=8445");
            put("join-code", file.text("/join-code"));
        }
        if (file.has("/ssh-keys")) {
            Files.createDirectories(folder.resolve("ssh"));
            put("ssh/authorized_keys", file.texts("/ssh-keys").toArray(String[]::new));
        }
        if (file.has("/models")) {
            put("models", file.texts("/models").toArray(String[]::new));
        }
        if (file.has("/time-servers")) {
            put("time.conf", "[Time]", "NTP=" + String.join(" ", file.texts("/time-servers")));
        }
        if (file.has("/network")) {
            network();
        }
    }

    /** Files of systemd-networkd: the interface or the bond, and above it the VLAN. */
    private void network() throws IOException {
        boolean vlan = file.has("/network/vlan");
        String base = file.has("/network/bond")
                ? BOND
                : file.has("/network/interface") ? file.text("/network/interface") : null;
        if (file.has("/network/bond")) {
            put(
                    "network/10-bond.netdev",
                    "[NetDev]",
                    "Name=" + BOND,
                    "Kind=bond",
                    "",
                    "[Bond]",
                    "Mode=" + file.text("/network/bond/mode"),
                    "MIIMonitorSec=100ms");
            put(
                    "network/11-bond-members.network",
                    "[Match]",
                    "Name=" + String.join(" ", file.texts("/network/bond/interfaces")),
                    "",
                    "[Network]",
                    "Bond=" + BOND);
        }
        if (vlan) {
            String id = file.text("/network/vlan");
            put("network/12-vlan.netdev", "[NetDev]", "Name=vlan" + id, "Kind=vlan", "", "[VLAN]", "Id=" + id);
            put(
                    "network/13-base.network",
                    "[Match]",
                    "Name=" + base,
                    "",
                    "[Network]",
                    "VLAN=vlan" + id,
                    "LinkLocalAddressing=no");
            put("network/14-hearth.network", addresses("Name=vlan" + id));
        } else {
            put("network/14-hearth.network", addresses("Name=" + (base == null ? "en* eth*" : base)));
        }
    }

    private String[] addresses(String match) {
        List<String> lines = new ArrayList<>(List.of("[Match]", match, "", "[Network]"));
        if (file.has("/network/addresses")) {
            file.texts("/network/addresses").forEach(address -> lines.add("Address=" + address));
            if (file.has("/network/gateway")) {
                lines.add("Gateway=" + file.text("/network/gateway"));
            }
        } else {
            lines.add("DHCP=yes");
        }
        file.texts("/network/dns").forEach(server -> lines.add("DNS=" + server));
        return lines.toArray(String[]::new);
    }

    private void put(String name, String... lines) throws IOException {
        Path target = folder.resolve(name);
        Files.writeString(target, String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(
                target, PosixFilePermissions.fromString(name.startsWith("network/") ? "rw-r--r--" : "rw-------"));
    }
}
