package dev.kappa.home;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/**
 * What must hold before anything is built: the port is free, then the home is ours. A refused start leaves
 * nothing behind. The home is closed after every bean that uses it.
 */
final class Opening implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    @Override
    public void initialize(ConfigurableApplicationContext context) {
        Environment environment = context.getEnvironment();
        int port = environment.getProperty("server.port", Integer.class, 8080);
        if (port > 0) {
            requireFree(environment.getProperty("server.address", InetAddress.class), port);
        }
        Home home = Home.open(Path.of(environment.getRequiredProperty("kappa.home")));
        DefaultListableBeanFactory beans = (DefaultListableBeanFactory) context.getBeanFactory();
        beans.registerSingleton("home", home);
        beans.registerDisposableBean("home", home::close);
    }

    private static void requireFree(InetAddress address, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port));
        } catch (IOException e) {
            throw Fault.user("port_in_use", portMessage(port) + " (" + e.getMessage() + ")");
        }
    }

    static String portMessage(int port) {
        return "server.port " + port + " is in use or cannot be bound; give another, or 0 for any free one";
    }
}
