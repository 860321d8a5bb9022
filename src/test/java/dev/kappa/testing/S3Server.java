package dev.kappa.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Something that speaks S3, Adobe's S3Mock, in a process of its own: its libraries are not ours. */
public final class S3Server implements AutoCloseable {
    private static final Pattern PORT = Pattern.compile("Tomcat started on ports .*?(\\d+) \\(http\\)");
    private static final Duration LONGEST = Duration.ofSeconds(120);

    private final Process process;
    private final Path output;

    private S3Server(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    public static S3Server start() {
        try {
            Path folder = Files.createDirectories(TestHomes.fresh());
            Path output = folder.resolve("output.txt");
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            "-Xmx256m",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-jar",
                            Path.of("target", "s3", "s3mock.jar").toString(),
                            "--server.port=0",
                            "--http.port=0",
                            "--com.adobe.testing.s3mock.store.root=" + folder.resolve("objects"))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            return new S3Server(process, output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it serves. */
    public String endpoint() {
        await().atMost(LONGEST).pollInterval(Duration.ofMillis(50)).until(() -> {
            if (!process.isAlive()) {
                throw new AssertionError("it ended with " + process.exitValue() + ": " + output());
            }
            return PORT.matcher(output()).find();
        });
        Matcher port = PORT.matcher(output());
        return "http://127.0.0.1:" + port.results().findFirst().orElseThrow().group(1);
    }

    /** What a server in a process of its own is started with to keep its store in a bucket. */
    public List<String> arguments(String bucket) {
        return List.of(
                "-Daws.accessKeyId=any",
                "-Daws.secretAccessKey=any",
                "--kappa.store=s3://" + bucket,
                "--kappa.store.s3.endpoint=" + endpoint());
    }

    /** To look behind a server's back. */
    public S3Client client() {
        return S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .endpointOverride(URI.create(endpoint()))
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
                .build();
    }

    private String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
