package io.hearth.provisioning;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * An IP address, written as numbers, with the length of its network's prefix.
 *
 * @param bytes 4 or 16
 * @param prefix bits of the network; all bits for an address alone
 */
public record Address(byte[] bytes, int prefix) {
    /** An address with prefix, such as 10.0.0.5/24; null if it is none. */
    public static Address withPrefix(String text) {
        int slash = text.indexOf('/');
        byte[] bytes = slash < 0 ? null : numbers(text.substring(0, slash));
        if (bytes == null || !text.substring(slash + 1).matches("[0-9]{1,3}")) {
            return null;
        }
        int prefix = Integer.parseInt(text.substring(slash + 1));
        return prefix < 1 || prefix > bytes.length * 8 ? null : new Address(bytes, prefix);
    }

    /** An address alone; null if it is none. */
    public static Address plain(String text) {
        byte[] bytes = numbers(text);
        return bytes == null ? null : new Address(bytes, bytes.length * 8);
    }

    /** Names are not asked for anywhere: only what is written in numbers is one. */
    private static byte[] numbers(String text) {
        boolean four = text.matches("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}")
                && Arrays.stream(text.split("\\.")).mapToInt(Integer::parseInt).allMatch(part -> part < 256);
        boolean six = text.contains(":") && text.matches("[0-9a-fA-F:.]{2,45}");
        if (!four && !six) {
            return null;
        }
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Whether another address lies in this one's network. */
    public boolean reaches(Address other) {
        if (other.bytes.length != bytes.length) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit++) {
            int mask = 0x80 >> (bit % 8);
            if ((bytes[bit / 8] & mask) != (other.bytes[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }
}
