package dev.kappa.access;

import dev.kappa.fault.Fault;
import java.net.InetAddress;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.stereotype.Component;

/** Who can reach this server. One that others can reach asks for keys, or does not start. */
@Component
public class Exposure implements SmartInitializingSingleton {
    private final Keys keys;
    private final AccessSettings settings;
    private final InetAddress address;

    Exposure(Keys keys, AccessSettings settings, ServerProperties server) {
        this.keys = keys;
        this.settings = settings;
        this.address = server.getAddress();
    }

    /** Whether only this machine reaches it, and nobody has to show a key: the server of one person. */
    public boolean isPersonal() {
        return isLoopback() && !keys.inForce();
    }

    /** Before the first request is taken. */
    @Override
    public void afterSingletonsInstantiated() {
        if (!settings.bootstrapKey().isEmpty()) {
            keys.bootstrap(settings.bootstrapKey());
        }
        if (!isLoopback() && !settings.open() && !keys.inForce()) {
            throw Fault.user(
                    "keys_missing",
                    "server.address '" + (address == null ? "" : address.getHostAddress())
                            + "' can be reached from other machines, and there are no API keys; make one with 'keys create',"
                            + " give one in KAPPA_ACCESS_BOOTSTRAP_KEY, or bind to 127.0.0.1 (kappa.access.open=true"
                            + " serves without keys whoever the network lets in)");
        }
    }

    boolean isLoopback() {
        return address != null && address.isLoopbackAddress();
    }
}
