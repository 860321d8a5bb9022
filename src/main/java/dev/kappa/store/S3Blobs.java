package dev.kappa.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.springframework.core.io.Resource;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Objects of an S3 bucket below a prefix. An object appears when all of it has arrived and its checksum agrees. What is
 * read as a file of this machine is kept in a cache, of which the oldest goes first.
 */
final class S3Blobs implements Blobs {
    private final S3Client s3;
    private final S3Address address;
    private final BlobCache cache;

    S3Blobs(S3Client s3, S3Address address, BlobCache cache) {
        this.s3 = s3;
        this.address = address;
        this.cache = cache;
    }

    @Override
    public Path stage(String folder) throws IOException {
        return cache.stage();
    }

    @Override
    public void publish(Path staged, String name) throws IOException {
        asking(name, () -> s3.putObject(
                request -> request.bucket(address.bucket())
                        .key(address.key(name))
                        .checksumAlgorithm(ChecksumAlgorithm.SHA256),
                RequestBody.fromFile(staged)));
        cache.keep(staged, name);
    }

    @Override
    public Path local(String name) throws IOException {
        Path kept = cache.find(name);
        if (kept != null) {
            return kept;
        }
        Path staged = cache.stage();
        try {
            read(name, staged);
            return cache.keep(staged, name);
        } finally {
            Files.deleteIfExists(staged);
        }
    }

    @Override
    public void forget(String name) throws IOException {
        cache.delete(name);
    }

    @Override
    public void read(String name, Path file) throws IOException {
        asking(name, () -> s3.getObject(
                request -> request.bucket(address.bucket()).key(address.key(name)), file));
    }

    @Override
    public Optional<Path> folder(String name) {
        return Optional.empty();
    }

    @Override
    public Resource resource(String name) {
        return new S3Resource(s3, address.bucket(), address.key(name));
    }

    @Override
    public void copy(String from, String to) throws IOException {
        asking(from, () -> s3.copyObject(request -> request.sourceBucket(address.bucket())
                .sourceKey(address.key(from))
                .destinationBucket(address.bucket())
                .destinationKey(address.key(to))));
    }

    @Override
    public List<String> names(String folder) throws IOException {
        String prefix = address.key(folder) + "/";
        return asking(folder, () -> s3
                .listObjectsV2Paginator(request -> request.bucket(address.bucket()).prefix(prefix).delimiter("/"))
                .contents()
                .stream()
                .map(object -> object.key().substring(prefix.length()))
                .sorted()
                .toList());
    }

    @Override
    public Map<String, Instant> folders(String folder) throws IOException {
        String prefix = address.key(folder) + "/";
        Map<String, Instant> found = new TreeMap<>();
        asking(folder, () -> {
            s3.listObjectsV2Paginator(request -> request.bucket(address.bucket()).prefix(prefix)).contents().stream()
                    .filter(object -> object.key().indexOf('/', prefix.length()) > 0)
                    .forEach(object -> found.merge(
                            object.key().substring(prefix.length(), object.key().indexOf('/', prefix.length())),
                            object.lastModified(),
                            (one, other) -> one.isAfter(other) ? one : other));
            return null;
        });
        return found;
    }

    /** Nothing is staged in the bucket; what was staged on this machine went with the start of its server. */
    @Override
    public void deleteStaged(String folder, Instant before) {}

    @Override
    public void delete(String name) throws IOException {
        asking(name, () -> {
            deleteKey(address.key(name));
            s3.listObjectsV2Paginator(
                            request -> request.bucket(address.bucket()).prefix(address.key(name) + "/"))
                    .contents()
                    .stream()
                    .map(S3Object::key)
                    .toList()
                    .forEach(this::deleteKey);
            return null;
        });
        cache.delete(name);
    }

    private void deleteKey(String key) {
        s3.deleteObject(request -> request.bucket(address.bucket()).key(key));
    }

    @Override
    public String place(String name) {
        return "s3://" + address.bucket() + "/" + address.key(name);
    }

    private <T> T asking(String name, Supplier<T> request) throws IOException {
        try {
            return request.get();
        } catch (NoSuchKeyException e) {
            throw new NoSuchFileException(place(name));
        } catch (SdkException e) {
            throw new IOException(place(name) + ": " + e.getMessage(), e);
        }
    }
}
