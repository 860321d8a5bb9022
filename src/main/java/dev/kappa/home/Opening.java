package dev.kappa.home;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.web.context.WebApplicationContext;

/**
 * What must hold before anything is built: the port is free, then the home is ours. A refused start leaves
 * nothing behind. The home is closed after every bean that uses it. A command needs the home only for the database
 * in it, and uses that of a running server where there is one.
 */
final class Opening implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    @Override
    public void initialize(ConfigurableApplicationContext context) {
        Environment environment = context.getEnvironment();
        if (!(context instanceof WebApplicationContext)) {
            openForCommand(context);
            return;
        }
        int port = environment.getProperty("server.port", Integer.class, 8080);
        if (port > 0) {
            requireFree(environment.getProperty("server.address", InetAddress.class), port);
        }
        register(context, Home.open(directory(environment)));
    }

    private static void openForCommand(ConfigurableApplicationContext context) {
        Environment environment = context.getEnvironment();
        if (!EmbeddedDatabase.isConfigured(environment)) {
            return;
        }
        Path directory = directory(environment);
        try {
            register(context, Home.open(directory));
        } catch (Fault fault) {
            if (!fault.code().equals("home_in_use")) {
                throw fault;
            }
            String url = EmbeddedDatabase.running(directory)
                    .orElseThrow(() -> Fault.user(
                            fault.code(),
                            "kappa.home '" + directory + "' is in use by a server with a database elsewhere; name that"
                                    + " database to this command too, by " + EmbeddedDatabase.URL));
            context.getEnvironment()
                    .getPropertySources()
                    .addFirst(new MapPropertySource("running", Map.of(
                            EmbeddedDatabase.URL, url,
                            "spring.datasource.username", EmbeddedDatabase.USER,
                            "spring.datasource.password", EmbeddedDatabase.USER)));
        }
    }

    private static Path directory(Environment environment) {
        return Path.of(environment.getRequiredProperty("kappa.home")).toAbsolutePath().normalize();
    }

    private static void register(ConfigurableApplicationContext context, Home home) {
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
