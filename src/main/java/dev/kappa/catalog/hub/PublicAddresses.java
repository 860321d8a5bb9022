package dev.kappa.catalog.hub;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Which addresses belong to the public internet: the others are this machine's, its network's or nobody's. */
final class PublicAddresses {
    private PublicAddresses() {}

    /**
     * Whether every address of a name is public. A name that does not resolve here is left to the connection, which
     * finds as little. The JDK keeps what it resolved for longer than it takes to connect.
     */
    static boolean only(String host) {
        try {
            String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            for (InetAddress address : InetAddress.getAllByName(name)) {
                if (!isPublic(address)) {
                    return false;
                }
            }
            return true;
        } catch (UnknownHostException e) {
            return true;
        }
    }

    static boolean isPublic(InetAddress address) {
        if (address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isAnyLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        return address instanceof Inet6Address ? isPublic6(address.getAddress()) : isPublic4(address.getAddress(), 0);
    }

    /** RFC 6890: beside what the JDK knows, "this network", shared, protocol assignments, benchmarks, reserved. */
    private static boolean isPublic4(byte[] bytes, int from) {
        int first = bytes[from] & 0xff;
        int second = bytes[from + 1] & 0xff;
        int third = bytes[from + 2] & 0xff;
        boolean known = first == 10 || first == 127 || first == 172 && second >> 4 == 1
                || first == 192 && second == 168 || first == 169 && second == 254;
        return !known
                && first != 0
                && first < 224
                && !(first == 100 && second >> 6 == 1)
                && !(first == 192 && second == 0 && third == 0)
                && !(first == 198 && second >> 1 == 9);
    }

    /** Of what is routed (2000::/3) 6to4, and NAT64, carry an address of the old kind; Teredo hides one. */
    private static boolean isPublic6(byte[] bytes) {
        int head = (bytes[0] & 0xff) << 8 | bytes[1] & 0xff;
        if (head == 0x0064) {
            return isPublic4(bytes, 12);
        }
        if (head == 0x2002) {
            return isPublic4(bytes, 2);
        }
        boolean teredo = head == 0x2001 && bytes[2] == 0 && bytes[3] == 0;
        return head >> 13 == 1 && !teredo;
    }
}
