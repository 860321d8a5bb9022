package dev.kappa.testing;

import static org.awaitility.Awaitility.await;

import dev.kappa.Kappa;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A whole server in a process of its own, which a test can kill. */
public final class KappaProcess implements AutoCloseable {
    private static final Pattern SERVING = Pattern.compile("Serving on (http://\\S+) ");
    /** Tests start many servers for a short time; a benchmark has one warm. */
    private static final String JIT = System.getProperty("kappa.process.jit", "-XX:TieredStopAtLevel=1");

    private static final Duration LONGEST = Duration.ofSeconds(120);

    private final Process process;
    private final Path output;

    private KappaProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** A server that knows {@link CountingExperiment}. @param arguments added to the command line */
    public static KappaProcess start(Path home, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--spring.main.sources=" + CountingExperiments.class.getName());
        return startPlain(home, all.toArray(String[]::new));
    }

    /** A server as it is shipped. @param arguments added to the command line; those with -D are of its JVM */
    public static KappaProcess startPlain(Path home, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                JIT,
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path")));
        Map<Boolean, List<String>> ofJvm = Arrays.stream(arguments)
                .collect(Collectors.partitioningBy(argument -> argument.startsWith("-D")));
        command.addAll(ofJvm.get(true));
        command.addAll(List.of(Kappa.class.getName(), "--kappa.home=" + home, KappaServer.BINARIES));
        if (Arrays.stream(arguments).noneMatch(argument -> argument.startsWith("--server.port="))) {
            command.add("--server.port=0");
        }
        command.addAll(ofJvm.get(false));
        try {
            Path output = Files.createTempFile(TestHomes.folder(), "output-", ".txt");
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().put("OMP_NUM_THREADS", "1");
            Process process = builder.start();
            return new KappaProcess(process, output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it serves. */
    public KappaClient client() {
        await().atMost(LONGEST).pollInterval(Duration.ofMillis(50)).until(() -> {
            if (!process.isAlive()) {
                throw new AssertionError("it ended with " + process.exitValue() + ": " + output());
            }
            return SERVING.matcher(output()).find();
        });
        Matcher serving = SERVING.matcher(output());
        return new KappaClient(URI.create(serving.results().reduce((first, last) -> last).orElseThrow().group(1)));
    }

    /** What it has printed. */
    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it has had of the processors, in user and system mode, without its database. */
    public Duration cpuTime() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /** Waits for its end; the exit code. */
    public int awaitExit() {
        try {
            if (!process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("still alive: " + output());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** SIGKILL: nothing in it gets to know. */
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** SIGSTOP: it holds what it holds and does nothing, until {@link #resume}. */
    public void halt() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
            if (code != 0) {
                throw new AssertionError("kill -" + name + " gave " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    @Override
    public void close() {
        process.destroy();
        awaitExit();
    }

    public long pid() {
        return process.pid();
    }

    /** True from when it takes requests. */
    public boolean isServing() {
        return isAlive() && SERVING.matcher(output()).find();
    }

    boolean isAlive() {
        return process.isAlive();
    }
}
