package dev.kappa.store;

import dev.kappa.fault.Fault;
import dev.kappa.home.Home;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Where tallies and artifacts are, as {@code kappa.store} says: in the home, in a directory, or in an S3 bucket. */
@Configuration(proxyBeanMethods = false)
class StoreConfiguration {
    /**
     * @param store empty for the home, a directory, or {@code s3://bucket/prefix}
     * @param endpoint of what speaks S3 but is not AWS
     * @param region where the SDK's own settings name none; us-east-1 at another endpoint
     * @param cache bytes of what is read from a bucket that stay on this machine
     */
    @Bean
    Blobs blobs(
            Home home,
            @Value("${kappa.store:}") String store,
            @Value("${kappa.store.s3.endpoint:}") String endpoint,
            @Value("${kappa.store.s3.region:}") String region,
            @Value("${kappa.store.s3.cache:10GB}") DataSize cache)
            throws IOException {
        if (store.isBlank()) {
            return new FolderBlobs(home.directory());
        }
        if (!store.startsWith("s3:")) {
            return new FolderBlobs(folder(store));
        }
        S3Address address = S3Address.parse(store);
        S3Client s3 = client(endpoint, region);
        requireUsable(s3, address, endpoint);
        return new S3Blobs(s3, address, new BlobCache(home.folder("cache").resolve("store"), cache.toBytes()));
    }

    private static Path folder(String store) {
        Path folder = Path.of(store);
        if (!folder.isAbsolute()) {
            throw Fault.user(
                    "bad_store",
                    "kappa.store '" + store + "' is neither an absolute directory nor such as s3://bucket/prefix");
        }
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw Fault.user("bad_store", "kappa.store '" + store + "' cannot be used as a directory: " + e);
        }
    }

    private static S3Client client(String endpoint, String region) {
        S3ClientBuilder builder = S3Client.builder().httpClientBuilder(UrlConnectionHttpClient.builder());
        if (!endpoint.isBlank()) {
            builder.endpointOverride(address(endpoint)).forcePathStyle(true).region(Region.US_EAST_1);
        }
        if (!region.isBlank()) {
            builder.region(Region.of(region));
        }
        try {
            return builder.build();
        } catch (SdkClientException e) {
            throw Fault.user("store_unusable", "kappa.store: " + e.getMessage() + "; set kappa.store.s3.region or AWS_REGION");
        }
    }

    private static URI address(String endpoint) {
        if (!endpoint.matches("https?://[^/\\s]+/?")) {
            throw Fault.user(
                    "bad_store",
                    "kappa.store.s3.endpoint '" + endpoint + "' is no address; accepted: such as https://minio.example:9000");
        }
        return URI.create(endpoint);
    }

    /** Said at the start, not when the first block has been measured. */
    private static void requireUsable(S3Client s3, S3Address address, String endpoint) {
        String named = "kappa.store 's3://" + address.bucket() + "/" + address.prefix() + "'"
                + (endpoint.isBlank() ? "" : " at " + endpoint);
        try {
            s3.headBucket(request -> request.bucket(address.bucket()));
        } catch (NoSuchBucketException e) {
            throw Fault.user("store_unusable", named + ": there is no such bucket");
        } catch (S3Exception e) {
            throw Fault.user(
                    "store_unusable",
                    named + " refuses: " + e.statusCode() + " " + e.awsErrorDetails().errorMessage()
                            + "; the credentials must allow to list, read, write and delete there");
        } catch (SdkClientException e) {
            throw Fault.user(
                    "store_unusable",
                    named + (e.getMessage().contains("Unable to load credentials")
                            ? " needs credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or any other source of the"
                                    + " AWS SDK's chain"
                            : " cannot be used: " + e.getMessage()));
        }
    }
}
