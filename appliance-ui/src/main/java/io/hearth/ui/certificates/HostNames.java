package io.hearth.ui.certificates;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.util.IPAddress;

/** Names and addresses under which this machine can be reached. */
final class HostNames {
    private static final Pattern NAME =
            Pattern.compile("(?i)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

    /** Loopback, the host's names, its addresses, and those that the administrator adds. */
    static Set<String> ofThisMachine(Collection<String> more) {
        Set<String> names = new TreeSet<>(Set.of("hearth", "localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"));
        try {
            InetAddress local = InetAddress.getLocalHost();
            names.add(local.getHostName());
            names.add(local.getCanonicalHostName());
        } catch (UnknownHostException e) {
            // The machine has no name that it knows; its addresses do.
        }
        try {
            for (NetworkInterface card : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (card.isUp()) {
                    card.inetAddresses().forEach(address -> add(names, address));
                }
            }
        } catch (SocketException e) {
            // Without a list of interfaces, the names have to do.
        }
        more.stream().map(String::strip).filter(name -> !name.isEmpty()).forEach(names::add);
        names.removeIf(name -> !IPAddress.isValid(name) && !NAME.matcher(name).matches());
        return names;
    }

    /** A name or an address as a certificate has it. */
    static GeneralName general(String name) {
        return IPAddress.isValid(name)
                ? new GeneralName(GeneralName.iPAddress, name)
                : new GeneralName(GeneralName.dNSName, name);
    }

    private static void add(Set<String> names, InetAddress address) {
        if (!address.isLoopbackAddress() && !address.isLinkLocalAddress() && !address.isMulticastAddress()) {
            String text = address.getHostAddress();
            int zone = text.indexOf('%');
            names.add(address instanceof Inet6Address && zone >= 0 ? text.substring(0, zone) : text);
        }
    }

    private HostNames() {}
}
